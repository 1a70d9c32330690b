/* DTMF as RTP events (RFC 4733): one digit out of many packets, many packets for one digit. */
#ifndef CALLBOX_TELEPHONE_EVENT_H
#define CALLBOX_TELEPHONE_EVENT_H

#include "leg.h"

#define EVENT_PAYLOAD 4
#define EVENT_QUEUE 16
#define EVENT_DONE -2

typedef struct {
    uint32_t timestamp;        /* of the latest event */
    int seen;                  /* an event was received */
    uint8_t event;
    char digits[EVENT_QUEUE];
    int head, count;
} event_rx_t;

typedef struct {
    char digits[RTP_DIGITS_MAX + 1];
    int at;                    /* digit being sent */
    int tick;                  /* since that digit began */
} event_tx_t;

typedef struct {
    uint32_t timestamp;        /* where the event began */
    int duration;              /* samples, so far */
} event_span_t;

/* Take a payload.  0, or -1 when it is malformed.  `span` is what the event covers. */
int event_receive(event_rx_t *rx, const uint8_t *payload, int n, uint32_t timestamp,
                  event_span_t *span);

/* The next digit received, or 0. */
int event_take(event_rx_t *rx);

/* 0, or -1: bad digit or too many. */
int event_queue(event_tx_t *tx, const char *digits);

/* Digits not finished. */
int event_left(const event_tx_t *tx);

/* One tick.  Writes a payload and returns how many ticks ago the event began, -1 when there is
 * nothing to send this tick, EVENT_DONE when there are no digits at all. */
int event_send(event_tx_t *tx, uint8_t payload[EVENT_PAYLOAD]);

#endif
