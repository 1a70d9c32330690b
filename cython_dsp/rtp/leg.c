#include "leg.h"

#include "../engine/g711.h"
#include "crypt.h"
#include "jitter.h"
#include "packet.h"
#include "rtcp.h"
#include "source.h"
#include "telephone_event.h"

#include <stdlib.h>
#include <string.h>

#define PACKET_SAMPLES 160     /* 20 ms */
#define MAX_PAYLOAD 960        /* 120 ms */
#define TICKS_A_SECOND 200
#define REPORT_TICKS (5 * TICKS_A_SECOND)
#define COMFORT_NOISE 13
#define MAX_SOURCES 16         /* remote SSRCs of one leg: bounds what libsrtp allocates */
#define PCMU 0
#define PCMA 8

struct rtp_leg {
    rtp_params_t params;
    crypt_t crypt;
    jitter_t jitter;
    source_t source;
    event_rx_t event_rx;
    event_tx_t event_tx;
    rtp_statistics_t count;
    uint32_t sources[MAX_SOURCES];
    int source_count;

    uint32_t random;           /* state of a xorshift generator */
    uint16_t sequence;
    uint32_t first_timestamp;
    uint64_t send_tick;        /* of the latest rtp_leg_send */
    int16_t out[PACKET_SAMPLES];
    int filled;
    uint32_t out_timestamp;
    int talking;               /* the last packet was audio: the next has no marker */

    uint64_t report_tick;      /* when the next report is due, 0 = not yet planned */
    uint64_t sent_at_report;
    uint32_t last_sr;          /* of the other side */
    uint64_t last_sr_tick;
    uint8_t scratch[RTP_MAX_DATAGRAM + 8];
};

static uint32_t draw(rtp_leg_t *leg)
{
    uint32_t x = leg->random;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return leg->random = x;
}

/* Sequence and time stamp begin somewhere (RFC 3550 5.1).  That need not be secret with SRTP;
 * taken from SSRC and key it is repeatable in tests. */
static void draw_start(rtp_leg_t *leg)
{
    leg->random = leg->params.ssrc ^ 0x9E3779B9u;
    for (int i = 0; i < 28; i++)
        leg->random = leg->random * 16777619u ^ leg->params.send_key[i];
    if (leg->random == 0)
        leg->random = 1;
    leg->sequence = (uint16_t)(draw(leg) & 0x7FFF); /* below half: the rollover counter is safe */
    leg->first_timestamp = draw(leg);
}

rtp_leg_t *rtp_leg_new(const rtp_params_t *params)
{
    if (params->payload_type != PCMA && params->payload_type != PCMU)
        return NULL;
    rtp_leg_t *leg = calloc(1, sizeof *leg);
    if (leg == NULL)
        return NULL;
    leg->params = *params;
    leg->params.cname[RTP_CNAME_MAX] = 0;
    if (crypt_open(&leg->crypt, params) != 0) {
        free(leg);
        return NULL;
    }
    jitter_init(&leg->jitter);
    draw_start(leg);
    leg->count.rtt_ms = leg->count.far_lost = -1.0f;
    return leg;
}

void rtp_leg_free(rtp_leg_t *leg)
{
    if (leg == NULL)
        return;
    crypt_close(&leg->crypt);
    memset(&leg->params, 0, sizeof leg->params);
    free(leg);
}

/* ---- receiving ---- */

static uint64_t ntp_at(const rtp_leg_t *leg, uint64_t tick)
{
    return leg->params.ntp_at_tick_0 + tick * ((1ull << 32) / TICKS_A_SECOND);
}

static int count_error(rtp_leg_t *leg, int error)
{
    switch (error) {
    case RTP_MALFORMED:
        leg->count.malformed++;
        break;
    case RTP_DUPLICATE:
        leg->count.duplicate++;
        leg->count.received++;
        break;
    case RTP_UNKNOWN:
        leg->count.unknown++;
        break;
    case RTP_LATE:
        break;                 /* the jitter buffer counts */
    default:
        leg->count.refused++;
    }
    return error;
}

static int is_known(const rtp_leg_t *leg, uint32_t ssrc)
{
    for (int i = 0; i < leg->source_count; i++)
        if (leg->sources[i] == ssrc)
            return 1;
    return 0;
}

/* An authenticated SSRC that is not the present one.  0: the stream restarts with it; -1: it is an
 * earlier one, whose stragglers must not switch the leg back. */
static int adopt(rtp_leg_t *leg, const rtp_packet_t *packet)
{
    if (is_known(leg, packet->ssrc))
        return -1;
    leg->sources[leg->source_count++] = packet->ssrc;
    source_start(&leg->source, packet->ssrc, packet->sequence);
    jitter_restart(&leg->jitter);
    leg->event_rx.seen = 0;
    leg->last_sr = 0;
    leg->count.said_bye = 0;
    return 0;
}

static int receive_audio(rtp_leg_t *leg, const rtp_packet_t *packet, int older)
{
    int16_t pcm[MAX_PAYLOAD];
    int standing = older ? JITTER_OLDER : packet->marker ? JITTER_TALKSPURT : JITTER_NEXT;

    if (packet->payload_type == PCMA)
        g711_alaw_decode_block(packet->payload, pcm, packet->length);
    else
        g711_ulaw_decode_block(packet->payload, pcm, packet->length);
    int late = jitter_put(&leg->jitter, packet->timestamp, pcm, packet->length, standing);
    return late ? RTP_LATE : RTP_OK;
}

static int receive_event(rtp_leg_t *leg, const rtp_packet_t *packet)
{
    event_span_t span;

    if (event_receive(&leg->event_rx, packet->payload, packet->length, packet->timestamp, &span))
        return RTP_MALFORMED;
    jitter_silence(&leg->jitter, span.timestamp, span.duration);
    return RTP_OK;
}

static int receive_payload(rtp_leg_t *leg, const rtp_packet_t *packet, int older)
{
    int type = packet->payload_type;

    if (type == PCMA || type == PCMU)
        return receive_audio(leg, packet, older);
    if (type == leg->params.event_type && type != 0)
        return receive_event(leg, packet);
    return type == COMFORT_NOISE ? RTP_OK : RTP_UNKNOWN;
}

static int receive_rtp(rtp_leg_t *leg, uint8_t *data, int n, uint64_t tick)
{
    rtp_packet_t packet;

    if (rtp_packet_parse(&packet, data, n) != 0 || packet.length > RTP_MAX_DATAGRAM)
        return RTP_MALFORMED;
    if (!is_known(leg, packet.ssrc) && leg->source_count == MAX_SOURCES)
        return RTP_REFUSED;
    n = crypt_unprotect(&leg->crypt, data, n, 0);
    if (n < 0)
        return n;
    if (rtp_packet_parse(&packet, data, n) != 0 || packet.length > MAX_PAYLOAD)
        return RTP_MALFORMED;
    if ((!leg->source.started || packet.ssrc != leg->source.ssrc) && adopt(leg, &packet) != 0)
        return RTP_UNKNOWN;
    int older = source_note(&leg->source, packet.sequence, packet.timestamp,
                            (uint32_t)(tick * RTP_TICK_SAMPLES));
    if (older < 0)
        return RTP_DUPLICATE;
    leg->count.received++;
    leg->count.octets_received += (uint64_t)packet.length;
    return receive_payload(leg, &packet, older);
}

/* Round trip from the other side's report about us (RFC 3550 6.4.1). */
static void note_round_trip(rtp_leg_t *leg, const rtcp_news_t *news, uint64_t tick)
{
    leg->count.far_lost = (float)news->fraction_lost / 256.0f;
    if (news->lsr == 0)
        return;
    int32_t trip = (int32_t)((uint32_t)(ntp_at(leg, tick) >> 16) - news->lsr - news->dlsr);
    leg->count.rtt_ms = trip < 0 ? 0.0f : (float)trip / 65.536f;
}

static int receive_rtcp(rtp_leg_t *leg, uint8_t *data, int n, uint64_t tick)
{
    rtcp_news_t news;

    n = crypt_unprotect(&leg->crypt, data, n, 1);
    if (n < 0)
        return n;
    if (rtcp_parse(&news, data, n, leg->params.ssrc) != 0)
        return RTP_MALFORMED;
    leg->count.rtcp_received++;
    if (news.about_us)
        note_round_trip(leg, &news, tick);
    if (!leg->source.started || news.sender != leg->source.ssrc)
        return RTP_OK_RTCP;
    if (news.last_sr != 0) {
        leg->last_sr = news.last_sr;
        leg->last_sr_tick = tick;
    }
    leg->count.said_bye |= (uint8_t)(news.bye != 0);
    return RTP_OK_RTCP;
}

int rtp_leg_receive(rtp_leg_t *leg, uint8_t *datagram, int n, uint64_t tick)
{
    /* The shortest RTCP packet, protected or not, is 8 bytes; the shortest RTP packet 12. */
    if (n < 8 || n > RTP_MAX_DATAGRAM || datagram[0] >> 6 != 2)
        return count_error(leg, RTP_MALFORMED);
    memcpy(leg->scratch, datagram, (size_t)n);   /* libsrtp wants 32-bit alignment */
    int is_rtcp = datagram[1] >= 192 && datagram[1] <= 223;  /* RFC 5761 4 */
    int result = is_rtcp ? receive_rtcp(leg, leg->scratch, n, tick)
                         : receive_rtp(leg, leg->scratch, n, tick);
    return result < 0 ? count_error(leg, result) : result;
}

void rtp_leg_hurry(rtp_leg_t *leg, int on) { leg->jitter.conceal.hurry = on; }

int rtp_leg_play(rtp_leg_t *leg, int16_t pcm[RTP_TICK_SAMPLES], uint64_t tick)
{
    (void)tick;                /* the play point is paced by the calls themselves */
    jitter_get(&leg->jitter, pcm);
    return event_take(&leg->event_rx);
}

int rtp_leg_has_events(const rtp_leg_t *leg) { return leg->params.event_type != 0; }

/* ---- sending ---- */

static uint32_t timestamp_at(const rtp_leg_t *leg, uint64_t tick)
{
    return leg->first_timestamp + (uint32_t)(tick * RTP_TICK_SAMPLES);
}

/* `out` holds the payload behind the header.  Returns the length to send, or 0. */
static int finish(rtp_leg_t *leg, uint8_t *out, rtp_packet_t packet, int length)
{
    packet.sequence = leg->sequence++;
    packet.ssrc = leg->params.ssrc;
    rtp_packet_header(out, &packet);
    int n = crypt_protect(&leg->crypt, out, RTP_HEADER + length, 0);
    if (n > 0) {
        leg->count.sent++;
        leg->count.octets_sent += (uint64_t)length;
    }
    return n;
}

static int send_event(rtp_leg_t *leg, uint8_t *out, const uint8_t *payload, int age, uint64_t tick)
{
    memcpy(out + RTP_HEADER, payload, EVENT_PAYLOAD);
    rtp_packet_t packet = {
        .marker = age == 3,    /* the first packet of the event, RFC 4733 2.1 */
        .payload_type = leg->params.event_type,
        .timestamp = timestamp_at(leg, tick - (uint64_t)age),
    };
    return finish(leg, out, packet, EVENT_PAYLOAD);
}

static int send_audio(rtp_leg_t *leg, uint8_t *out)
{
    rtp_packet_t packet = {
        .marker = !leg->talking,
        .payload_type = leg->params.payload_type,
        .timestamp = leg->out_timestamp,
    };
    if (packet.payload_type == PCMA)
        g711_alaw_encode_block(leg->out, out + RTP_HEADER, PACKET_SAMPLES);
    else
        g711_ulaw_encode_block(leg->out, out + RTP_HEADER, PACKET_SAMPLES);
    leg->filled = 0;
    leg->talking = 1;
    return finish(leg, out, packet, PACKET_SAMPLES);
}

static void append(rtp_leg_t *leg, const int16_t *pcm, uint64_t tick)
{
    if (leg->filled == 0)
        leg->out_timestamp = timestamp_at(leg, tick);
    if (pcm != NULL)
        memcpy(leg->out + leg->filled, pcm, RTP_TICK_SAMPLES * sizeof *pcm);
    else
        memset(leg->out + leg->filled, 0, RTP_TICK_SAMPLES * sizeof *pcm);
    leg->filled += RTP_TICK_SAMPLES;
}

int rtp_leg_send(rtp_leg_t *leg, const int16_t pcm[RTP_TICK_SAMPLES], uint8_t *out, int room,
                 uint64_t tick)
{
    uint8_t payload[EVENT_PAYLOAD];

    if (room < RTP_ROOM)
        return 0;
    if (tick != leg->send_tick + 1)
        leg->filled = 0;       /* ticks were left out: what is begun is too old */
    leg->send_tick = tick;
    int age = event_send(&leg->event_tx, payload);
    if (age != EVENT_DONE) {
        leg->filled = leg->talking = 0;
        return age < 0 ? 0 : send_event(leg, out, payload, age, tick);
    }
    if (pcm == NULL && leg->filled == 0) {
        leg->talking = 0;
        return 0;
    }
    append(leg, pcm, tick);
    return leg->filled < PACKET_SAMPLES ? 0 : send_audio(leg, out);
}

int rtp_leg_digits(rtp_leg_t *leg, const char *digits)
{
    return leg->params.event_type == 0 ? -1 : event_queue(&leg->event_tx, digits);
}

int rtp_leg_digits_left(const rtp_leg_t *leg) { return event_left(&leg->event_tx); }

/* ---- reports ---- */

static void describe_source(rtp_leg_t *leg, rtcp_report_t *report, uint64_t tick)
{
    int64_t lost = source_lost(&leg->source);

    report->remote_ssrc = leg->source.ssrc;
    report->fraction_lost = source_fraction_lost(&leg->source);
    report->cumulative_lost = (int32_t)(lost > 0x7FFFFF ? 0x7FFFFF : lost < -0x800000 ? -0x800000 : lost);
    report->highest_sequence = leg->source.highest - 0x10000u;
    report->jitter = (uint32_t)leg->source.jitter;
    report->lsr = leg->last_sr;
    if (leg->last_sr != 0)
        report->dlsr = (uint32_t)((tick - leg->last_sr_tick) * 65536 / TICKS_A_SECOND);
}

static int write_report(rtp_leg_t *leg, uint8_t *out, int bye, uint64_t tick)
{
    rtcp_report_t report = {
        .ssrc = leg->params.ssrc,
        .is_sender = leg->count.sent != leg->sent_at_report,
        .ntp = ntp_at(leg, tick),
        .timestamp = timestamp_at(leg, tick),
        .packets = (uint32_t)leg->count.sent,
        .octets = (uint32_t)leg->count.octets_sent,
        .cname = leg->params.cname,
        .bye = bye,
    };
    if (leg->source.started)
        describe_source(leg, &report, tick);
    leg->sent_at_report = leg->count.sent;
    return crypt_protect(&leg->crypt, out, rtcp_write(out, &report), 1);
}

int rtp_leg_rtcp(rtp_leg_t *leg, uint8_t *out, int room, uint64_t tick)
{
    int first = leg->report_tick == 0;

    if (room < RTP_ROOM || (!first && tick < leg->report_tick))
        return 0;
    /* 0.5 to 1.5 of the interval, so that reports of many legs spread (RFC 3550 6.3.1). */
    uint64_t wait = REPORT_TICKS / 2 + draw(leg) % REPORT_TICKS;
    leg->report_tick = tick + (first ? wait / 2 : wait);
    return first ? 0 : write_report(leg, out, 0, tick);
}

int rtp_leg_bye(rtp_leg_t *leg, uint8_t *out, int room, uint64_t tick)
{
    return room < RTP_ROOM ? 0 : write_report(leg, out, 1, tick);
}

void rtp_leg_statistics(const rtp_leg_t *leg, rtp_statistics_t *out)
{
    const jitter_t *j = &leg->jitter;

    *out = leg->count;
    out->lost = source_lost(&leg->source);
    out->late = j->late;
    out->restarts = j->restarts;
    out->concealed_ticks = j->concealed;
    out->dropped_ticks = j->dropped;
    out->added_ticks = j->added;
    out->ssrc = leg->source.ssrc;
    out->jitter_ms = leg->source.jitter / 8.0f;
    out->delay_ms = j->running ? j->margin / 8.0f : 0.0f;
}
