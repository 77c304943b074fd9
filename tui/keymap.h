/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include "tui/view.h"

/* What a key asks for. */
enum action {
	ACTION_NONE,
	ACTION_UP,
	ACTION_DOWN,
	ACTION_PAGE_UP,
	ACTION_PAGE_DOWN,
	ACTION_HOME,
	ACTION_END,
	ACTION_LEFT,
	ACTION_RIGHT,
	ACTION_OPEN,
	ACTION_FOLD,
	ACTION_NEXT_STEP,
	ACTION_PREVIOUS_STEP,
	ACTION_STEP,
	ACTION_TAB, /* the drawer's; the number of the tab is added */
	ACTION_TAB_LAST = ACTION_TAB + DRAWER__COUNT - 1,
	ACTION_PREVIOUS_LOGS,
	ACTION_NEXT_OBJECT,
	ACTION_PREVIOUS_OBJECT,
	ACTION_FULL,
	ACTION_SMALLER,
	ACTION_LARGER,
	ACTION_WRAP,
	ACTION_COPY,
	ACTION_FIND,
	ACTION_FIND_NEXT,
	ACTION_FIND_PREVIOUS,
	ACTION_FAILING,
	ACTION_PROGRESS,
	ACTION_KIND,
	ACTION_ALL,
	ACTION_SORT,
	ACTION_INVERT,
	ACTION_FOLLOW,
	ACTION_MOUSE,
	ACTION_SAVE,
	ACTION_CANCEL,
	ACTION_SUSPEND,
	ACTION_REPAINT,
	ACTION_BACK,
	ACTION_HELP,
	ACTION_QUIT,
};

enum keys_where { KEYS_TABLE = 1, KEYS_DRAWER = 2, KEYS_BOTH = 3 };

/* The one table of bindings, which serves keys, footer, help and the manual page, in the order of
 * importance but for the last two, help and quit, which the footer always keeps. keys NULL: a twin
 * of another line, which the help does not show by itself. */
struct binding {
	uint32_t key, alias;      /* 0: none */
	const char *keys, *what;  /* as the help shows them */
	const char *footer;       /* key and word as the footer shows them, "⏎ open" */
	const char *footer_ascii; /* instead of it with ASCII icons; NULL: the same */
	enum action action;
	unsigned where;           /* enum keys_where: in whose footer it stands */
};
extern const struct binding keymap[];
extern const unsigned keymap_len;

enum action keymap_action(uint32_t key);
