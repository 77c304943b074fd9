/* SPDX-License-Identifier: Apache-2.0 */
/* The grid of cells that every screen is drawn into. */
#include "tui/canvas.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xalloc.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */
#define ELLIPSIS "\xe2\x80\xa6"    /* U+2026 */

static const char role_letters[] = {
	[ROLE_NORMAL] = '.',
	[ROLE_TITLE] = 't',
	[ROLE_HEADER] = 'h',
	[ROLE_DIM] = 'd',
	[ROLE_BOLD] = 'b',
	[ROLE_PROGRESS] = 'p',
	[ROLE_SUCCESS] = 's',
	[ROLE_ERROR] = 'e',
	[ROLE_TIMEOUT] = 'o',
	[ROLE_WARNING] = 'w',
	[ROLE_LINK] = 'l',
	[ROLE_KEY] = 'k',
	[ROLE_FOOTER] = 'f',
	[ROLE_BORDER] = 'r',
	[ROLE_MATCH] = 'm',
	[ROLE_YAML_KEY] = 'y',
	[ROLE_YAML_STRING] = 'q',
	[ROLE_YAML_NUMBER] = 'n',
	[ROLE_YAML_COMMENT] = 'c',
};
_Static_assert(ARRAY_LEN(role_letters) == ROLE__COUNT, "every role has a letter");

void canvas_init(struct canvas *c, int rows, int cols)
{
	c->rows = rows > 0 ? rows : 0;
	c->cols = cols > 0 ? cols : 0;
	c->cells = xcalloc((size_t)c->rows * (size_t)c->cols + 1, sizeof(*c->cells));
	c->cursor_row = c->cursor_col = -1;
	for (int row = 0; row < c->rows; row++)
		canvas_fill(c, row, 0, c->cols, ROLE_NORMAL, " ");
}

void canvas_release(struct canvas *c)
{
	free(c->cells);
	memset(c, 0, sizeof(*c));
}

static struct cell *cell_at(const struct canvas *c, int row, int col)
{
	if (row < 0 || row >= c->rows || col < 0 || col >= c->cols)
		return NULL;
	return &c->cells[(size_t)row * (size_t)c->cols + (size_t)col];
}

static void cell_set(struct cell *cell, const char *glyph, size_t len, enum role role)
{
	memcpy(cell->glyph, glyph, len);
	cell->glyph[len] = '\0';
	cell->role = (uint8_t)role;
}

/* What was half overwritten must not leave the other half of a wide character behind. */
static void mend_neighbours(struct canvas *c, int row, int col, int width)
{
	struct cell *left = cell_at(c, row, col), *right = cell_at(c, row, col + width);

	if (left && !left->glyph[0] && col > 0)
		cell_set(cell_at(c, row, col - 1), " ", 1,
			(enum role)cell_at(c, row, col - 1)->role);
	if (right && !right->glyph[0])
		cell_set(right, " ", 1, (enum role)right->role);
}

static void put_glyph(struct canvas *c, int row, int col, int width, enum role role,
	const char *glyph, size_t len)
{
	struct cell *first = cell_at(c, row, col), *second = cell_at(c, row, col + 1);

	mend_neighbours(c, row, col, width);
	if (width == 2 && !(first && second)) {
		glyph = " ";
		len = 1;
	}
	if (first)
		cell_set(first, glyph, len, role);
	if (width == 2 && second)
		first ? cell_set(second, "", 0, role) : cell_set(second, " ", 1, role);
}

static size_t characters(const char *glyph)
{
	size_t n = 0;

	for (; *glyph; glyph++)
		n += ((unsigned char)*glyph & 0xc0) != 0x80;
	return n;
}

static void add_mark(struct canvas *c, int row, int col, const char *mark, size_t len)
{
	struct cell *cell = cell_at(c, row, col);

	if (cell && !cell->glyph[0])
		cell = cell_at(c, row, col - 1);
	if (cell && cell->glyph[0] && characters(cell->glyph) <= CANVAS_MARKS &&
		strlen(cell->glyph) + len < sizeof(cell->glyph))
		strncat(cell->glyph, mark, len);
}

/* They make one picture of several characters, or a wide one of a narrow one, on some terminals and
 * not on others: the rest of the row would stand elsewhere. */
static bool changes_widths(uint32_t cp)
{
	return cp == 0x200d || (cp >= 0xfe00 && cp <= 0xfe0f);
}

/* Draws len bytes of text from col on, as far as columns go; returns the columns used. */
static int put_bytes(struct canvas *c, int row, int col, int columns, enum role role,
	const char *text, size_t len)
{
	int used = 0;

	for (size_t at = 0; at < len;) {
		uint32_t cp = 0;
		size_t took = text_decode(text + at, len - at, &cp);
		const char *glyph = text + at;
		size_t bytes = took;
		int width;

		at += took ? took : 1;
		if (!took || cp < 0x20 || (cp >= 0x7f && cp < 0xa0)) {
			glyph = REPLACEMENT;
			bytes = strlen(REPLACEMENT);
			cp = 0xfffd;
		}
		width = text_char_width(cp);
		if (used + width > columns)
			break;
		if (width)
			put_glyph(c, row, col + used, width, role, glyph, bytes);
		else if (used && !changes_widths(cp))
			add_mark(c, row, col + used - 1, glyph, bytes);
		used += width;
	}
	return used;
}

/* The columns that are worth drawing into: inside width and left of the canvas's right edge. */
static int room(const struct canvas *c, int row, int col, int width)
{
	if (row < 0 || row >= c->rows || col >= c->cols || width <= 0)
		return 0;
	return width < c->cols - col ? width : c->cols - col;
}

int canvas_put(struct canvas *c, int row, int col, int width, enum role role, const char *text)
{
	int columns = room(c, row, col, width), used;
	size_t clip;

	if (!text || columns <= 0)
		return 0;
	clip = text_clip(text, columns);
	if (!text[clip])
		return put_bytes(c, row, col, columns, role, text, clip);
	clip = text_clip(text, columns - 1);
	used = put_bytes(c, row, col, columns - 1, role, text, clip);
	return used + put_bytes(c, row, col + used, 1, role, ELLIPSIS, strlen(ELLIPSIS));
}

/* The bytes to skip so that what is left takes at most that many columns. */
static const char *tail_of(const char *text, int columns)
{
	int over = text_width(text) - columns;
	size_t len = strlen(text), at = 0;

	while (at < len && over > 0) {
		uint32_t cp = 0;
		size_t took = text_decode(text + at, len - at, &cp);

		at += took ? took : 1;
		over -= took ? text_char_width(cp) : 1;
	}
	return text + at;
}

int canvas_put_middle(
	struct canvas *c, int row, int col, int width, enum role role, const char *text)
{
	int columns = room(c, row, col, width), tail, used;
	const char *rest;

	if (!text || columns <= 0)
		return 0;
	if (columns < 8 || !text[text_clip(text, columns)])
		return canvas_put(c, row, col, columns, role, text);
	tail = columns / 3 > 5 ? columns / 3 : 5;
	used = put_bytes(
		c, row, col, columns - 1 - tail, role, text, text_clip(text, columns - 1 - tail));
	used += put_bytes(c, row, col + used, 1, role, ELLIPSIS, strlen(ELLIPSIS));
	rest = tail_of(text, tail);
	return used + put_bytes(c, row, col + used, tail, role, rest, strlen(rest));
}

void canvas_fill(struct canvas *c, int row, int col, int width, enum role role, const char *glyph)
{
	int columns = room(c, row, col, width);

	for (int i = 0; i < columns; i++)
		put_glyph(c, row, col + i, 1, role, glyph, strlen(glyph));
}

void canvas_select_row(struct canvas *c, int row, int col, int width)
{
	int columns = room(c, row, col, width);

	for (int i = 0; i < columns; i++)
		if (cell_at(c, row, col + i))
			cell_at(c, row, col + i)->selected = true;
}

static void add_row(const struct canvas *c, int row, struct buf *out)
{
	int end = c->cols;

	while (end > 0 && strcmp(cell_at(c, row, end - 1)->glyph, " ") == 0)
		end--;
	for (int col = 0; col < end; col++)
		buf_addstr(out, cell_at(c, row, col)->glyph);
	buf_addch(out, '\n');
}

void canvas_text(const struct canvas *c, struct buf *out)
{
	for (int row = 0; row < c->rows; row++)
		add_row(c, row, out);
}

static char role_letter(const struct cell *cell)
{
	char letter = role_letters[cell->role];

	if (!cell->selected)
		return letter;
	return letter == '.' ? '#' : (char)toupper((unsigned char)letter);
}

void canvas_golden(const struct canvas *c, struct buf *out)
{
	canvas_text(c, out);
	buf_addstr(out, "--\n");
	for (int row = 0; row < c->rows; row++) {
		int end = c->cols;

		while (end > 0 && role_letter(cell_at(c, row, end - 1)) == '.')
			end--;
		for (int col = 0; col < end; col++)
			buf_addch(out, role_letter(cell_at(c, row, col)));
		buf_addch(out, '\n');
	}
}
