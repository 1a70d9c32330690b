/* One RTP or SRTP leg of one G.711 call party: the only header the engine needs.
 *
 * RFC 3550 (RTP, RTCP), 3551 (PCMA 8, PCMU 0), 4733 (telephone-event), 3711 and 7714 (SRTP),
 * 5761 (RTP and RTCP on one port).  Owned by one thread.  Time is the engine's 5 ms tick, given
 * with each call.  Nothing is allocated after rtp_leg_new, with one exception: libsrtp allocates
 * its stream state when the first authenticated packet of a new remote SSRC arrives.
 */
#ifndef CALLBOX_RTP_LEG_H
#define CALLBOX_RTP_LEG_H

#include <stdint.h>

#define RTP_TICK_SAMPLES 40    /* 5 ms at 8 kHz */
#define RTP_ROOM 512           /* `room` that is enough for any packet this leg sends */
#define RTP_MAX_DATAGRAM 2048  /* longer ones are refused */
#define RTP_CNAME_MAX 31
#define RTP_DIGITS_MAX 64

/* SRTP protection profiles by their DTLS-SRTP numbers (RFC 5764 4.1.2, RFC 7714 14.2). */
enum {
    RTP_PLAIN = 0,
    RTP_AES128_CM_SHA1_80 = 1,
    RTP_AEAD_AES_128_GCM = 7,
};

typedef struct {
    uint32_t ssrc;             /* ours */
    uint8_t payload_type;      /* what we send: 8 PCMA or 0 PCMU; both are received */
    uint8_t event_type;        /* telephone-event/8000 payload type, 0 = not negotiated */
    uint8_t profile;           /* RTP_PLAIN ... */
    uint8_t send_key[30];      /* master key (16) then master salt (14, or 12 for GCM) */
    uint8_t receive_key[30];
    char cname[RTP_CNAME_MAX + 1];
    uint64_t ntp_at_tick_0;    /* NTP time stamp (32.32) of tick 0, for sender reports */
} rtp_params_t;

typedef struct rtp_leg rtp_leg_t;

/* What rtp_leg_receive says of a datagram.  Everything below 0 was dropped and counted. */
enum {
    RTP_OK = 0,
    RTP_OK_RTCP = 1,
    RTP_MALFORMED = -1,        /* header, length, padding, extension, RTCP chunk */
    RTP_REFUSED = -2,          /* authentication failed (or replay of a packet too old to tell) */
    RTP_DUPLICATE = -3,
    RTP_LATE = -4,             /* after its play time */
    RTP_UNKNOWN = -5,          /* authentic, but a payload type that was not negotiated */
};

typedef struct {
    uint64_t received;         /* RTP packets taken, duplicates and late ones included */
    uint64_t sent;
    uint64_t octets_received;
    uint64_t octets_sent;
    int64_t lost;              /* expected minus received, RFC 3550 6.4.1 */
    uint64_t late;
    uint64_t duplicate;
    uint64_t malformed;
    uint64_t refused;
    uint64_t unknown;
    uint64_t rtcp_received;
    uint64_t restarts;         /* of the stream: new SSRC, or time stamps that jumped */
    uint64_t concealed_ticks;  /* 5 ms ticks of made-up audio */
    uint64_t dropped_ticks;    /* 5 ms pieces dropped to shorten the delay */
    uint64_t added_ticks;      /* 5 ms pieces inserted to lengthen the delay */
    uint32_t ssrc;             /* of the other side, 0 = none yet */
    float jitter_ms;           /* interarrival jitter, RFC 3550 6.4.1 */
    float delay_ms;            /* present delay of the jitter buffer */
    float rtt_ms;              /* by the other side's report, -1 = unknown */
    float far_lost;            /* fraction the other side reports lost, 0..1, -1 = unknown */
    uint8_t said_bye;          /* RTCP BYE was received from the present SSRC */
} rtp_statistics_t;

/* NULL: payload_type or profile not known, or no memory. */
rtp_leg_t *rtp_leg_new(const rtp_params_t *params);
void rtp_leg_free(rtp_leg_t *leg);

/* A datagram from the leg's present address (RTP or RTCP; decrypted in place).
 * Returns one of the values above. */
int rtp_leg_receive(rtp_leg_t *leg, uint8_t *datagram, int n, uint64_t tick);

/* Whether what is lost from now on is made up in a hurry. */
void rtp_leg_hurry(rtp_leg_t *leg, int on);

/* The next 5 ms of what the other side says; call it exactly once a tick, after the receives.
 * Returns 0, or an ASCII digit (0-9 * # A-D) that RFC 4733 brought, once a digit. */
int rtp_leg_play(rtp_leg_t *leg, int16_t pcm[RTP_TICK_SAMPLES], uint64_t tick);

/* 1: the other side has negotiated telephone-event, so the in-band detector is to be left out
 * (a browser sends the event and no tone). */
int rtp_leg_has_events(const rtp_leg_t *leg);

/* The next 5 ms for the other side; call it exactly once a tick.  pcm = NULL: nobody talks to
 * this leg, nothing is sent.  Returns the length of a packet to send now, or 0; a packet comes
 * every 4th tick (20 ms).  room >= RTP_ROOM, else 0. */
int rtp_leg_send(rtp_leg_t *leg, const int16_t pcm[RTP_TICK_SAMPLES], uint8_t *out, int room,
                 uint64_t tick);

/* Send digits as telephone-events (100 ms each, 100 ms apart), instead of audio while they last.
 * Returns 0, or -1 (nothing changed): bad digit, too many, or events not negotiated. */
int rtp_leg_digits(rtp_leg_t *leg, const char *digits);

/* Digits not finished yet; 0 when the last one has been sent. */
int rtp_leg_digits_left(const rtp_leg_t *leg);

/* A compound RTCP report (SR or RR, SDES CNAME) when one is due, every 5 s +-50 % (RFC 3550 6.2);
 * call it once a tick.  Returns its length or 0. */
int rtp_leg_rtcp(rtp_leg_t *leg, uint8_t *out, int room, uint64_t tick);

/* An RTCP BYE, to be sent when the leg ends.  Returns its length or 0. */
int rtp_leg_bye(rtp_leg_t *leg, uint8_t *out, int room, uint64_t tick);

void rtp_leg_statistics(const rtp_leg_t *leg, rtp_statistics_t *out);

#endif
