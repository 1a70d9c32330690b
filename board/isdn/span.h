/* SPDX-License-Identifier: GPL-2.0-only */
/* One D-channel: libpri, its calls and its timers. */
#ifndef CALLBOX_SPAN_H
#define CALLBOX_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libpri.h>

#include "calls.h"
#include "line.h"

struct span {
	struct pri *pri;
	struct calls calls;
	bool network;
	bool up;  /* layer 2 */
	bool cut; /* layer 1 is down: the host said LINK state=down */
	const uint8_t *frame; /* what libpri reads next */
	size_t frame_size;
	uint32_t restarts; /* channels still to restart, one bit each */
	uint32_t unanswered; /* those that were not acknowledged in time */
	int restarting;    /* channel whose RESTART is not acknowledged, or 0 */
	int64_t restart_gives_up_ms;
	uint64_t frames_in, frames_out, frames_lost, frames_bad, messages_bad;
};

bool span_open(struct span *span, bool network);
/* A frame of the D-channel; it may be altered. */
void span_feed(struct span *span, uint8_t *frame, size_t size);
/* Milliseconds until the next timer; -1: none runs. */
int span_next_timer_ms(struct span *span);
/* Stepped clock: when the next of all timers ends; -1: none runs. */
int64_t span_due_ms(struct span *span);
void span_run_timers(struct span *span);
/* Stepped clock: from timer to timer until `ms`. */
void span_step_to(struct span *span, int64_t ms);
void span_restart(struct span *span, int channel);
void span_restart_next(struct span *span);
/* Clear every call on the channel here (0: all), without telling the other side. */
void span_clear_channel(struct span *span, int channel, int cause);
void span_drop_call(struct span *span, struct call *call, int cause);
/* Clear a call with a cause, by the message its state asks for. */
void span_hang_up(struct span *span, struct call *call, int cause);
bool span_clearing(const struct span *span);
/* Layer 2 is lost: calls that we were clearing are over. */
void span_forget_clearing(struct span *span);
/* A channel, or all (0), is restarted. */
void span_restarted(struct span *span, int channel);
/* Say what was not acknowledged once more. */
void span_restart_again(struct span *span);
/* Layer 2 was begun anew. */
void span_link_reset(struct span *span);

void sieve_frame(struct span *span, uint8_t *frame, size_t size);
void span_event(struct span *span, const pri_event *event);
/* Obey one line of the host. */
void span_obey(struct span *span, const struct line *line);
void span_say_error(const struct line *line, const char *text);

#endif
