#include "fsk.h"

#include <math.h>
#include <string.h>

void fsk_band_at(fsk_band_t *band, int hertz)
{
    for (int i = 0; i < FSK_PERIOD; i++) {
        band->cosine[i] = cosf(2 * 3.14159265f * (float)(hertz / 50 * i) / FSK_PERIOD);
        band->sine[i] = -sinf(2 * 3.14159265f * (float)(hertz / 50 * i) / FSK_PERIOD);
    }
}

/* Down to zero frequency; returns the mean square. */
static float shift_down(fsk_t *f, const fsk_band_t *band, const int16_t *pcm, float *re, float *im)
{
    float power = 0;

    memmove(f->re, f->re + FSK_BLOCK, FSK_TAPS * sizeof *f->re);
    memmove(f->im, f->im + FSK_BLOCK, FSK_TAPS * sizeof *f->im);
    for (int i = 0; i < FSK_BLOCK; i++) {
        f->re[FSK_TAPS + i] = (float)pcm[i] * band->cosine[f->phase + i];
        f->im[FSK_TAPS + i] = (float)pcm[i] * band->sine[f->phase + i];
    }
    f->phase = (f->phase + FSK_BLOCK) % FSK_PERIOD;
    memset(re, 0, FSK_BLOCK * sizeof *re);
    memset(im, 0, FSK_BLOCK * sizeof *im);
    for (int k = 0; k < FSK_TAPS; k++)
        for (int i = 0; i < FSK_BLOCK; i++) {
            re[i] += band->low_pass[k] * f->re[k + 1 + i];
            im[i] += band->low_pass[k] * f->im[k + 1 + i];
        }
    for (int i = 0; i < FSK_BLOCK; i++)
        power += re[i] * re[i] + im[i] * im[i];
    return power / FSK_BLOCK;
}

float fsk_take(fsk_t *f, const fsk_band_t *band, const int16_t *pcm, float *turn)
{
    float re[FSK_BLOCK], im[FSK_BLOCK];
    float power = shift_down(f, band, pcm, re, im);

    for (int i = 0; i < FSK_BLOCK; i++) {
        float last_re = i ? re[i - 1] : f->last_re, last_im = i ? im[i - 1] : f->last_im;
        float along = re[i] * last_re + im[i] * last_im;
        float across = im[i] * last_re - re[i] * last_im;
        float s = across / sqrtf(along * along + across * across + 1e-9f);
        turn[i] = s * (1 + s * s * (1.0f / 6)); /* arc sine: enough below 1000 Hz */
    }
    f->last_re = re[FSK_BLOCK - 1];
    f->last_im = im[FSK_BLOCK - 1];
    return power;
}
