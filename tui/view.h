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

/* What the user did to the picture; no terminal in it. The cursor is on an object (or a step's
 * heading), not on a row, so that rows may come and go around it. */
struct ui {
	size_t step;              /* the cursor's step */
	char *object;             /* id of the object under the cursor; NULL: the step's heading */
	uint64_t folded;          /* bit per step (of the first 64): its section is folded */
	int scroll;               /* first line of the body shown */
	bool drawer;
	enum drawer_tab tab;
	int drawer_scroll, drawer_sideways;
	bool help;
	char **folds; size_t nfolds, folds_cap; /* owners opened or shut by hand: fold.h */
	int line;                 /* of the layout, where the cursor was at the last drawing */
	int help_scroll;
	bool only_failing;        /* f */
	char *find;               /* / pattern, NULL: none */
	char *typing;             /* the prompt's text while it is open, else NULL */
	bool asking_quit;         /* "cancel the waiting, or stay?" */
	bool follow; /* the cursor goes with the step that runs, until it is moved by hand */
	enum icons icons;
	bool ended;               /* nothing goes on any more: q leaves at once */
	int rows, cols;           /* of the last drawing, for paging */
	char *message;            /* one line shown in the footer until the next key */
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
