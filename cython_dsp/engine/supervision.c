/* What a port is listened to for, apart from digits: tones, silence, voice. */
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

void supervision_listen(engine_t *e, port_t *p)
{
    progress_find_t finds[PROGRESS_FINDS];
    int n = progress_hop(&p->progress, e->talk[INDEX_OF(p->id)], finds);

    for (int i = 0; i < n; i++)
        tell(e, p, &finds[i]);
}
