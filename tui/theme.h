/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "tui/canvas.h"
#include "tui/view.h"

/* How things look, in one place: roles as colours and attributes, statuses and verdicts as marks,
 * words and roles. */

enum theme_color {
	THEME_DEFAULT = -1,
	THEME_RED = 1,
	THEME_GREEN,
	THEME_YELLOW,
	THEME_BLUE,
	THEME_MAGENTA,
	THEME_CYAN
};
enum theme_attr { THEME_BOLD = 1, THEME_DIM = 2, THEME_UNDERLINE = 4, THEME_REVERSE = 8 };

struct theme_style {
	int8_t color; /* enum theme_color: only the eight that every palette makes readable on its
			 own background */
	uint8_t attrs;  /* with colours */
	uint8_t mono;   /* without: NO_COLOR and terminals that have none */
	bool keeps;     /* keeps its colour on the selected row */
};
const struct theme_style *theme_style(enum role role);

struct theme_status {
	const char *mark[3];  /* by enum icons; in progress: the spinner turns instead */
	enum role role;
	const char *word;     /* short: rows have little room; the long one is status_title() */
};
const struct theme_status *theme_status(enum status status);
/* frame counts the spinner's steps; THEME_STILL: it does not turn (records, exports). */
#define THEME_STILL ((unsigned)-1)
const char *theme_mark(enum status status, enum icons icons, unsigned frame);

/* The status whose mark and role stand for a verdict (STATUS_NONE: neither good nor bad). */
enum status theme_verdict(enum verdict verdict);
const char *theme_verdict_mark(enum verdict verdict, enum icons icons);
enum role theme_verdict_role(enum verdict verdict);

/* Our own arrows, dots and lines become ASCII ones, cell by cell; foreign text stays. */
void theme_to_ascii(struct canvas *canvas);
