/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "tui/canvas.h"
#include "tui/view.h"

/* How things look, in one place: roles as colours and attributes, statuses and verdicts as marks,
 * words and roles. */

enum theme { THEME_DARK, THEME_LIGHT, THEME_MONO, THEME__COUNT };
enum theme_depth { THEME_8, THEME_16, THEME_256, THEME__DEPTHS };
#define THEME_DEFAULT (-1) /* the terminal's own colour */
enum theme_attr { THEME_BOLD = 1, THEME_DIM = 2, THEME_UNDERLINE = 4, THEME_REVERSE = 8 };

struct theme_style {
	int16_t color;  /* a number of the palette, or THEME_DEFAULT; the background stays */
	uint8_t attrs;
	bool keeps;     /* keeps its colour on the selected row */
};
/* Nothing is said by colour alone: every style also stands with a mark or a word. */
struct theme_style theme_style(enum role role, enum theme theme, enum theme_depth depth);

/* What a terminal answers to OSC 11: "rgb:1e1e/1e1e/1e1e" and its like. false: it is no colour. */
bool theme_of_background(const char *color, enum theme *theme);

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
