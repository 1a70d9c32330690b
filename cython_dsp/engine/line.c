/* What a port of an analogue line has besides: what it said last, caller ID, no echo (but of fax and
 * modems, which cancel it themselves). */
#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>

#include "engine/g711.h"

int engine_put_line(engine_t *e, int index)
{
    line_t *line = aligned_alloc(64, (sizeof *line + 63) & ~(size_t)63);

    if (line == NULL)
        return -1;
    memset(line, 0, sizeof *line); /* touched here, not in the tick */
    echo_init(&line->echo, ECHO_PARTS);
    echo_disabler_init(&line->disabler);
    e->line[index] = line;
    return 0;
}

void engine_free_line(engine_t *e, int index)
{
    free(e->line[index]);
    e->line[index] = NULL;
}

void line_command(engine_t *e, port_t *p, const command_t *c)
{
    line_t *line = e->line[p->line];

    if (c->op == OP_CALLER_ID) {
        line->hears_caller = c->a;
        caller_id_init(&line->caller_id);
    } else {
        line->cancels = c->a;
        echo_rest(&line->echo); /* the next call has the same pair of wires */
        echo_disabler_init(&line->disabler);
    }
}

static void keep(line_t *line, const int16_t *talk, uint32_t n)
{
    uint64_t at = atomic_load_explicit(&line->said, memory_order_relaxed);

    sequence_begin(&line->seq);
    for (uint32_t i = 0; i < n; i++)
        atomic_store_explicit(&line->history[(at + i) % HISTORY_BYTES],
                              talk != NULL ? g711_alaw_encode(talk[i]) : ALAW_SILENCE,
                              memory_order_relaxed);
    atomic_store_explicit(&line->said, at + n, memory_order_relaxed);
    sequence_end(&line->seq);
}

void lines_gap(engine_t *e, uint32_t samples)
{
    if (samples > HISTORY_BYTES)
        samples = HISTORY_BYTES;
    for (int i = 0; i < e->ports; i++)
        if (e->port[i].line != 0)
            keep(e->line[e->port[i].line], NULL, samples);
}

int engine_history(const engine_t *e, int index, uint8_t *out, int n)
{
    const line_t *line = e->line[index];
    uint32_t before;

    do {
        before = sequence_read(&line->seq);
        uint64_t said = atomic_load_explicit(&line->said, memory_order_relaxed);
        if ((uint64_t)n > said)
            n = (int)said;
        for (int i = 0; i < n; i++)
            out[i] = atomic_load_explicit(
                &line->history[(said - (uint64_t)n + (uint64_t)i) % HISTORY_BYTES],
                memory_order_relaxed);
    } while (sequence_torn(&line->seq, before));
    return n;
}

/* What the line was sent: the port's last tick, as coarse as the board's law made it. */
static void cancel(engine_t *e, const port_t *p, line_t *line, int16_t *talk)
{
    const int16_t *hear = e->hear[INDEX_OF(p->id)];
    int alaw = e->board[p->board].law == 0;
    uint8_t code[TICK_SAMPLES];
    int16_t far[TICK_SAMPLES];

    (alaw ? g711_alaw_encode_block : g711_ulaw_encode_block)(hear, code, TICK_SAMPLES);
    (alaw ? g711_alaw_decode_block : g711_ulaw_decode_block)(code, far, TICK_SAMPLES);
    echo_cancel_or_pass(&line->echo, &line->disabler, far, talk);
    atomic_store_explicit(&line->loss, echo_return_loss(&line->echo), memory_order_relaxed);
    atomic_store_explicit(&line->enhancement, echo_enhancement(&line->echo), memory_order_relaxed);
}

void lines_listen(engine_t *e)
{
    for (int i = 0; i < e->ports; i++) {
        port_t *p = &e->port[i];
        line_t *line = e->line[p->line];
        if (p->kind != PORT_TDM || line == NULL)
            continue;
        keep(line, e->talk[i], TICK_SAMPLES);
        if (line->cancels)
            cancel(e, p, line, e->talk[i]);
        if (!line->hears_caller)
            continue;
        int n = caller_id_rx(&line->caller_id, e->talk[i]);
        if (n > 0)
            engine_post(e, FIND_CALLER_ID, p->id, atomic_load(&e->tick),
                        line->caller_id.message[0], line->caller_id.message, n);
    }
}

void engine_echo(const engine_t *e, int index, float *loss, float *enhancement)
{
    *loss = atomic_load_explicit(&e->line[index]->loss, memory_order_relaxed);
    *enhancement = atomic_load_explicit(&e->line[index]->enhancement, memory_order_relaxed);
}
