#include "packet.h"

int rtp_packet_parse(rtp_packet_t *packet, const uint8_t *data, int n)
{
    if (n < RTP_HEADER || data[0] >> 6 != 2)
        return -1;
    int at = RTP_HEADER + 4 * (data[0] & 0x0F);
    if (data[0] & 0x10) {                      /* header extension, 5.3.1 */
        if (at + 4 > n)
            return -1;
        at += 4 + 4 * rtp_get16(data + at + 2);
    }
    if (at > n)
        return -1;
    int padding = 0;
    if (data[0] & 0x20) {
        padding = n > at ? data[n - 1] : 0;
        if (padding == 0 || at + padding > n)
            return -1;
    }
    packet->marker = data[1] >> 7;
    packet->payload_type = data[1] & 0x7F;
    packet->sequence = rtp_get16(data + 2);
    packet->timestamp = rtp_get32(data + 4);
    packet->ssrc = rtp_get32(data + 8);
    packet->payload = data + at;
    packet->length = n - at - padding;
    return 0;
}

void rtp_packet_header(uint8_t *out, const rtp_packet_t *packet)
{
    out[0] = 0x80;
    out[1] = (uint8_t)(packet->marker << 7 | packet->payload_type);
    rtp_put16(out + 2, packet->sequence);
    rtp_put32(out + 4, packet->timestamp);
    rtp_put32(out + 8, packet->ssrc);
}
