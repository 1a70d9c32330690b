/* SPDX-License-Identifier: GPL-2.0-only */
/* What libpri reports, as lines to the host. */
#include <string.h>

#include "host.h"
#include "span.h"

static int channel_of(int encoded)
{
	/* The low octet; 0xFF means "any" or "the whole interface". */
	int channel = encoded & 0xFF;

	return channel == 0xFF ? 0 : channel;
}

static void keep_number(char *kept, const char *number)
{
	size_t size = strnlen(number, NUMBER_MAX);

	memcpy(kept, number, size);
	kept[size] = '\0';
}

static void start(struct line *line, const char *verb, const struct call *call)
{
	line_start(line, verb);
	line_add_number(line, "call", call->id);
}

static void say(const char *verb, const struct call *call, int progress_mask, int cause)
{
	struct line line;

	start(&line, verb, call);
	line_add_number(&line, "channel", call->channel);
	line_add_number(&line, "inband", (progress_mask & PRI_PROG_INBAND_AVAILABLE) != 0);
	if (cause > 0)
		line_add_number(&line, "cause", cause);
	host_send_line(&line);
}

static const char *presentation_name(int presentation)
{
	switch (presentation & PRI_PRES_RESTRICTION) {
	case PRI_PRES_ALLOWED:
		return "allowed";
	case PRI_PRES_RESTRICTED:
		return "restricted";
	default:
		return "unavailable";
	}
}

static void say_setup(const struct call *call, const pri_event_ring *ring)
{
	struct line line;

	start(&line, "SETUP", call);
	line_add_number(&line, "channel", call->channel);
	line_add_text(&line, "called", call->called);
	line_add_number(&line, "called_type", ring->calledplan >> 4 & 7);
	line_add_text(&line, "calling", call->calling);
	line_add_number(&line, "calling_type", ring->callingplan >> 4 & 7);
	line_add_text(&line, "presentation", presentation_name(ring->callingpres));
	line_add_number(&line, "complete", ring->complete != 0);
	if (ring->redirectingnum[0])
		line_add_text(&line, "redirecting", ring->redirectingnum);
	host_send_line(&line);
}

static bool carries_speech(const pri_event_ring *ring)
{
	return (ring->ctype == PRI_TRANS_CAP_SPEECH || ring->ctype == PRI_TRANS_CAP_3_1K_AUDIO) &&
	       ring->layer1 == PRI_LAYER_1_ALAW;
}

static void on_ring(struct span *span, const pri_event_ring *ring)
{
	struct calls *calls = &span->calls;
	struct call *call = calls_new(calls, calls_next_id(calls), true, ring->call);
	int cause;

	if (!call) {
		pri_hangup(span->pri, ring->call, PRI_CAUSE_NORMAL_CIRCUIT_CONGESTION);
		return;
	}
	cause = carries_speech(ring) ? channel_for_incoming(calls, call, channel_of(ring->channel),
							    ring->flexible) :
				       PRI_CAUSE_INCOMPATIBLE_DESTINATION;
	if (cause) {
		/* The host never heard of it, so it hears nothing of the refusal. */
		pri_hangup(span->pri, ring->call, cause);
		calls_free(calls, call);
		return;
	}
	call->reference = ring->cref & 0x7FFF;
	keep_number(call->called, ring->callednum);
	keep_number(call->calling, ring->callingnum);
	say_setup(call, ring);
}

/* An answer to our SETUP names the channel; false: it is one that we cannot have. */
static bool agree_channel(struct span *span, struct call *call, int encoded)
{
	int channel = channel_of(encoded);

	if (call->incoming || (channel == call->channel && channel))
		return true;
	if (channel_take(&span->calls, call, channel))
		return true;
	span_hang_up(span, call, PRI_CAUSE_CHANNEL_UNACCEPTABLE);
	return false;
}

static void on_progress(struct span *span, const pri_event *event, const char *verb,
			enum call_state state)
{
	struct call *call = calls_by_q931(&span->calls, event->proceeding.call);
	int cause = event->e == PRI_EVENT_PROGRESS ? event->proceeding.cause : 0;
	/* ringing and answer have the same members at other offsets */
	int channel = event->proceeding.channel;
	int mask = event->proceeding.progressmask;
	int reference = event->proceeding.cref;

	if (event->e == PRI_EVENT_RINGING || event->e == PRI_EVENT_ANSWER) {
		call = calls_by_q931(&span->calls, event->ringing.call);
		channel = event->ringing.channel;
		mask = event->ringing.progressmask;
		reference = event->ringing.cref;
	}
	if (!call || call->state == CALL_RELEASING || !agree_channel(span, call, channel))
		return;
	call->reference = reference & 0x7FFF;
	if (call->state < state)
		call->state = state;
	say(verb, call, mask, cause);
}

static void send_kept_digits(struct span *span, struct call *call)
{
	for (const char *digit = call->digits; *digit; digit++)
		pri_information(span->pri, call->q931, *digit);
	call->digits[0] = '\0';
}

static void on_setup_ack(struct span *span, const pri_event_setup_ack *ack)
{
	struct call *call = calls_by_q931(&span->calls, ack->call);

	if (!call || call->state == CALL_RELEASING || !agree_channel(span, call, ack->channel))
		return;
	call->state = CALL_OVERLAP;
	send_kept_digits(span, call);
	say("SETUP_ACK", call, ack->progressmask, 0);
}

static void say_digits(struct span *span, q931_call *q931, const char *digits, int complete)
{
	struct call *call = calls_by_q931(&span->calls, q931);
	struct line line;

	if (!call)
		return;
	if (call->state == CALL_OVERLAP && strlen(call->called) + strlen(digits) <= NUMBER_MAX)
		strcat(call->called, digits);
	start(&line, "INFO", call);
	line_add_text(&line, "digits", digits);
	line_add_number(&line, "complete", complete != 0);
	host_send_line(&line);
}

static void on_hangup(struct span *span, const pri_event *event)
{
	const pri_event_hangup *hangup = &event->hangup;
	struct call *call = calls_by_q931(&span->calls, hangup->call);

	if (call && hangup->cause > 0 && call->state != CALL_RELEASING)
		call->cause = hangup->cause;
	/* HANGUP_ACK: libpri has freed the call; the sweep says RELEASED. */
	if (event->e == PRI_EVENT_HANGUP_ACK)
		return;
	if (event->e == PRI_EVENT_HANGUP || !call || !host_connected()) {
		pri_hangup(span->pri, hangup->call, hangup->cause);
		return;
	}
	call->state = CALL_DISCONNECTED;
	say("DISCONNECT", call, 0, hangup->cause);
}

static void on_link(struct span *span, bool up)
{
	struct line line;

	if (!up) {
		span->restarts = span->unanswered = 0;
		span->restarting = 0;
	}
	if (span->up == up)
		return;
	span->up = up;
	line_start(&line, "LINK");
	line_add_text(&line, "state", up ? "up" : "down");
	host_send_line(&line);
	if (!up)
		span_forget_clearing(span);
}

/* SABME while layer 2 is up: both sides forget what was not brought over (Q.921 5.5.1.2).  libpri
 * has no event for it, and only calls that are being cleared need one. */
void span_link_reset(struct span *span)
{
	if (span_clearing(span)) {
		on_link(span, false);
		on_link(span, true);
	}
	span_restart_again(span);
}

static void on_restart(struct span *span, const char *verb, int encoded)
{
	struct line line;
	int channel = channel_of(encoded);

	line_start(&line, verb);
	line_add_number(&line, "channel", channel);
	if (!strcmp(verb, "RESTART"))
		span_clear_channel(span, channel, PRI_CAUSE_NORMAL_TEMPORARY_FAILURE);
	host_send_line(&line);
	if (!strcmp(verb, "RESTART_ACK"))
		span_restarted(span, channel);
}

void span_event(struct span *span, const pri_event *event)
{
	switch (event->e) {
	case PRI_EVENT_DCHAN_UP:
	case PRI_EVENT_DCHAN_DOWN:
		return on_link(span, event->e == PRI_EVENT_DCHAN_UP);
	case PRI_EVENT_RING:
		return on_ring(span, &event->ring);
	case PRI_EVENT_SETUP_ACK:
		return on_setup_ack(span, &event->setup_ack);
	case PRI_EVENT_INFO_RECEIVED:
		return say_digits(span, event->ring.call, event->ring.callednum, event->ring.complete);
	case PRI_EVENT_KEYPAD_DIGIT:
		return say_digits(span, event->digit.call, event->digit.digits, 0);
	case PRI_EVENT_PROCEEDING:
		return on_progress(span, event, "PROCEEDING", CALL_PROCEEDING);
	case PRI_EVENT_PROGRESS:
		return on_progress(span, event, "PROGRESS", CALL_PROCEEDING);
	case PRI_EVENT_RINGING:
		return on_progress(span, event, "ALERTING", CALL_ALERTING);
	case PRI_EVENT_ANSWER:
		return on_progress(span, event, "CONNECT", CALL_ACTIVE);
	case PRI_EVENT_HANGUP:
	case PRI_EVENT_HANGUP_REQ:
	case PRI_EVENT_HANGUP_ACK:
		return on_hangup(span, event);
	case PRI_EVENT_RESTART:
		return on_restart(span, "RESTART", event->restart.channel);
	case PRI_EVENT_RESTART_ACK:
		return on_restart(span, "RESTART_ACK", event->restartack.channel);
	default:
		return; /* facilities, hold, service: not ours */
	}
}
