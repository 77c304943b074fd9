/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

#include "base/buf.h"
#include "tui/input.h"

struct loop;

/* What the terminal's name says it may be sent besides what terminfo knows. */
struct tty_manners {
	bool unicode;  /* it has the marks; what the locale says comes on top */
	bool modern;   /* it takes, or ignores without printing them, OSC 2, 11 and 52, DECRQM,
			  bracketed paste and the SGR mouse */
};
struct tty_manners tty_manners(const char *type);

/* The line to the terminal: bytes out without blocking, keys in, modes, size. Knows no curses. */
struct tty {
	int fd;              /* -1: not open */
	struct tty_manners can;
	struct buf unsent;
	uint64_t written;
	bool mouse;          /* it is to be reported: talk_mouse() */
	bool gone;           /* hung up: never written to again */
	struct input input;  /* its key, answer and arg are set before tty_start() */
	/* From the loop, with input.arg: hung up; all was sent. */
	void (*hung_up)(void *arg);
	void (*sent)(void *arg);
	struct loop *loop;
	struct loop_fd *watch;
	struct loop_timer *escape;
};

/* /dev/tty, or the terminal of standard output; false: there is none. */
bool tty_open(struct tty *t, const char *type);
void tty_start(struct tty *t, struct loop *loop);
void tty_release(struct tty *t);

/* Raw, and without output processing: whoever draws moves the cursor for himself. */
void tty_raw(const struct tty *t, const struct termios *usual);
/* false when the terminal does not know it. */
bool tty_size(const struct tty *t, int *rows, int *cols);
/* Writes of what is unsent as much as the terminal takes now; the loop goes on with the rest. */
void tty_send(struct tty *t);
/* The same before the screen is left: waits a little for a slow terminal, drops the rest. */
void tty_drain(struct tty *t);
