#include "link.h"

#include <string.h>

static uint32_t crc_table[256];

__attribute__((constructor)) static void make_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
        crc_table[i] = crc;
    }
}

uint32_t link_crc32(const uint8_t *data, int n)
{
    uint32_t crc = 0xFFFFFFFFu;

    for (int i = 0; i < n; i++)
        crc = (crc >> 8) ^ crc_table[(crc ^ data[i]) & 0xFF];
    return ~crc;
}

int link_cobs_encode(const uint8_t *data, int n, uint8_t *out)
{
    int code_at = 0;
    int at = 1;

    for (int i = 0; i < n; i++) {
        if (at - code_at == 255) { /* a full group, which stands for no zero */
            out[code_at] = 255;
            code_at = at++;
        }
        if (data[i] != 0) {
            out[at++] = data[i];
        } else {
            out[code_at] = (uint8_t)(at - code_at);
            code_at = at++;
        }
    }
    out[code_at] = (uint8_t)(at - code_at);
    return at;
}

int link_cobs_decode(const uint8_t *stuffed, int n, uint8_t *out)
{
    int at = 0;
    int made = 0;

    while (at < n) {
        int code = stuffed[at++];
        if (code == 0 || at + code - 1 > n || memchr(stuffed + at, 0, (size_t)(code - 1)) != NULL)
            return -1;
        memcpy(out + made, stuffed + at, (size_t)(code - 1));
        made += code - 1;
        at += code - 1;
        if (code < 255 && at < n)
            out[made++] = 0;
    }
    return made;
}

/* One whole stuffed frame, its end not included. */
static int unseal(link_rx_t *rx)
{
    uint32_t crc;
    int n = link_cobs_decode(rx->stuffed, rx->held, rx->body);

    if (n < 0)
        return LINK_BAD_COBS;
    if (n < LINK_HEADER + LINK_CRC)
        return LINK_TRUNCATED;
    rx->n = n - LINK_CRC;
    crc = (uint32_t)rx->body[rx->n] | (uint32_t)rx->body[rx->n + 1] << 8 |
          (uint32_t)rx->body[rx->n + 2] << 16 | (uint32_t)rx->body[rx->n + 3] << 24;
    if (crc != link_crc32(rx->body, rx->n))
        return LINK_BAD_CRC;
    return rx->n <= LINK_MAX_BODY ? LINK_BODY : LINK_OVERSIZE;
}

int link_receive(link_rx_t *rx, const uint8_t *data, int n, int *used)
{
    const uint8_t *end = memchr(data, 0, (size_t)n);
    int piece = end != NULL ? (int)(end - data) : n;
    int found = LINK_MORE;

    if (rx->held + piece > LINK_MAX_STUFFED) {
        rx->skipping = 1;
        rx->held = 0;
    } else if (!rx->skipping) {
        memcpy(rx->stuffed + rx->held, data, (size_t)piece);
        rx->held += piece;
    }
    *used = end != NULL ? piece + 1 : n;
    if (end == NULL)
        return LINK_MORE;
    if (rx->skipping)
        found = LINK_OVERSIZE;
    else if (rx->held > 0)
        found = unseal(rx);
    rx->held = 0;
    rx->skipping = 0;
    return found;
}

int link_send(const uint8_t *body, int n, uint8_t *out)
{
    uint8_t frame[LINK_MAX_FRAME];
    uint32_t crc = link_crc32(body, n);

    memcpy(frame, body, (size_t)n);
    for (int i = 0; i < 4; i++)
        frame[n + i] = (uint8_t)(crc >> (8 * i));
    n = link_cobs_encode(frame, n + LINK_CRC, out);
    out[n] = 0;
    return n + 1;
}
