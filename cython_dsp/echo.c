#include "echo.h"

#include <math.h>
#include <string.h>

#define STEP 0.5f
#define QUIET 100.0f /* mean square below which nothing is learned */

void echo_init(echo_t *e)
{
    memset(e, 0, sizeof *e);
}

static float dot(const float *a, const float *b)
{
    float lane[8] = {0}, sum = 0;

    for (int i = 0; i < ECHO_TAPS; i += 8)
        for (int k = 0; k < 8; k++)
            lane[k] += a[i + k] * b[i + k];
    for (int k = 0; k < 8; k++)
        sum += lane[k];
    return sum;
}

static float mean_square(const int16_t *pcm)
{
    float sum = 0;

    for (int i = 0; i < ECHO_BLOCK; i++)
        sum += (float)pcm[i] * (float)pcm[i];
    return sum / ECHO_BLOCK;
}

void echo_cancel(echo_t *e, const int16_t *far, int16_t *near)
{
    float near_power = mean_square(near);

    memmove(e->far, e->far + ECHO_BLOCK, ECHO_TAPS * sizeof *e->far);
    for (int i = 0; i < ECHO_BLOCK; i++)
        e->far[ECHO_TAPS + i] = far[i];
    for (int i = 0; i < ECHO_BLOCK; i++) {
        const float *x = e->far + i + 1;
        float power = dot(x, x);
        float left = (float)near[i] - dot(x, e->tap);
        float step = power > QUIET * ECHO_TAPS ? STEP * left / power : 0;
        for (int k = 0; k < ECHO_TAPS; k++)
            e->tap[k] += step * x[k];
        near[i] = (int16_t)fmaxf(-32768, fminf(32767, rintf(left)));
    }
    float far_power = mean_square(far);
    if (far_power < QUIET)
        return;
    e->far_power += (far_power - e->far_power) / 32;
    e->near_power += (near_power - e->near_power) / 32;
    e->left_power += (mean_square(near) - e->left_power) / 32;
}

static float decibels(float above, float below)
{
    return above > 0 && below > 0 ? 10 * log10f(above / below) : 0;
}

float echo_return_loss(const echo_t *e)
{
    return decibels(e->far_power, e->near_power);
}

float echo_enhancement(const echo_t *e)
{
    return decibels(e->near_power, e->left_power);
}
