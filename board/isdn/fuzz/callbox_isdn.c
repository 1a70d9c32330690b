/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A fuzzer's target: callbox-isdn as it is, with this in place of its socket (host.c).
 *
 * An input is a list of messages of the host: frames of the D-channel as they are, frames whose
 * layer-2 header is made to fit (no fuzzer counts N(S)), Q.931 messages, lines as they are, lines
 * about the call that was spoken of last, and steps of the clock.  libpri's memory is watched
 * (its allocations are renamed, see Makefile): it cannot be given back otherwise.  At the end the
 * far side falls silent for ten minutes: after that no call is left, nor the memory of one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "host.h"

#define MOST_BLOCKS 20 /* the link's own, and frames that it tries to send */
#define SILENCE_MS 600000
#define QUEUE 64

int callbox_isdn_main(int argc, char **argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
void *watched_malloc(size_t size);
void *watched_calloc(size_t count, size_t size);
void watched_free(void *memory);

/* --- libpri's memory --- */

struct block {
	struct block *before, *after;
};

static struct block blocks = { &blocks, &blocks };
static int held_blocks;

void *watched_calloc(size_t count, size_t size)
{
	struct block *block = calloc(1, sizeof(*block) + count * size);

	if (!block)
		return NULL;
	block->before = &blocks;
	block->after = blocks.after;
	blocks.after->before = block;
	blocks.after = block;
	held_blocks++;
	return block + 1;
}

void *watched_malloc(size_t size)
{
	return watched_calloc(1, size);
}

void watched_free(void *memory)
{
	struct block *block = (struct block *)memory - 1;

	if (!memory)
		return;
	block->before->after = block->after;
	block->after->before = block->before;
	held_blocks--;
	free(block);
}

static void free_everything(void)
{
	while (blocks.after != &blocks)
		watched_free(blocks.after + 1);
}

/* --- the fuzzer's bytes --- */

static const uint8_t *input;
static size_t input_left;

static size_t take(void *out, size_t size)
{
	size_t there = size < input_left ? size : input_left;

	memcpy(out, input, there);
	memset((char *)out + there, 0, size - there);
	input += there;
	input_left -= there;
	return there;
}

static unsigned take8(void)
{
	uint8_t byte;

	take(&byte, 1);
	return byte;
}

/* --- the far end of layer 2 --- */

static bool program_is_network;
static unsigned our_send, our_receive; /* V(S), V(R) of Q.921 */
static uint8_t answer[QUEUE][4];
static size_t answers;
static unsigned long long last_call;
static bool silent; /* the far side, at the end */

static uint8_t address(bool command)
{
	return command != program_is_network ? 2 : 0; /* C/R: a command of the network is 1 */
}

bool host_send_frame(const void *frame, size_t size)
{
	const uint8_t *octets = frame;

	if (size < 3 || size > FRAME_MAX)
		abort();
	if (silent)
		return true;
	if ((octets[2] & 0xEF) == 0x6F) { /* SABME: UA */
		our_send = our_receive = 0;
		if (answers < QUEUE)
			memcpy(answer[answers++], (uint8_t[]){ address(false), 1, 0x73, 0 }, 4);
	} else if (!(octets[2] & 1) && size > 3) { /* I */
		our_receive = ((octets[2] >> 1) + 1) & 0x7F;
	}
	return true;
}

void host_send_line(const struct line *line)
{
	const char *call = strstr(line->bytes, " call=");

	if (line->used > LINE_MAX_BYTES || strlen(line->bytes) != line->used)
		abort();
	if (call)
		last_call = strtoull(call + 6, NULL, 10);
}

/* --- the messages --- */

static size_t frame_of(char *out, size_t header)
{
	size_t room = FRAME_MAX - header;
	size_t size = take8() + 1;

	out[0] = FRAME_MARK;
	return 1 + header + take(out + 1 + header, size < room ? size : room);
}

static size_t information(char *out)
{
	uint8_t header[4] = { address(true), 1, (uint8_t)(our_send << 1), (uint8_t)(our_receive << 1) };
	size_t size = frame_of(out, sizeof(header));

	memcpy(out + 1, header, sizeof(header));
	our_send = (our_send + 1) & 0x7F;
	return size;
}

/* A message of Q.931 to one of few call references, from or to its destination. */
static size_t q931(char *out)
{
	unsigned reference = take8();
	uint8_t head[9] = { address(true), 1, (uint8_t)(our_send << 1), (uint8_t)(our_receive << 1),
			    8, 2, (uint8_t)(reference & 0x80), (uint8_t)(reference & 7),
			    (uint8_t)take8() };
	size_t size = frame_of(out, sizeof(head));

	memcpy(out + 1, head, sizeof(head));
	our_send = (our_send + 1) & 0x7F;
	return size;
}

static size_t supervisory(char *out)
{
	uint8_t frame[4] = { address(false), 1, (uint8_t)(1 | (take8() % 3) << 2),
			     (uint8_t)(our_receive << 1) };

	out[0] = FRAME_MARK;
	memcpy(out + 1, frame, sizeof(frame));
	return 1 + sizeof(frame);
}

static size_t order(char *out, size_t room)
{
	/* A key that is not known (`x`) is ignored. */
	static const char *const orders[] = {
		"PROCEEDING call=%llu inband=%u", "ALERTING call=%llu inband=%u", "CONNECT call=%llu x=%u",
		"SETUP_ACK call=%llu inband=%u", "PROGRESS call=%llu cause=%u", "RELEASE call=%llu x=%u",
		"DISCONNECT call=%llu cause=%u", "INFO call=%llu digits=%u", "RESTART x=%llu channel=%u",
		"SNAPSHOT x=%llu%u", "HELLO x=%llu%u", "LINK x=%llu%u state=down", "LINK x=%llu%u state=up",
		"SETUP x=%llu call=%u called=0101234567 calling=5551234 presentation=restricted",
		"SETUP x=%llu call=%u called=1 complete=0 channel=7 exclusive=1 redirecting=12345",
	};
	size_t which = take8() % (sizeof(orders) / sizeof(*orders));
	unsigned number = take8();
	size_t size = (size_t)snprintf(out, room, orders[which], last_call, number);

	if (!strncmp(out, "SETUP x", 7))
		last_call = number;
	return size;
}

static size_t next_message(char *out, size_t room)
{
	switch (take8() % 8) {
	case 0: return frame_of(out, 0);
	case 1: return information(out);
	case 2: case 3: return q931(out);
	case 4: return supervisory(out);
	case 5: return take(out, 1 + take8() * 5) ;
	case 6: return order(out, room);
	default:
		return (size_t)snprintf(out, room, "STEP to_ms=%lld",
					(long long)clock_now_ms() + 50 * (long long)take8());
	}
}

size_t host_receive(char *buffer, size_t room)
{
	if (answers) {
		buffer[0] = FRAME_MARK;
		memcpy(buffer + 1, answer[--answers], 3);
		return 4;
	}
	if (input_left)
		return next_message(buffer, room);
	if (silent)
		return 0;
	silent = true;
	return (size_t)snprintf(buffer, room, "STEP to_ms=%lld", (long long)clock_now_ms() + SILENCE_MS);
}

bool host_finished(void)
{
	return silent;
}

bool host_connected(void)
{
	return true;
}

void host_wait(int timeout_ms)
{
	(void)timeout_ms;
}

bool host_inherit(int fd)
{
	return fd == 0;
}

bool host_listen(const char *path)
{
	(void)path;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	extern int optind;
	char words[][16] = { "callbox-isdn", "--side", "user", "--fd", "0", "--clock", "stepped" };
	char *arguments[] = { words[0], words[1], words[2], words[3], words[4], words[5], words[6], NULL };

	input = data;
	input_left = size;
	program_is_network = take8() & 1;
	if (program_is_network)
		strcpy(words[2], "network");
	our_send = our_receive = 0;
	last_call = 0;
	silent = false;
	answers = 1; /* layer 2 is set up: they say SABME */
	memcpy(answer[0], (uint8_t[]){ address(true), 1, 0x7F, 0 }, 4);
	optind = 0;
	if (callbox_isdn_main(7, arguments) != 0)
		abort();
	if (held_blocks > MOST_BLOCKS) {
		fprintf(stderr, "libpri keeps %d blocks of memory\n", held_blocks);
		abort();
	}
	free_everything();
	return 0;
}
