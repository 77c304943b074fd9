/* SPDX-License-Identifier: Apache-2.0 */
/* The line to the terminal. */
#include "tui/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/unused.h"
#include "base/xalloc.h"

#define ESC_DELAY_MS 50
#define DRAIN_MS 1000 /* for the last bytes when the terminal is slow */

static bool begins_with_one(const char *text, const char *const *list)
{
	for (; *list; list++)
		if (strncmp(text, *list, strlen(*list)) == 0)
			return true;
	return false;
}

struct tty_manners tty_manners(const char *type)
{
	static const char *const plain[] = { "dumb", "linux", "vt", "ansi", "cons", "sun", "wy",
		"hp", "ibm", "tvi", NULL };
	static const char *const modern[] = { "xterm", "tmux", "screen", "rxvt", "foot",
		"alacritty", "kitty", "st", "gnome", "konsole", "wezterm", "ghostty", "contour",
		"mintty", "iterm", "vte", NULL };

	return (struct tty_manners){
		.unicode = !begins_with_one(type, plain),
		.modern = begins_with_one(type, modern),
	};
}

bool tty_open(struct tty *t, const char *type)
{
	int flags = O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	const char *name;

	t->fd = open("/dev/tty", flags);
	if (t->fd < 0 && (name = ttyname(STDOUT_FILENO)))
		t->fd = open(name, flags);
	t->can = tty_manners(type ? type : "");
	return t->fd >= 0;
}

void tty_release(struct tty *t)
{
	loop_fd_remove(t->watch);
	loop_timer_remove(t->escape);
	if (t->fd >= 0)
		close(t->fd);
	buf_release(&t->unsent);
}

void tty_raw(const struct tty *t, const struct termios *usual)
{
	struct termios modes = *usual;

	modes.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON | ISTRIP);
	modes.c_oflag &= ~(tcflag_t)OPOST;
	modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	modes.c_cc[VMIN] = 1;
	modes.c_cc[VTIME] = 0;
	/* Draining could wait for ever on a terminal that does not read. */
	tcsetattr(t->fd, TCSANOW, &modes);
}

bool tty_size(const struct tty *t, int *rows, int *cols)
{
	struct winsize size = { 0 };

	if (ioctl(t->fd, TIOCGWINSZ, &size) != 0 || !size.ws_row || !size.ws_col)
		return false;
	*rows = size.ws_row;
	*cols = size.ws_col;
	return true;
}

static void hang_up(struct tty *t)
{
	if (t->gone)
		return;
	t->gone = true;
	loop_fd_remove(t->watch);
	t->watch = NULL;
	if (t->escape)
		loop_timer_stop(t->escape);
	buf_reset(&t->unsent);
	t->hung_up(t->input.arg);
}

/* false: it is gone. */
static bool write_some(struct tty *t)
{
	while (t->unsent.len) {
		ssize_t n = write(t->fd, t->unsent.data, t->unsent.len);

		if (n > 0) {
			t->written += (uint64_t)n;
			buf_consume(&t->unsent, (size_t)n);
		} else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			return true;
		} else if (n == 0 || errno != EINTR) {
			return false;
		}
	}
	return true;
}

void tty_send(struct tty *t)
{
	if (t->gone)
		return;
	if (!write_some(t))
		hang_up(t);
	else if (t->watch)
		loop_fd_events(t->watch, t->unsent.len ? POLLIN | POLLOUT : POLLIN);
}

void tty_drain(struct tty *t)
{
	struct pollfd ready = { .fd = t->fd, .events = POLLOUT };
	bool there = write_some(t);

	while (there && t->unsent.len && poll(&ready, 1, DRAIN_MS) > 0)
		there = !(ready.revents & (POLLHUP | POLLERR)) && write_some(t);
	buf_reset(&t->unsent);
	if (!there)
		hang_up(t);
}

static int escape_delay(void)
{
	const char *set = getenv("ESCDELAY");
	long ms = set ? strtol(set, NULL, 10) : 0;

	return ms > 0 && ms <= 5000 ? (int)ms : ESC_DELAY_MS;
}

static void on_escape(void *arg)
{
	struct tty *t = arg;

	input_flush(&t->input);
}

static void read_keys(struct tty *t)
{
	char bytes[256];
	ssize_t n = read(t->fd, bytes, sizeof(bytes));
	int wait;

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
		hang_up(t);
		return;
	}
	if (n < 0)
		return;
	loop_timer_stop(t->escape);
	input_feed(&t->input, bytes, (size_t)n);
	wait = input_waits(&t->input, escape_delay());
	if (wait && !t->gone)
		loop_timer_set(t->escape, wait);
}

static void on_ready(void *arg, int fd UNUSED, short revents)
{
	struct tty *t = arg;

	if (revents & (POLLHUP | POLLERR | POLLNVAL)) {
		hang_up(t);
		return;
	}
	if (revents & POLLOUT)
		tty_send(t);
	if (!t->gone && !t->unsent.len)
		t->sent(t->input.arg);
	if ((revents & POLLIN) && !t->gone)
		read_keys(t);
}

void tty_start(struct tty *t, struct loop *loop)
{
	t->loop = loop;
	t->watch = loop_fd_add(loop, t->fd, POLLIN | POLLOUT, on_ready, t);
	t->escape = loop_timer_add(loop, on_escape, t);
}
