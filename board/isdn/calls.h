/* SPDX-License-Identifier: GPL-2.0-only */
/* The calls on the span and the B-channels they hold. */
#ifndef CALLBOX_CALLS_H
#define CALLBOX_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include <libpri.h>

#define CALLS_MAX 64 /* 30 held, the rest being refused or released */
#define CHANNELS 32  /* E1 time slots: 0 framing, 16 the D-channel */
#define NUMBER_MAX 32
#define NO_CHANNEL 0

enum call_state {
	CALL_FREE,
	CALL_CALLING, /* our SETUP sent, no answer yet */
	CALL_PRESENT, /* their SETUP received, not answered yet */
	CALL_OVERLAP,
	CALL_PROCEEDING,
	CALL_ALERTING,
	CALL_ACTIVE,
	CALL_DISCONNECTED, /* they cleared; waits for our RELEASE */
	CALL_RELEASING,    /* we cleared */
};

struct call {
	uint32_t id;
	enum call_state state;
	bool incoming;
	int channel;
	int reference; /* Q.931 call reference; -1: not known yet */
	int cause; /* last Q.850 value seen or sent */
	bool doomed; /* cleared in a way of which libpri says nothing */
	q931_call *q931;
	char called[NUMBER_MAX + 1];
	char calling[NUMBER_MAX + 1];
	char digits[NUMBER_MAX + 1]; /* overlap digits that wait for SETUP_ACK */
};

struct calls {
	struct call call[CALLS_MAX];
	struct call *holder[CHANNELS];
	uint32_t next_id;
	bool ascending; /* order of the channel hunt: the network's; the user hunts down */
};

void calls_init(struct calls *calls, bool ascending);
/* NULL when the table is full. */
struct call *calls_new(struct calls *calls, uint32_t id, bool incoming, q931_call *q931);
void calls_free(struct calls *calls, struct call *call);
struct call *calls_by_id(struct calls *calls, uint32_t id);
struct call *calls_by_q931(struct calls *calls, const q931_call *q931);
/* A number for a call that the other side began: never one that the host chose. */
uint32_t calls_next_id(struct calls *calls);

bool channel_valid(int channel);
/* Take this channel for the call and give up the one it had; false if another has it. */
bool channel_take(struct calls *calls, struct call *call, int channel);
void channel_give_up(struct calls *calls, struct call *call);
/* A free channel, or NO_CHANNEL. */
int channel_hunt(const struct calls *calls);
/*
 * The channel for a call that the other side began and put on `asked` (Q.931 5.1.2,
 * 5.2.3, 5.7): 0, or the Q.850 cause of the refusal.
 */
int channel_for_incoming(struct calls *calls, struct call *call, int asked, bool flexible);
const char *call_state_name(enum call_state state);

#endif
