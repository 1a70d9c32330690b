/* Caller ID by frequency-shift keying at 1200 bit/s, heard with the telephone on the hook:
 * Bell 202 (mark 1200 Hz, space 2200 Hz: Telcordia GR-30-CORE) and V.23 (1300, 2100 Hz:
 * ETSI EN 300 659-1).  Both are told apart by the mark that precedes a message.
 *
 * Samples are 16-bit linear at 8 kHz.  Nothing here allocates, blocks or keeps state outside the
 * struct.
 */
#ifndef CALLBOX_CALLER_ID_H
#define CALLBOX_CALLER_ID_H

#include <stdint.h>

#include "fsk.h"

#define CALLER_ID_BLOCK FSK_BLOCK
#define CALLER_ID_SMOOTH 5
#define CALLER_ID_MAX 259 /* standard, type, length, 255 bytes of payload, checksum */

enum { CALLER_ID_BELL_202 = 1, CALLER_ID_V23 = 2 };

typedef struct {
    fsk_t fsk;                                  /* around 1700 Hz */
    float turn[CALLER_ID_SMOOTH + CALLER_ID_BLOCK]; /* radians a sample: below 0 = mark */
    float before;                               /* the newest smoothed turn */
    float wait;                                 /* samples to the middle of the next bit */
    int bit;                                    /* 0 = between bytes, 1 start, 2-9 data, 10 stop */
    uint8_t byte;
    int marks;                                  /* samples of mark since the last space */
    float mark_sum;                             /* of their turns */
    int ready;                                  /* a mark, or a whole message, came just before */
    uint8_t standard;
    int n;                                      /* bytes of the message so far, standard first */
    uint8_t message[CALLER_ID_MAX];
} caller_id_t;

void caller_id_init(caller_id_t *c);

/* Take CALLER_ID_BLOCK samples.  Returns 0, or how many bytes of c->message hold a message whose
 * checksum is right: standard, type, length, payload.  They stay until the next call. */
int caller_id_rx(caller_id_t *c, const int16_t *pcm);

#endif
