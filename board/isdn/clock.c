/* SPDX-License-Identifier: GPL-2.0-only */
#include "clock.h"

#include <time.h>

static bool stepped;
static int64_t stepped_ms;

void clock_init(bool is_stepped)
{
	stepped = is_stepped;
	stepped_ms = 0;
}

bool clock_is_stepped(void)
{
	return stepped;
}

void clock_advance_to(int64_t ms)
{
	if (stepped && ms > stepped_ms)
		stepped_ms = ms;
}

int64_t clock_ms_of(const struct timeval *tv)
{
	return (int64_t)tv->tv_sec * 1000 + (tv->tv_usec + 999) / 1000;
}

static void read_clock(struct timeval *tv)
{
	struct timespec now;

	if (stepped) {
		tv->tv_sec = (time_t)(stepped_ms / 1000);
		tv->tv_usec = (suseconds_t)(stepped_ms % 1000 * 1000);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	tv->tv_sec = now.tv_sec;
	tv->tv_usec = (suseconds_t)(now.tv_nsec / 1000);
}

int64_t clock_now_ms(void)
{
	struct timeval tv;

	read_clock(&tv);
	return (int64_t)tv.tv_sec * 1000 + tv.tv_usec / 1000;
}

/*
 * libpri takes all its times from gettimeofday().  Defined here it wins over the C
 * library's (the program comes first in the search order of the dynamic linker), so
 * that a step of the wall clock never disturbs T200, T203 or T303.
 */
int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	(void)zone;
	read_clock(tv);
	return 0;
}
