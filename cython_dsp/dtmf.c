#include "dtmf.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979f
#define RATE 8000.0f
#define SPAN (DTMF_HOP * DTMF_PARTS)
#define MILLISECOND 8

/* Least level of each tone: -33 dBm0 (amplitude 511) as energy in one look.  Q.24 asks for at
 * least -25 dBm0 (NTT -24, AT&T -25); A-law and the telephone's line loss want some margin. */
#define LEAST_ENERGY (511.0f * 511.0f / 2.0f * SPAN)
/* One look is judged loosely, the hits together strictly: a look of 15 ms wavers. */
#define ROW_STRONGER 8.9f      /* 9.5 dB: 8 are to be accepted */
#define COLUMN_STRONGER 3.55f  /* 5.5 dB: 4 are to be accepted */
#define LOOK_TWIST 1.6f        /* 2 dB more */
#define NEIGHBOUR 6.3f         /* 8 dB over every other tone of the group */
#define PURITY 0.90f           /* part of the energy that must be in the two tones */
#define LOOK_PURITY 0.80f
#define OFFSET 0.020f          /* between 1.5 % (accept) and 3.5 % (reject) */
#define LOOK_OFFSET 0.04f
#define HITS 5                 /* looks, 5 ms apart: tones of 28 to 32 ms and more are accepted */
#define MISSES 6               /* looks: a gap of less than 20 ms does not end the digit */
#define FIRST_HIT 10           /* samples from the start of the first look to the tone, mean */

static const char DIGIT[4][5] = {"123A", "456B", "789C", "*0#D"};
static const float HZ[DTMF_TONES] = {697, 770, 852, 941, 1209, 1336, 1477, 1633};

/* Elliptic high-pass, order 4, 0.5 dB ripple above 660 Hz, 30 dB below 500 Hz: scipy.signal.ellip.
 * Dial tone (350 to 475 Hz) may be louder than the digit. */
static const float SECTION[2][5] = {  /* b0 b1 b2 a1 a2 */
    {0.5468681024705092f, -1.0759251180103366f, 0.5468681024705091f,
     -1.0783902037321313f, 0.40941901137154424f},
    {1.0f, -1.8607012848362545f, 1.0f, -1.6647388803456409f, 0.9017516494251502f},
};

typedef struct {
    float re[DTMF_TONES], im[DTMF_TONES];
    float offset[DTMF_TONES];  /* radians a hop above nominal */
    float energy[DTMF_TONES];  /* of each tone */
    float total;
} look_t;

void dtmf_rx_init(dtmf_rx_t *rx) { memset(rx, 0, sizeof *rx); }

static float highpass(dtmf_rx_t *rx, float x)
{
    for (int i = 0; i < 2; i++) {              /* direct form II transposed */
        const float *c = SECTION[i];
        float *z = rx->highpass[i];
        float y = c[0] * x + z[0];
        z[0] = c[1] * x - c[3] * y + z[1];
        z[1] = c[2] * x - c[4] * y;
        x = y;
    }
    return x;
}

/* Correlate the full hop with every tone (Goertzel's recurrence, then the complex value). */
static void store_hop(dtmf_rx_t *rx)
{
    float energy = 0.0f;

    for (int n = 0; n < DTMF_HOP; n++)
        energy += rx->hop[n] * rx->hop[n];
    rx->energy[rx->part] = energy;
    for (int k = 0; k < DTMF_TONES; k++) {
        float w = 2.0f * PI * HZ[k] / RATE, c = 2.0f * cosf(w), s1 = 0.0f, s2 = 0.0f;
        for (int n = DTMF_HOP - 1; n >= 0; n--) {  /* backwards: phase zero at the first sample */
            float s = rx->hop[n] + c * s1 - s2;
            s2 = s1;
            s1 = s;
        }
        rx->re[rx->part][k] = s1 - s2 * cosf(w);
        rx->im[rx->part][k] = -s2 * sinf(w);
    }
    rx->part = (rx->part + 1) % DTMF_PARTS;
}

/* Part of its energy a sine keeps in a look when it is `offset` radians a hop off the nominal. */
static float kept(float offset)
{
    float half = offset * DTMF_PARTS / 2.0f;
    float sinc = fabsf(half) < 1e-3f ? 1.0f : sinf(half) / half;
    return fmaxf(sinc * sinc, 0.6f);
}

static void look(dtmf_rx_t *rx, look_t *l)
{
    l->total = 0.0f;
    for (int i = 0; i < DTMF_PARTS; i++)
        l->total += rx->energy[i];
    for (int k = 0; k < DTMF_TONES; k++) {
        float w = 2.0f * PI * HZ[k] / RATE * DTMF_HOP;
        l->re[k] = l->im[k] = 0.0f;
        for (int i = 0; i < DTMF_PARTS; i++) {
            int part = (rx->part + i) % DTMF_PARTS;
            float c = cosf(w * (float)i), s = sinf(w * (float)i);
            l->re[k] += rx->re[part][k] * c + rx->im[part][k] * s;
            l->im[k] += rx->im[part][k] * c - rx->re[part][k] * s;
        }
        /* This look against the one before, turned by the nominal advance. */
        float re = l->re[k] * rx->last_re[k] + l->im[k] * rx->last_im[k];
        float im = l->im[k] * rx->last_re[k] - l->re[k] * rx->last_im[k];
        l->offset[k] = atan2f(im * cosf(w) - re * sinf(w), re * cosf(w) + im * sinf(w));
        l->energy[k] = 2.0f / SPAN * (l->re[k] * l->re[k] + l->im[k] * l->im[k]);
    }
    memcpy(rx->last_re, l->re, sizeof l->re);
    memcpy(rx->last_im, l->im, sizeof l->im);
}

/* The strongest of four tones, or -1 when another one is nearly as strong. */
static int strongest(const float *energy)
{
    int best = 0;
    for (int k = 1; k < 4; k++)
        if (energy[k] > energy[best])
            best = k;
    for (int k = 0; k < 4; k++)
        if (k != best && energy[k] * NEIGHBOUR > energy[best])
            return -1;
    return best;
}

static int off_frequency(float offset, int tone, float limit)
{
    return fabsf(offset) > limit * 2.0f * PI * HZ[tone] / RATE * DTMF_HOP;
}

/* Levels, twist and purity of one look, or of several together; sum is row, column, all above the filter. */
static int pure(const float *sum, float more_twist, float purity)
{
    return sum[0] <= sum[1] * ROW_STRONGER * more_twist
           && sum[1] <= sum[0] * COLUMN_STRONGER * more_twist
           && sum[0] + sum[1] >= purity * sum[2];
}

/* The digit this look shows, or 0.  Its row and column are indices into HZ. */
static char shown(const look_t *l, int *row, int *column, float *sum)
{
    *row = strongest(l->energy);
    *column = 4 + strongest(l->energy + 4);
    if (*row < 0 || *column < 4)
        return 0;
    if (off_frequency(l->offset[*row], *row, LOOK_OFFSET)
        || off_frequency(l->offset[*column], *column, LOOK_OFFSET))
        return 0;
    sum[0] = l->energy[*row] / kept(l->offset[*row]);
    sum[1] = l->energy[*column] / kept(l->offset[*column]);
    sum[2] = l->total;
    if (sum[0] < LEAST_ENERGY || sum[1] < LEAST_ENERGY)
        return 0;
    return pure(sum, LOOK_TWIST, LOOK_PURITY) ? DIGIT[*row][*column - 4] : 0;
}

/* The mean frequency over the hits is far more exact than that of one look. */
static int in_tune(const dtmf_rx_t *rx, int row, int column)
{
    float n = (float)(rx->hits - 1);
    return !off_frequency(rx->turn[0] / n, row, OFFSET)
           && !off_frequency(rx->turn[1] / n, column, OFFSET);
}

static void begin(dtmf_rx_t *rx, char seen, const float *sum)
{
    rx->candidate = seen;
    rx->hits = seen != 0;
    rx->turn[0] = rx->turn[1] = 0.0f;
    memcpy(rx->sum, sum, sizeof rx->sum);
}

/* All hits together: the strict judgement. */
static int certain(const dtmf_rx_t *rx, int row, int column)
{
    return in_tune(rx, row, column) && pure(rx->sum, 1.0f, PURITY);
}

/* Returns the digit when this look makes it certain. */
static char judge(dtmf_rx_t *rx)
{
    look_t l;
    int row, column;
    float sum[3] = {0};

    look(rx, &l);
    char seen = shown(&l, &row, &column, sum);
    if (rx->digit && seen != rx->digit && ++rx->misses >= MISSES)
        rx->digit = 0;
    if (seen == 0 || seen != rx->candidate) {
        begin(rx, seen, sum);
        return 0;
    }
    if (seen == rx->digit) {
        rx->misses = 0;
        return 0;
    }
    rx->turn[0] += l.offset[row];
    rx->turn[1] += l.offset[column];
    for (int i = 0; i < 3; i++)
        rx->sum[i] += sum[i];
    if (++rx->hits < HITS)
        return 0;
    if (!certain(rx, row, column)) {
        rx->candidate = 0;         /* a tone that settles later gets another chance */
        return 0;
    }
    rx->misses = 0;
    return rx->digit = seen;
}

int dtmf_rx(dtmf_rx_t *rx, const int16_t *pcm, int n, uint32_t *start_offset)
{
    int found = 0;

    for (int i = 0; i < n; i++) {
        rx->hop[rx->fill++] = highpass(rx, (float)pcm[i]);
        if (rx->fill < DTMF_HOP)
            continue;
        rx->fill = 0;
        store_hop(rx);
        char digit = judge(rx);
        if (digit == 0)
            continue;
        found = digit;
        if (start_offset != NULL)
            *start_offset = (uint32_t)((HITS - 1) * DTMF_HOP + SPAN - FIRST_HIT + n - 1 - i);
    }
    return found;
}

/* ---- sending ---- */

static uint32_t step_of(float hz) { return (uint32_t)(hz / RATE * 4294967296.0f); }

static int position(char digit, int *row, int *column)
{
    if (digit >= 'a' && digit <= 'd')
        digit = (char)(digit - 'a' + 'A');
    for (*row = 0; *row < 4; ++*row)
        for (*column = 0; *column < 4; ++*column)
            if (DIGIT[*row][*column] == digit)
                return 0;
    return -1;
}

int dtmf_tx_start(dtmf_tx_t *tx, const char *digits, int on_ms, int off_ms)
{
    int row, column;
    size_t length = strlen(digits);

    if (length > DTMF_MAX_DIGITS || on_ms < 1 || on_ms > 10000 || off_ms < 1 || off_ms > 10000)
        return -1;
    for (size_t i = 0; i < length; i++)
        if (position(digits[i], &row, &column) != 0)
            return -1;
    memset(tx, 0, sizeof *tx);
    memcpy(tx->digits, digits, length);
    tx->on = on_ms * MILLISECOND;
    tx->off = off_ms * MILLISECOND;
    return 0;
}

/* -9 dBm0 for the row, -7 dBm0 for the column: the line takes more of the high tones. */
static int16_t tone_sample(dtmf_tx_t *tx)
{
    int row = 0, column = 0;

    position(tx->digits[tx->at], &row, &column);
    float low = 8099.0f * sinf((float)tx->phase[0] * (2.0f * PI / 4294967296.0f));
    float high = 10196.0f * sinf((float)tx->phase[1] * (2.0f * PI / 4294967296.0f));
    tx->phase[0] += step_of(HZ[row]);
    tx->phase[1] += step_of(HZ[4 + column]);
    return (int16_t)lrintf(low + high);
}

int dtmf_tx(dtmf_tx_t *tx, int16_t *pcm, int n)
{
    for (int i = 0; i < n; i++) {
        if (tx->digits[tx->at] == 0) {
            memset(pcm + i, 0, (size_t)(n - i) * sizeof *pcm);
            return 0;
        }
        pcm[i] = tx->sample < tx->on ? tone_sample(tx) : 0;
        if (++tx->sample == tx->on + tx->off) {
            tx->sample = 0;
            tx->phase[0] = tx->phase[1] = 0;
            tx->at++;
        }
    }
    return tx->digits[tx->at] != 0;
}
