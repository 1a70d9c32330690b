#include "progress.h"

#include <math.h>
#include <string.h>

#define HALF (PROGRESS_HOP / 2)
#define WINDOW_HOPS 13 /* the 64 ms of a spectrum */
#define FLOOR 2605.0f  /* -50 dBm0: what is quieter is alike */
#define HEARD 8239.0f  /* -45 dBm0 */
#define STEP 4.0f      /* 6 dB: another segment */
#define FEW_HOPS 8     /* 40 ms: beats of two lines, clicks and echoes are no segments */
#define SOUND_HOPS 12  /* 60 ms: less does not break a cadence */
#define FIRST_LOOK 14  /* hops: the window is within the segment */
#define LOOK_HOPS 4
#define MANY_LOOKS 3000 /* a minute */
#define CLICK_LOOKS 4  /* a click spoils so many looks */
#define PURITY 0.85f   /* part of the energy that must be in two lines */
#define MOST 0.7f      /* part of the looks that must show a tone */
#define LOWEST 17      /* bins: 266 to 1860 Hz */
#define HIGHEST 119
#define LOBE 4
#define BAND_FROM 13   /* bins: 203 to 1922 Hz */
#define BAND_TO 123

/* Half-band low-pass of 19 taps (Kaiser window, beta 4.5): the centre is 1/2, every other is 0. */
static const float HALF_BAND[5] = {0.3106004f, -0.0846791f, 0.0329734f, -0.0110614f, 0.0020232f};

/* Elliptic high-pass at 4 kHz, order 4: 0.5 dB ripple above 300 Hz, 40 dB down below 190 Hz. */
static const float SECTION[2][5] = { /* b0 b1 b2 a1 a2: scipy.signal.ellip(4, 0.5, 40, 300) */
    {0.53596284f, -1.06367023f, 0.53596284f, -1.07893539f, 0.39774409f},
    {1.0f, -1.92482094f, 1.0f, -1.69508027f, 0.88975435f},
};

void progress_init(progress_t *p)
{
    memset(p, 0, sizeof *p);
    p->segment.mean = FLOOR;
    p->segment.sure = -1;
}

void progress_watch(progress_t *p, const progress_pattern_t *pattern, int n)
{
    p->patterns = n;
    memcpy(p->pattern, pattern, (size_t)n * sizeof *pattern);
    memset(p->track, 0, sizeof p->track);
}

void progress_activity(progress_t *p, int on, int silence_hops)
{
    p->active = on;
    p->silence_hops = silence_hops;
    p->voice = p->pending = p->quiet = p->silence = p->sounds = 0;
    p->voice_told = p->silence_told = 0;
}

/* --- samples --- */

static float highpass(progress_t *p, float x)
{
    for (int i = 0; i < 2; i++) { /* direct form II transposed */
        const float *c = SECTION[i];
        float *z = p->highpass[i];
        float y = c[0] * x + z[0];
        z[0] = c[1] * x - c[3] * y + z[1];
        z[1] = c[2] * x - c[4] * y;
        x = y;
    }
    return x;
}

/* Split at 2 kHz.  What is left of the one half is the other. */
static void split(progress_t *p, const int16_t *pcm, float *low, float *high)
{
    float even[4 + HALF], odd[9 + HALF];

    memcpy(even, p->even, sizeof p->even);
    memcpy(odd, p->odd, sizeof p->odd);
    for (int i = 0; i < HALF; i++) {
        even[4 + i] = pcm[2 * i];
        odd[9 + i] = pcm[2 * i + 1];
    }
    for (int i = 0; i < HALF; i++) {
        float sides = 0.0f;
        for (int k = 0; k < 5; k++)
            sides += HALF_BAND[k] * (odd[i + 4 - k] + odd[i + 5 + k]);
        low[i] = 0.5f * even[i] + sides;
        high[i] = 0.5f * even[i] - sides;
    }
    memcpy(p->even, even + HALF, sizeof p->even);
    memcpy(p->odd, odd + HALF, sizeof p->odd);
}

/* Filters a hop into the ring; returns its energy (mean square), hum excepted. */
static float take(progress_t *p, const int16_t *pcm)
{
    float low[HALF], high[HALF], low_sum = 0.0f, high_sum = 0.0f;

    split(p, pcm, low, high);
    for (int i = 0; i < HALF; i++) {
        float x = highpass(p, low[i]);
        p->ring[p->oldest] = x;
        p->oldest = (p->oldest + 1) % SPECTRUM_SAMPLES;
        low_sum += x * x;
        high_sum += high[i] * high[i];
    }
    p->high[p->now % WINDOW_HOPS] = high_sum / HALF;
    return (low_sum + high_sum) / HALF;
}

/* --- looks --- */

static float sum(const float *power, int from, int to)
{
    float s = 0.0f;
    for (int k = from; k <= to; k++)
        s += power[k];
    return s;
}

/* Energy around the strongest bin; that part of the spectrum is then out of the play. */
static float strongest(float *power)
{
    int best = LOWEST;
    for (int k = LOWEST + 1; k <= HIGHEST; k++)
        if (power[k] > power[best])
            best = k;
    float s = sum(power, best - LOBE, best + LOBE);
    memset(power + best - LOBE, 0, (2 * LOBE + 1) * sizeof *power);
    return s;
}

/* The segment has shown nothing like a tone so far: one may begin here.  After a few looks that
 * may only be a click, and the tone may still have begun where the level rose. */
static void begin_anew(progress_t *p)
{
    progress_segment_t *s = &p->segment;

    s->spoiled = progress_count(s->spoiled, s->looks);
    s->looks = s->pure = 0;
    s->total = 0.0f;
    memset(s->spectrum, 0, sizeof s->spectrum);
    s->sure = p->now - WINDOW_HOPS / 2; /* half of the next window, 4 hops later, may be tone */
    if (s->spoiled <= CLICK_LOOKS)
        return;
    s->begin = s->sure;
    s->split = 1;
}

/* A dial tone may last for days: what was long ago counts half. */
static void fade(progress_segment_t *s)
{
    s->looks /= 2;
    s->pure /= 2;
    s->total /= 2.0f;
    for (int k = 0; k < SPECTRUM_BINS; k++)
        s->spectrum[k] /= 2.0f;
}

static void look(progress_t *p)
{
    progress_segment_t *s = &p->segment;
    float power[SPECTRUM_BINS], left[SPECTRUM_BINS], total = 0.0f;

    spectrum_power(p->ring, p->oldest, power);
    for (int i = 0; i < WINDOW_HOPS; i++)
        total += p->high[i] / WINDOW_HOPS;
    total += sum(power, BAND_FROM, BAND_TO);
    memcpy(left, power, sizeof left);
    float lines = strongest(left);
    lines += strongest(left);
    int pure = lines >= PURITY * total && total >= HEARD;
    activity_judge(p, pure, total > 0.0f ? lines / total : 0.0f);
    s->looks++;
    if (s->looks > MANY_LOOKS)
        fade(s);
    if (pure) {
        s->pure++;
        s->total += total;
        for (int k = 0; k < SPECTRUM_BINS; k++)
            s->spectrum[k] += power[k];
    } else if ((float)s->pure < MOST * (float)s->looks) {
        begin_anew(p);
    }
}

static int is_tone(const progress_segment_t *s)
{
    return s->looks > 0 && (float)s->pure >= MOST * (float)s->looks;
}

/* --- segments --- */

static float part(float energy, float mean) { return fminf(1.0f, energy / mean); }

/* The segment ended at hop `end`, or within it and the one before when the level fell. */
static void close_segment(progress_t *p, int64_t end, int fell)
{
    progress_segment_t *s = &p->segment;
    int back = (int)(p->now - end);
    double from = (double)s->begin, to = (double)end;

    if (!is_tone(s)) {
        if (s->hops >= SOUND_HOPS && s->mean > HEARD && s->mean > p->burst_level / 10.0f)
            cadence_break(p);
        return;
    }
    if (cadence_waits(p) && s->mean < p->burst_level / PROGRESS_FAR_BELOW)
        return; /* part of the pause */
    if (!s->split)
        from += 1.0f - part(s->edge[0], s->mean) - part(s->edge[1], s->mean);
    if (fell)
        to += part(p->energy[back], s->mean) + part(p->energy[back + 1], s->mean) - 1.0f;
    cadence_burst(p, from, (double)s->sure, to);
}

static void open_segment(progress_t *p, int64_t begin, int rose)
{
    progress_segment_t *s = &p->segment;
    int back = (int)(p->now - begin);
    float mean = (p->energy[0] + p->energy[1]) / 2.0f;

    p->rises = p->falls = 0;
    activity_segment(p);
    if (rose && s->hops < FEW_HOPS && s->looks == 0) { /* it only becomes louder still */
        s->mean = mean;
        return;
    }
    close_segment(p, begin, !rose);
    memset(s, 0, sizeof *s);
    s->mean = mean;
    s->hops = 2;
    s->begin = begin;
    s->sure = -1;
    s->split = !rose;
    s->edge[0] = p->energy[back + 1];
    s->edge[1] = p->energy[back];
    s->next_look = (int)(begin + FIRST_LOOK - p->now);
}

/* How many hops ago the oldest of the latest 4 was that rose; 0 when fewer than 3 did. */
static int rise(unsigned rises)
{
    return rises == 0xD || rises == 0xB || rises == 0xF ? 3 : rises == 7 ? 2 : 0;
}

static void segment_hop(progress_t *p, float energy)
{
    progress_segment_t *s = &p->segment;
    int rises = energy > STEP * s->mean, falls = STEP * energy < s->mean;

    p->rises = (p->rises << 1 | (unsigned)rises) & 0xF;
    p->falls = (p->falls << 1 | (unsigned)falls) & ((1u << FEW_HOPS) - 1);
    s->next_look -= s->next_look > 0;
    if (rise(p->rises)) {
        open_segment(p, p->now - rise(p->rises), 1);
    } else if (p->falls == (1u << FEW_HOPS) - 1) {
        open_segment(p, p->now - (FEW_HOPS - 1), 0);
    } else if (!rises && !falls) {
        s->hops = progress_count(s->hops, 1);
        s->mean += (energy - s->mean) / (float)(s->hops < 16 ? s->hops : 16);
    }
}

int progress_hop(progress_t *p, const int16_t *pcm, progress_find_t *finds)
{
    int found = 0;
    float energy = take(p, pcm);
    float bounded = fmaxf(energy, FLOOR);

    memmove(p->energy + 1, p->energy, sizeof p->energy - sizeof p->energy[0]);
    p->energy[0] = bounded;
    segment_hop(p, bounded);
    progress_segment_t *s = &p->segment;
    if (s->next_look <= 0 && s->mean > HEARD && !(p->falls & 1)) {
        s->next_look = LOOK_HOPS;
        look(p);
        if (is_tone(s))
            found += cadence_lasting(p, finds);
    }
    found += cadence_hop(p, finds + found);
    if (p->active)
        found += activity_hop(p, energy, finds + found);
    p->now++;
    return found;
}
