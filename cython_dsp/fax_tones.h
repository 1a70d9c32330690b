/* What tells that a fax machine has answered: CED and the preamble of V.21 (ITU-T T.30).
 *
 * CED is 2100 Hz ± 15 Hz for 2.6 to 4 s (4.2.1.2; ANS of V.25, its reversals and the amplitude
 * modulation of V.8 do not matter).  The preamble is HDLC flags (01111110) for 1 s, keyed at
 * 300 bit/s between 1650 Hz (1) and 1850 Hz (0) (5.3.1, V.21 channel 2).  CNG is a tone with a
 * cadence: a pattern of progress.h.  The slow plain definition is cython_dsp/reference_fax.py.
 *
 * Blocks of 40 samples (5 ms, 16 bit, 8 kHz; a sine of 0 dBm0 has a peak of 22827).  Nothing here
 * allocates, blocks or keeps state outside the struct.
 */
#ifndef CALLBOX_FAX_TONES_H
#define CALLBOX_FAX_TONES_H

#include <stdint.h>

#include "answer_tone.h"
#include "fsk.h"

#define FAX_BLOCK FSK_BLOCK
#define FAX_SMOOTH 13 /* samples: half a bit */
#define FAX_FINDS 2   /* at most so many in a block */

enum { FAX_CED = 1, FAX_PREAMBLE = 2 };

typedef struct {
    int kind;
    float hz;         /* of CED, as measured; 0 of a preamble */
    float level_dbm0;
} fax_find_t;

typedef struct {
    answer_tone_t tone;
    int blocks;       /* of CED so far, 200 at most */
    fsk_t fsk;
    float turn[FAX_SMOOTH + FSK_BLOCK]; /* radians a sample: below 0 = mark, 1650 Hz */
    int mark;         /* the run is of mark */
    int run;          /* samples of it */
    int mark_fits;    /* the mark before it had six bits */
    int flags;        /* in sequence; they are told of once */
} fax_tones_t;

void fax_tones_init(fax_tones_t *f);

/* Take FAX_BLOCK samples; returns how many finds there are.  Each tone is told once as long as it
 * goes on: CED after 1 s, a preamble after 8 flags (0.21 s). */
int fax_tones_rx(fax_tones_t *f, const int16_t *pcm, fax_find_t *finds);

#endif
