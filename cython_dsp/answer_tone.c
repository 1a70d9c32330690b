#include "answer_tone.h"

#include <math.h>
#include <string.h>

#define PERIOD 80 /* samples of 21 whole turns: two blocks */
#define PURE 0.75 /* of a block's power is the tone */

static double cosine[PERIOD], sine[PERIOD];

__attribute__((constructor)) static void fill_tables(void)
{
    for (int i = 0; i < PERIOD; i++) {
        cosine[i] = cos(2 * 3.14159265358979323846 * 21 * i / PERIOD);
        sine[i] = sin(2 * 3.14159265358979323846 * 21 * i / PERIOD);
    }
}

void answer_tone_init(answer_tone_t *t)
{
    memset(t, 0, sizeof *t);
    t->lost = ANSWER_TONE_LOST;
}

/* Into re[0], im[0] and power. */
static void measure(answer_tone_t *t, const int16_t *pcm)
{
    const double *c = cosine + t->odd * ANSWER_TONE_BLOCK, *s = sine + t->odd * ANSWER_TONE_BLOCK;
    double re = 0, im = 0, sum = 0;

    for (int i = 0; i < ANSWER_TONE_BLOCK; i++) {
        double x = pcm[i];
        re += x * c[i];
        im -= x * s[i];
        sum += x * x;
    }
    t->odd = !t->odd;
    t->re[0] = re;
    t->im[0] = im;
    t->power = sum / ANSWER_TONE_BLOCK;
}

static void forget(answer_tone_t *t)
{
    for (int i = 1; i < 3; i++)
        t->re[i] = t->im[i] = 0;
    t->drift_re = t->drift_im = 0;
    t->lost = ANSWER_TONE_LOST;
}

int answer_tone_take(answer_tone_t *t, const int16_t *pcm, double least)
{
    memmove(t->re + 1, t->re, 2 * sizeof *t->re);
    memmove(t->im + 1, t->im, 2 * sizeof *t->im);
    measure(t, pcm);
    double tone = t->re[0] * t->re[0] + t->im[0] * t->im[0];
    int pure = tone > PURE * ANSWER_TONE_BLOCK * ANSWER_TONE_BLOCK / 2 * t->power &&
               t->power > least;
    t->lost = pure ? 0 : t->lost + 1;
    if (t->lost >= ANSWER_TONE_LOST)
        forget(t);
    double by_re = t->re[0] * t->re[1] + t->im[0] * t->im[1];
    double by_im = t->im[0] * t->re[1] - t->re[0] * t->im[1];
    if (pure && by_re > 0) {
        t->drift_re += (by_re - t->drift_re) / 4;
        t->drift_im += (by_im - t->drift_im) / 4;
    }
    return pure;
}

int answer_tone_is_near(const answer_tone_t *t, double cosine_of_turn)
{
    return t->drift_re > cosine_of_turn * hypot(t->drift_re, t->drift_im);
}
