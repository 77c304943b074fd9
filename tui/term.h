/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "tui/canvas.h"

struct loop;
struct tty;

/* The terminal: the one file that includes curses. Draws canvases to /dev/tty without ever blocking
 * on it (DESIGN.md §10, a full pty) and restores it whatever happens. */
struct term;

enum colors { COLORS_AUTO, COLORS_ALWAYS, COLORS_NEVER };
enum term_theme { TERM_THEME_AUTO, TERM_THEME_DARK, TERM_THEME_LIGHT, TERM_THEME_MONO };

struct term_options {
	enum colors colors;       /* AUTO: NO_COLOR and what the terminal can */
	enum term_theme theme;    /* AUTO: dark, until the terminal says that its ground is light */
	bool mouse;
	/* From the loop: a key; K_RESIZE when the size or the theme is another, K_HANGUP when it is
	 * gone. */
	void (*key)(void *arg, uint32_t key);
	void *arg;
};

/* false when there is no terminal or it is dumb: use plain output. */
bool term_usable(void);
struct term *term_open(struct loop *loop, const struct term_options *options, struct error *err);
/* Leaves the alternate screen, restores modes; accepts NULL; not from inside `key`. */
void term_close(struct term *t);
void term_size(const struct term *t, int *rows, int *cols);
/* The locale is UTF-8 and the terminal is not one that cannot. */
bool term_unicode(const struct term *t);

/* The locale can say more than ASCII: otherwise every mark would be a '?', whoever asked for it. */
bool term_utf8(const struct term *t);
/* Takes the canvas as the next frame; false when the last one is not written yet (try again when
 * the loop calls `key` with 0, or later): frames are dropped, never queued. */
bool term_draw(struct term *t, const struct canvas *canvas);
void term_repaint(struct term *t); /* next frame from scratch (^L, SIGCONT) */
void term_suspend(struct term *t); /* restores, stops the process, comes back */
uint64_t term_bytes(const struct term *t); /* written so far */

/* For what is said besides cells: tui/term_talk.h. Borrowed. */
struct tty *term_tty(struct term *t);
