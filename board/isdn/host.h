/* SPDX-License-Identifier: GPL-2.0-only */
/* The one client: a SEQPACKET socket, listened on or inherited. */
#ifndef CALLBOX_HOST_H
#define CALLBOX_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "line.h"

#define FRAME_MAX 264 /* Q.921: 4 octets of header, N201 = 260 of information */
#define FRAME_MARK 'd'
#define MESSAGE_MAX 2048

/* Both return false and say why on stderr. */
bool host_listen(const char *path);
bool host_inherit(int fd);
bool host_connected(void);
/* Wait for the client or for one to come; at most `timeout_ms`, -1 for ever. */
void host_wait(int timeout_ms);
/*
 * The next message: its whole size (which may be above `room`), 0 when none waits
 * or the client has gone.
 */
size_t host_receive(char *buffer, size_t room);
/* True when an inherited client has gone: nobody can ever come back. */
bool host_finished(void);
void host_send_line(const struct line *line);
bool host_send_frame(const void *frame, size_t size);

#endif
