/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/canvas.h"

struct buf;
struct model;

enum icons { ICONS_UNICODE, ICONS_EMOJI, ICONS_ASCII };

enum drawer_tab {
	DRAWER_MANIFEST,
	DRAWER_DETAILS,
	DRAWER_EVENTS,
	DRAWER_LOGS,
	DRAWER_TIMELINE,
	DRAWER__COUNT
};

/* Which rows are shown, besides their owners: f and p. */
enum ui_only { ONLY_ALL, ONLY_FAILING, ONLY_PROGRESS };

/* The order of the rows of one owner, or of one table. */
enum ui_sort { SORT_PLAN, SORT_STATUS, SORT_NAME, SORT_AGE, SORT__COUNT };

/* What the user did to the picture; no terminal in it. The cursor is on an object (or a step's
 * heading), not on a row, so that rows may come and go around it. */
struct ui {
	size_t step;              /* the cursor's step */
	char *object;             /* id of the object under the cursor; NULL: the step's heading */
	bool follow; /* the cursor goes to the newest problem, until it is moved by hand */
	int line;                 /* of the layout, where the cursor was at the last drawing */
	int scroll;               /* first line of the body shown */
	uint64_t folded;          /* bit per step (of the first 64): its section is folded */
	char **folds; size_t nfolds, folds_cap; /* owners opened or shut by hand: fold.h */

	enum ui_only only;
	char *filter;             /* / in the tables: text that rows must have; NULL: none */
	char *kind;               /* o: the one kind that is shown; NULL: all */
	bool all;                 /* a: nothing folded away, nothing left out */
	enum ui_sort sort; bool inverted;

	bool drawer, drawer_full;
	int drawer_share;         /* percent of the screen more than usual, set by hand */
	enum drawer_tab tab;
	bool previous;            /* logs: of the instance before the last restart */
	bool wrap;                /* long lines of manifests */
	int drawer_scroll, drawer_sideways;
	int drawer_last;          /* the largest scroll at the last drawing */
	bool drawer_fresh;        /* just opened: the drawing scrolls to where the problem is */
	char *find;               /* / in the drawer; NULL: none */
	int drawer_found;         /* the line that it was last found in, from 1; 0: none */

	bool help;
	int help_scroll;
	char *typing;             /* the prompt's text while it is open, else NULL */
	bool asking_quit;         /* "cancel the waiting, or stay?" */
	char *message;            /* one line shown in the footer until the next key */
	char *copy;               /* what is to be copied (OUTCOME_COPY) */
	bool mouse;               /* the terminal is to report it */
	bool dragging;            /* … and it has hold of the drawer's edge */
	enum icons icons;
	bool ended;               /* nothing goes on any more: q leaves at once */
	int rows, cols;           /* of the last drawing, for paging */
};

void ui_init(struct ui *ui, enum icons icons);
void ui_release(struct ui *ui);

/* Pure: reads only its arguments, writes only *out, asks no clock and no terminal. now_ms is the
 * wall clock; frame counts spinner steps. *ui is adjusted only where the model moved under it
 * (cursor, scroll). */
void view_draw(struct canvas *out, const struct model *model, struct ui *ui, int64_t now_ms,
	unsigned frame);

/* The whole run as text for the scrollback, logs and .txt snapshots: one section per step, tables
 * as on the screen with all rows, causes, verdict. cols: width to wrap at (80). */
void view_text(
	struct buf *out, const struct model *model, enum icons icons, int cols, int64_t now_ms);
/* The short summary that stays in the scrollback: each step's verdict and time, each object not in
 * Success with its reason. */
void view_summary(
	struct buf *out, const struct model *model, enum icons icons, int cols, int64_t now_ms);
