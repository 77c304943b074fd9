/* SPDX-License-Identifier: Apache-2.0 */
/* The words of OCL: names, quoted strings, heredocs, what may be skipped. */
#include "import/ocl_source.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "base/xalloc.h"

#define MAX_BYTES ((size_t)4 << 20)
#define BOM "\xef\xbb\xbf"

bool ocl_fail_at(const struct ocl_source *s, int line, int column, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	error_set(s->err, ERROR_CONFIG, "%s:%d:%d: %s", s->file, line, column, text);
	free(text);
	return false;
}

bool ocl_fail(const struct ocl_source *s, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	ocl_fail_at(s, s->line, s->column, "%s", text);
	free(text);
	return false;
}

bool ocl_source_init(
	struct ocl_source *s, const char *text, size_t len, const char *file, struct error *err)
{
	struct ocl_source check;

	if (len > MAX_BYTES)
		return error_set(err, ERROR_LIMIT, "%s: larger than 4 MiB", file);
	if (len >= strlen(BOM) && memcmp(text, BOM, strlen(BOM)) == 0) {
		text += strlen(BOM);
		len -= strlen(BOM);
	}
	*s = (struct ocl_source){ file, text, text, text + len, 1, 1, err };
	for (check = *s; check.at < check.end;) {
		uint32_t cp = 0;
		size_t took = text_decode(check.at, (size_t)(check.end - check.at), &cp);

		if (!took)
			return ocl_fail(
				&check, "byte 0x%02x is not UTF-8 text", (unsigned char)*check.at);
		if (!cp)
			return ocl_fail(&check, "a NUL byte: this is no text");
		ocl_skip(&check, took);
	}
	return true;
}

char ocl_peek(const struct ocl_source *s)
{
	return s->at < s->end ? *s->at : '\0';
}

bool ocl_starts(const struct ocl_source *s, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(s->end - s->at) >= len && memcmp(s->at, word, len) == 0;
}

void ocl_skip(struct ocl_source *s, size_t bytes)
{
	for (; bytes && s->at < s->end; bytes--, s->at++) {
		if (*s->at == '\n') {
			s->line++;
			s->column = 1;
		} else if (((unsigned char)*s->at & 0xc0) != 0x80) {
			s->column++;
		}
	}
	/* The second and later bytes of a character belong to its column. */
	while (s->at < s->end && ((unsigned char)*s->at & 0xc0) == 0x80)
		s->at++;
}

static size_t rest_of_line(const struct ocl_source *s)
{
	const char *newline = memchr(s->at, '\n', (size_t)(s->end - s->at));

	return (size_t)((newline ? newline : s->end) - s->at);
}

static bool skip_block_comment(struct ocl_source *s)
{
	int line = s->line, column = s->column;
	const char *close = memmem(s->at + 2, (size_t)(s->end - s->at - 2), "*/", 2);

	if (!close)
		return ocl_fail_at(s, line, column, "this comment never ends: add */");
	ocl_skip(s, (size_t)(close + 2 - s->at));
	return true;
}

static bool skip_blank(struct ocl_source *s, const char *blanks)
{
	for (;;) {
		if (s->at < s->end && strchr(blanks, *s->at))
			ocl_skip(s, 1);
		else if (ocl_peek(s) == '#' || ocl_starts(s, "//"))
			ocl_skip(s, rest_of_line(s));
		else if (!ocl_starts(s, "/*"))
			return true;
		else if (!skip_block_comment(s))
			return false;
	}
}

bool ocl_skip_blank(struct ocl_source *s)
{
	return skip_blank(s, " \t\r\n");
}

bool ocl_skip_line_blank(struct ocl_source *s)
{
	return skip_blank(s, " \t\r");
}

void ocl_describe(const struct ocl_source *s, char out[static 32])
{
	uint32_t cp = 0;

	if (s->at == s->end)
		snprintf(out, 32, "the end of the file");
	else if (*s->at == '\n' || *s->at == '\r')
		snprintf(out, 32, "the end of the line");
	else
		snprintf(out, 32, "'%.*s'", (int)text_decode(s->at, (size_t)(s->end - s->at), &cp),
			s->at);
}

/* Keys such as Octopus.Action.Package[web].Image are written bare. */
static bool is_word_byte(char c)
{
	return (unsigned char)c > ' ' && c != 0x7f && !strchr("=\"{}(),#<", c);
}

char *ocl_word(struct ocl_source *s)
{
	const char *start = s->at, *end = start;
	int brackets = 0;

	while (end < s->end && is_word_byte(*end) && (*end != ']' || brackets) &&
		(*end != '[' || end > start)) {
		brackets += (*end == '[') - (*end == ']');
		end++;
	}
	if (end == start)
		return NULL;
	ocl_skip(s, (size_t)(end - start));
	return xstrndup(start, (size_t)(end - start));
}

static bool add_escape(struct ocl_source *s, struct buf *out)
{
	static const char names[] = "nrt\"\\", values[] = "\n\r\t\"\\";
	char c = s->at + 1 < s->end ? s->at[1] : '\0';
	const char *known = c ? strchr(names, c) : NULL;

	if (!known)
		return ocl_fail(s, "this is no escape: OCL knows \\n, \\r, \\t, \\\" and \\\\");
	buf_addch(out, values[known - names]);
	ocl_skip(s, 2);
	return true;
}

char *ocl_quoted(struct ocl_source *s)
{
	int line = s->line, column = s->column;
	struct buf out;
	bool good = true;

	buf_init(&out, 0);
	ocl_skip(s, 1);
	while (good && s->at < s->end && !strchr("\"\n", *s->at)) {
		size_t run = 0;

		while (s->at + run < s->end && !strchr("\"\n\\", s->at[run]))
			run++;
		buf_add(&out, s->at, run);
		ocl_skip(s, run);
		if (ocl_peek(s) == '\\')
			good = add_escape(s, &out);
	}
	if (good && ocl_peek(s) != '"')
		good = ocl_fail_at(s, line, column,
			"this string has no end on its line: add \", or write it as <<-EOT");
	if (good) {
		ocl_skip(s, 1);
		return buf_take(&out);
	}
	buf_release(&out);
	return NULL;
}

/* A line of a heredoc without its end, CR included. */
struct line {
	const char *at;
	size_t len;
};

struct lines {
	struct line *items;
	size_t n, cap;
};

static struct line take_line(struct ocl_source *s)
{
	struct line line = { s->at, rest_of_line(s) };

	ocl_skip(s, line.len + 1);
	if (line.len && line.at[line.len - 1] == '\r')
		line.len--;
	return line;
}

static bool is_tag(struct line line, const char *tag)
{
	while (line.len && isspace((unsigned char)*line.at)) {
		line.at++;
		line.len--;
	}
	while (line.len && isspace((unsigned char)line.at[line.len - 1]))
		line.len--;
	return line.len == strlen(tag) && memcmp(line.at, tag, line.len) == 0;
}

static size_t indent_of(struct line line)
{
	size_t n = 0;

	while (n < line.len && isspace((unsigned char)line.at[n]))
		n++;
	return n == line.len ? SIZE_MAX : n;
}

/* Lines of white space alone do not count. */
static size_t least_indent(const struct lines *lines)
{
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < lines->n; i++)
		if (indent_of(lines->items[i]) < least)
			least = indent_of(lines->items[i]);
	return least;
}

static char *join(const struct lines *lines, size_t indent)
{
	struct buf out;

	buf_init(&out, 0);
	for (size_t i = 0; i < lines->n; i++) {
		struct line line = lines->items[i];
		size_t cut = line.len < indent ? line.len : indent;

		if (i)
			buf_addch(&out, '\n');
		buf_add(&out, line.at + cut, line.len - cut);
	}
	return buf_take(&out);
}

/* <<TAG as it stands; <<-TAG and <<~TAG without the indentation that all its lines have. */
char *ocl_heredoc(struct ocl_source *s)
{
	struct ocl_source start = *s;
	struct lines lines = { 0 };
	struct line head = take_line(s);
	bool indented = head.len > 2 && strchr("-~", head.at[2]);
	size_t from = indented ? 3 : 2, to = head.len;
	char *tag, *text = NULL;
	bool found = false;

	while (to > from && strchr(" \t", head.at[to - 1]))
		to--;
	tag = xstrndup(head.at + from, to - from);
	if (!*tag || strpbrk(tag, " \t")) {
		ocl_fail(&start, "after %s comes the word that ends the text, such as EOT",
			indented ? "<<-" : "<<");
		free(tag);
		return NULL;
	}
	while (!found && s->at < s->end) {
		struct line line = take_line(s);

		found = is_tag(line, tag);
		VEC_GROW(lines.items, lines.n, lines.cap);
		if (!found)
			lines.items[lines.n++] = line;
	}
	if (found)
		text = join(&lines, indented ? least_indent(&lines) : 0);
	else
		ocl_fail(&start, "this text has no end: %s must stand alone on a line", tag);
	free(lines.items);
	free(tag);
	return text;
}
