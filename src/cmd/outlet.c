/* SPDX-License-Identifier: Apache-2.0 */
/* Standard output that never blocks the loop. */
#include "cmd/outlet.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/loop.h"
#include "base/unused.h"
#include "base/xalloc.h"

/* POLLOUT promises that so many bytes can be written to a pipe without blocking (POSIX: PIPE_BUF).
 */
#define PIECE PIPE_BUF

struct outlet {
	struct loop *loop;
	int fd;
	FILE *stream;
	struct buf kept;
	struct loop_fd *watch; /* while something is kept */
	int trouble;           /* errno of a write that failed */
};

/* One piece. The descriptor is not made non-blocking: it may be shared with the shell. */
static void write_piece(struct outlet *o)
{
	size_t len = o->kept.len < PIECE ? o->kept.len : PIECE;
	ssize_t n = write(o->fd, o->kept.data, len);

	if (n > 0)
		buf_consume(&o->kept, (size_t)n);
	else if (n < 0 && errno != EINTR && errno != EAGAIN)
		o->trouble = errno;
}

static bool is_ready(const struct outlet *o, int wait_ms)
{
	struct pollfd p = { .fd = o->fd, .events = POLLOUT };

	return poll(&p, 1, wait_ms) > 0;
}

static void settle(struct outlet *o)
{
	if (o->trouble)
		buf_reset(&o->kept);
	if (o->kept.len || !o->watch)
		return;
	loop_fd_remove(o->watch);
	o->watch = NULL;
}

static void on_ready(void *arg, int fd UNUSED, short revents UNUSED)
{
	struct outlet *o = arg;

	write_piece(o);
	settle(o);
}

static ssize_t on_write(void *arg, const char *bytes, size_t len)
{
	struct outlet *o = arg;

	if (!o->trouble && !buf_add(&o->kept, bytes, len))
		o->trouble = ENOBUFS;
	while (o->kept.len && !o->trouble && is_ready(o, 0))
		write_piece(o);
	if (o->kept.len && !o->watch)
		o->watch = loop_fd_add(o->loop, o->fd, POLLOUT, on_ready, o);
	settle(o);
	errno = o->trouble;
	return o->trouble ? 0 : (ssize_t)len;
}

struct outlet *outlet_open(struct loop *loop, int fd)
{
	struct outlet *o = xcalloc(1, sizeof(*o));

	o->loop = loop;
	o->fd = fd;
	o->stream = fopencookie(o, "w", (cookie_io_functions_t){ .write = on_write });
	if (!o->stream)
		abort(); /* only for want of memory */
	return o;
}

FILE *outlet_stream(struct outlet *o)
{
	return o->stream;
}

void outlet_close(struct outlet *o)
{
	if (!o)
		return;
	fflush(o->stream);
	while (o->kept.len && !o->trouble)
		if (is_ready(o, -1))
			write_piece(o);
	loop_fd_remove(o->watch);
	fclose(o->stream);
	buf_release(&o->kept);
	free(o);
}
