/* Power spectrum of the latest 64 ms at 4 kHz: what a tone is made of.
 *
 * A sine of mean square P puts P into the sum of the bins around it (Hann window: two bins to
 * each side hold all of it but a thousandth). */
#ifndef CALLBOX_SPECTRUM_H
#define CALLBOX_SPECTRUM_H

#define SPECTRUM_SAMPLES 256
#define SPECTRUM_BINS 128
#define SPECTRUM_RATE 4000
#define SPECTRUM_HZ ((float)SPECTRUM_RATE / SPECTRUM_SAMPLES) /* of a bin: 15.625 */

/* ring: the latest SPECTRUM_SAMPLES samples, the oldest at index `oldest`. */
void spectrum_power(const float *ring, int oldest, float *power);

#endif
