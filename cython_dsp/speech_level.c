#include "speech_level.h"

#include <math.h>
#include <string.h>

#include "clones.h"

#define KEEP 0.96721610f     /* exp(-1 ms / 30 ms) */
#define HOLD 200             /* steps: 200 ms */
#define MARGIN_DB 15.9f
#define DB_FULL 84.1575f     /* mean square of 0 dBm0: a sine of 22827 */
#define NEVER 1e9f

static const float THRESHOLD[SPEECH_ROOM] = {
    1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, NEVER};

void speech_level_init(speech_level_t *s) { memset(s, 0, sizeof *s); }

ALWAYS_INLINE void step(speech_level_t *s, const int16_t *pcm)
{
    int32_t sum = 0;
    int64_t energy = 0;

    for (int i = 0; i < SPEECH_STEP; i++) {
        int32_t x = pcm[i];
        sum += x < 0 ? -x : x;
        energy += x * x;
    }
    s->energy += (double)energy;
    s->steps += 1.0f;
    s->p = KEEP * s->p + (1.0f - KEEP) * ((float)sum / SPEECH_STEP);
    s->q = KEEP * s->q + (1.0f - KEEP) * s->p;
    for (int j = 0; j < SPEECH_ROOM; j++) {
        uint16_t left = s->hold[j];
        left = s->q >= THRESHOLD[j] ? HOLD + 1 : left;
        s->active[j] += left > 0 ? 1.0f : 0.0f;
        s->hold[j] = left > 0 ? (uint16_t)(left - 1) : 0;
    }
}

CLONES
void speech_level_take(speech_level_t *s, const int16_t *pcm, int n)
{
    for (int i = 0; i + SPEECH_STEP <= n; i += SPEECH_STEP)
        step(s, pcm + i);
}

void speech_level_fade(speech_level_t *s, float keep)
{
    s->energy *= keep;
    s->steps *= keep;
    for (int j = 0; j < SPEECH_ROOM; j++)
        s->active[j] *= keep;
}

static float decibel(double energy, float steps)
{
    return 10.0f * log10f((float)(energy / ((double)steps * SPEECH_STEP)) + 1e-9f) - DB_FULL;
}

/* The level at threshold j, and how far it lies above it. */
static float level_at(const speech_level_t *s, int j, float *above)
{
    float level = decibel(s->energy, s->active[j]);

    *above = level + DB_FULL - 20.0f * log10f(THRESHOLD[j]);
    return level;
}

float speech_level_read(const speech_level_t *s, float *activity)
{
    float above, before, level, last;

    *activity = 0.0f;
    if (s->energy <= 0.0 || s->active[0] <= 0.0f)
        return SPEECH_SILENCE;
    level = level_at(s, 0, &above);
    for (int j = 1; j < SPEECH_THRESHOLDS && above > MARGIN_DB && s->active[j] > 0.0f; j++) {
        last = level;
        before = above;
        level = level_at(s, j, &above);
        if (above <= MARGIN_DB)
            level = last + (level - last) * (before - MARGIN_DB) / (before - above);
    }
    *activity = fminf(1.0f, powf(10.0f, (decibel(s->energy, s->steps) - level) / 10.0f));
    return fmaxf(level, SPEECH_SILENCE);
}
