/* Of which patterns is this tone, and where is each in its cadence? */
#include "progress.h"

#include <math.h>
#include <string.h>

#define HOPS_A_SECOND 200.0f
#define LEAST_TOLERANCE 8.0 /* hops: 40 ms */
#define RINGING 10          /* hops after a burst that say nothing of the pause */
#define BLOCK 4
#define SHORT_PAUSE_S 1.0f
#define LONGEST_PAUSE 12000 /* hops: no pattern's pause has more than 30 s + 40 % */
#define QUIET_DB -45.0f
#define CHANGE_DB 2.0f      /* from block to block: noise hardly ever, speech mostly */
#define CLICKS 1            /* changes that any pause may have, */
#define CHANGES_PART 4      /* and this part of its blocks besides */
#define CUT 0.4f            /* part of the first burst that must be heard, */
#define UNSURE 30           /* hops that it may seem to be longer */
#define SIDE_HZ 35.0f       /* half of a line's width in the spectrum */
#define SHARE 0.8f          /* part of the energy that must be in the pattern's lines */
#define LINE_WIDTH 0.333f   /* variance of a sine's energy in the spectrum, bins squared */
#define NARROW 1.2f         /* the same, of what passes as one frequency */
#define CLOSE_HZ 60.0f      /* two lines closer than this are judged by their common width */
#define TWIST 10.0f         /* 10 dB between two lines */

typedef struct {
    float power, hz, width; /* width: variance in bins squared */
} band_t;

static band_t band(const float *spectrum, float from_hz, float to_hz)
{
    int from = (int)ceilf(from_hz / SPECTRUM_HZ), to = (int)floorf(to_hz / SPECTRUM_HZ);
    float sum = 0.0f, first = 0.0f, second = 0.0f;

    for (int k = from; k <= to; k++) {
        float x = (float)(k - from);
        sum += spectrum[k];
        first += spectrum[k] * x;
        second += spectrum[k] * x * x;
    }
    float mean = sum > 0.0f ? first / sum : 0.0f;
    float width = sum > 0.0f ? second / sum - mean * mean : 0.0f;
    return (band_t){sum, ((float)from + mean) * SPECTRUM_HZ, width};
}

static int is_near(float hz, float wanted, float tolerance) { return fabsf(hz - wanted) <= tolerance; }

static int one_line(const progress_pattern_t *w, const progress_segment_t *s, progress_track_t *t)
{
    float side = w->tolerance_hz + SIDE_HZ;
    band_t b = band(s->spectrum, w->hz[0] - side, w->hz[0] + side);

    t->hz[0] = b.hz;
    t->hz[1] = 0.0f;
    return b.power >= SHARE * s->total && b.width <= NARROW
           && is_near(b.hz, w->hz[0], w->tolerance_hz);
}

/* Two lines that one spectrum does not resolve, or a modulated one: centre and width. */
static int close_lines(const progress_pattern_t *w, const progress_segment_t *s,
                       progress_track_t *t)
{
    float middle = (w->hz[0] + w->hz[1]) / 2.0f, half = fabsf(w->hz[1] - w->hz[0]) / 2.0f;
    float side = half + w->tolerance_hz + SIDE_HZ, bins = half / SPECTRUM_HZ;
    band_t b = band(s->spectrum, middle - side, middle + side);
    float spread = sqrtf(fmaxf(0.0f, b.width - LINE_WIDTH)) * SPECTRUM_HZ;

    t->hz[0] = b.hz - spread;
    t->hz[1] = b.hz + spread;
    return b.power >= SHARE * s->total && is_near(b.hz, middle, w->tolerance_hz)
           && b.width >= LINE_WIDTH + 0.2f * bins * bins
           && b.width <= LINE_WIDTH + 1.6f * bins * bins + 0.3f;
}

static int two_lines(const progress_pattern_t *w, const progress_segment_t *s, progress_track_t *t)
{
    float side = w->tolerance_hz + SIDE_HZ, half = fabsf(w->hz[1] - w->hz[0]) / 2.0f;
    band_t b[2];

    if (2.0f * half < CLOSE_HZ)
        return close_lines(w, s, t);
    for (int i = 0; i < 2; i++) {
        float below = w->hz[i] > w->hz[1 - i] ? fminf(side, half) : side;
        float above = w->hz[i] < w->hz[1 - i] ? fminf(side, half) : side;
        b[i] = band(s->spectrum, w->hz[i] - below, w->hz[i] + above);
        t->hz[i] = b[i].hz;
        if (b[i].width > NARROW || !is_near(b[i].hz, w->hz[i], w->tolerance_hz))
            return 0;
    }
    return b[0].power + b[1].power >= SHARE * s->total && b[0].power <= TWIST * b[1].power
           && b[1].power <= TWIST * b[0].power;
}

/* Is the segment a tone of this pattern?  What was measured is then in t. */
static int matches(const progress_pattern_t *w, const progress_segment_t *s, progress_track_t *t)
{
    t->level_dbm0 = 10.0f * log10f(s->total / (float)s->pure) - PROGRESS_DB_FULL;
    if (t->level_dbm0 < w->minimum_dbm0)
        return 0;
    return w->hz[1] > 0.0f ? two_lines(w, s, t) : one_line(w, s, t);
}

static double tolerance(const progress_pattern_t *w, int step)
{
    return fmax(w->tolerance * w->step[step] * HOPS_A_SECOND, LEAST_TOLERANCE);
}

static int fits(const progress_pattern_t *w, int step, double hops)
{
    return fabs(hops - w->step[step] * HOPS_A_SECOND) <= tolerance(w, step);
}

static void restart(progress_track_t *t) { t->at = t->cycles = t->told = 0; }

static int pause_was_quiet(const progress_t *p)
{
    return p->gap_changes <= CLICKS + p->gap_hops / BLOCK / CHANGES_PART;
}

/* Of a first burst that followed another sound without a pause, the length is hardly known. */
static int may_be_first(const progress_pattern_t *w, double sure, double end)
{
    double whole = w->step[0] * HOPS_A_SECOND, on = end - sure;
    return sure >= 0 && on >= CUT * whole && on <= whole + tolerance(w, 0) + UNSURE;
}

static void burst(progress_t *p, int i, double begin, double sure, double end)
{
    const progress_pattern_t *w = &p->pattern[i];
    progress_track_t *t = &p->track[i];

    if (t->at % 2 == 1) {
        if (!fits(w, t->at, begin - p->burst_end) || !pause_was_quiet(p)) {
            restart(t);
        } else if (++t->at == w->steps) {
            t->at = 0;
            t->cycles++;
        }
    }
    int known = matches(w, &p->segment, t);
    if (!known || !fits(w, t->at, end - begin)) {
        restart(t); /* but it may be the first of a new cycle */
        if (!known || !(fits(w, 0, end - begin) || may_be_first(w, sure, end)))
            return;
    }
    if (t->at == 0 && t->cycles == 0)
        t->begun = begin;
    t->at++;
}

void cadence_burst(progress_t *p, double begin, double sure, double end)
{
    for (int i = 0; i < p->patterns; i++) {
        if (p->pattern[i].steps == 0)
            p->track[i].told = 0;
        else
            burst(p, i, begin, sure, end);
    }
    p->burst_end = end;
    p->burst_level = p->segment.mean;
    p->gap_sum = 0.0f;
    p->gap_hops = p->gap_changes = 0;
}

static int has_short_pauses(const progress_pattern_t *w)
{
    for (int i = 1; i < w->steps; i += 2)
        if (w->step[i] > SHORT_PAUSE_S)
            return 0;
    return w->steps > 0;
}

int progress_suspects(const progress_t *p)
{
    for (int i = 0; i < p->patterns; i++)
        if (p->track[i].at > 0 && has_short_pauses(&p->pattern[i]))
            return 1;
    return 0;
}

int cadence_waits(const progress_t *p)
{
    for (int i = 0; i < p->patterns; i++)
        if (p->track[i].at % 2 == 1)
            return 1;
    return 0;
}

void cadence_break(progress_t *p)
{
    for (int i = 0; i < p->patterns; i++)
        restart(&p->track[i]);
}

/* How loud the pause is, from block to block.  4 hops late: the next burst is not part of it. */
static void listen_to_pause(progress_t *p)
{
    if (p->gap_hops >= LONGEST_PAUSE)
        return;
    p->gap_sum += p->energy[BLOCK];
    if (++p->gap_hops % BLOCK != 0)
        return;
    float below = p->burst_level / PROGRESS_FAR_BELOW;
    float quiet = fmaxf(QUIET_DB, 10.0f * log10f(below) - PROGRESS_DB_FULL);
    float db = fmaxf(quiet, 10.0f * log10f(p->gap_sum / BLOCK) - PROGRESS_DB_FULL);
    p->gap_changes += p->gap_hops > BLOCK && fabsf(db - p->gap_db) > CHANGE_DB;
    p->gap_db = db;
    p->gap_sum = 0.0f;
}

static void tell(const progress_t *p, int i, progress_find_t *find)
{
    const progress_track_t *t = &p->track[i];

    *find = (progress_find_t){PROGRESS_TONE, i, {t->hz[0], t->hz[1]}, t->level_dbm0,
                              (float)((double)(p->now + 1) - t->begun) / HOPS_A_SECOND};
}

/* The last pause of the last cycle has lasted long enough, or too long. */
static int completed(progress_t *p, int i, double pause)
{
    const progress_pattern_t *w = &p->pattern[i];
    progress_track_t *t = &p->track[i];

    if (t->at % 2 == 0)
        return 0;
    double wanted = w->step[t->at] * HOPS_A_SECOND, more = tolerance(w, t->at);
    if (pause > wanted + more) {
        restart(t);
        return 0;
    }
    if (t->told || t->at != w->steps - 1 || t->cycles + 1 < w->cycles)
        return 0;
    t->told = pause >= wanted - more && pause_was_quiet(p);
    return t->told;
}

int cadence_hop(progress_t *p, progress_find_t *finds)
{
    double pause = (double)(p->now + 1) - p->burst_end;
    int found = 0;

    if (p->burst_level == 0.0f || p->segment.mean > p->burst_level / 10.0f)
        return 0;
    if (pause >= RINGING)
        listen_to_pause(p);
    for (int i = 0; i < p->patterns; i++) /* of patterns that are alike the first is told */
        if (completed(p, i, pause) && found++ == 0)
            tell(p, i, finds);
    return found > 0;
}

int cadence_lasting(progress_t *p, progress_find_t *finds)
{
    const progress_segment_t *s = &p->segment;
    int64_t begin = s->sure < 0 ? s->begin : s->sure;
    double hops = (double)(p->now + 1 - begin);
    int found = 0;

    for (int i = 0; i < p->patterns; i++) {
        const progress_pattern_t *w = &p->pattern[i];
        progress_track_t *t = &p->track[i];
        if (w->steps != 0 || t->told || hops < w->continuous_s * HOPS_A_SECOND)
            continue;
        if (!matches(w, s, t))
            continue;
        t->told = 1;
        t->begun = (double)begin;
        if (found++ == 0)
            tell(p, i, finds);
    }
    return found > 0;
}
