/* RTCP compound packets (RFC 3550 6): SR, RR, SDES CNAME, BYE. */
#ifndef CALLBOX_RTCP_H
#define CALLBOX_RTCP_H

#include <stdint.h>

#define RTCP_SR 200
#define RTCP_RR 201
#define RTCP_SDES 202
#define RTCP_BYE 203
#define RTCP_ROOM 160          /* the longest compound packet written here */

/* What a compound packet from the other side told. */
typedef struct {
    uint32_t sender;
    uint32_t last_sr;          /* middle 32 bits of the NTP stamp of its SR, 0 = no SR in it */
    int about_us;              /* a report block with our SSRC was in it: the next four count */
    uint8_t fraction_lost;
    uint32_t lsr, dlsr;
    int bye;                   /* the sender said BYE */
} rtcp_news_t;

/* What our report says.  remote_ssrc 0: no report block. */
typedef struct {
    uint32_t ssrc;
    int is_sender;
    uint64_t ntp;
    uint32_t timestamp, packets, octets;
    uint32_t remote_ssrc;
    uint8_t fraction_lost;
    int32_t cumulative_lost;
    uint32_t highest_sequence, jitter, lsr, dlsr;
    const char *cname;
    int bye;
} rtcp_report_t;

/* 0, or -1 when it is no valid compound packet (RFC 3550 A.2). */
int rtcp_parse(rtcp_news_t *news, const uint8_t *data, int n, uint32_t our_ssrc);

/* Writes at most RTCP_ROOM bytes; returns how many. */
int rtcp_write(uint8_t *out, const rtcp_report_t *report);

#endif
