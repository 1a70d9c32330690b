/* Receiver of the multifrequency signals of Signalling System R2 (ITU-T Q.441, Q.455).
 *
 * Each is two of six frequencies, forward 1380 to 1980 Hz, backward 1140 to 540 Hz, 120 Hz apart.
 * A look covers 133 samples, in which each frequency is nearly orthogonal to the others, and is
 * repeated each hop of 5 ms.  The slow plain definition is cython_dsp/reference_r2.py.
 *
 * Samples are 16-bit linear at 8 kHz; a sine of 0 dBm0 has a peak of 22827.  Nothing here
 * allocates, blocks or keeps state outside the struct.
 */
#ifndef CALLBOX_R2_RX_H
#define CALLBOX_R2_RX_H

#include <stdint.h>

#define R2_HOP 40
#define R2_WINDOW 133
#define R2_FREQUENCIES 6

typedef struct {
    int backward;            /* direction of the signals that are heard */
    int16_t last[R2_WINDOW]; /* the newest samples; the oldest first */
    int signal;              /* 1 to 15, 0: none is being heard */
    int pending, looks;      /* what the latest looks show, and how many of them */
} r2_rx_t;

void r2_rx_init(r2_rx_t *r, int backward);

/* Take R2_HOP samples.  Returns whether what is heard has changed: r->signal. */
int r2_rx(r2_rx_t *r, const int16_t *pcm);

#endif
