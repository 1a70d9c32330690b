/* What is known of the other side's stream: sequence numbers and jitter (RFC 3550 A.1, A.8). */
#ifndef CALLBOX_RTP_SOURCE_H
#define CALLBOX_RTP_SOURCE_H

#include <stdint.h>

typedef struct {
    uint32_t ssrc;
    int started;
    uint32_t base;             /* extended sequence number of the first packet */
    uint32_t highest;          /* extended: cycles in the upper 16 bits */
    uint64_t seen;             /* bit i: packet highest - i was received */
    uint64_t received;         /* without duplicates, since `base` */
    uint32_t transit;          /* arrival minus time stamp of the latest packet */
    float jitter;              /* samples */
    uint64_t expected_before, received_before; /* at the last report */
    int64_t lost_before;       /* by earlier streams of the leg */
} source_t;

/* Begin with a new SSRC. */
void source_start(source_t *s, uint32_t ssrc, uint16_t sequence);

/* Note a packet that arrived when our clock stood at `arrival` samples.
 * 0: the newest so far, 1: an older one, -1: a duplicate. */
int source_note(source_t *s, uint16_t sequence, uint32_t timestamp, uint32_t arrival);

int64_t source_lost(const source_t *s);

/* Fraction lost since the last call, in 256ths (RFC 3550 A.3). */
uint8_t source_fraction_lost(source_t *s);

#endif
