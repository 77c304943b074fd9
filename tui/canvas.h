/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* A grid of cells that views draw into and that one file copies to the terminal; text, SVG and HTML
 * print the same grid. Cells hold a role, not a colour: the theme turns roles into attributes. */
enum role {
	ROLE_NORMAL, ROLE_TITLE, ROLE_HEADER, ROLE_DIM, ROLE_BOLD,
	ROLE_PROGRESS, ROLE_SUCCESS, ROLE_ERROR, ROLE_TIMEOUT, ROLE_WARNING,
	ROLE_LINK,      /* a name whose object has a manifest */
	ROLE_KEY, ROLE_FOOTER, ROLE_BORDER, ROLE_MATCH,
	ROLE_YAML_KEY, ROLE_YAML_STRING, ROLE_YAML_NUMBER, ROLE_YAML_COMMENT,
	ROLE__COUNT,
};

#define CANVAS_MARKS 4 /* combining marks that a character keeps, as far as there is room */

struct cell {
	char glyph[13]; /* UTF-8 with its marks, NUL-ended; "" is the right half of a wide
			   character */
	uint8_t role;
	bool selected;
};

struct canvas {
	int rows, cols;
	struct cell *cells; /* rows * cols */
	int cursor_row, cursor_col; /* where the terminal's cursor is parked; -1: nowhere */
};

/* Every coordinate may be outside: what does not fit is clipped. A wide character that would be cut
 * is drawn as a space. */
void canvas_init(struct canvas *c, int rows, int cols); /* blank, ROLE_NORMAL */
void canvas_release(struct canvas *c);
/* Draws display text clipped to width columns; returns the columns used. Text that does not fit
 * ends in "…" (canvas_put) or keeps both ends "web-7d4…96z2w" (canvas_put_middle). Control
 * characters that got here all the same become U+FFFD. */
int canvas_put(struct canvas *c, int row, int col, int width, enum role role, const char *text);
int canvas_put_middle(
	struct canvas *c, int row, int col, int width, enum role role, const char *text);
void canvas_fill(struct canvas *c, int row, int col, int width, enum role role, const char *glyph);
void canvas_select_row(struct canvas *c, int row, int col, int width);
/* The text of the grid: one line a row, trailing spaces cut. */
void canvas_text(const struct canvas *c, struct buf *out);
/* Golden files: the text, "--", then one letter a cell for its role, capitals where selected. */
void canvas_golden(const struct canvas *c, struct buf *out);
