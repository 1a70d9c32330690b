/* In-band DTMF: receiver after ITU-T Q.24, sender after Q.23.
 *
 * Samples are 16-bit linear at 8 kHz; a sine of 0 dBm0 has a peak of 22827 (G.711: full scale is
 * +3.14 dBm0).  Nothing here allocates, blocks or keeps state outside the structs.
 */
#ifndef CALLBOX_DTMF_H
#define CALLBOX_DTMF_H

#include <stdint.h>

#define DTMF_HOP 40       /* samples between two looks: 5 ms */
#define DTMF_PARTS 3      /* a look covers this many hops: 15 ms */
#define DTMF_TONES 8      /* four rows (low group), then four columns (high group) */
#define DTMF_MAX_DIGITS 64

typedef struct dtmf_rx {
    float highpass[2][2];                     /* state of each section: removes dial tone */
    float re[DTMF_PARTS][DTMF_TONES];         /* correlation of each tone with the latest hops */
    float im[DTMF_PARTS][DTMF_TONES];
    float energy[DTMF_PARTS];                 /* sum of squares of the latest hops */
    float hop[DTMF_HOP];                      /* filtered samples of the hop being filled */
    float last_re[DTMF_TONES];                /* the look before: its phases show the frequency */
    float last_im[DTMF_TONES];
    float turn[2];                            /* row, column: phase gained since the first hit */
    float sum[3];                             /* row, column, all: energy of the hits together */
    int fill;                                 /* samples in `hop` */
    int part;                                 /* index of the oldest part */
    int hits;                                 /* consecutive looks that showed `candidate` */
    int misses;                               /* consecutive looks that did not show `digit` */
    char candidate;                           /* digit of the latest look, 0 = none */
    char digit;                               /* digit that was reported and lasts, 0 = none */
} dtmf_rx_t;

void dtmf_rx_init(dtmf_rx_t *rx);

/* Take n samples.  Returns 0, or the ASCII digit (0-9 A-D * #) once a digit, when it is certain.
 * *start_offset is then how many samples before the END of this block the tone began
 * (may be NULL).  At most one digit can become certain within 20 ms: pass n <= 160. */
int dtmf_rx(dtmf_rx_t *rx, const int16_t *pcm, int n, uint32_t *start_offset);

typedef struct dtmf_tx {
    char digits[DTMF_MAX_DIGITS + 1];
    int at;                 /* index of the digit being sent */
    int sample;             /* samples since that digit began */
    int on, off;            /* samples of tone and of pause */
    uint32_t phase[2];
} dtmf_tx_t;

/* Prepare to send digits (0-9 A-D a-d * #; at most DTMF_MAX_DIGITS).  on_ms and off_ms: 1..10000.
 * Returns 0, or -1 (nothing changed) when a digit or a duration is not valid. */
int dtmf_tx_start(dtmf_tx_t *tx, const char *digits, int on_ms, int off_ms);

/* Fill n samples.  Returns 1 while digits or their pauses remain, 0 when finished (the rest of
 * pcm is then silence).  Low group -9 dBm0, high group -7 dBm0. */
int dtmf_tx(dtmf_tx_t *tx, int16_t *pcm, int n);

#endif
