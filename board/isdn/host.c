/* SPDX-License-Identifier: GPL-2.0-only */
#include "host.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SEND_BUFFER_BYTES (1 << 20)
#define SLOW_CLIENT_MS 1000

static int listener = -1;
static int client = -1;

static void use_client(int fd)
{
	int bytes = SEND_BUFFER_BYTES;

	client = fd;
	/* Only root may go past wmem_max; the smaller buffer serves, too. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)))
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

static void drop_client(void)
{
	close(client);
	client = -1;
}

bool host_inherit(int fd)
{
	struct stat info;

	if (fstat(fd, &info) || !S_ISSOCK(info.st_mode)) {
		fprintf(stderr, "fd %d is not a socket\n", fd);
		return false;
	}
	use_client(fd);
	return true;
}

bool host_listen(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	/* Listening first, named after that: a client never meets a closed door. */
	int size = snprintf(address.sun_path, sizeof(address.sun_path), "%s.new", path);

	if (size < 0 || (size_t)size >= sizeof(address.sun_path)) {
		fprintf(stderr, "socket path is too long\n");
		return false;
	}
	listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	umask(0117);
	unlink(address.sun_path);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(listener, 4) || rename(address.sun_path, path)) {
		perror(path);
		return false;
	}
	return true;
}

bool host_connected(void)
{
	return client >= 0;
}

bool host_finished(void)
{
	return client < 0 && listener < 0;
}

static void accept_client(void)
{
	static const char busy[] = "ERROR text=another%20client%20is%20connected";
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	if (client < 0) {
		use_client(fd);
		return;
	}
	(void)send(fd, busy, sizeof(busy) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

void host_wait(int timeout_ms)
{
	struct pollfd fds[2] = {
		{ .fd = listener, .events = POLLIN },
		{ .fd = client, .events = POLLIN },
	};

	if (poll(fds, 2, timeout_ms) <= 0 || !(fds[0].revents & POLLIN))
		return;
	/* One that has gone is heard to its end before the next comes in. */
	if (!(fds[1].revents & POLLHUP))
		accept_client();
}

size_t host_receive(char *buffer, size_t room)
{
	if (client < 0)
		return 0;
	ssize_t size = recv(client, buffer, room, MSG_DONTWAIT | MSG_TRUNC);
	if (size > 0)
		return (size_t)size;
	if (size == 0 || (errno != EAGAIN && errno != EINTR))
		drop_client();
	return 0;
}

static bool send_to_client(const struct iovec *parts, size_t count)
{
	struct msghdr message = { .msg_iov = (struct iovec *)(uintptr_t)parts,
				  .msg_iovlen = count };

	if (client < 0)
		return false;
	for (;;) {
		if (sendmsg(client, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
			return true;
		struct pollfd slow = { .fd = client, .events = POLLOUT };
		if (errno == EINTR)
			continue;
		if (errno == EAGAIN && poll(&slow, 1, SLOW_CLIENT_MS) > 0)
			continue;
		/* A client that does not read would miss events: it comes back and asks. */
		drop_client();
		return false;
	}
}

void host_send_line(const struct line *line)
{
	struct iovec part = { (void *)(uintptr_t)line->bytes, line->used };

	(void)send_to_client(&part, 1);
}

bool host_send_frame(const void *frame, size_t size)
{
	char mark = FRAME_MARK;
	struct iovec parts[2] = { { &mark, 1 }, { (void *)(uintptr_t)frame, size } };

	return send_to_client(parts, 2);
}
