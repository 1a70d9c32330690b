/* SPDX-License-Identifier: GPL-2.0-only */
#include "watchdog.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"

#define PARTS 4 /* times in the watchdog's time: one may be late */

static struct sockaddr_un address = { .sun_family = AF_UNIX };
static socklen_t address_size;
static int door = -1;
static int64_t period_ms, due_ms;

static long long number(const char *name, long long otherwise)
{
	const char *text = getenv(name);

	return text ? atoll(text) : otherwise;
}

void watchdog_init(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t size = path ? strlen(path) : 0;
	int64_t period = number("WATCHDOG_USEC", 0) / 1000 / PARTS;

	if (size < 2 || size >= sizeof(address.sun_path) || (*path != '/' && *path != '@'))
		return;
	if (period <= 0 || period > INT32_MAX || number("WATCHDOG_PID", getpid()) != getpid())
		return;
	memcpy(address.sun_path, path, size);
	if (*path == '@') /* an abstract name */
		address.sun_path[0] = '\0';
	address_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
	door = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (door < 0)
		perror("watchdog");
	period_ms = period;
	due_ms = clock_now_ms();
}

int watchdog_feed(void)
{
	static const char alive[] = "WATCHDOG=1";
	int64_t now = clock_now_ms();

	if (door < 0)
		return -1;
	if (now >= due_ms) {
		/* One that is refused is made up for by the next. */
		(void)sendto(door, alive, sizeof(alive) - 1, MSG_NOSIGNAL,
			     (struct sockaddr *)&address, address_size);
		due_ms = now + period_ms;
	}
	return (int)(due_ms - now);
}
