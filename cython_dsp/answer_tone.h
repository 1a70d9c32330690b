/* The answering tone of fax and modems (V.25: ANS, T.30: CED), followed block by block: 2100 Hz.
 *
 * A block is 40 samples (5 ms, 16 bit, 8 kHz).  Nothing here allocates, blocks or keeps state
 * outside the struct.  The slow plain definition is in cython_dsp/reference_disabler.py.
 */
#ifndef CALLBOX_ANSWER_TONE_H
#define CALLBOX_ANSWER_TONE_H

#include <stdint.h>

#define ANSWER_TONE_BLOCK 40
#define ANSWER_TONE_LOST 3 /* blocks without it; a reversal of phase spoils one or two */

typedef struct {
    double re[3], im[3];       /* a block's part at 2100 Hz, the newest first */
    double drift_re, drift_im; /* its turn from block to block, smoothed: its frequency */
    double power;              /* mean square of the newest block */
    int lost;                  /* blocks since it was heard, ANSWER_TONE_LOST at most */
    int odd;                   /* the reference has turned by half a period */
} answer_tone_t;

void answer_tone_init(answer_tone_t *t);

/* Take a block; return whether it is the tone, of a mean square above `least`. */
int answer_tone_take(answer_tone_t *t, const int16_t *pcm, double least);

/* Whether its frequency is so near 2100 Hz: by the cosine of the turn in a block. */
int answer_tone_is_near(const answer_tone_t *t, double cosine_of_turn);

#endif
