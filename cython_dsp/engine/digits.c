/* Digits sent by a port and digits heard from it. */
#include "engine/engine.h"

#include <string.h>

/* Whole digits that fit are taken over from the queue; 0 when nothing was waiting. */
static int begin_inband(port_t *p)
{
    char digits[DTMF_MAX_DIGITS + 1];
    int n = p->waiting < DTMF_MAX_DIGITS ? p->waiting : DTMF_MAX_DIGITS;

    if (n == 0)
        return 0;
    memcpy(digits, p->queue, (size_t)n);
    digits[n] = 0;
    p->waiting -= n;
    memmove(p->queue, p->queue + n, (size_t)p->waiting);
    return dtmf_tx_start(&p->dtmf_tx, digits, p->digit_on_ms, p->digit_off_ms) == 0;
}

static void tell_sent(engine_t *e, port_t *p, int value)
{
    p->sending = 0;
    engine_post(e, FIND_DIGITS_SENT, p->id, atomic_load(&e->tick), value, NULL, 0);
}

void digits_queue(engine_t *e, port_t *p, const char *digits, int n, int method)
{
    char text[DIGITS_MAX + 1];

    memcpy(text, digits, (size_t)n);
    text[n] = 0;
    if (method == DIGITS_RFC4733) {
        if (p->kind != PORT_RTP || rtp_leg_digits(e->leg[p->leg], text) < 0)
            tell_sent(e, p, -1);
        else
            p->sending = 1 + DIGITS_RFC4733;
        return;
    }
    if (n > DIGITS_MAX - p->waiting) {
        tell_sent(e, p, -1);
        return;
    }
    memcpy(p->queue + p->waiting, text, (size_t)n);
    p->waiting += n;
    if (p->sending == 0 && begin_inband(p))
        p->sending = 1 + DIGITS_INBAND;
}

static void fill_inband(engine_t *e, port_t *p, int16_t *pcm)
{
    if (dtmf_tx(&p->dtmf_tx, pcm, TICK_SAMPLES) != 0)
        return;
    if (!begin_inband(p))
        tell_sent(e, p, 0);
}

void digits_fill(engine_t *e, port_t *p)
{
    int index = INDEX_OF(p->id);

    if (p->sending == 1 + DIGITS_INBAND) {
        p->hears = 1;
        fill_inband(e, p, p->kind == PORT_PLAYER ? e->talk[index] : e->hear[index]);
    } else if (p->sending == 1 + DIGITS_RFC4733 && rtp_leg_digits_left(e->leg[p->leg]) == 0) {
        tell_sent(e, p, 0);
    }
}

/* A leg with telephone-events does not send them as sound, too. */
static int may_bring_digits(const engine_t *e, const port_t *p)
{
    return p->kind == PORT_TDM || (p->kind == PORT_RTP && !rtp_leg_has_events(e->leg[p->leg]));
}

static void tell_digits(engine_t *e, const port_t *ports, unsigned found, const char *digit)
{
    const uint64_t ticks = (DTMF_BEFORE + TICK_SAMPLES - 1) / TICK_SAMPLES; /* with this one */
    uint64_t tick = atomic_load(&e->tick);

    for (int lane = 0; lane < LANES; lane++)
        if (found >> lane & 1)
            engine_post(e, FIND_DIGIT, ports[lane].id, ticks > tick ? 0 : tick + 1 - ticks,
                        digit[lane], NULL, 0);
}

void digits_detect(engine_t *e)
{
    for (int first = 0; first < e->ports; first += LANES) {
        const int16_t *pcm[LANES] = {NULL};
        char digit[LANES];
        int some = 0;
        for (int lane = 0; lane < LANES; lane++) {
            if (!may_bring_digits(e, &e->port[first + lane]))
                continue;
            pcm[lane] = e->talk[first + lane];
            some = 1;
        }
        unsigned found = some ? dtmf_rx(&e->dtmf[first / LANES], pcm, digit) : 0;
        if (found != 0)
            tell_digits(e, &e->port[first], found, digit);
    }
}
