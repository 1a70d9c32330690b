/* SPDX-License-Identifier: GPL-2.0-only */
/* Layer-3 messages after which libpri would keep a call for ever. */
#include "span.h"

#define LAYER2_HEADER 4
#define Q931_DISCRIMINATOR 0x08
#define DISCONNECT 0x45
#define STATUS_ENQUIRY 0x75

static struct call *find(struct span *span, unsigned reference, bool from_destination)
{
	for (int i = 0; i < CALLS_MAX; i++) {
		struct call *call = &span->calls.call[i];

		if (call->state == CALL_FREE || call->incoming == from_destination)
			continue;
		/* The reference of our own call is learnt from the first answer. */
		if (call->reference < 0 || (unsigned)call->reference == reference)
			return call;
	}
	return NULL;
}

/* libpri makes a record for a message of these to an unknown call and leaves it there. */
static bool leaves_a_record(uint8_t type)
{
	switch (type) {
	case 0x03: /* PROGRESS */
	case 0x24: /* HOLD */
	case 0x28: /* HOLD ACKNOWLEDGE */
	case 0x30: /* HOLD REJECT */
	case 0x31: /* RETRIEVE */
	case 0x33: /* RETRIEVE ACKNOWLEDGE */
	case 0x37: /* RETRIEVE REJECT */
	case 0x4E: /* RESTART ACKNOWLEDGE */
	case 0x6E: /* NOTIFY */
	case 0x7D: /* STATUS */
		return true;
	default:
		return false;
	}
}

/*
 * Q.931 5.8.3.2 wants RELEASE COMPLETE, cause 81, for them: libpri sends that for
 * STATUS ENQUIRY, so the message is turned into one (it has no mandatory element).
 * DISCONNECT for a call that has had no answer yet libpri answers with RELEASE
 * COMPLETE, and forgets to forget the call.
 */
void sieve_frame(struct span *span, uint8_t *frame, size_t size)
{
	if (size < LAYER2_HEADER + 5 || (frame[2] & 1) ||
	    frame[LAYER2_HEADER] != Q931_DISCRIMINATOR)
		return;
	size_t length = frame[LAYER2_HEADER + 1] & 0x0F;
	const uint8_t *octets = frame + LAYER2_HEADER + 2;
	if (length == 0 || LAYER2_HEADER + 2 + length >= size)
		return;
	unsigned reference = octets[0] & 0x7F;
	for (size_t i = 1; i < length; i++)
		reference = reference << 8 | octets[i];
	uint8_t *type = frame + LAYER2_HEADER + 2 + length;
	/* Reference 0 is the interface itself: RESTART and its answer. */
	struct call *call = reference ? find(span, reference, octets[0] & 0x80) : NULL;
	if (reference && !call && leaves_a_record(*type))
		*type = STATUS_ENQUIRY;
	if (call && call->state == CALL_PRESENT && *type == DISCONNECT) {
		call->doomed = true;
		call->cause = PRI_CAUSE_NORMAL_CLEARING;
	}
}
