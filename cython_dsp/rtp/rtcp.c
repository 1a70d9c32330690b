#include "rtcp.h"

#include "packet.h"

#include <string.h>

#define BLOCK 24

static void read_blocks(rtcp_news_t *news, const uint8_t *at, int count, uint32_t our_ssrc)
{
    for (; count > 0; count--, at += BLOCK) {
        if (rtp_get32(at) != our_ssrc)
            continue;
        news->about_us = 1;
        news->fraction_lost = at[4];
        news->lsr = rtp_get32(at + 16);
        news->dlsr = rtp_get32(at + 20);
    }
}

/* One packet of the compound, its length already checked.  0, or -1 when it is malformed. */
static int read_packet(rtcp_news_t *news, const uint8_t *at, int n, uint32_t our_ssrc)
{
    int count = at[0] & 0x1F, blocks = at[1] == RTCP_SR ? 28 : 8;

    switch (at[1]) {
    case RTCP_SR:
    case RTCP_RR:
        if (n < blocks + BLOCK * count)
            return -1;
        news->sender = rtp_get32(at + 4);
        if (at[1] == RTCP_SR)
            news->last_sr = rtp_get32(at + 10);
        read_blocks(news, at + blocks, count, our_ssrc);
        return 0;
    case RTCP_BYE:
        if (n < 4 + 4 * count)
            return -1;
        for (int i = 0; i < count; i++)
            news->bye |= rtp_get32(at + 4 + 4 * i) == news->sender;
        return 0;
    default:
        return 0;              /* SDES, APP, feedback: well formed is all that matters */
    }
}

int rtcp_parse(rtcp_news_t *news, const uint8_t *data, int n, uint32_t our_ssrc)
{
    memset(news, 0, sizeof *news);
    if (n < 8 || (data[1] != RTCP_SR && data[1] != RTCP_RR))
        return -1;
    for (int at = 0; at < n;) {
        if (n - at < 4 || data[at] >> 6 != 2)
            return -1;
        int length = 4 * (rtp_get16(data + at + 2) + 1);
        if (length > n - at)
            return -1;
        int padded = (data[at] & 0x20) != 0, end = length;
        if (padded) {          /* only the last packet may be padded, in whole words */
            int padding = data[at + length - 1];
            if (at + length != n || padding == 0 || padding % 4 != 0 || padding > length - 4)
                return -1;
            end -= padding;
        }
        if (read_packet(news, data + at, end, our_ssrc) != 0)
            return -1;
        at += length;
    }
    return 0;
}

static uint8_t *header(uint8_t *at, int count, int type, int words)
{
    at[0] = (uint8_t)(0x80 | count);
    at[1] = (uint8_t)type;
    rtp_put16(at + 2, (uint16_t)words);
    return at + 4;
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
    rtp_put32(at, value);
    return at + 4;
}

static uint8_t *write_block(uint8_t *at, const rtcp_report_t *r)
{
    at = put32(at, r->remote_ssrc);
    at = put32(at, (uint32_t)r->fraction_lost << 24 | ((uint32_t)r->cumulative_lost & 0xFFFFFF));
    at = put32(at, r->highest_sequence);
    at = put32(at, r->jitter);
    at = put32(at, r->lsr);
    return put32(at, r->dlsr);
}

static uint8_t *write_sdes(uint8_t *at, const rtcp_report_t *r)
{
    int length = (int)strlen(r->cname);
    int items = (2 + length + 1 + 3) / 4 * 4;  /* CNAME item, END, padded to a word */

    at = header(at, 1, RTCP_SDES, (4 + items) / 4);
    at = put32(at, r->ssrc);
    memset(at, 0, (size_t)items);
    at[0] = 1;
    at[1] = (uint8_t)length;
    memcpy(at + 2, r->cname, (size_t)length);
    return at + items;
}

int rtcp_write(uint8_t *out, const rtcp_report_t *r)
{
    int blocks = r->remote_ssrc != 0;
    uint8_t *at = out;

    at = header(at, blocks, r->is_sender ? RTCP_SR : RTCP_RR, (r->is_sender ? 6 : 1) + 6 * blocks);
    at = put32(at, r->ssrc);
    if (r->is_sender) {
        at = put32(at, (uint32_t)(r->ntp >> 32));
        at = put32(at, (uint32_t)r->ntp);
        at = put32(at, r->timestamp);
        at = put32(at, r->packets);
        at = put32(at, r->octets);
    }
    if (blocks)
        at = write_block(at, r);
    at = write_sdes(at, r);
    if (r->bye) {
        at = header(at, 1, RTCP_BYE, 1);
        at = put32(at, r->ssrc);
    }
    return (int)(at - out);
}
