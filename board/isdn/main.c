/* SPDX-License-Identifier: GPL-2.0-only */
/* callbox-isdn: one PRI D-channel on libpri.  PROTOCOL.md is the reference. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "host.h"
#include "span.h"
#include "watchdog.h"

static const char usage[] =
	"usage: callbox-isdn --side user|network (--socket PATH | --fd N)\n"
	"                    [--clock monotonic|stepped] [--timer NAME=MS]...\n";

struct options {
	const char *side, *socket, *clock;
	int fd;
	int timer[PRI_MAX_TIMERS]; /* -1: libpri's default */
};

static bool read_timer(struct options *options, char *text)
{
	char *equals = strchr(text, '=');

	if (!equals)
		return false;
	*equals = '\0';
	int index = pri_timer2idx(text);
	int value = atoi(equals + 1);
	if (index < 0 || index >= PRI_MAX_TIMERS || value <= 0)
		return false;
	options->timer[index] = value;
	return true;
}

static bool read_options(struct options *options, int argc, char **argv)
{
	static const struct option names[] = {
		{ "side", required_argument, NULL, 's' }, { "socket", required_argument, NULL, 'p' },
		{ "fd", required_argument, NULL, 'f' },   { "clock", required_argument, NULL, 'c' },
		{ "timer", required_argument, NULL, 't' }, { NULL, 0, NULL, 0 },
	};
	int option;
	bool good = true;

	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (option) {
		case 's': options->side = optarg; break;
		case 'p': options->socket = optarg; break;
		case 'f': options->fd = atoi(optarg); break;
		case 'c': options->clock = optarg; break;
		case 't': good = read_timer(options, optarg) && good; break;
		default: good = false;
		}
	}
	good = good && options->side && (!strcmp(options->side, "user") || !strcmp(options->side, "network"));
	good = good && (!strcmp(options->clock, "monotonic") || !strcmp(options->clock, "stepped"));
	return good && optind == argc && (options->socket != NULL) != (options->fd >= 0);
}

static void take_message(struct span *span, char *message, size_t size)
{
	struct line line;

	if (size && message[0] == FRAME_MARK)
		return span_feed(span, (uint8_t *)message + 1, size - 1);
	const char *problem = line_parse(&line, message, size);
	if (!problem)
		return span_obey(span, &line);
	span->messages_bad++;
	span_say_error(NULL, problem);
}

/* Until the next timer of ISDN or of the watchdog; -1: for ever. */
static int wait_ms(struct span *span)
{
	if (clock_is_stepped())
		return -1;
	int timer = span_next_timer_ms(span), feed = watchdog_feed();

	return timer < 0 || (feed >= 0 && feed < timer) ? feed : timer;
}

static void serve(struct span *span)
{
	static char message[MESSAGE_MAX];
	size_t size;

	while (!host_finished()) {
		host_wait(wait_ms(span));
		while ((size = host_receive(message, sizeof(message))) > 0) {
			/* Longer ones the kernel has cut short: refused as empty. */
			take_message(span, message, size <= sizeof(message) ? size : 0);
		}
		if (!clock_is_stepped())
			span_run_timers(span);
	}
}

int main(int argc, char **argv)
{
	static struct span span;
	struct options options = { .clock = "monotonic", .fd = -1 };

	for (int i = 0; i < PRI_MAX_TIMERS; i++)
		options.timer[i] = -1;
	options.timer[PRI_TIMER_T309] = 90000; /* an answered call outlives a long repair */
	if (!read_options(&options, argc, argv)) {
		fputs(usage, stderr);
		return 2;
	}
	clock_init(!strcmp(options.clock, "stepped"));
	watchdog_init();
	if (!(options.socket ? host_listen(options.socket) : host_inherit(options.fd)))
		return 1;
	if (!span_open(&span, !strcmp(options.side, "network")))
		return 1;
	for (int i = 0; i < PRI_MAX_TIMERS; i++)
		if (options.timer[i] > 0)
			pri_set_timer(span.pri, i, options.timer[i]);
	serve(&span);
	return 0;
}
