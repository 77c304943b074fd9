/* SPDX-License-Identifier: Apache-2.0 */
/* Foreign bytes into display text; the width, cutting and decoding of it. */
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/width_table.h"
#include "base/xalloc.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */
#define ELLIPSIS "\xe2\x80\xa6"    /* U+2026 */
#define MARKS_MAX 4                /* zero-width characters kept behind one another */
#define TAB 8

size_t text_decode(const char *s, size_t len, uint32_t *cp)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = (unsigned char)s[0];
	uint32_t value;
	size_t need;

	if (first < 0x80) {
		*cp = first;
		return 1;
	}
	need = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	if (first < 0xc2 || first > 0xf4 || need > len)
		return 0;
	value = first & (0x7fu >> need);
	for (size_t i = 1; i < need; i++) {
		unsigned char next = (unsigned char)s[i];

		if ((next & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (next & 0x3f);
	}
	if (value < smallest[need] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*cp = value;
	return need;
}

size_t text_encode(uint32_t cp, char out[4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		cp = 0xfffd;
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

static int compare_range(const void *key, const void *item)
{
	uint32_t cp = *(const uint32_t *)key;
	const struct width_range *range = item;

	return cp < range->first ? -1 : cp > range->last;
}

static bool in_ranges(uint32_t cp, const struct width_range *ranges, size_t n)
{
	return bsearch(&cp, ranges, n, sizeof(*ranges), compare_range) != NULL;
}

int text_char_width(uint32_t cp)
{
	if (cp < zero_width[0].first)
		return 1;
	if (in_ranges(cp, zero_width, ARRAY_LEN(zero_width)))
		return 0;
	return in_ranges(cp, double_width, ARRAY_LEN(double_width)) ? 2 : 1;
}

static bool is_plain(unsigned char byte)
{
	return byte >= 0x20 && byte < 0x7f;
}

/* Characters that act on a terminal or reorder what it shows. */
static bool is_forbidden(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x061c || cp == 0x200e ||
	       cp == 0x200f || (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

static size_t plain_run(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && is_plain((unsigned char)s[n]))
		n++;
	return n;
}

/* Where display text stands while it is written: what may follow depends on it. */
struct writer {
	struct buf *out;
	size_t column; /* for tabs */
	int marks;     /* zero-width characters since the last one with a width */
};

static void add_plain(struct writer *w, const char *s, size_t len)
{
	buf_add(w->out, s, len);
	w->column += len;
	w->marks = 0;
}

/* Adds the one character at s, or what stands for it; returns the bytes it took. */
static size_t add_char(struct writer *w, const char *s, size_t len)
{
	uint32_t cp = 0;
	size_t took = text_decode(s, len, &cp);
	int width;

	if (!took || is_forbidden(cp)) {
		buf_addstr(w->out, REPLACEMENT);
		w->column++;
		w->marks = 0;
		return took ? took : 1;
	}
	width = text_char_width(cp);
	w->marks = width ? 0 : w->marks + 1;
	if (w->marks <= MARKS_MAX)
		buf_add(w->out, s, took);
	w->column += (size_t)width;
	return took;
}

/* The length of the white space at s. *broken: it holds a newline or a tab. */
static size_t space_run(const char *s, size_t len, bool *broken)
{
	size_t n = 0;

	*broken = false;
	for (; n < len; n++) {
		bool crlf = s[n] == '\r' && n + 1 < len && s[n + 1] == '\n';

		if (s[n] == '\n' || s[n] == '\t' || crlf)
			*broken = true;
		else if (s[n] != ' ')
			break;
	}
	return n;
}

static void add_line(struct writer *w, const char *s, size_t len)
{
	bool started = false;

	for (size_t i = 0; i < len;) {
		bool broken;
		size_t spaces = space_run(s + i, len - i, &broken);

		if (spaces && started && i + spaces < len)
			add_plain(w, broken ? " " : s + i, broken ? 1 : spaces);
		i += spaces;
		if (i == len)
			break;
		started = true;
		if (is_plain((unsigned char)s[i]))
			add_plain(w, s + i++, 1);
		else
			i += add_char(w, s + i, len - i);
	}
}

static void add_block(struct writer *w, const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t plain = plain_run(s + i, len - i);

		if (plain) {
			add_plain(w, s + i, plain);
			i += plain;
		} else if (s[i] == '\n') {
			add_plain(w, s + i++, 1);
			w->column = 0;
		} else if (s[i] == '\t') {
			add_plain(w, "        ", TAB - w->column % TAB);
			i++;
		} else if (s[i] == '\r' && i + 1 < len && s[i + 1] == '\n') {
			i++;
		} else {
			i += add_char(w, s + i, len - i);
		}
	}
}

void text_add_display(struct buf *out, const char *bytes, size_t len, enum text_mode mode)
{
	struct writer w = { .out = out };

	if (mode == TEXT_BLOCK) {
		add_block(&w, bytes, len);
		return;
	}
	for (; len && bytes[0] == ' '; len--)
		bytes++;
	while (len && bytes[len - 1] == ' ')
		len--;
	/* Nearly all that a cluster says is this. */
	if (plain_run(bytes, len) == len)
		add_plain(&w, bytes, len);
	else
		add_line(&w, bytes, len);
}

char *text_display(const char *bytes, size_t len, enum text_mode mode)
{
	struct buf out;

	/* No limit but memory's: a replaced byte takes three, a tab eight. */
	buf_init(&out, SIZE_MAX / 2);
	text_add_display(&out, bytes, len, mode);
	return buf_take(&out);
}

bool text_is_display(const char *s, enum text_mode mode)
{
	size_t len = strlen(s);
	int marks = 0;

	for (size_t i = 0; i < len;) {
		uint32_t cp = 0;
		size_t took = text_decode(s + i, len - i, &cp);

		if (!took || (is_forbidden(cp) && !(cp == '\n' && mode == TEXT_BLOCK)))
			return false;
		marks = text_char_width(cp) ? 0 : marks + 1;
		if (marks > MARKS_MAX)
			return false;
		i += took;
	}
	return true;
}

/* One step through text that should be valid: never 0 bytes. */
static size_t step(const char *s, size_t len, int *width)
{
	uint32_t cp = 0;
	size_t took = text_decode(s, len, &cp);

	*width = took ? text_char_width(cp) : 1;
	return took ? took : 1;
}

int text_width(const char *s)
{
	size_t len = strlen(s);
	int columns = 0;

	for (size_t i = 0; i < len;) {
		int width;

		i += step(s + i, len - i, &width);
		columns += width;
	}
	return columns;
}

size_t text_clip(const char *s, int columns)
{
	size_t len = strlen(s), i = 0;

	while (i < len) {
		int width;
		size_t took = step(s + i, len - i, &width);

		if (width > columns)
			break;
		columns -= width;
		i += took;
	}
	return i;
}

/* The longest prefix of whole characters of at most max bytes. */
static size_t whole_characters(const char *s, size_t len, size_t max)
{
	size_t i = 0;

	while (i < len) {
		int width;
		size_t took = step(s + i, len - i, &width);

		if (i + took > max)
			break;
		i += took;
	}
	return i;
}

void text_copy(char *out, size_t size, const char *s)
{
	size_t len = strlen(s), mark = strlen(ELLIPSIS), keep;

	if (size == 0)
		return;
	if (len < size) {
		memcpy(out, s, len + 1);
		return;
	}
	if (size <= mark)
		mark = 0;
	keep = whole_characters(s, len, size - 1 - mark);
	memcpy(out, s, keep);
	memcpy(out + keep, ELLIPSIS, mark);
	out[keep + mark] = '\0';
}
