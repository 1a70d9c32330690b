/* The frequency of a signal keyed between two tones, from sample to sample.
 *
 * Blocks of 40 samples (5 ms, 16 bit, 8 kHz).  Nothing here allocates, blocks or keeps state
 * outside the struct.
 */
#ifndef CALLBOX_FSK_H
#define CALLBOX_FSK_H

#include <stdint.h>

#define FSK_BLOCK 40
#define FSK_TAPS 24
#define FSK_PERIOD 160 /* samples: a multiple of 50 Hz turns whole times in them */

typedef struct {                   /* what is listened to */
    float low_pass[FSK_TAPS];      /* symmetrical */
    float cosine[FSK_PERIOD], sine[FSK_PERIOD];
} fsk_band_t;

typedef struct {
    float re[FSK_TAPS + FSK_BLOCK]; /* around the middle of both tones; the oldest first */
    float im[FSK_TAPS + FSK_BLOCK];
    float last_re, last_im;         /* the newest filtered sample */
    int phase;                      /* of the mixer */
} fsk_t;

/* The middle of both tones: a multiple of 50 Hz. */
void fsk_band_at(fsk_band_t *band, int hertz);

/* Take a block; `turn` gets the radians from each sample to the next, 0 in the middle of both
 * tones, whatever their levels.  Returns the mean square within the low-pass: of a sine half its
 * own. */
float fsk_take(fsk_t *f, const fsk_band_t *band, const int16_t *pcm, float *turn);

#endif
