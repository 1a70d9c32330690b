#include "fft128.h"

#include <math.h>
#include <string.h>

#include "clones.h"

#define HALF 64
#define TURN 6.28318530717958647692

static float wave_re[128], wave_im[128];     /* exp(-2 pi i k / 128) */
static float turn_re[8][8], turn_im[8][8];   /* exp(-2 pi i row column / 64) */

__attribute__((constructor)) static void fill_table(void)
{
    for (int k = 0; k < 128; k++) {
        wave_re[k] = (float)cos(TURN * k / 128);
        wave_im[k] = (float)-sin(TURN * k / 128);
    }
    for (int row = 0; row < 8; row++)
        for (int c = 0; c < 8; c++) {
            turn_re[row][c] = wave_re[2 * row * c];
            turn_im[row][c] = wave_im[2 * row * c];
        }
}

/* 64 complex points as 8 rows of 8 are 8 transforms of the columns, a turn of each point, and 8 of
 * the rows: which become columns, as columns are what vectors are made of. */
typedef float square_t[8][8];

ALWAYS_INLINE void columns(square_t re, square_t im)
{
    const float r = 0.70710678f; /* of 1/8 turn */

    for (int c = 0; c < 8; c++) {
        float s0r = re[0][c] + re[4][c], s0i = im[0][c] + im[4][c];
        float s1r = re[1][c] + re[5][c], s1i = im[1][c] + im[5][c];
        float s2r = re[2][c] + re[6][c], s2i = im[2][c] + im[6][c];
        float s3r = re[3][c] + re[7][c], s3i = im[3][c] + im[7][c];
        float d0r = re[0][c] - re[4][c], d0i = im[0][c] - im[4][c];
        float d1r = re[1][c] - re[5][c], d1i = im[1][c] - im[5][c];
        float d2r = im[2][c] - im[6][c], d2i = re[6][c] - re[2][c]; /* by 1/4 turn */
        float d3r = re[3][c] - re[7][c], d3i = im[3][c] - im[7][c];
        float e1r = r * (d1r + d1i), e1i = r * (d1i - d1r);
        float e3r = r * (d3i - d3r), e3i = -r * (d3r + d3i);

        re[0][c] = s0r + s2r + s1r + s3r;
        im[0][c] = s0i + s2i + s1i + s3i;
        re[4][c] = s0r + s2r - s1r - s3r;
        im[4][c] = s0i + s2i - s1i - s3i;
        re[2][c] = s0r - s2r + s1i - s3i;
        im[2][c] = s0i - s2i - s1r + s3r;
        re[6][c] = s0r - s2r - s1i + s3i;
        im[6][c] = s0i - s2i + s1r - s3r;
        re[1][c] = d0r + d2r + e1r + e3r;
        im[1][c] = d0i + d2i + e1i + e3i;
        re[5][c] = d0r + d2r - e1r - e3r;
        im[5][c] = d0i + d2i - e1i - e3i;
        re[3][c] = d0r - d2r + e1i - e3i;
        im[3][c] = d0i - d2i - e1r + e3r;
        re[7][c] = d0r - d2r - e1i + e3i;
        im[7][c] = d0i - d2i + e1r - e3r;
    }
}

ALWAYS_INLINE void turn_and_transpose(square_t re, square_t im)
{
    square_t tr, ti;

    for (int row = 0; row < 8; row++)
        for (int c = 0; c < 8; c++) {
            tr[row][c] = re[row][c] * turn_re[row][c] - im[row][c] * turn_im[row][c];
            ti[row][c] = re[row][c] * turn_im[row][c] + im[row][c] * turn_re[row][c];
        }
    for (int row = 0; row < 8; row++)
        for (int c = 0; c < 8; c++) {
            re[c][row] = tr[row][c];
            im[c][row] = ti[row][c];
        }
}

/* In place: 64 complex points. */
ALWAYS_INLINE void transform(square_t re, square_t im)
{
    columns(re, im);
    turn_and_transpose(re, im);
    columns(re, im);
}

CLONES void fft128(const float *x, float *re, float *im)
{
    float zr[HALF + 1], zi[HALF + 1];

    for (int i = 0; i < HALF; i++) {
        zr[i] = x[2 * i];
        zi[i] = x[2 * i + 1];
    }
    transform((float (*)[8])zr, (float (*)[8])zi);
    zr[HALF] = zr[0];
    zi[HALF] = zi[0];
    for (int k = 0; k <= HALF; k++) { /* even and odd samples apart, then put together */
        float er = (zr[k] + zr[HALF - k]) / 2, ei = (zi[k] - zi[HALF - k]) / 2;
        float or = (zi[k] + zi[HALF - k]) / 2, oi = (zr[HALF - k] - zr[k]) / 2;
        re[k] = er + or * wave_re[k] - oi * wave_im[k];
        im[k] = ei + or * wave_im[k] + oi * wave_re[k];
    }
}

CLONES void fft128_back(const float *re, const float *im, float *x)
{
    float zr[HALF], zi[HALF];

    for (int k = 0; k < HALF; k++) {
        float er = re[k] + re[HALF - k], ei = im[k] - im[HALF - k];
        float dr = re[k] - re[HALF - k], di = im[k] + im[HALF - k];
        float or = dr * wave_re[k] + di * wave_im[k], oi = di * wave_re[k] - dr * wave_im[k];
        zr[k] = er - oi;
        zi[k] = -(ei + or); /* the inverse is the conjugate's transform */
    }
    transform((float (*)[8])zr, (float (*)[8])zi);
    for (int i = 0; i < HALF; i++) {
        x[2 * i] = zr[i] / 128;
        x[2 * i + 1] = -zi[i] / 128;
    }
}
