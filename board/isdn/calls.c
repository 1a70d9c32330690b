/* SPDX-License-Identifier: GPL-2.0-only */
#include "calls.h"

#include <string.h>

#define FIRST_INCOMING_ID 0x80000000u

void calls_init(struct calls *calls, bool ascending)
{
	memset(calls, 0, sizeof(*calls));
	calls->ascending = ascending;
}

struct call *calls_new(struct calls *calls, uint32_t id, bool incoming, q931_call *q931)
{
	for (int i = 0; i < CALLS_MAX; i++) {
		struct call *call = &calls->call[i];

		if (call->state != CALL_FREE)
			continue;
		memset(call, 0, sizeof(*call));
		call->id = id;
		call->incoming = incoming;
		call->q931 = q931;
		call->reference = -1;
		call->state = incoming ? CALL_PRESENT : CALL_CALLING;
		return call;
	}
	return NULL;
}

void calls_free(struct calls *calls, struct call *call)
{
	channel_give_up(calls, call);
	call->state = CALL_FREE;
	call->q931 = NULL;
}

struct call *calls_by_id(struct calls *calls, uint32_t id)
{
	for (int i = 0; i < CALLS_MAX; i++)
		if (calls->call[i].state != CALL_FREE && calls->call[i].id == id)
			return &calls->call[i];
	return NULL;
}

struct call *calls_by_q931(struct calls *calls, const q931_call *q931)
{
	for (int i = 0; q931 && i < CALLS_MAX; i++)
		if (calls->call[i].state != CALL_FREE && calls->call[i].q931 == q931)
			return &calls->call[i];
	return NULL;
}

uint32_t calls_next_id(struct calls *calls)
{
	uint32_t id;

	do {
		id = FIRST_INCOMING_ID | ++calls->next_id;
	} while (calls_by_id(calls, id));
	return id;
}

bool channel_valid(int channel)
{
	return channel >= 1 && channel < CHANNELS && channel != 16;
}

bool channel_take(struct calls *calls, struct call *call, int channel)
{
	if (!channel_valid(channel))
		return false;
	if (calls->holder[channel] && calls->holder[channel] != call)
		return false;
	channel_give_up(calls, call);
	calls->holder[channel] = call;
	call->channel = channel;
	return true;
}

void channel_give_up(struct calls *calls, struct call *call)
{
	if (channel_valid(call->channel) && calls->holder[call->channel] == call)
		calls->holder[call->channel] = NULL;
	call->channel = NO_CHANNEL;
}

int channel_hunt(const struct calls *calls)
{
	/* Each side begins at its own end, so that both seizing one channel is rare. */
	for (int i = 1; i < CHANNELS; i++) {
		int channel = calls->ascending ? i : CHANNELS - i;

		if (channel_valid(channel) && !calls->holder[channel])
			return channel;
	}
	return NO_CHANNEL;
}

int channel_for_incoming(struct calls *calls, struct call *call, int asked, bool flexible)
{
	if (channel_take(calls, call, asked))
		return 0;
	struct call *holder = channel_valid(asked) ? calls->holder[asked] : NULL;
	/*
	 * Glare (Q.931 5.7): both sides sent SETUP for one channel.  The network's call
	 * has it; ours gets another in the network's answer, or is refused by it.
	 */
	if (holder && !calls->ascending && holder->state == CALL_CALLING) {
		channel_give_up(calls, holder);
		channel_take(calls, call, asked);
		return 0;
	}
	if (!flexible)
		return PRI_CAUSE_REQUESTED_CHAN_UNAVAIL;
	return channel_take(calls, call, channel_hunt(calls)) ?
		       0 : PRI_CAUSE_NORMAL_CIRCUIT_CONGESTION;
}

const char *call_state_name(enum call_state state)
{
	static const char *const names[] = {
		"free", "calling", "present", "overlap", "proceeding",
		"alerting", "active", "disconnected", "releasing",
	};

	return names[state];
}
