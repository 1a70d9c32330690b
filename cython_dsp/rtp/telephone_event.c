#include "telephone_event.h"

#include "packet.h"

#include <string.h>

#define ON_TICKS 20            /* 100 ms of tone */
#define CYCLE_TICKS 40         /* and 100 ms of pause */
#define PACKET_TICKS 4
#define REPEATS 2              /* of the final packet, RFC 4733 2.5.1.4 */
#define VOLUME 10              /* -10 dBm0 */

static const char NAMES[] = "0123456789*#ABCD";   /* RFC 4733 3.2: events 0 to 15 */

static int event_of(char digit)
{
    if (digit >= 'a' && digit <= 'd')
        digit = (char)(digit - 'a' + 'A');
    const char *at = digit ? strchr(NAMES, digit) : NULL;
    return at ? (int)(at - NAMES) : -1;
}

/* A new time stamp is a new event, except the next segment of a very long one (2.5.1.3). */
static void note(event_rx_t *rx, uint8_t event, uint32_t timestamp)
{
    uint32_t ahead = timestamp - rx->timestamp;

    if (rx->seen && (ahead == 0 || ahead > INT32_MAX))
        return;
    int segment = rx->seen && ahead == 0xFFFF && event == rx->event;
    rx->seen = 1;
    rx->timestamp = timestamp;
    rx->event = event;
    if (!segment && event < 16 && rx->count < EVENT_QUEUE) {
        rx->digits[(rx->head + rx->count) % EVENT_QUEUE] = NAMES[event];
        rx->count++;
    }
}

int event_receive(event_rx_t *rx, const uint8_t *payload, int n, uint32_t timestamp,
                  event_span_t *span)
{
    if (n < EVENT_PAYLOAD || n % EVENT_PAYLOAD != 0)
        return -1;
    note(rx, payload[0], timestamp);
    span->timestamp = timestamp;
    span->duration = rtp_get16(payload + 2);
    return 0;
}

int event_take(event_rx_t *rx)
{
    if (rx->count == 0)
        return 0;
    char digit = rx->digits[rx->head];
    rx->head = (rx->head + 1) % EVENT_QUEUE;
    rx->count--;
    return digit;
}

int event_left(const event_tx_t *tx) { return (int)strlen(tx->digits + tx->at); }

int event_queue(event_tx_t *tx, const char *digits)
{
    size_t left = (size_t)event_left(tx), more = strlen(digits);

    for (size_t i = 0; i < more; i++)
        if (event_of(digits[i]) < 0)
            return -1;
    if (left + more > RTP_DIGITS_MAX)
        return -1;
    memmove(tx->digits, tx->digits + tx->at, left);
    memcpy(tx->digits + left, digits, more + 1);
    tx->at = 0;
    return 0;
}

int event_send(event_tx_t *tx, uint8_t payload[EVENT_PAYLOAD])
{
    if (tx->digits[tx->at] == 0)
        return EVENT_DONE;
    int event = event_of(tx->digits[tx->at]);
    int tick = ++tx->tick;                     /* ticks of the event that are over */
    int last = ON_TICKS + REPEATS * PACKET_TICKS;

    if (tick == CYCLE_TICKS) {
        tx->tick = 0;
        tx->at++;
    }
    if (tick % PACKET_TICKS != 0 || tick > last)
        return -1;
    int on = tick < ON_TICKS ? tick : ON_TICKS;
    payload[0] = (uint8_t)event;
    payload[1] = (uint8_t)((tick >= ON_TICKS ? 0x80 : 0) | VOLUME);
    rtp_put16(payload + 2, (uint16_t)(on * RTP_TICK_SAMPLES));
    return tick - 1;
}
