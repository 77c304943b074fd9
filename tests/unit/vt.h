/* SPDX-License-Identifier: Apache-2.0 */
/* A small terminal for tests: xterm as far as curses uses it. Anything else that it is sent counts as a mistake. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct vt_cell {
	char glyph[32];      /* "" is the right half of a wide character */
	int fg, bg, flags;   /* colours: -1 the usual one */
};

enum { VT_BOLD = 1, VT_DIM = 2, VT_UNDERLINE = 4, VT_REVERSE = 8, VT_OTHER = 16 };

struct vt {
	int rows, cols;
	struct vt_cell *cells;
	int row, col, saved_row, saved_col, top, bottom;
	bool wrap_pending, alternate, graphics, insert, cursor_hidden;
	struct vt_cell pen; /* glyph unused */
	char last[32];      /* what REP repeats */
	char pending[131072]; /* a copy to the clipboard is one sequence */
	size_t len;
	unsigned mistakes;
	char mistake[64];
};

static inline struct vt_cell *vt_at(struct vt *v, int row, int col)
{
	return &v->cells[row * v->cols + col];
}

static inline void vt_mistake(struct vt *v, const char *what)
{
	if (!v->mistakes++)
		snprintf(v->mistake, sizeof(v->mistake), "%.60s", what);
}

static inline void vt_blank(struct vt *v, int row, int from, int end)
{
	for (int col = from; col < end; col++) {
		*vt_at(v, row, col) = v->pen;
		strcpy(vt_at(v, row, col)->glyph, " ");
		vt_at(v, row, col)->flags = 0;
		vt_at(v, row, col)->fg = -1;
	}
}

/* What stood there is gone: a resized terminal may show anything, and must be drawn anew. */
static inline void vt_resize(struct vt *v, int rows, int cols)
{
	free(v->cells);
	v->cells = calloc((size_t)rows * (size_t)cols + 1, sizeof(*v->cells));
	v->rows = rows;
	v->cols = cols;
	v->top = 0;
	v->bottom = rows - 1;
	v->row = v->col = 0;
	v->wrap_pending = false;
	for (int i = 0; i < rows * cols; i++) {
		strcpy(v->cells[i].glyph, "#");
		v->cells[i].fg = v->cells[i].bg = -1;
	}
}

static inline void vt_init(struct vt *v, int rows, int cols)
{
	memset(v, 0, sizeof(*v));
	v->pen.fg = v->pen.bg = -1;
	vt_resize(v, rows, cols);
}

static inline void vt_release(struct vt *v)
{
	free(v->cells);
}

static inline void vt_scroll(struct vt *v, int top, int by)
{
	int height = v->bottom - top + 1, n = by < 0 ? -by : by;

	n = n > height ? height : n;
	if (by > 0)
		memmove(vt_at(v, top, 0), vt_at(v, top + n, 0), (size_t)(height - n) * (size_t)v->cols * sizeof(*v->cells));
	else
		memmove(vt_at(v, top + n, 0), vt_at(v, top, 0), (size_t)(height - n) * (size_t)v->cols * sizeof(*v->cells));
	for (int i = 0; i < n; i++)
		vt_blank(v, by > 0 ? v->bottom - i : top + i, 0, v->cols);
}

static inline void vt_line_feed(struct vt *v)
{
	if (v->row == v->bottom)
		vt_scroll(v, v->top, 1);
	else if (v->row < v->rows - 1)
		v->row++;
}

/* Half a wide character that is overwritten takes its other half with it. */
static inline void vt_cut(struct vt *v, int row, int col)
{
	if (col >= v->cols)
		return;
	if (!vt_at(v, row, col)->glyph[0] && col > 0)
		strcpy(vt_at(v, row, col - 1)->glyph, " ");
	if (col + 1 < v->cols && !vt_at(v, row, col + 1)->glyph[0])
		strcpy(vt_at(v, row, col + 1)->glyph, " ");
}

static inline void vt_print(struct vt *v, const char *bytes, size_t len, uint32_t cp)
{
	int width = text_char_width(cp);

	if (width == 0) {
		int col = v->wrap_pending ? v->col : v->col - 1;

		if (col > 0 && !vt_at(v, v->row, col)->glyph[0])
			col--;
		if (col >= 0 && strlen(vt_at(v, v->row, col)->glyph) + len < sizeof(v->cells->glyph))
			strncat(vt_at(v, v->row, col)->glyph, bytes, len);
		return;
	}
	if (v->wrap_pending || v->col + width > v->cols) {
		v->col = 0;
		vt_line_feed(v);
		v->wrap_pending = false;
	}
	if (v->insert) {
		for (int col = v->cols - 1; col >= v->col + width; col--)
			*vt_at(v, v->row, col) = *vt_at(v, v->row, col - width);
	}
	for (int i = 0; i < width; i++) {
		vt_cut(v, v->row, v->col + i);
		*vt_at(v, v->row, v->col + i) = v->pen;
		vt_at(v, v->row, v->col + i)->glyph[0] = '\0';
	}
	snprintf(vt_at(v, v->row, v->col)->glyph, sizeof(v->cells->glyph), "%.*s", (int)len, bytes);
	snprintf(v->last, sizeof(v->last), "%.*s", (int)len, bytes);
	v->col += width;
	if (v->col == v->cols) {
		v->col--;
		v->wrap_pending = true;
	}
}

static inline void vt_graphic(struct vt *v, char c)
{
	static const char *const lines[] = { ['q' - 'j'] = "─", ['x' - 'j'] = "│", ['m' - 'j'] = "└", ['j' - 'j'] = "┘" };
	const char *glyph = c >= 'j' && c <= 'x' && lines[c - 'j'] ? lines[c - 'j'] : "?";
	uint32_t cp = 0;

	text_decode(glyph, strlen(glyph), &cp);
	vt_print(v, glyph, strlen(glyph), cp);
}

static inline void vt_sgr(struct vt *v, const int *p, int n)
{
	for (int i = 0; i < n; i++) {
		int a = p[i];

		if (a == 0) { v->pen.flags = 0; v->pen.fg = v->pen.bg = -1; }
		else if (a == 1) v->pen.flags |= VT_BOLD;
		else if (a == 2) v->pen.flags |= VT_DIM;
		else if (a == 4) v->pen.flags |= VT_UNDERLINE;
		else if (a == 7) v->pen.flags |= VT_REVERSE;
		else if (a == 22) v->pen.flags &= ~(VT_BOLD | VT_DIM);
		else if (a == 24) v->pen.flags &= ~VT_UNDERLINE;
		else if (a == 27) v->pen.flags &= ~VT_REVERSE;
		else if (a >= 30 && a <= 37) v->pen.fg = a - 30;
		else if (a >= 90 && a <= 97) v->pen.fg = a - 82;
		else if (a == 38 && i + 2 < n && p[i + 1] == 5) { v->pen.fg = p[i + 2]; i += 2; }
		else if (a == 39) v->pen.fg = -1;
		else if (a == 49) v->pen.bg = -1;
		else if (a != 10 && a != 11) vt_mistake(v, "SGR"); /* 10, 11: the character set */
	}
}

static inline void vt_move(struct vt *v, int row, int col)
{
	v->row = row < 0 ? 0 : row >= v->rows ? v->rows - 1 : row;
	v->col = col < 0 ? 0 : col >= v->cols ? v->cols - 1 : col;
	v->wrap_pending = false;
}

static inline void vt_erase(struct vt *v, int what)
{
	for (int row = 0; row < v->rows; row++)
		if (what == 2 || (what == 0 && row > v->row) || (what == 1 && row < v->row))
			vt_blank(v, row, 0, v->cols);
	if (what == 0)
		vt_blank(v, v->row, v->col, v->cols);
	else if (what == 1)
		vt_blank(v, v->row, 0, v->col + 1);
}

/* Moves what is right of the cursor: by > 0 to the right. */
static inline void vt_shift(struct vt *v, int by)
{
	int room = v->cols - v->col, n = by < 0 ? -by : by;

	n = n > room ? room : n;
	vt_cut(v, v->row, v->col);
	if (by < 0) {
		memmove(vt_at(v, v->row, v->col), vt_at(v, v->row, v->col + n), (size_t)(room - n) * sizeof(*v->cells));
		vt_blank(v, v->row, v->cols - n, v->cols);
	} else {
		memmove(vt_at(v, v->row, v->col + n), vt_at(v, v->row, v->col), (size_t)(room - n) * sizeof(*v->cells));
		vt_blank(v, v->row, v->col, v->col + n);
	}
}

static inline void vt_mode(struct vt *v, const char *text, bool on)
{
	if (strcmp(text, "?1049") == 0) {
		v->alternate = on;
		for (int row = 0; row < v->rows; row++)
			vt_blank(v, row, 0, v->cols);
	} else if (strcmp(text, "?25") == 0) {
		v->cursor_hidden = !on;
	} else if (strcmp(text, "4") == 0) {
		v->insert = on;
	} else if (strcmp(text, "?1") != 0 && strcmp(text, "?12;25") != 0 && strcmp(text, "?12") != 0 && strcmp(text, "?2004") != 0 &&
		   strcmp(text, "?1002") != 0 && strcmp(text, "?1006") != 0 && strcmp(text, "?2026") != 0 && strcmp(text, "?7") != 0 &&
		   strcmp(text, "34") != 0) {
		vt_mistake(v, text);
	}
}

static inline void vt_control(struct vt *v, const char *text, char end)
{
	int p[16] = { 0 }, n = 0, one;

	for (const char *at = text; n < 16; at++) {
		p[n++] = atoi(at);
		at = strchr(at, ';');
		if (!at)
			break;
	}
	one = p[0] ? p[0] : 1;
	switch (end) {
	case 'H': case 'f': vt_move(v, one - 1, (n > 1 && p[1] ? p[1] : 1) - 1); break;
	case 'A': vt_move(v, v->row - one, v->col); break;
	case 'B': vt_move(v, v->row + one, v->col); break;
	case 'C': vt_move(v, v->row, v->col + one); break;
	case 'D': vt_move(v, v->row, v->col - one); break;
	case 'G': case '`': vt_move(v, v->row, one - 1); break;
	case 'd': vt_move(v, one - 1, v->col); break;
	case 'I': vt_move(v, v->row, (v->col / 8 + one) * 8); break;
	case 'Z': vt_move(v, v->row, ((v->col + 7) / 8 - one) * 8); break;
	case 'J': vt_erase(v, p[0]); v->wrap_pending = false; break;
	case 'K':
		vt_cut(v, v->row, v->col);
		vt_blank(v, v->row, p[0] == 0 ? v->col : 0, p[0] == 1 ? v->col + 1 : v->cols);
		v->wrap_pending = false;
		break;
	case 'L': vt_scroll(v, v->row, -one); break;
	case 'M': vt_scroll(v, v->row, one); break;
	case 'P': vt_shift(v, -one); break;
	case '@': vt_shift(v, one); break;
	case 'X':
		vt_cut(v, v->row, v->col);
		vt_cut(v, v->row, v->col + one < v->cols ? v->col + one - 1 : v->cols - 1);
		vt_blank(v, v->row, v->col, v->col + one < v->cols ? v->col + one : v->cols);
		break;
	case 'b': {
		char again[32];
		uint32_t cp = 0;

		strcpy(again, v->last);
		text_decode(again, strlen(again), &cp);
		while (one--)
			vt_print(v, again, strlen(again), cp);
		break;
	}
	case 'S': vt_scroll(v, v->top, one); break;
	case 'T': vt_scroll(v, v->top, -one); break;
	case 'r':
		v->top = one - 1;
		v->bottom = n > 1 && p[1] ? p[1] - 1 : v->rows - 1;
		vt_move(v, 0, 0);
		break;
	case 'm': vt_sgr(v, p, n); break;
	case 'h': vt_mode(v, text, true); break;
	case 'l': vt_mode(v, text, false); break;
	case 't': case 'p': case 'c': break; /* the title's stack; a question; the cursor's shape */
	default: vt_mistake(v, text); break;
	}
}

/* The bytes of the sequence at the beginning; 0: it is not whole yet. */
static inline size_t vt_escape(struct vt *v, const char *s, size_t len)
{
	size_t at = 2;
	char text[64];

	if (len < 2)
		return 0;
	switch (s[1]) {
	case '[':
		while (at < len && !(s[at] >= 0x40 && s[at] <= 0x7e))
			at++;
		if (at == len)
			return 0;
		snprintf(text, sizeof(text), "%.*s", (int)at - 2, s + 2);
		vt_control(v, text, s[at]);
		return at + 1;
	case ']':
		while (at < len && s[at] != '\a' && !(s[at] == '\033' && at + 1 < len && s[at + 1] == '\\'))
			at++;
		return at == len ? 0 : at + (s[at] == '\a' ? 1 : 2);
	case '(': case ')':
		if (len < 3)
			return 0;
		if (s[1] == '(')
			v->graphics = s[2] == '0';
		return 3;
	case '7': v->saved_row = v->row; v->saved_col = v->col; return 2;
	case '8': vt_move(v, v->saved_row, v->saved_col); return 2;
	case 'M':
		if (v->row == v->top)
			vt_scroll(v, v->top, -1);
		else
			vt_move(v, v->row - 1, v->col);
		return 2;
	case '=': case '>': return 2;
	default: vt_mistake(v, "ESC"); return 2;
	}
}

static inline size_t vt_take(struct vt *v, const char *s, size_t len)
{
	unsigned char c = (unsigned char)s[0];
	uint32_t cp = 0;
	size_t took;

	if (c == '\033')
		return vt_escape(v, s, len);
	if (c < 0x20 || c == 0x7f) {
		if (c == '\r')
			vt_move(v, v->row, 0);
		else if (c == '\n')
			vt_line_feed(v), v->wrap_pending = false;
		else if (c == '\b')
			vt_move(v, v->row, v->col - 1);
		else if (c == '\t')
			vt_move(v, v->row, (v->col / 8 + 1) * 8);
		else if (c != '\a' && c != 0x0f && c != 0)
			vt_mistake(v, "control character");
		return 1;
	}
	if (v->graphics) {
		vt_graphic(v, s[0]);
		return 1;
	}
	took = text_decode(s, len, &cp);
	if (!took && len < 4)
		return 0;
	if (!took)
		vt_mistake(v, "broken UTF-8");
	else
		vt_print(v, s, took, cp);
	return took ? took : 1;
}

static inline void vt_feed(struct vt *v, const char *bytes, size_t len)
{
	while (len) {
		size_t room = sizeof(v->pending) - v->len, take = len < room ? len : room, at = 0, took;

		memcpy(v->pending + v->len, bytes, take);
		v->len += take;
		bytes += take;
		len -= take;
		while (at < v->len && (took = vt_take(v, v->pending + at, v->len - at)))
			at += took;
		v->len -= at;
		memmove(v->pending, v->pending + at, v->len);
		if (v->len == sizeof(v->pending)) {
			vt_mistake(v, "a sequence without end");
			v->len = 0;
		}
	}
}
