/* SPDX-License-Identifier: GPL-2.0-only */
/* Tells systemd that this process still does its work (sd_notify(3)); without it, nothing. */
#ifndef WATCHDOG_H
#define WATCHDOG_H

/* Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID. */
void watchdog_init(void);

/* Says so when it is due, and returns in how many ms it is due again; -1: nobody waits. */
int watchdog_feed(void);

#endif
