/* Framing of the serial link to a board: COBS, CRC-32 (IEEE, little endian), 0x00 at the end.
 *
 * A body is header (type u8, flags u8, seq u16, tick u32, little endian) and payload. */
#ifndef CALLBOX_LINK_H
#define CALLBOX_LINK_H

#include <stdint.h>

#define LINK_HEADER 8
#define LINK_CRC 4
#define LINK_MAX_BODY (LINK_HEADER + 1536)
#define LINK_MAX_FRAME (LINK_MAX_BODY + LINK_CRC)
#define LINK_MAX_STUFFED (LINK_MAX_FRAME + LINK_MAX_FRAME / 254 + 1)
#define LINK_MAX_WIRE (LINK_MAX_STUFFED + 1)

enum {
    LINK_MORE = 0,       /* the frame is not complete yet */
    LINK_BODY = 1,       /* rx->body has rx->n checked bytes */
    LINK_BAD_COBS = -1,
    LINK_BAD_CRC = -2,
    LINK_OVERSIZE = -3,
    LINK_TRUNCATED = -4, /* shorter than header and CRC */
};

typedef struct {
    int held;                        /* stuffed bytes of the frame being received */
    int skipping;                    /* 1: too long, wait for its end */
    int n;                           /* bytes in body */
    uint8_t stuffed[LINK_MAX_STUFFED];
    uint8_t body[LINK_MAX_STUFFED];  /* what is one long run of zeros hardly shrinks */
} link_rx_t;

uint32_t link_crc32(const uint8_t *data, int n);

/* Take bytes up to the end of one frame; *used says how many.  One of the values above. */
int link_receive(link_rx_t *rx, const uint8_t *data, int n, int *used);

/* Put body (n <= LINK_MAX_BODY) on the wire; out has LINK_MAX_WIRE bytes.  Bytes written. */
int link_send(const uint8_t *body, int n, uint8_t *out);

/* COBS alone.  Decoding returns the length or -1; out has n bytes (n >= 1). */
int link_cobs_encode(const uint8_t *data, int n, uint8_t *out);
int link_cobs_decode(const uint8_t *stuffed, int n, uint8_t *out);

#endif
