/* What a port is listened to for, apart from digits: tones, silence, voice, fax. */
#include "engine/engine.h"

#include <string.h>

typedef struct { /* "<ffff" of Python */
    float hz[2], level_dbm0, seconds;
} tone_data_t;

void supervision_command(port_t *p, const command_t *c, const void *data, int n)
{
    progress_pattern_t pattern[PROGRESS_PATTERNS];

    if (c->op == OP_ACTIVITY) {
        progress_activity(&p->progress, c->a, c->b);
    } else if (c->op == OP_FAX) {
        p->hears_fax = c->a;
        fax_tones_init(&p->fax);
    } else if (n <= (int)sizeof pattern) {
        memcpy(pattern, data, (size_t)n);
        progress_watch(&p->progress, pattern, n / (int)sizeof *pattern);
    }
}

static void tell(engine_t *e, port_t *p, const progress_find_t *find)
{
    static const int KIND[] = {0, FIND_TONE, FIND_SILENCE, FIND_VOICE};
    tone_data_t data = {{find->hz[0], find->hz[1]}, find->level_dbm0, find->seconds};
    int n = find->kind == PROGRESS_TONE ? (int)sizeof data : 0;

    engine_post(e, KIND[find->kind], p->id, atomic_load(&e->tick), find->value, &data, n);
}

static void listen_for_fax(engine_t *e, port_t *p)
{
    fax_find_t finds[FAX_FINDS];
    int n = fax_tones_rx(&p->fax, e->talk[INDEX_OF(p->id)], finds);

    for (int i = 0; i < n; i++) {
        float data[2] = {finds[i].hz, finds[i].level_dbm0}; /* "<ff" of Python */
        engine_post(e, FIND_FAX, p->id, atomic_load(&e->tick), finds[i].kind, data, sizeof data);
    }
}

static void listen_for_tones(engine_t *e, port_t *p)
{
    progress_find_t finds[PROGRESS_FINDS];
    int n = progress_hop(&p->progress, e->talk[INDEX_OF(p->id)], finds);

    for (int i = 0; i < n; i++)
        tell(e, p, &finds[i]);
}

void supervision_listen(engine_t *e, port_t *p)
{
    if (progress_listens(&p->progress))
        listen_for_tones(e, p);
    if (p->hears_fax)
        listen_for_fax(e, p);
}
