#include "fft128.h"

#include <math.h>
#include <string.h>

#define HALF 64
#define TURN 6.28318530717958647692

static float wave_re[128], wave_im[128]; /* exp(-2 pi i k / 128) */

__attribute__((constructor)) static void fill_table(void)
{
    for (int k = 0; k < 128; k++) {
        wave_re[k] = (float)cos(TURN * k / 128);
        wave_im[k] = (float)-sin(TURN * k / 128);
    }
}

/* One step of Stockham's transform: n points left in each of the `stride` interleaved parts. */
static void step(const float *restrict ar, const float *restrict ai, float *restrict br,
                 float *restrict bi, int n, int stride)
{
    int half = n / 2;

    for (int p = 0; p < half; p++) {
        float wr = wave_re[p * (128 / n)], wi = wave_im[p * (128 / n)];
        const float *xr = ar + stride * p, *xi = ai + stride * p;
        float *yr = br + stride * 2 * p, *yi = bi + stride * 2 * p;
        for (int q = 0; q < stride; q++) {
            float ur = xr[q], ui = xi[q];
            float vr = xr[q + stride * half], vi = xi[q + stride * half];
            yr[q] = ur + vr;
            yi[q] = ui + vi;
            yr[q + stride] = (ur - vr) * wr - (ui - vi) * wi;
            yi[q + stride] = (ur - vr) * wi + (ui - vi) * wr;
        }
    }
}

/* In place: 64 complex points. */
static void transform(float *re, float *im)
{
    float tr[HALF], ti[HALF];

    for (int n = HALF, stride = 1; n > 1; n /= 4, stride *= 4) {
        step(re, im, tr, ti, n, stride);
        step(tr, ti, re, im, n / 2, stride * 2);
    }
}

void fft128(const float *x, float *re, float *im)
{
    float zr[HALF + 1], zi[HALF + 1];

    for (int i = 0; i < HALF; i++) {
        zr[i] = x[2 * i];
        zi[i] = x[2 * i + 1];
    }
    transform(zr, zi);
    zr[HALF] = zr[0];
    zi[HALF] = zi[0];
    for (int k = 0; k <= HALF; k++) { /* even and odd samples apart, then put together */
        float er = (zr[k] + zr[HALF - k]) / 2, ei = (zi[k] - zi[HALF - k]) / 2;
        float or = (zi[k] + zi[HALF - k]) / 2, oi = (zr[HALF - k] - zr[k]) / 2;
        re[k] = er + or * wave_re[k] - oi * wave_im[k];
        im[k] = ei + or * wave_im[k] + oi * wave_re[k];
    }
}

void fft128_back(const float *re, const float *im, float *x)
{
    float zr[HALF], zi[HALF];

    for (int k = 0; k < HALF; k++) {
        float er = re[k] + re[HALF - k], ei = im[k] - im[HALF - k];
        float dr = re[k] - re[HALF - k], di = im[k] + im[HALF - k];
        float or = dr * wave_re[k] + di * wave_im[k], oi = di * wave_re[k] - dr * wave_im[k];
        zr[k] = er - oi;
        zi[k] = -(ei + or); /* the inverse is the conjugate's transform */
    }
    transform(zr, zi);
    for (int i = 0; i < HALF; i++) {
        x[2 * i] = zr[i] / 128;
        x[2 * i + 1] = -zi[i] / 128;
    }
}
