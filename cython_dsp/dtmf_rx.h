/* In-band DTMF receiver after ITU-T Q.23 and Q.24, for eight channels at a time.
 *
 * Samples are 16-bit linear at 8 kHz; a sine of 0 dBm0 has a peak of 22827 (G.711: full scale is
 * +3.14 dBm0).  Nothing here allocates, blocks or keeps state outside the struct.
 *
 *   samples -> high-pass -> 8 correlations a hop -> looks of 3 hops -> is it worth a judgement?
 *              [------------------ eight channels at once -------------------]        |
 *                                                       a channel alone:  hits -> digit
 */
#ifndef CALLBOX_DTMF_RX_H
#define CALLBOX_DTMF_RX_H

#include <stdint.h>

#include "lanes.h"

#define DTMF_HOP 40       /* samples between two looks: 5 ms */
#define DTMF_PARTS 3      /* a look covers this many hops: 15 ms */
#define DTMF_HOPS 200     /* a second, in which each tone has made whole turns */
#define DTMF_TONES 8      /* four rows (low group), then four columns (high group) */
#define DTMF_BEFORE 270   /* samples from the tone's begin to the end of the hop that tells it */

typedef struct {          /* what is known of one channel */
    float turn[2];        /* row, column: phase gained since the first hit */
    float sum[3];         /* row, column, all: energy of the hits together */
    float first[3];       /* the same of the first hit, of which the tone may lack the begin */
    int hits;             /* consecutive looks that showed `candidate` */
    int misses;           /* consecutive looks that did not show `digit` */
    char candidate;       /* digit of the latest look, 0 = none */
    char digit;           /* digit that was reported and lasts, 0 = none */
} dtmf_lane_t;

typedef struct dtmf_rx {
    float past[6][LANES];     /* of the high-pass, two of each: input (older first), and what came
                                 out of the first and of the second section (newer first) */
    float re[DTMF_PARTS][DTMF_TONES][LANES];  /* correlation of each tone with the latest hops, as if
                                                 all began when the first one did */
    float im[DTMF_PARTS][DTMF_TONES][LANES];
    float energy[DTMF_PARTS][LANES];          /* sum of squares of the latest hops */
    float last_re[DTMF_TONES][LANES];         /* the look before: its phases show the frequency */
    float last_im[DTMF_TONES][LANES];
    dtmf_lane_t lane[LANES];
    int part;                                /* index of the oldest part */
    int hop;                                 /* of this second */
} dtmf_rx_t;

void dtmf_rx_init(dtmf_rx_t *rx);

/* Another call is on this channel: what was heard before counts no more. */
void dtmf_rx_forget(dtmf_rx_t *rx, int lane);

/* Take a hop (DTMF_HOP samples) of eight channels; NULL is silence.  Returns a bit for each channel
 * whose digit (0-9 A-D * #) has become certain; it is then in digit[], once a digit. */
unsigned dtmf_rx(dtmf_rx_t *rx, const int16_t *const pcm[LANES], char digit[LANES]);

/* The same of A-law codes, each channel's in a row; NULL is silence. */
unsigned dtmf_rx_alaw(dtmf_rx_t *rx, const uint8_t *const codes[LANES], char digit[LANES]);

/* The same of A-law codes as a bus has them: codes[sample * stride + channel]. */
unsigned dtmf_rx_bus(dtmf_rx_t *rx, const uint8_t *codes, int stride, char digit[LANES]);

/* Level in dBm0 of the row's and of the column's tone of the digit just told in this lane, the mean
 * over its hits but the first: to be asked before the next hop.  -INFINITY when there is none. */
void dtmf_rx_levels(const dtmf_rx_t *rx, int lane, float level[2]);

#endif
