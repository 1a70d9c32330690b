/* SPDX-License-Identifier: GPL-2.0-only */
/* What the host orders, as calls of libpri. */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "host.h"
#include "span.h"

#define PROTOCOL_VERSION 1
#define CAUSE_MAX 127

void span_say_error(const struct line *line, const char *text)
{
	struct line error;
	const char *call = line ? line_get(line, "call") : NULL;

	line_start(&error, "ERROR");
	if (line)
		line_add_text(&error, "verb", line->verb);
	if (call)
		line_add_text(&error, "call", call);
	line_add_text(&error, "text", text);
	host_send_line(&error);
}

static bool digits_ok(const char *text)
{
	return strlen(text) <= NUMBER_MAX && text[strspn(text, "0123456789*#+ABCDabcd")] == '\0';
}

/* The call of a line, in one of the states of `allowed` (a bit each); or NULL and an error. */
static struct call *call_in(struct span *span, const struct line *line, unsigned allowed)
{
	int64_t id;

	if (!line_number(line, "call", 1, UINT32_MAX, 0, &id) || !id) {
		span_say_error(line, "call= is missing or bad");
		return NULL;
	}
	struct call *call = calls_by_id(&span->calls, (uint32_t)id);
	if (!call) {
		span_say_error(line, "no such call");
		return NULL;
	}
	if (!(allowed & 1u << call->state)) {
		span_say_error(line, "not possible in this state of the call");
		return NULL;
	}
	return call;
}

static bool read_number(const struct line *line, const char *key, int64_t low, int64_t high,
			int64_t otherwise, int *number)
{
	int64_t wide;

	if (!line_number(line, key, low, high, otherwise, &wide)) {
		span_say_error(line, "a number is bad or out of range");
		return false;
	}
	*number = (int)wide;
	return true;
}

#define IN(state) (1u << (state))
#define BEFORE_ANSWER (IN(CALL_PRESENT) | IN(CALL_OVERLAP) | IN(CALL_PROCEEDING) | IN(CALL_ALERTING))

static int presentation_of(const char *name)
{
	if (!name || !strcmp(name, "allowed"))
		return PRES_ALLOWED_USER_NUMBER_NOT_SCREENED;
	if (!strcmp(name, "restricted"))
		return PRES_PROHIB_USER_NUMBER_NOT_SCREENED;
	return strcmp(name, "unavailable") ? -1 : PRES_NUMBER_NOT_AVAILABLE;
}

struct setup {
	int64_t id;
	int channel, exclusive, complete, called_type, calling_type, presentation;
	char called[NUMBER_MAX + 1], calling[NUMBER_MAX + 1], redirecting[NUMBER_MAX + 1];
};

static bool read_digits(const struct line *line, const char *key, char *digits)
{
	const char *text = line_get(line, key);

	if (text && !digits_ok(text)) {
		span_say_error(line, "a number has other than 0-9*#+ABCD or too many of them");
		return false;
	}
	strcpy(digits, text ? text : "");
	return true;
}

static bool read_setup(const struct line *line, struct setup *setup)
{
	setup->presentation = presentation_of(line_get(line, "presentation"));
	if (!line_number(line, "call", 1, INT32_MAX, 0, &setup->id) || !setup->id ||
	    setup->presentation < 0) {
		span_say_error(line, "call= or presentation= is missing or bad");
		return false;
	}
	return read_number(line, "channel", 0, CHANNELS - 1, 0, &setup->channel) &&
	       read_number(line, "exclusive", 0, 1, 0, &setup->exclusive) &&
	       read_number(line, "complete", 0, 1, 1, &setup->complete) &&
	       read_number(line, "called_type", 0, 7, 0, &setup->called_type) &&
	       read_number(line, "calling_type", 0, 7, 0, &setup->calling_type) &&
	       read_digits(line, "called", setup->called) &&
	       read_digits(line, "calling", setup->calling) &&
	       read_digits(line, "redirecting", setup->redirecting);
}

static int plan_of(int type)
{
	return type << 4 | PRI_NPI_E163_E164;
}

static int send_setup(struct span *span, struct call *call, struct setup *setup)
{
	struct pri_sr *request = pri_sr_new();
	int failed = -1;

	if (!request)
		return failed;
	pri_sr_set_channel(request, call->channel, setup->exclusive, 0);
	pri_sr_set_bearer(request, PRI_TRANS_CAP_SPEECH, PRI_LAYER_1_ALAW);
	pri_sr_set_called(request, setup->called, plan_of(setup->called_type), setup->complete);
	pri_sr_set_caller(request, setup->calling, NULL, plan_of(setup->calling_type),
			  setup->presentation);
	if (setup->redirecting[0])
		pri_sr_set_redirecting(request, setup->redirecting, plan_of(0),
				       PRES_ALLOWED_NETWORK_NUMBER, PRI_REDIR_UNCONDITIONAL);
	failed = pri_setup(span->pri, call->q931, request);
	pri_sr_free(request);
	return failed;
}

/* A call that cannot be placed is refused like one that the other side refuses. */
static void refuse(int64_t id, int cause)
{
	struct line line;

	line_start(&line, "RELEASED");
	line_add_number(&line, "call", id);
	line_add_number(&line, "cause", cause);
	host_send_line(&line);
}

static void do_setup(struct span *span, const struct line *line)
{
	struct setup setup;

	if (!read_setup(line, &setup))
		return;
	if (calls_by_id(&span->calls, (uint32_t)setup.id))
		return span_say_error(line, "the call is there already");
	if (!span->up)
		return refuse(setup.id, PRI_CAUSE_DESTINATION_OUT_OF_ORDER);
	int channel = setup.channel ? setup.channel : channel_hunt(&span->calls);
	if (!channel_valid(channel) || span->calls.holder[channel])
		return refuse(setup.id, setup.channel ? PRI_CAUSE_REQUESTED_CHAN_UNAVAIL :
							PRI_CAUSE_NORMAL_CIRCUIT_CONGESTION);
	q931_call *q931 = pri_new_call(span->pri);
	struct call *call = q931 ? calls_new(&span->calls, (uint32_t)setup.id, false, q931) : NULL;
	if (!call) {
		pri_destroycall(span->pri, q931);
		return refuse(setup.id, PRI_CAUSE_NORMAL_CIRCUIT_CONGESTION);
	}
	channel_take(&span->calls, call, channel);
	strcpy(call->called, setup.called);
	strcpy(call->calling, setup.calling);
	if (send_setup(span, call, &setup)) {
		pri_destroycall(span->pri, q931);
		span_drop_call(span, call, PRI_CAUSE_NORMAL_TEMPORARY_FAILURE);
	}
}

static void do_setup_ack(struct span *span, const struct line *line)
{
	struct call *call = call_in(span, line, IN(CALL_PRESENT));
	int inband;

	if (!call || !read_number(line, "inband", 0, 1, 0, &inband))
		return;
	call->state = CALL_OVERLAP;
	pri_setup_ack(span->pri, call->q931, call->channel, 0, inband);
}

static void do_info(struct span *span, const struct line *line)
{
	struct call *call = call_in(span, line, IN(CALL_CALLING) | IN(CALL_OVERLAP));
	char digits[NUMBER_MAX + 1];

	if (!call || !read_digits(line, "digits", digits))
		return;
	if (call->incoming)
		return span_say_error(line, "not possible for a call of the other side");
	if (call->state == CALL_CALLING) {
		if (strlen(call->digits) + strlen(digits) > NUMBER_MAX)
			return span_say_error(line, "too many digits before SETUP_ACK");
		strcat(call->digits, digits);
		return;
	}
	for (const char *digit = digits; *digit; digit++)
		pri_information(span->pri, call->q931, *digit);
}

static struct call *incoming_in(struct span *span, const struct line *line, unsigned allowed)
{
	struct call *call = call_in(span, line, allowed);

	if (call && !call->incoming) {
		span_say_error(line, "not possible for a call of our own");
		return NULL;
	}
	return call;
}

static void do_answer_step(struct span *span, const struct line *line)
{
	struct call *call;
	int inband;

	if (!read_number(line, "inband", 0, 1, 0, &inband))
		return;
	if (!strcmp(line->verb, "PROCEEDING")) {
		call = incoming_in(span, line, IN(CALL_PRESENT) | IN(CALL_OVERLAP));
		if (!call)
			return;
		call->state = CALL_PROCEEDING;
		pri_proceeding(span->pri, call->q931, call->channel, inband);
	} else if (!strcmp(line->verb, "ALERTING")) {
		call = incoming_in(span, line, BEFORE_ANSWER & ~IN(CALL_ALERTING));
		if (!call)
			return;
		call->state = CALL_ALERTING;
		pri_acknowledge(span->pri, call->q931, call->channel, inband);
	} else {
		call = incoming_in(span, line, BEFORE_ANSWER);
		if (!call)
			return;
		call->state = CALL_ACTIVE;
		pri_answer(span->pri, call->q931, call->channel, 0);
	}
}

static void do_progress(struct span *span, const struct line *line)
{
	struct call *call = incoming_in(span, line, BEFORE_ANSWER);
	int cause;

	if (!call || !read_number(line, "cause", 1, CAUSE_MAX, 0, &cause))
		return;
	if (call->state == CALL_PRESENT) {
		/* PROGRESS is no first answer to SETUP: it names no channel (Q.931 3.1.8). */
		pri_proceeding(span->pri, call->q931, call->channel, 0);
		call->state = CALL_PROCEEDING;
	}
	if (cause)
		pri_progress_with_cause(span->pri, call->q931, call->channel, 1, cause);
	else
		pri_progress(span->pri, call->q931, call->channel, 1);
}

static void do_clear(struct span *span, const struct line *line)
{
	struct call *call = call_in(span, line, ~(IN(CALL_FREE) | IN(CALL_RELEASING)));
	int otherwise = call && call->cause > 0 ? call->cause : PRI_CAUSE_NORMAL_CLEARING;
	int cause;

	if (call && read_number(line, "cause", 1, CAUSE_MAX, otherwise, &cause))
		span_hang_up(span, call, cause);
}

static void do_restart(struct span *span, const struct line *line)
{
	int channel;

	if (!read_number(line, "channel", 0, CHANNELS - 1, 0, &channel))
		return;
	if (channel && !channel_valid(channel))
		return span_say_error(line, "not a B-channel");
	if (!span->up)
		return span_say_error(line, "the link is down");
	span_restart(span, channel);
}

static void do_link(struct span *span, const struct line *line)
{
	const char *state = line_get(line, "state");

	if (!state || (strcmp(state, "up") && strcmp(state, "down")))
		return span_say_error(line, "state= is not up or down");
	span->cut = !strcmp(state, "down");
}

static void do_step(struct span *span, const struct line *line)
{
	struct line idle;
	int64_t ms;

	if (!clock_is_stepped())
		return span_say_error(line, "the clock is not stepped");
	if (!line_number(line, "to_ms", clock_now_ms(), INT64_MAX / 2000, -1, &ms) || ms < 0)
		return span_say_error(line, "to_ms= is missing, bad or in the past");
	span_step_to(span, ms);
	line_start(&idle, "IDLE");
	line_add_number(&idle, "now_ms", clock_now_ms());
	line_add_number(&idle, "due_ms", span_due_ms(span));
	host_send_line(&idle);
}

static void do_snapshot(struct span *span, const struct line *line)
{
	struct line out;
	int held = 0;

	(void)line;
	for (int i = 0; i < CALLS_MAX; i++) {
		const struct call *call = &span->calls.call[i];

		if (call->state == CALL_FREE)
			continue;
		held++;
		line_start(&out, "CALL");
		line_add_number(&out, "call", call->id);
		line_add_text(&out, "direction", call->incoming ? "in" : "out");
		line_add_text(&out, "state", call_state_name(call->state));
		line_add_number(&out, "channel", call->channel);
		line_add_text(&out, "called", call->called);
		line_add_text(&out, "calling", call->calling);
		host_send_line(&out);
	}
	line_start(&out, "SNAPSHOT");
	line_add_number(&out, "calls", held);
	line_add_text(&out, "link", span->up ? "up" : "down");
	line_add_number(&out, "frames_in", (int64_t)span->frames_in);
	line_add_number(&out, "frames_out", (int64_t)span->frames_out);
	line_add_number(&out, "frames_lost", (int64_t)span->frames_lost);
	line_add_number(&out, "frames_bad", (int64_t)span->frames_bad);
	line_add_number(&out, "messages_bad", (int64_t)span->messages_bad);
	host_send_line(&out);
}

static void do_hello(struct span *span, const struct line *line)
{
	struct line out;
	int version;

	if (!read_number(line, "version", 0, INT32_MAX, PROTOCOL_VERSION, &version))
		return;
	if (version != PROTOCOL_VERSION)
		return span_say_error(line, "protocol version is not 1");
	line_start(&out, "HELLO");
	line_add_number(&out, "version", PROTOCOL_VERSION);
	line_add_text(&out, "side", span->network ? "network" : "user");
	line_add_text(&out, "clock", clock_is_stepped() ? "stepped" : "monotonic");
	line_add_text(&out, "link", span->up ? "up" : "down");
	line_add_number(&out, "now_ms", clock_now_ms());
	host_send_line(&out);
}

void span_obey(struct span *span, const struct line *line)
{
	static const struct {
		const char *verb;
		void (*obey)(struct span *, const struct line *);
	} orders[] = {
		{ "STEP", do_step },           { "SETUP", do_setup },
		{ "SETUP_ACK", do_setup_ack }, { "INFO", do_info },
		{ "PROCEEDING", do_answer_step }, { "ALERTING", do_answer_step },
		{ "CONNECT", do_answer_step }, { "PROGRESS", do_progress },
		{ "DISCONNECT", do_clear },    { "RELEASE", do_clear },
		{ "RESTART", do_restart },     { "LINK", do_link },
		{ "SNAPSHOT", do_snapshot },   { "HELLO", do_hello },
	};

	for (size_t i = 0; i < sizeof(orders) / sizeof(*orders); i++)
		if (!strcmp(line->verb, orders[i].verb))
			return orders[i].obey(span, line);
	span_say_error(line, "unknown verb");
}
