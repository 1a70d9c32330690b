/* SPDX-License-Identifier: GPL-2.0-only */
#include "span.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "host.h"

#define FCS_BYTES 2 /* libpri counts a checksum that the framer makes and checks */
#define SHORTEST_FRAME 3
#define COMMAND 0x02
#define POLL 0x10
#define SABME 0x6F
#define MAX_RUNS_A_STEP 100000
#define RESTART_PATIENCE_MS 1000
#define LOG_LINES_A_SECOND 5

static int read_frame(struct pri *pri, void *buffer, int room)
{
	struct span *span = pri_get_userdata(pri);
	size_t size = span->frame_size;

	if (!span->frame || size + FCS_BYTES > (size_t)room)
		return 0;
	memcpy(buffer, span->frame, size);
	memset((char *)buffer + size, 0, FCS_BYTES);
	span->frame = NULL;
	return (int)(size + FCS_BYTES);
}

static int write_frame(struct pri *pri, void *buffer, int size)
{
	struct span *span = pri_get_userdata(pri);

	if (size <= FCS_BYTES)
		return size;
	if (!span->cut && host_send_frame(buffer, (size_t)(size - FCS_BYTES)))
		span->frames_out++;
	else
		span->frames_lost++;
	return size; /* what is lost LAPD sends again */
}

static bool probing; /* asking libpri whether a call is gone is no complaint */

/* libpri's complaints, thinned: a stream of garbage must not become a stream of log. */
static void log_text(struct pri *pri, char *text)
{
	static int64_t second = -1;
	static int lines;
	int64_t now = clock_now_ms() / 1000;

	(void)pri;
	if (probing)
		return;
	if (now != second) {
		second = now;
		lines = 0;
	}
	if (lines++ < LOG_LINES_A_SECOND)
		fprintf(stderr, "libpri: %s", text);
}

bool span_open(struct span *span, bool network)
{
	memset(span, 0, sizeof(*span));
	span->network = network;
	calls_init(&span->calls, network);
	pri_set_message(log_text);
	pri_set_error(log_text);
	span->pri = pri_new_cb(-1, network ? PRI_NETWORK : PRI_CPE, PRI_SWITCH_EUROISDN_E1,
			       read_frame, write_frame, span);
	if (!span->pri)
		return false;
	pri_set_overlapdial(span->pri, 1); /* Sending Complete only when the host says so */
	pri_hangup_fix_enable(span->pri, 1);
	pri_set_service_message_support(span->pri, 1); /* not answered by altered echoes */
	return true;
}

static bool is_gone(struct span *span, const struct call *call)
{
	probing = true;
	bool gone = pri_get_crv(span->pri, call->q931, NULL) < 0;
	probing = false;
	return gone;
}

/*
 * libpri frees some calls without an event (RELEASE COMPLETE for a call it had not
 * announced as alive).  None may hold its channel after that.
 */
static void sweep_gone_calls(struct span *span)
{
	for (int i = 0; i < CALLS_MAX; i++) {
		struct call *call = &span->calls.call[i];

		if (call->state == CALL_FREE)
			continue;
		if (!is_gone(span, call)) {
			if (!call->doomed)
				continue;
			pri_destroycall(span->pri, call->q931);
		}
		if (call->cause <= 0 && !span->up)
			call->cause = PRI_CAUSE_DESTINATION_OUT_OF_ORDER; /* Q.931 5.8.9 */
		span_drop_call(span, call, call->cause);
	}
}

static void take_event(struct span *span, const pri_event *event)
{
	if (event) {
		pri_event copy = *event; /* valid only until the next call of libpri */

		span_event(span, &copy);
	}
	sweep_gone_calls(span);
}

/* Of the only data link: SAPI 0, TEI 0. */
static bool is_sabme(const uint8_t *frame)
{
	return !(frame[0] & ~COMMAND) && frame[1] == 1 && (frame[2] & ~POLL) == SABME;
}

void span_feed(struct span *span, uint8_t *frame, size_t size)
{
	if (size < SHORTEST_FRAME || size > FRAME_MAX) {
		span->frames_bad++;
		return;
	}
	if (span->cut) {
		span->frames_lost++;
		return;
	}
	span->frames_in++;
	bool anew = span->up && is_sabme(frame);
	sieve_frame(span, frame, size);
	span->frame = frame;
	span->frame_size = size;
	take_event(span, pri_check_event(span->pri));
	span->frame = NULL;
	if (anew)
		span_link_reset(span);
	span_run_timers(span);
}

int span_next_timer_ms(struct span *span)
{
	const struct timeval *next = pri_schedule_next(span->pri);

	if (!next)
		return -1;
	int64_t wait = clock_ms_of(next) - clock_now_ms();
	if (wait > 60000)
		return 60000;
	return wait < 0 ? 0 : (int)wait;
}

int64_t span_due_ms(struct span *span)
{
	const struct timeval *next = pri_schedule_next(span->pri);
	int64_t due = next ? clock_ms_of(next) : -1;

	if (span->restarting && (due < 0 || span->restart_gives_up_ms < due))
		due = span->restart_gives_up_ms;
	return due;
}

void span_run_timers(struct span *span)
{
	for (int i = 0; i < MAX_RUNS_A_STEP && span_next_timer_ms(span) == 0; i++)
		take_event(span, pri_schedule_run(span->pri));
	if (span->restarting && clock_now_ms() >= span->restart_gives_up_ms)
		span_restart_next(span);
}

void span_step_to(struct span *span, int64_t ms)
{
	const struct timeval *next;

	for (int i = 0; i < MAX_RUNS_A_STEP; i++) {
		next = pri_schedule_next(span->pri);
		if (!next || clock_ms_of(next) > ms)
			break;
		clock_advance_to(clock_ms_of(next));
		span_run_timers(span);
	}
	clock_advance_to(ms);
	span_run_timers(span);
}

void span_drop_call(struct span *span, struct call *call, int cause)
{
	struct line line;

	line_start(&line, "RELEASED");
	line_add_number(&line, "call", call->id);
	line_add_number(&line, "cause", cause > 0 ? cause : PRI_CAUSE_NORMAL_UNSPECIFIED);
	calls_free(&span->calls, call);
	host_send_line(&line);
}

void span_hang_up(struct span *span, struct call *call, int cause)
{
	bool answered_setup = call->state != CALL_PRESENT;

	if (call->state != CALL_DISCONNECTED)
		call->cause = cause; /* else theirs came first and stays the reason */
	switch (cause) {
	case PRI_CAUSE_UNALLOCATED:
	case PRI_CAUSE_NORMAL_CIRCUIT_CONGESTION:
	case PRI_CAUSE_REQUESTED_CHAN_UNAVAIL:
	case PRI_CAUSE_IDENTIFIED_CHANNEL_NOTEXIST:
	case PRI_CAUSE_INCOMPATIBLE_DESTINATION:
		break; /* libpri answers a new SETUP with RELEASE COMPLETE */
	default:
		/* DISCONNECT may not be the first answer to SETUP (Q.931 5.3.2). */
		if (!answered_setup)
			pri_proceeding(span->pri, call->q931, call->channel, 0);
	}
	call->state = CALL_RELEASING;
	pri_hangup(span->pri, call->q931, cause);
	if (is_gone(span, call))
		span_drop_call(span, call, call->cause);
}

bool span_clearing(const struct span *span)
{
	for (int i = 0; i < CALLS_MAX; i++)
		if (span->calls.call[i].state == CALL_RELEASING)
			return true;
	return false;
}

/* What clears a call may be lost with layer 2, and be said again by T305 only, after 30 s.  Here
 * the call is over; the host restarts its channel when layer 2 is back (Q.931 5.5). */
void span_forget_clearing(struct span *span)
{
	for (int i = 0; i < CALLS_MAX; i++) {
		struct call *call = &span->calls.call[i];

		if (call->state != CALL_RELEASING)
			continue;
		pri_destroycall(span->pri, call->q931);
		span_drop_call(span, call, call->cause);
	}
}

void span_clear_channel(struct span *span, int channel, int cause)
{
	for (int i = 0; i < CALLS_MAX; i++) {
		struct call *call = &span->calls.call[i];

		if (call->state == CALL_FREE || (channel && call->channel != channel))
			continue;
		pri_destroycall(span->pri, call->q931);
		span_drop_call(span, call, cause);
	}
}

/* One RESTART at a time: libpri has one record for it (Q.931 5.5).  The next one follows when it is
 * acknowledged, or was not in time; how long that is waited for at last, T316, is the host's. */
void span_restart(struct span *span, int channel)
{
	span->restarts |= channel ? 1u << channel : 0xFFFEFFFEu;
	if (!span->restarting)
		span_restart_next(span);
}

void span_restart_next(struct span *span)
{
	if (span->restarting)
		span->unanswered |= 1u << span->restarting;
	span->restarting = 0;
	if (!span->restarts)
		return;
	span->restarting = __builtin_ctz(span->restarts);
	span->restarts &= span->restarts - 1;
	span->restart_gives_up_ms = clock_now_ms() + RESTART_PATIENCE_MS;
	span_clear_channel(span, span->restarting, PRI_CAUSE_NORMAL_TEMPORARY_FAILURE);
	pri_reset(span->pri, span->restarting);
}

void span_restarted(struct span *span, int channel)
{
	if (channel < 0 || channel > 31) /* the network may name any */
		return;

	uint32_t done = channel ? 1u << channel : ~0u;

	span->unanswered &= ~done;
	if (!span->restarting || !(done & 1u << span->restarting))
		return;
	span->restarting = 0;
	span_restart_next(span);
}

void span_restart_again(struct span *span)
{
	span->restarts |= span->unanswered;
	span->unanswered = 0;
	if (span->restarting)
		pri_reset(span->pri, span->restarting);
	else
		span_restart_next(span);
}
