/* Fourier transform of 128 real samples, for the echo canceller. */
#ifndef CALLBOX_FFT128_H
#define CALLBOX_FFT128_H

#define FFT128_BINS 65

/* Spectrum X[k] = sum of x[n] exp(-2 pi i k n / 128), k = 0 to 64. */
void fft128(const float *x, float *re, float *im);

/* The inverse: x[n] of the whole spectrum whose lower half is given, divided by 128. */
void fft128_back(const float *re, const float *im, float *x);

#endif
