#include "voice_level.h"

#include <math.h>

#define DB_FULL 84.1575f      /* mean square of 0 dBm0 */
#define QUIETEST -80.0f
#define VOICE_DB -50.0f       /* what is below is none */
#define ABOVE_FLOOR 9.0f
#define SMOOTH 0.25f
#define WINDOW 200            /* blocks: the least of 1 to 2 s is the noise */
#define HOLD 40               /* blocks: 200 ms */
#define SURE 20               /* blocks of voice before the gain moves: 100 ms */
#define MEAN 200              /* blocks of voice in the mean: 1 s */
#define UP 0.015f             /* dB a block: 3 dB/s */
#define DOWN 0.1f             /* 20 dB/s */
#define CLOSES 0.3f           /* 12 dB in 200 ms */
#define COMFORT_DB -6.0f
#define PEAK 30000.0f
#define NEVER 99.0f

void leveller_init(leveller_t *l)
{
    *l = (leveller_t){.low_before = NEVER, .low = NEVER, .applied = 1.0f, .noise = 1};
}

static double mean_square(const int16_t *pcm, float *peak)
{
    int64_t sum = 0;
    int32_t most = 1;

    for (int i = 0; i < LEVELLER_BLOCK; i++) {
        int32_t x = pcm[i];
        sum += x * x;
        most = x > most ? x : -x > most ? -x : most;
    }
    *peak = (float)most;
    return (double)sum / LEVELLER_BLOCK;
}

static float decibel(double power)
{
    return fmaxf(QUIETEST, 10.0f * log10f((float)power + 1e-6f) - DB_FULL);
}

static float factor(float db) { return powf(10.0f, db / 20.0f); }

/* What is there all the time is noise, whatever it is; speech has gaps. */
static float track_floor(leveller_t *l, float db)
{
    l->smooth_db += SMOOTH * (db - l->smooth_db);
    if (l->blocks == 0 && l->low_before == NEVER)
        l->smooth_db = db;
    l->low = fminf(l->low, l->smooth_db);
    if (++l->blocks == WINDOW) {
        l->low_before = l->low;
        l->low = NEVER;
        l->blocks = 0;
    }
    return fminf(l->low, l->low_before);
}

/* Whether somebody speaks in this block.  Before the noise is known the gate is open. */
static int voice(leveller_t *l, float db)
{
    int known = l->low_before != NEVER;

    l->floor_db = track_floor(l, db);
    int speaks = known && db > VOICE_DB && db > l->floor_db + ABOVE_FLOOR;
    l->hold = speaks || !known ? HOLD : l->hold > 0 ? l->hold - 1 : 0;
    return speaks;
}

static void move_gain(leveller_t *l, double power, int adapt)
{
    l->voiced += l->voiced < MEAN;
    l->power += (power - l->power) / l->voiced;
    if (!adapt || l->voiced < SURE)
        return;
    float wanted = LEVELLER_DBM0 - decibel(l->power);
    wanted = fminf(fmaxf(wanted, LEVELLER_LEAST), LEVELLER_MOST);
    l->gain_db += fminf(fmaxf(wanted - l->gain_db, -DOWN), UP);
}

static float uniform(uint32_t *state) /* -1 to 1 */
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(int32_t)*state / 2147483648.0f;
}

void leveller_take(leveller_t *l, int16_t pcm[LEVELLER_BLOCK], int adapt)
{
    float peak;
    double power = mean_square(pcm, &peak);

    if (voice(l, decibel(power)))
        move_gain(l, power, adapt);
    l->gate_db = l->hold > 0 ? 0.0f : fmaxf(LEVELLER_GATE, l->gate_db - CLOSES);
    float to = fminf(factor(l->gain_db + l->gate_db), PEAK / peak), from = l->applied;
    /* Of even distribution: sqrt(3) times its mean; 0 dBm0 has a mean of 16142. */
    float closed = (1.0f - factor(l->gate_db)) / (1.0f - factor(LEVELLER_GATE));
    float noise = closed * 1.7320508f * 16142.0f * factor(l->floor_db + l->gain_db + COMFORT_DB);
    for (int i = 0; i < LEVELLER_BLOCK; i++) {
        float gain = from + (to - from) * (float)(i + 1) / LEVELLER_BLOCK;
        float y = gain * pcm[i] + noise * uniform(&l->noise);
        pcm[i] = (int16_t)lrintf(fminf(fmaxf(y, -32768.0f), 32767.0f));
    }
    l->applied = to;
}
