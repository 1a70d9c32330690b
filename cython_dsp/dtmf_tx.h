/* In-band DTMF sender after ITU-T Q.23.
 *
 * Samples are 16-bit linear at 8 kHz; a sine of 0 dBm0 has a peak of 22827 (G.711: full scale is
 * +3.14 dBm0).  Nothing here allocates, blocks or keeps state outside the struct.
 */
#ifndef CALLBOX_DTMF_TX_H
#define CALLBOX_DTMF_TX_H

#include <stdint.h>

#define DTMF_MAX_DIGITS 64

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
