#include "dtmf_rx.h"

#include <math.h>
#include <stddef.h>

#define PI 3.14159265358979f
#define RATE 8000.0f
#define SPAN (DTMF_HOP * DTMF_PARTS)
#define HALF (DTMF_HOP / 2)
#define TOGETHER 4             /* tones correlated at a time: what registers hold */

/* Least level of each tone: -33 dBm0 (amplitude 511) as energy in one look.  Q.24 asks for at
 * least -25 dBm0 (NTT -24, AT&T -25); A-law and the telephone's line loss want some margin. */
#define LEAST_ENERGY (511.0f * 511.0f / 2.0f * SPAN / (GAIN * GAIN))
/* One look is judged loosely, the hits together strictly: a look of 15 ms wavers. */
#define ROW_STRONGER 8.9f      /* 9.5 dB: 8 are to be accepted */
#define COLUMN_STRONGER 3.55f  /* 5.5 dB: 4 are to be accepted */
#define LOOK_TWIST 1.6f        /* 2 dB more */
#define NEIGHBOUR 6.3f         /* 8 dB over every other tone of the group */
#define PURITY 0.90f           /* part of the energy that must be in the two tones */
#define LEANING 3.16f          /* 5 dB: a vowel's first formant is as much stronger, and less pure */
#define LEANING_PURITY 0.94f
#define LOOK_PURITY 0.80f
#define OFFSET 0.020f          /* between 1.5 % (accept) and 3.5 % (reject) */
#define LOOK_OFFSET 0.04f
#define LEAST_KEPT 0.6f        /* of its energy, by a tone that is off its frequency */
#define HITS 5                 /* looks, 5 ms apart: tones of 28 to 32 ms and more are accepted */
#define MISSES 6               /* looks: a gap of less than 20 ms does not end the digit */

#define FULL 22827.0f          /* peak of a sine of 0 dBm0 */

static const char DIGIT[4][5] = {"123A", "456B", "789C", "*0#D"};
static const float HZ[DTMF_TONES] = {697, 770, 852, 941, 1209, 1336, 1477, 1633};

/* Elliptic high-pass, order 4, 0.5 dB ripple above 660 Hz, 30 dB below 500 Hz: scipy.signal.ellip.
 * Dial tone (350 to 475 Hz) may be louder than the digit. */
#define GAIN 0.5468681024705092f     /* left out: only levels know of it */
#define COARSE 1024.0f               /* added and taken away, it leaves steps of 1/8192: silence becomes
                                      zero, not numbers so small that processors are slow with them */
static const float SECTION[2][3] = {  /* b1 a1 a2; b0 and b2 are 1 */
    {-1.9674307445429362f, -1.0783902037321313f, 0.40941901137154424f},
    {-1.8607012848362545f, -1.6647388803456409f, 0.9017516494251502f},
};

/* Of each tone: its wave from the middle of a hop on (four times, as a vector multiplies it), and
 * its turn in so many hops, which begins again each second. */
static float wave_cos[HALF][DTMF_TONES][4], wave_sin[HALF][DTMF_TONES][4];
static float turn_cos[DTMF_HOPS][DTMF_TONES], turn_sin[DTMF_HOPS][DTMF_TONES];
static float passed[DTMF_TONES]; /* energy of each tone behind the high-pass, as it is without GAIN */

/* |z + 1/z + b1|^2 / |1 + a1/z + a2/z^2|^2 of a section at w radians a sample. */
static float section_passes(const float *section, float w)
{
    float top = 2.0f * cosf(w) + section[0];
    float re = 1.0f + section[1] * cosf(w) + section[2] * cosf(2.0f * w);
    float im = section[1] * sinf(w) + section[2] * sinf(2.0f * w);

    return top * top / (re * re + im * im);
}

__attribute__((constructor)) static void make_tables(void)
{
    for (int k = 0; k < DTMF_TONES; k++) {
        float w = 2.0f * PI * HZ[k] / RATE;
        passed[k] = section_passes(SECTION[0], w) * section_passes(SECTION[1], w);
        for (int i = 0; i < 4 * HALF; i++) {
            wave_cos[i / 4][k][i % 4] = cosf(w * ((float)(i / 4) + 0.5f));
            wave_sin[i / 4][k][i % 4] = -sinf(w * ((float)(i / 4) + 0.5f));
        }
        for (int i = 0; i < DTMF_HOPS; i++) {
            float turn = 2.0f * PI * (float)((int)HZ[k] * i % DTMF_HOPS) / DTMF_HOPS;
            turn_cos[i][k] = cosf(turn);
            turn_sin[i][k] = sinf(turn);
        }
    }
}

void dtmf_rx_init(dtmf_rx_t *rx) { memset(rx, 0, sizeof *rx); }

void dtmf_rx_forget(dtmf_rx_t *rx, int lane)
{
    float (*all)[LANES] = (float (*)[LANES])rx;

    for (size_t i = 0; i < offsetof(dtmf_rx_t, lane) / sizeof *all; i++)
        all[i][lane] = 0.0f;
    memset(&rx->lane[lane], 0, sizeof rx->lane[lane]);
}

/* --- eight channels at once --- */

static const short8_t SILENT = {0xD5, 0xD5, 0xD5, 0xD5, 0xD5, 0xD5, 0xD5, 0xD5}; /* A-law */

typedef float hop_t[2 + DTMF_HOP][LANES]; /* two samples of the hop before in front */

typedef struct {
    float re[DTMF_TONES][LANES], im[DTMF_TONES][LANES];
    float energy[DTMF_TONES][LANES];
    float total[LANES];
    float spare[LANES]; /* negative: no digit can be in it */
} look_t;

#define W 4
#define V float4_t
#define I int4_t
#define TARGET
#define OF(name) name##_4
#define WAVE(x) (*(const V *)(x))
#include "dtmf_hop.h"

#if defined __x86_64__
#undef W
#undef V
#undef I
#undef TARGET
#undef OF
#undef WAVE
#define W 8
#define V float8_t
#define I int8_lanes_t
#define TARGET __attribute__((target("arch=x86-64-v3")))
#define OF(name) name##_8
#define WAVE(x) ((x)[0])
#include "dtmf_hop.h"

static int wide; /* the processor has AVX2 and FMA */

__attribute__((constructor)) static void look_for_avx2(void)
{
    __builtin_cpu_init();
    wide = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

#define LOOK(how, ...) (wide ? how##_8(__VA_ARGS__) : how##_4(__VA_ARGS__))
#else
#define LOOK(how, ...) how##_4(__VA_ARGS__)
#endif

/* --- one channel --- */

/* atan2 within 1e-5 (Abramowitz and Stegun 4.4.47), which is all that a limit of 0.1 needs. */
static float angle(float im, float re)
{
    float a = fabsf(im), b = fabsf(re), x = a < b ? a / b : b / fmaxf(a, 1e-30f), s = x * x;
    float r = x * (0.9998660f + s * (-0.3302995f + s * (0.1801410f +
              s * (-0.0851330f + s * 0.0208351f))));

    r = a < b ? r : PI / 2.0f - r;
    r = re < 0.0f ? PI - r : r;
    return im < 0.0f ? -r : r;
}

/* Radians that a tone has turned more than its nominal frequency does, since the look before. */
static float offset(const dtmf_rx_t *rx, const look_t *l, int lane, int k)
{
    float re = l->re[k][lane] * rx->last_re[k][lane] + l->im[k][lane] * rx->last_im[k][lane];
    float im = l->im[k][lane] * rx->last_re[k][lane] - l->re[k][lane] * rx->last_im[k][lane];

    return angle(im, re);
}

/* Part of its energy a sine keeps in a look when it is `off` radians a hop off the nominal. */
static float kept(float off)
{
    float half = off * DTMF_PARTS / 2.0f;
    float sinc = fabsf(half) < 1e-3f ? 1.0f : sinf(half) / half;
    return fmaxf(sinc * sinc, LEAST_KEPT);
}

static int strongest(const float (*energy)[LANES], int lane)
{
    int best = 0;
    for (int k = 1; k < 4; k++)
        if (energy[k][lane] > energy[best][lane])
            best = k;
    return best;
}

static int off_frequency(float off, int tone, float limit)
{
    return fabsf(off) > limit * 2.0f * PI * HZ[tone] / RATE * DTMF_HOP;
}

/* Levels, twist and purity of one look, or of several together; sum is row, column, all above the filter. */
static int pure(const float *sum, float more_twist, float purity)
{
    return sum[0] <= sum[1] * ROW_STRONGER * more_twist
           && sum[1] <= sum[0] * COLUMN_STRONGER * more_twist
           && sum[0] + sum[1] >= purity * sum[2];
}

typedef struct {
    char digit;      /* 0 = none */
    int row, column; /* indices into HZ */
    float off[2];    /* of row and column */
    float sum[3];
} shown_t;

/* What this look shows in a channel that is worth judging. */
static shown_t shown(const dtmf_rx_t *rx, const look_t *l, int lane)
{
    int row = strongest(l->energy, lane), column = 4 + strongest(l->energy + 4, lane);
    shown_t seen = {0, row, column, {offset(rx, l, lane, row), offset(rx, l, lane, column)}, {0}};

    if (off_frequency(seen.off[0], row, LOOK_OFFSET)
        || off_frequency(seen.off[1], column, LOOK_OFFSET))
        return seen;
    seen.sum[0] = l->energy[row][lane] / kept(seen.off[0]);
    seen.sum[1] = l->energy[column][lane] / kept(seen.off[1]);
    seen.sum[2] = l->total[lane];
    if (seen.sum[0] >= LEAST_ENERGY && seen.sum[1] >= LEAST_ENERGY
        && pure(seen.sum, LOOK_TWIST, LOOK_PURITY))
        seen.digit = DIGIT[row][column - 4];
    return seen;
}

/* The mean frequency over the hits is far more exact than that of one look. */
static int in_tune(const dtmf_lane_t *of, const shown_t *seen)
{
    float n = (float)(of->hits - 1);
    return !off_frequency(of->turn[0] / n, seen->row, OFFSET)
           && !off_frequency(of->turn[1] / n, seen->column, OFFSET);
}

static void begin(dtmf_lane_t *of, const shown_t *seen)
{
    of->candidate = seen->digit;
    of->hits = seen->digit != 0;
    of->turn[0] = of->turn[1] = 0.0f;
    memcpy(of->sum, seen->sum, sizeof of->sum);
    memcpy(of->first, seen->sum, sizeof of->first);
}

/* All hits together: the strict judgement. */
static int certain(const dtmf_lane_t *of, const shown_t *seen)
{
    float whole[3]; /* of the looks that the tone fills */

    for (int i = 0; i < 3; i++)
        whole[i] = of->sum[i] - of->first[i];
    return in_tune(of, seen) && pure(of->sum, 1.0f, PURITY)
           && (of->sum[0] <= LEANING * of->sum[1] || pure(whole, LOOK_TWIST, LEANING_PURITY));
}

/* Returns the digit when this look makes it certain. */
static char judge(dtmf_lane_t *of, const shown_t *seen)
{
    if (of->digit && seen->digit != of->digit && ++of->misses >= MISSES)
        of->digit = 0;
    if (seen->digit == 0 || seen->digit != of->candidate) {
        begin(of, seen);
        return 0;
    }
    if (seen->digit == of->digit) {
        of->misses = 0;
        return 0;
    }
    for (int i = 0; i < 2; i++)
        of->turn[i] += seen->off[i];
    for (int i = 0; i < 3; i++)
        of->sum[i] += seen->sum[i];
    if (++of->hits < HITS)
        return 0;
    if (!certain(of, seen)) {
        of->candidate = 0;         /* a tone that settles later gets another chance */
        return 0;
    }
    of->misses = 0;
    return of->digit = seen->digit;
}

/* --- a hop --- */

static unsigned judge_all(dtmf_rx_t *rx, const look_t *l, char *digit)
{
    static const shown_t nothing;
    unsigned found = 0;

    for (int lane = 0; lane < LANES; lane++) {
        dtmf_lane_t *of = &rx->lane[lane];
        int worth = l->spare[lane] >= 0.0f;
        if (!worth && of->candidate == 0 && of->digit == 0)
            continue;
        shown_t seen = worth ? shown(rx, l, lane) : nothing;
        digit[lane] = judge(of, &seen);
        found |= (unsigned)(digit[lane] != 0) << lane;
    }
    memcpy(rx->last_re, l->re, sizeof l->re);
    memcpy(rx->last_im, l->im, sizeof l->im);
    return found;
}

unsigned dtmf_rx(dtmf_rx_t *rx, const int16_t *const pcm[LANES], char digit[LANES])
{
    look_t l;

    LOOK(look_at_pcm, rx, pcm, &l);
    return judge_all(rx, &l, digit);
}

unsigned dtmf_rx_alaw(dtmf_rx_t *rx, const uint8_t *const codes[LANES], char digit[LANES])
{
    look_t l;

    LOOK(look_at_alaw, rx, codes, &l);
    return judge_all(rx, &l, digit);
}

unsigned dtmf_rx_bus(dtmf_rx_t *rx, const uint8_t *codes, int stride, char digit[LANES])
{
    look_t l;

    LOOK(look_at_bus, rx, codes, stride, &l);
    return judge_all(rx, &l, digit);
}

/* --- levels --- */

/* The energy of a sine in a look is amplitude^2 / 2 * SPAN; sum is that of so many looks. */
static float dbm0(float sum, int looks, int tone)
{
    float amplitude2 = 2.0f * sum / (float)(looks * SPAN) / passed[tone];
    return 10.0f * log10f(amplitude2 / (FULL * FULL));
}

void dtmf_rx_levels(const dtmf_rx_t *rx, int lane, float level[2])
{
    const dtmf_lane_t *of = &rx->lane[lane];

    level[0] = level[1] = -INFINITY;
    for (int tone = 0; of->candidate && tone < 16; tone++)
        if (DIGIT[tone / 4][tone % 4] == of->candidate) {
            level[0] = dbm0(of->sum[0] - of->first[0], of->hits - 1, tone / 4);
            level[1] = dbm0(of->sum[1] - of->first[1], of->hits - 1, 4 + tone % 4);
        }
}
