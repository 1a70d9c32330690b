#include "echo_cancel.h"

#include <math.h>
#include <string.h>

#include "fft128.h"
#include "clones.h"

#define FIRST (ECHO_FFT - ECHO_BLOCK)        /* of the newest block in a transform */
#define SHARE ((float)ECHO_BLOCK / ECHO_FFT) /* of a transform that is the remainder */
#define QUIET 400.0f     /* mean square, about -58 dBm0: below it the far end says nothing */
#define NOISE (100.0f * ECHO_BLOCK) /* of A-law and the line, always supposed */
#define KEEP 0.9998f     /* of what is sure, from block to block: the path may change a little */
#define UNKNOWN 0.03f    /* of a part of a path at the start, or a changed one */
#define SPREAD 0.3f      /* of the mean bin: what a block's edges smear over all bins */
#define SMEAR 1.7f       /* the same when a step is weighed: a tone shall not shift other bins */
#define SLOW 0.975f      /* 0.2 s: for a syllable, double talk has much in common with far */
#define FAST 0.8f
#define CHANCE (8 * (1 - SLOW) / SHARE) /* common power that chance alone hardly makes */
#define WORSE 2.0f       /* times what was said: the estimate is not used */
#define FAR_WORSE 4.0f
#define FORGET 0.9f
#define SUPPRESS 4.0f    /* times the echo that is likely left */
#define LEAST_GAIN 0.03f
#define LEAST_LEAK 1e-4f /* -40 dB: A-law does not let more be known */
#define RISE 0.001f      /* of the floor, a block: 0.9 dB a second; a tenth while far talks */
#define FLOOR_MEAN 1.5f  /* the mean of steady noise above the least of its short means */
#define NOISE_MOST 52100.0f /* comfort noise: at most -40 dBm0 */

void echo_init(echo_t *e, int parts)
{
    memset(e, 0, sizeof *e);
    e->parts = parts;
    for (int p = 0; p < e->parts; p++)
        for (int k = 0; k < FFT128_BINS; k++)
            e->unsure[p][k] = UNKNOWN;
    e->leak = 1;
    e->seed = 1;
    e->learns = e->suppresses = 1;
    echo_rest(e);
}

void echo_rest(echo_t *e)
{
    memset(e->far, 0, sizeof e->far);
    memset(e->x, 0, sizeof e->x);
    memset(e->common, 0, sizeof e->common);
    e->blocks = 0;
    e->quiet = 2 * e->parts; /* nothing of it can come back any more */
    e->gain = e->trust = 1;
    e->left_now = e->floor = 32768.0f * 32768.0f; /* falls soon */
    e->said_slow = e->left_slow = 0;
}

CLONES static float mean_square(const float *x)
{
    float sum = 0;

    for (int i = 0; i < ECHO_BLOCK; i++)
        sum += x[i] * x[i];
    return sum / ECHO_BLOCK;
}

static const echo_spectrum_t *heard_by(const echo_t *e, int part)
{
    return &e->x[(e->at + 2 * ECHO_PARTS - 2 * part) % (2 * ECHO_PARTS)];
}

CLONES static float take_far(echo_t *e, const int16_t *far)
{
    memmove(e->far, e->far + ECHO_BLOCK, FIRST * sizeof *e->far);
    for (int i = 0; i < ECHO_BLOCK; i++)
        e->far[FIRST + i] = far[i];
    e->at = (e->at + 1) % (2 * ECHO_PARTS);
    echo_spectrum_t *x = &e->x[e->at];
    fft128(e->far, x->re, x->im);
    x->mean = 0;
    for (int k = 0; k < FFT128_BINS; k++)
        x->mean += (x->re[k] * x->re[k] + x->im[k] * x->im[k]) / FFT128_BINS;
    return mean_square(e->far + FIRST);
}

CLONES static void estimate(const echo_t *e, float *echo)
{
    echo_spectrum_t y = {0};
    float wave[ECHO_FFT];

    for (int p = 0; p < e->parts; p++) {
        const echo_spectrum_t *x = heard_by(e, p), *w = &e->path[p];
        for (int k = 0; k < ECHO_BINS; k++) {
            y.re[k] += x->re[k] * w->re[k] - x->im[k] * w->im[k];
            y.im[k] += x->re[k] * w->im[k] + x->im[k] * w->re[k];
        }
    }
    fft128_back(y.re, y.im, wave);
    memcpy(echo, wave + FIRST, ECHO_BLOCK * sizeof *echo);
}

/* What far and remainder have in common beyond chance is path that is not known. */
CLONES static void doubt(echo_t *e, int p, const echo_spectrum_t *left)
{
    const echo_spectrum_t *x = heard_by(e, p);
    echo_spectrum_t *c = &e->common[p];

    e->heard_mean[p] = SLOW * e->heard_mean[p] + (1 - SLOW) * SHARE * x->mean;
    float least = NOISE + SPREAD * e->heard_mean[p];
    for (int k = 0; k < ECHO_BINS; k++) {
        float power = x->re[k] * x->re[k] + x->im[k] * x->im[k];
        c->re[k] = SLOW * c->re[k] +
                   (1 - SLOW) * (x->re[k] * left->re[k] + x->im[k] * left->im[k]);
        c->im[k] = SLOW * c->im[k] +
                   (1 - SLOW) * (x->re[k] * left->im[k] - x->im[k] * left->re[k]);
        float heard = SLOW * e->heard[p][k] + (1 - SLOW) * SHARE * power;
        float common = c->re[k] * c->re[k] + c->im[k] * c->im[k] - CHANCE * heard * e->left[k];
        float missing = common / ((heard + least) * (heard + least));
        missing = missing < UNKNOWN ? missing : UNKNOWN;
        e->heard[p][k] = heard;
        e->unsure[p][k] = e->unsure[p][k] > missing ? e->unsure[p][k] : missing;
    }
}

/* A step of one part; `all` is the power that is expected of the remainder. */
CLONES static void correct(echo_t *e, int p, const echo_spectrum_t *left, const float *all)
{
    const echo_spectrum_t *x = heard_by(e, p);
    echo_spectrum_t *w = &e->path[p];

    for (int k = 0; k < ECHO_BINS; k++) {
        float step = e->unsure[p][k] / all[k];
        float power = x->re[k] * x->re[k] + x->im[k] * x->im[k];
        float re = x->re[k] * left->re[k] + x->im[k] * left->im[k];
        float im = x->re[k] * left->im[k] - x->im[k] * left->re[k];
        w->re[k] += step * re;
        w->im[k] += step * im;
        e->unsure[p][k] =
            KEEP * KEEP * (1 - SHARE * step * power) * e->unsure[p][k] +
            (1 - KEEP * KEEP) * (w->re[k] * w->re[k] + w->im[k] * w->im[k]);
    }
}

/* A path has ECHO_PART taps a part; one part a block is cut to that. */
static void constrain(echo_spectrum_t *w)
{
    float tap[ECHO_FFT];

    fft128_back(w->re, w->im, tap);
    memset(tap + ECHO_PART, 0, (ECHO_FFT - ECHO_PART) * sizeof *tap);
    fft128(tap, w->re, w->im);
}

CLONES static void learn(echo_t *e, const float *remainder)
{
    float wave[ECHO_FFT] = {0}, all[ECHO_BINS] = {0}, unknown[ECHO_BINS] = {0};
    echo_spectrum_t left = {0};

    memcpy(wave + FIRST, remainder, ECHO_BLOCK * sizeof *wave);
    fft128(wave, left.re, left.im);
    for (int k = 0; k < ECHO_BINS; k++) {
        float power = left.re[k] * left.re[k] + left.im[k] * left.im[k];
        e->left[k] = SLOW * e->left[k] + (1 - SLOW) * power;
        e->other[k] = FAST * e->other[k] + (1 - FAST) * power;
        all[k] = (e->other[k] > power ? e->other[k] : power) + NOISE;
    }
    for (int p = 0; p < e->parts; p++) {
        const echo_spectrum_t *x = heard_by(e, p);
        doubt(e, p, &left);
        for (int k = 0; k < ECHO_BINS; k++) {
            float power = x->re[k] * x->re[k] + x->im[k] * x->im[k];
            all[k] += SHARE * e->unsure[p][k] * (power + SMEAR * x->mean);
            unknown[k] += e->unsure[p][k] * power;
        }
    }
    e->unknown = 0;
    for (int k = 0; k < FFT128_BINS; k++)
        e->unknown += SHARE / (ECHO_FFT * ECHO_BLOCK) * unknown[k];
    for (int p = 0; p < e->parts; p++)
        correct(e, p, &left, all);
    constrain(&e->path[e->blocks++ % (unsigned)e->parts]);
}

static void follow_floor(echo_t *e, float left, float rise)
{
    e->left_now += (left - e->left_now) / 8;
    e->floor = fminf(e->left_now, e->floor * (1 + rise) + 10 * rise);
}

/* The levels, while there is an echo to be heard over the line's noise. */
static void measure(echo_t *e, float far, float echo, float left)
{
    follow_floor(e, left, RISE / 10); /* the A-law noise of the echo is not the line's */
    if (echo < 4 * e->floor || far < QUIET)
        return;
    e->far_power += (far - e->far_power) / 32;
    e->echo_power += (echo - e->echo_power) / 32;
    e->left_power += (left - e->left_power) / 32;
    float leak = fminf((e->left_power - FLOOR_MEAN * e->floor) / e->echo_power, 1);
    leak = fmaxf(leak, LEAST_LEAK);
    /* Up slowly: the other end's speech is no echo. */
    e->leak += (leak - e->leak) * (leak < e->leak ? 0.2f : 0.0005f);
}

/* A path that makes the line louder is of another line: it is not used, and soon forgotten. */
static void judge(echo_t *e, float said, float left)
{
    e->said_slow += (said - e->said_slow) / 8;
    e->left_slow += (left - e->left_slow) / 8;
    e->trust = fmaxf(e->left_slow > WORSE * e->said_slow ? e->trust - 0.25f : e->trust + 0.25f, 0);
    e->trust = fminf(e->trust, 1);
    if (e->left_slow < FAR_WORSE * e->said_slow || !e->learns)
        return;
    for (int p = 0; p < e->parts; p++)
        for (int k = 0; k < ECHO_BINS; k++) {
            e->path[p].re[k] *= FORGET;
            e->path[p].im[k] *= FORGET;
        }
}

/* Weaken what is hardly more than the echo that is likely left, and put noise in its place. */
CLONES static void suppress(echo_t *e, float *pcm, float said, float echo, float left)
{
    float likely = fmaxf(e->leak * echo, e->unknown);
    float wanted = (left - SUPPRESS * likely) / (left + 1);
    /* Peak of even noise of the line's power, but never louder than what was said. */
    float hiss = sqrtf(3 * fminf(fminf(e->floor, NOISE_MOST), said));
    float gain = e->gain;

    wanted = sqrtf(fmaxf(wanted, LEAST_GAIN * LEAST_GAIN));
    e->gain = wanted > gain ? wanted : gain + (wanted - gain) / 4;
    for (int i = 0; i < ECHO_BLOCK; i++) {
        float g = gain + (e->gain - gain) * (float)(i + 1) / ECHO_BLOCK;
        e->seed = e->seed * 1664525u + 1013904223u;
        float noise = hiss * ((float)(e->seed >> 8) / 8388608.0f - 1);
        pcm[i] = g * pcm[i] + sqrtf(fmaxf(1 - g * g, 0)) * noise;
    }
}

static int lost(const int16_t *near) /* G.711 has no 0: these samples never came */
{
    for (int i = 0; i < ECHO_BLOCK; i++)
        if (near[i] != 0)
            return 0;
    return 1;
}

void echo_cancel(echo_t *e, const int16_t *far, int16_t *near)
{
    float echo[ECHO_BLOCK], left[ECHO_BLOCK];
    float far_power = take_far(e, far);

    e->quiet = far_power > QUIET ? 0 : e->quiet + 1;
    if (lost(near))
        return;
    for (int i = 0; i < ECHO_BLOCK; i++)
        left[i] = near[i];
    float said_power = mean_square(left), trust = e->trust;
    if (e->quiet >= 2 * e->parts) {
        follow_floor(e, said_power, RISE);
        return;
    }
    estimate(e, echo);
    for (int i = 0; i < ECHO_BLOCK; i++)
        left[i] -= echo[i];
    if (e->learns)
        learn(e, left);
    float echo_power = mean_square(echo), left_power = mean_square(left);
    measure(e, far_power, echo_power, left_power);
    judge(e, said_power, left_power);
    for (int i = 0; i < ECHO_BLOCK; i++) {
        float part = trust + (e->trust - trust) * (float)(i + 1) / ECHO_BLOCK;
        left[i] = (float)near[i] - part * echo[i];
    }
    if (e->suppresses)
        suppress(e, left, said_power, echo_power, left_power);
    for (int i = 0; i < ECHO_BLOCK; i++)
        near[i] = (int16_t)fmaxf(-32768, fminf(32767, rintf(left[i])));
}

static float decibels(float above, float below)
{
    return above > 0 && below > 0 ? 10 * log10f(above / below) : 0;
}

float echo_return_loss(const echo_t *e)
{
    return decibels(e->far_power, e->echo_power);
}

float echo_enhancement(const echo_t *e)
{
    return e->echo_power > 0 ? decibels(1, e->leak) : 0;
}
