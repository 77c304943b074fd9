/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "tui/canvas.h"

struct loop;

/* The terminal: the one file that includes curses. Draws canvases to /dev/tty without ever blocking
 * on it (DESIGN.md §10, a full pty) and restores it whatever happens. */
struct term;

enum colors { COLORS_AUTO, COLORS_ALWAYS, COLORS_NEVER };

struct term_options {
	enum colors colors;       /* AUTO: NO_COLOR and what the terminal can */
	void (*key)(void *arg,
		uint32_t
			key); /* from the loop; K_RESIZE after a resize, K_HANGUP when it is gone */
	void *arg;
};

/* false when there is no terminal or it is dumb: use plain output. */
bool term_usable(void);
struct term *term_open(struct loop *loop, const struct term_options *options, struct error *err);
void term_close(struct term *t); /* leaves the alternate screen, restores modes; accepts NULL; not
				    from inside `key` */
void term_size(const struct term *t, int *rows, int *cols);
bool term_unicode(
	const struct term *t); /* the locale is UTF-8 and the terminal is not one that cannot */
/* Takes the canvas as the next frame; false when the last one is not written yet (try again when
 * the loop calls `key` with 0, or later): frames are dropped, never queued. */
bool term_draw(struct term *t, const struct canvas *canvas);
void term_repaint(struct term *t); /* next frame from scratch (^L, SIGCONT) */
void term_suspend(struct term *t); /* restores, stops the process, comes back */
uint64_t term_bytes(const struct term *t); /* written so far */
