#include "source.h"

#include <string.h>

#define MAX_DROPOUT 3000       /* RFC 3550 A.1: a greater step is a restart of the sequence */

void source_start(source_t *s, uint32_t ssrc, uint16_t sequence)
{
    int64_t lost = s->started ? source_lost(s) : 0;

    memset(s, 0, sizeof *s);
    s->ssrc = ssrc;
    s->started = 1;
    s->base = s->highest = 0x10000u + sequence;  /* room for packets from before the first */
    s->lost_before = lost;
}

static void note_jitter(source_t *s, uint32_t timestamp, uint32_t arrival)
{
    uint32_t transit = arrival - timestamp;
    int32_t d = (int32_t)(transit - s->transit);

    if (s->received > 0 && d > -8000 && d < 8000)
        s->jitter += ((float)(d < 0 ? -d : d) - s->jitter) / 16.0f;
    s->transit = transit;
}

int source_note(source_t *s, uint16_t sequence, uint32_t timestamp, uint32_t arrival)
{
    int32_t step = (int16_t)(sequence - (uint16_t)s->highest);

    if (step > MAX_DROPOUT || step < -MAX_DROPOUT) {
        source_start(s, s->ssrc, sequence);
        step = 0;
    }
    if (step > 0) {
        s->highest += (uint32_t)step;
        s->seen = step < 64 ? s->seen << step | 1 : 1;
    } else if (step > -64) {
        if (s->seen >> -step & 1)
            return -1;
        s->seen |= 1ull << -step;
        if (s->highest + (uint32_t)step < s->base)
            s->base = s->highest + (uint32_t)step;
    }
    note_jitter(s, timestamp, arrival);
    s->received++;
    return step < 0;
}

static uint64_t expected(const source_t *s) { return (uint64_t)(s->highest - s->base) + 1; }

int64_t source_lost(const source_t *s)
{
    if (!s->started)
        return 0;
    return s->lost_before + (int64_t)expected(s) - (int64_t)s->received;
}

uint8_t source_fraction_lost(source_t *s)
{
    int64_t due = (int64_t)(expected(s) - s->expected_before);
    int64_t lost = due - (int64_t)(s->received - s->received_before);

    s->expected_before = expected(s);
    s->received_before = s->received;
    if (due <= 0 || lost <= 0)
        return 0;
    return (uint8_t)(lost >= due ? 255 : lost * 256 / due);
}
