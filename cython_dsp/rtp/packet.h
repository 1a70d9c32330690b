/* RTP fixed header (RFC 3550 5.1): checked reading, plain writing. */
#ifndef CALLBOX_RTP_PACKET_H
#define CALLBOX_RTP_PACKET_H

#include <stdint.h>

#define RTP_HEADER 12

typedef struct {
    uint8_t marker;
    uint8_t payload_type;
    uint16_t sequence;
    uint32_t timestamp;
    uint32_t ssrc;
    const uint8_t *payload;
    int length;                /* of the payload, without padding */
} rtp_packet_t;

static inline uint16_t rtp_get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static inline uint32_t rtp_get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void rtp_put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline void rtp_put32(uint8_t *p, uint32_t v)
{
    rtp_put16(p, (uint16_t)(v >> 16));
    rtp_put16(p + 2, (uint16_t)v);
}

/* 0, or -1 when CSRC list, extension or padding do not fit (or the version is not 2). */
int rtp_packet_parse(rtp_packet_t *packet, const uint8_t *data, int n);

/* Writes RTP_HEADER bytes. */
void rtp_packet_header(uint8_t *out, const rtp_packet_t *packet);

#endif
