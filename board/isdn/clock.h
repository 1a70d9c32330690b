/* SPDX-License-Identifier: GPL-2.0-only */
/* The only clock of the process: monotonic, or stepped by the host. */
#ifndef CALLBOX_CLOCK_H
#define CALLBOX_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/time.h>

void clock_init(bool stepped);
bool clock_is_stepped(void);
int64_t clock_now_ms(void);
/* Stepped clock only; never goes back. */
void clock_advance_to(int64_t ms);
/* Milliseconds of a libpri time, rounded up: a timer is never run early. */
int64_t clock_ms_of(const struct timeval *tv);

#endif
