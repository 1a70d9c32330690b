/* Hann window, real transform by a complex one of half the length (Stockham's order: no bit
 * reversal, inner loops over neighbours, so that the compiler makes them parallel). */
#include "spectrum.h"

#include <math.h>

#define HALF SPECTRUM_BINS
#define PI 3.14159265358979323846

static float window[SPECTRUM_SAMPLES];
static float turn_re[SPECTRUM_SAMPLES], turn_im[SPECTRUM_SAMPLES]; /* exp(-2 pi i k / samples) */

__attribute__((constructor)) static void make_tables(void)
{
    /* Mean square of a sine: 2 / (samples x sum of the squares of Hann's window). */
    double scale = sqrt(2.0 / (SPECTRUM_SAMPLES * (0.375 * SPECTRUM_SAMPLES)));

    for (int k = 0; k < SPECTRUM_SAMPLES; k++) {
        double angle = 2.0 * PI * k / SPECTRUM_SAMPLES;
        window[k] = (float)(scale * (0.5 - 0.5 * cos(angle)));
        turn_re[k] = (float)cos(angle);
        turn_im[k] = (float)-sin(angle);
    }
}

/* One pass: n points in `stride` interleaved groups become two groups of n / 2. */
static void pass(int n, int stride, const float *re, const float *im, float *to_re, float *to_im)
{
    int half = n / 2;

    for (int p = 0; p < half; p++) {
        float wr = turn_re[p * 2 * stride], wi = turn_im[p * 2 * stride];
        const float *ar = re + stride * p, *ai = im + stride * p;
        const float *br = ar + stride * half, *bi = ai + stride * half;
        float *sr = to_re + stride * 2 * p, *si = to_im + stride * 2 * p;
        float *dr = sr + stride, *di = si + stride;
        for (int q = 0; q < stride; q++) {
            float xr = ar[q] - br[q], xi = ai[q] - bi[q];
            sr[q] = ar[q] + br[q];
            si[q] = ai[q] + bi[q];
            dr[q] = xr * wr - xi * wi;
            di[q] = xr * wi + xi * wr;
        }
    }
}

void spectrum_power(const float *ring, int oldest, float *power)
{
    float a[2][HALF], b[2][HALF];
    float *re = a[0], *im = a[1], *to_re = b[0], *to_im = b[1];

    for (int i = 0; i < HALF; i++) {
        re[i] = ring[(oldest + 2 * i) % SPECTRUM_SAMPLES] * window[2 * i];
        im[i] = ring[(oldest + 2 * i + 1) % SPECTRUM_SAMPLES] * window[2 * i + 1];
    }
    for (int n = HALF, stride = 1; n > 1; n /= 2, stride *= 2) {
        pass(n, stride, re, im, to_re, to_im);
        float *r = re, *i = im;
        re = to_re;
        im = to_im;
        to_re = r;
        to_im = i;
    }
    power[0] = 0.0f; /* no tone there */
    for (int k = 1; k < HALF; k++) { /* even samples' transform + turned odd samples' */
        float er = (re[k] + re[HALF - k]) / 2, ei = (im[k] - im[HALF - k]) / 2;
        float odd_re = (im[k] + im[HALF - k]) / 2, odd_im = (re[HALF - k] - re[k]) / 2;
        float xr = er + odd_re * turn_re[k] - odd_im * turn_im[k];
        float xi = ei + odd_re * turn_im[k] + odd_im * turn_re[k];
        power[k] = xr * xr + xi * xi;
    }
}
