#include "jitter.h"

#include <limits.h>
#include <string.h>

#define MASK (JITTER_RING - 1)
#define GUARD 80               /* margin the slowest packet should have: 10 ms */
#define NEARLY_LATE 40
#define STARVED 12             /* ticks: what comes after that begins a new play point */
#define PATIENCE 100           /* ticks to wait for quiet audio before adjusting in it */
#define QUIET 2500.0f          /* mean square: about -50 dBm0 */

void jitter_init(jitter_t *j)
{
    memset(j, 0, sizeof *j);
    conceal_init(&j->conceal);
}

void jitter_restart(jitter_t *j)
{
    if (j->running)
        j->restarts++;
    j->running = 0;
    memset(j->filled, 0, sizeof j->filled);
}

static void new_window(jitter_t *j)
{
    j->low = j->low_before = INT_MAX;
    j->window = JITTER_WINDOW;
    j->waiting = 0;
}

/* Begin to play at `timestamp`, JITTER_MIN from now. */
static void begin(jitter_t *j, uint32_t timestamp)
{
    memset(j->filled, 0, sizeof j->filled);
    j->play = timestamp - JITTER_MIN;
    j->newest = timestamp;
    j->margin = JITTER_MIN;
    j->running = 1;
    j->hold = 0;
    j->starved = STARVED;
    j->conceal.at = CONCEAL_MAX;   /* until the first sample: silence, nothing made up */
    new_window(j);
}

/* The play point moved by `samples`: every margin known so far moved against it. */
static void moved(jitter_t *j, int samples)
{
    if (j->low != INT_MAX)
        j->low -= samples;
    if (j->low_before != INT_MAX)
        j->low_before -= samples;
    j->margin -= (float)samples;
}

/* Of n samples from `at`, how many the ring has before it begins again. */
static int span(uint32_t at, int n)
{
    int room = JITTER_RING - (int)(at & MASK);
    return n < room ? n : room;
}

static void mark(jitter_t *j, uint32_t at, int n, int filled)
{
    int first = span(at, n);

    memset(j->filled + (at & MASK), filled, (size_t)first);
    memset(j->filled, filled, (size_t)(n - first));
}

static void clear_until(jitter_t *j, uint32_t timestamp)
{
    mark(j, j->play, (int)(timestamp - j->play), 0);
    j->play = timestamp;
}

static void lengthen_for_late(jitter_t *j, int margin)
{
    int ticks = (GUARD - margin + JITTER_BLOCK - 1) / JITTER_BLOCK;
    int room = (JITTER_MAX - (int)(j->newest - j->play)) / JITTER_BLOCK - j->hold;

    if (ticks > room)
        ticks = room;
    if (ticks > j->hold)
        j->hold = ticks;           /* several late packets have one cause */
}

static void note_margin(jitter_t *j, int margin)
{
    if (margin < j->low)
        j->low = margin;
    j->margin += ((float)margin - j->margin) / 16.0f;
}

/* Where to play from, given this packet; sets the play point anew when there is none to keep. */
static int place(jitter_t *j, uint32_t timestamp, int n, int standing)
{
    int margin = (int)(timestamp - j->play);
    int dry = j->starved >= STARVED && j->newest - j->play > INT_MAX;

    if (!j->running) {
        begin(j, timestamp);
    } else if (margin > JITTER_RING || margin < -JITTER_RING) {
        /* The source jumped.  While audio is left it is played first. */
        if (standing == JITTER_OLDER || (j->starved < STARVED && margin < 0)) {
            j->late++;
            return -1;
        }
        begin(j, timestamp);
        j->restarts++;
    } else if (dry && standing != JITTER_OLDER && (margin < 0 || standing == JITTER_TALKSPURT)) {
        begin(j, timestamp);
    } else if (margin > JITTER_MAX) {
        int skip = (margin - JITTER_MAX + JITTER_BLOCK - 1) / JITTER_BLOCK * JITTER_BLOCK;
        clear_until(j, j->play + (uint32_t)skip);
        moved(j, skip);
        j->dropped += (uint64_t)(skip / JITTER_BLOCK);
    } else if (margin < 0) {
        j->late++;
        lengthen_for_late(j, margin);
        return margin + n > 0 ? 0 : -1;
    }
    return 0;
}

/* What is not too late of it. */
static void store(jitter_t *j, uint32_t timestamp, const int16_t *pcm, int n)
{
    int late = (int)(j->play - timestamp);
    int skip = late < 0 ? 0 : late;
    uint32_t at = timestamp + (uint32_t)skip;
    int first = span(at, n - skip);

    memcpy(j->pcm + (at & MASK), pcm + skip, (size_t)first * sizeof *pcm);
    memcpy(j->pcm, pcm + skip + first, (size_t)(n - skip - first) * sizeof *pcm);
    mark(j, at, n - skip, 1);
}

int jitter_put(jitter_t *j, uint32_t timestamp, const int16_t *pcm, int n, int standing)
{
    if (place(j, timestamp, n, standing) != 0)
        return -1;
    note_margin(j, (int)(timestamp - j->play));
    store(j, timestamp, pcm, n);
    if ((int)(timestamp + (uint32_t)n - j->newest) > 0)
        j->newest = timestamp + (uint32_t)n;
    return 0;
}

void jitter_silence(jitter_t *j, uint32_t timestamp, int n)
{
    int margin = (int)(timestamp - j->play);

    if (!j->running || margin > JITTER_MAX || margin + n > JITTER_MAX)
        return;
    for (int i = margin < 0 ? -margin : 0; i < n; i++) {
        uint32_t at = (timestamp + (uint32_t)i) & MASK;
        if (!j->filled[at])
            j->pcm[at] = 0;
        j->filled[at] = 1;
    }
    if ((int)(timestamp + (uint32_t)n - j->newest) > 0)
        j->newest = timestamp + (uint32_t)n;
}

/* Samples that are there, counted from `offset` ahead of the play point. */
static int available(const jitter_t *j, int offset)
{
    uint32_t at = j->play + (uint32_t)offset;
    int first = span(at, JITTER_BLOCK), n = 0;

    for (int i = 0; i < first; i++)
        n += j->filled[(at & MASK) + (uint32_t)i];
    for (int i = 0; i < JITTER_BLOCK - first; i++)
        n += j->filled[i];
    return n;
}

static void copy(const jitter_t *j, int offset, int16_t *pcm)
{
    uint32_t at = j->play + (uint32_t)offset;
    int first = span(at, JITTER_BLOCK);

    memcpy(pcm, j->pcm + (at & MASK), (size_t)first * sizeof *pcm);
    memcpy(pcm + first, j->pcm, (size_t)(JITTER_BLOCK - first) * sizeof *pcm);
}

static void crossfade(int16_t *from, const int16_t *to)
{
    for (int i = 0; i < JITTER_BLOCK; i++) {
        int w = i + 1;
        from[i] = (int16_t)((from[i] * (JITTER_BLOCK + 1 - w) + to[i] * w) / (JITTER_BLOCK + 1));
    }
}

/* -1: shorten, 1: lengthen, 0: the delay is right. */
static int wanted(const jitter_t *j)
{
    int low = j->low < j->low_before ? j->low : j->low_before;

    if (j->low < NEARLY_LATE && j->margin < JITTER_MAX - JITTER_BLOCK)
        return 1;
    if (j->low_before != INT_MAX && low >= GUARD + JITTER_BLOCK
        && j->margin >= JITTER_MIN + JITTER_BLOCK)
        return -1;
    return 0;
}

static int is_quiet(jitter_t *j, const int16_t *pcm)
{
    int64_t squares = 0;
    for (int i = 0; i < JITTER_BLOCK; i++)
        squares += (uint32_t)(pcm[i] * pcm[i]);
    float sum = (float)squares / JITTER_BLOCK;
    int quiet = sum < QUIET || sum < j->energy / 16.0f;
    j->energy += (sum - j->energy) / 64.0f;
    return quiet;
}

/* Adjust the delay by one block, if it is wanted and this is the place. */
static void adjust(jitter_t *j, int16_t *pcm)
{
    int16_t other[JITTER_BLOCK];
    int quiet = is_quiet(j, pcm), want = wanted(j);

    j->waiting = want ? j->waiting + 1 : 0;
    if (!want || (!quiet && j->waiting < PATIENCE))
        return;
    if (want < 0) {
        if (available(j, JITTER_BLOCK) != JITTER_BLOCK)
            return;
        copy(j, JITTER_BLOCK, other);
        clear_until(j, j->play + JITTER_BLOCK);
        moved(j, JITTER_BLOCK);
        j->dropped++;
    } else {
        /* From this block back to the one before, so that this one can follow once more. */
        for (int i = 0; i < JITTER_BLOCK; i++)
            other[i] = j->conceal.history[CONCEAL_HISTORY - JITTER_BLOCK + i];
        j->play -= JITTER_BLOCK;
        moved(j, -JITTER_BLOCK);
        j->added++;
    }
    crossfade(pcm, other);
    j->waiting = 0;
}

static void turn_window(jitter_t *j)
{
    if (--j->window > 0)
        return;
    j->low_before = j->low;
    j->low = INT_MAX;
    j->window = JITTER_WINDOW;
}

static void lost(jitter_t *j, int16_t *pcm, int present)
{
    int16_t heard[JITTER_BLOCK];

    copy(j, 0, heard);
    if (conceal_lost(&j->conceal, pcm))
        j->concealed++;
    if (!present)
        return;
    for (int i = 0; i < JITTER_BLOCK; i++)      /* packets that do not fill whole blocks */
        if (j->filled[(j->play + (uint32_t)i) & MASK])
            pcm[i] = heard[i];
}

void jitter_get(jitter_t *j, int16_t pcm[JITTER_BLOCK])
{
    if (!j->running) {
        memset(pcm, 0, JITTER_BLOCK * sizeof *pcm);
        return;
    }
    turn_window(j);
    if (j->hold > 0) {
        j->hold--;
        j->added++;
        moved(j, -JITTER_BLOCK);
        conceal_lost(&j->conceal, pcm);
        return;
    }
    int present = available(j, 0);
    if (present == JITTER_BLOCK) {
        j->starved = 0;
        copy(j, 0, pcm);
        adjust(j, pcm);
        conceal_good(&j->conceal, pcm);
    } else {
        j->starved = present ? 0 : j->starved + 1;
        lost(j, pcm, present);
    }
    clear_until(j, j->play + JITTER_BLOCK);
}
