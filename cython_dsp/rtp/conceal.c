#include "conceal.h"

#include <math.h>
#include <string.h>

#define MATCH 160              /* samples compared when looking for the pitch */
#define FADE_START 80
#define FADE_IN 32
#define SMOOTH 16

void conceal_init(conceal_t *c) { memset(c, 0, sizeof *c); }

static void remember(conceal_t *c, const int16_t *pcm)
{
    memmove(c->history, c->history + CONCEAL_BLOCK,
            (CONCEAL_HISTORY - CONCEAL_BLOCK) * sizeof c->history[0]);
    memcpy(c->history + CONCEAL_HISTORY - CONCEAL_BLOCK, pcm, CONCEAL_BLOCK * sizeof *pcm);
}

static int pitch(const float *end)
{
    const float *recent = end - MATCH;
    float best = -1.0f;
    int lag = CONCEAL_LAG_MAX;

    for (int l = CONCEAL_LAG_MIN; l <= CONCEAL_LAG_MAX; l++) {
        float product = 0.0f, energy = 1.0f;
        for (int i = 0; i < MATCH; i++) {
            product += recent[i] * recent[i - l];
            energy += recent[i - l] * recent[i - l];
        }
        float score = product / sqrtf(energy);
        if (score > best) {
            best = score;
            lag = l;
        }
    }
    return lag;
}

/* The last period, its end blended so that it leads into its own beginning. */
static void prepare(conceal_t *c)
{
    float history[CONCEAL_HISTORY];
    const float *end = history + CONCEAL_HISTORY;
    int quarter;

    for (int i = 0; i < CONCEAL_HISTORY; i++)
        history[i] = c->history[i];
    c->lag = c->hurry ? CONCEAL_LAG_MAX : pitch(end);
    quarter = c->lag / 4;
    memcpy(c->period, end - c->lag, (size_t)c->lag * sizeof c->period[0]);
    for (int i = 0; i < quarter; i++) {
        float w = (float)(i + 1) / (float)(quarter + 1);
        c->period[c->lag - quarter + i] =
            (1.0f - w) * end[i - quarter] + w * end[i - quarter - c->lag];
    }
    c->step = end[-1] + 0.5f * (end[-1] - end[-2]) - c->period[0];
}

static float made_up(conceal_t *c)
{
    int at = c->at++;
    float gain = 1.0f - (float)(at - FADE_START) / (float)(CONCEAL_MAX - FADE_START);

    if (gain <= 0.0f)
        return 0.0f;
    float sample = c->period[at % c->lag];
    if (at < SMOOTH)
        sample += c->step * (1.0f - (float)at / SMOOTH);
    return gain < 1.0f ? gain * sample : sample;
}

static int16_t saturate(float x)
{
    return (int16_t)lrintf(fminf(fmaxf(x, -32768.0f), 32767.0f));
}

void conceal_good(conceal_t *c, int16_t pcm[CONCEAL_BLOCK])
{
    if (c->at != 0 && c->at < CONCEAL_MAX) {
        for (int i = 0; i < FADE_IN; i++) {
            float w = (float)(i + 1) / (FADE_IN + 1);
            pcm[i] = saturate(w * pcm[i] + (1.0f - w) * made_up(c));
        }
    }
    c->at = 0;
    remember(c, pcm);
}

int conceal_lost(conceal_t *c, int16_t pcm[CONCEAL_BLOCK])
{
    int audible = c->at < CONCEAL_MAX;

    if (c->at == 0)
        prepare(c);
    if (!audible)
        c->at = CONCEAL_MAX;       /* a long silence must not run the counter over */
    for (int i = 0; i < CONCEAL_BLOCK; i++)
        pcm[i] = saturate(made_up(c));
    remember(c, pcm);
    return audible;
}
