/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include "tui/view.h"

struct model;

/* Key codes beyond Unicode's range; term.c translates curses' into these. */
enum key {
	KEY_NONE = 0,
	KEYS_BASE = 0x110000,
	K_UP,
	K_DOWN,
	K_LEFT,
	K_RIGHT,
	K_PAGE_UP,
	K_PAGE_DOWN,
	K_HOME,
	K_END,
	K_ENTER,
	K_ESC,
	K_TAB,
	K_BACKTAB,
	K_BACKSPACE,
	K_F1,
	K_RESIZE,
	K_HANGUP,
	K_F10,
};

/* What the program must do after a key; everything else has happened in *ui. */
enum outcome {
	OUTCOME_NONE,
	OUTCOME_REDRAW,
	OUTCOME_QUIT,
	OUTCOME_CANCEL,
	OUTCOME_SAVE,
	OUTCOME_SUSPEND,
	OUTCOME_REPAINT
};

/* Pure: (ui, key) → ui. The one table of bindings serves keys, footer, help and the man page.
 * KEY_NONE (the terminal takes a frame again) and K_RESIZE ask for a drawing; K_HANGUP is the
 * program's own business: OUTCOME_NONE. */
enum outcome ui_key(struct ui *ui, const struct model *model, uint32_t key);

enum keys_where { KEYS_TABLE = 1, KEYS_DRAWER = 2, KEYS_BOTH = 3 };

/* In the order of help and footer; keys NULL: a twin of the line before, not shown by itself. */
struct binding {
	uint32_t key, alias;      /* 0: none */
	const char *keys, *what;  /* as the help shows them */
	const char *footer; /* key and word as the footer shows them, "⏎ open"; NULL: not there */
	const char *footer_ascii; /* instead of it with ASCII icons; NULL: the same */
	int action;               /* keys.c's own */
	unsigned where;           /* enum keys_where: in whose footer it stands */
};
extern const struct binding keymap[];
extern const unsigned keymap_len;
