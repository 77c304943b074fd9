/* SPDX-License-Identifier: Apache-2.0 */
/* JSON as block-style YAML that every reader, of YAML 1.1 or 1.2, reads back the same. */
#include "base/yaml_tree.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xalloc.h"

#define STEP 2
#define KEY_MAX 1000 /* bytes of a key before ':'; readers stop looking for it at 1024 */
#define MARKS_MAX 4  /* of display text: more zero-width characters are escaped */

static void indent_by(struct buf *out, int indent)
{
	for (int i = 0; i < indent; i++)
		buf_addch(out, ' ');
}

/* Words and numbers that some reader takes for something else than text. */
static bool is_word(const char *s)
{
	static const char *const words[] = { "~", "null", "y", "n", "yes", "no", "on", "off",
		"true", "false", "<<", "=" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcasecmp(words[i], s) == 0)
			return true;
	return false;
}

static bool is_number_like(const char *s)
{
	size_t dots = 0;

	if (!strchr("+-.0123456789", s[0]))
		return false;
	s += *s == '+' || *s == '-';
	if (strcasecmp(s, ".inf") == 0 || strcasecmp(s, ".nan") == 0)
		return true;
	if (s[0] == '0' && s[1] && strchr("xXoObB", s[1]))
		return s[2 + strspn(s + 2, "0123456789abcdefABCDEF_")] == '\0';
	/* "2026-11-23T18:39:48Z" */
	if (strspn(s, "0123456789") == 4 && s[4] == '-' && isdigit((unsigned char)s[5]))
		return true;
	/* Integers, floats, base 60 ("12:30:45"); an address with its many dots is none. */
	for (; *s; s++) {
		if (!strchr("0123456789_.:eE+-", *s))
			return false;
		dots += *s == '.';
	}
	return dots <= 1;
}

/* Display text that needs no escape: YAML lacks three characters more. */
static bool is_writable(const char *s, enum text_mode mode)
{
	return text_is_display(s, mode) && !strstr(s, "\xef\xbb\xbf") &&
		!strstr(s, "\xef\xbf\xbe") && !strstr(s, "\xef\xbf\xbf");
}

static bool is_plain(const char *s, size_t len)
{
	unsigned char first = (unsigned char)s[0];
	bool starts = isalnum(first) || first >= 0x80 || strchr("_/.$(^+", first);

	if (len == 0 || is_word(s) || is_number_like(s) || strcmp(s, "...") == 0)
		return false;
	/* "--port=80" is text, "- x" and "---" are not. */
	if (!starts && !(first == '-' && s[1] && s[1] != ' ' && strncmp(s, "---", 3) != 0))
		return false;
	if (strstr(s, ": ") || strstr(s, " #") || s[len - 1] == ':' || s[len - 1] == ' ')
		return false;
	return is_writable(s, TEXT_LINE);
}

/* A character that must be escaped between double quotes. */
static bool needs_escape(const char *s, size_t took)
{
	char one[5] = { 0 };

	memcpy(one, s, took);
	return !is_writable(one, TEXT_LINE);
}

static void add_escape(struct buf *out, uint32_t cp)
{
	if (cp == '\n')
		buf_addstr(out, "\\n");
	else if (cp == '\t')
		buf_addstr(out, "\\t");
	else if (cp == '\r')
		buf_addstr(out, "\\r");
	else if (cp < 0x100)
		buf_printf(out, "\\x%02x", (unsigned)cp);
	else if (cp < 0x10000)
		buf_printf(out, "\\u%04x", (unsigned)cp);
	else
		buf_printf(out, "\\U%08x", (unsigned)cp);
}

static void add_double_quoted(struct buf *out, const char *s, size_t len)
{
	int marks = 0;

	buf_addch(out, '"');
	for (size_t i = 0; i < len;) {
		uint32_t cp = 0xfffd;
		size_t took = text_decode(s + i, len - i, &cp);

		marks = text_char_width(cp) ? 0 : marks + 1;
		if (cp == '"' || cp == '\\')
			buf_addch(out, '\\');
		if (!took || marks > MARKS_MAX || needs_escape(s + i, took)) {
			add_escape(out, cp);
			marks = 0;
		} else {
			buf_add(out, s + i, took);
		}
		i += took ? took : 1;
	}
	buf_addch(out, '"');
}

/* Text with many quotes or backslashes, as JSON in an annotation, reads better so. */
static bool wants_single_quotes(const char *s)
{
	return strpbrk(s, "\"\\") && is_writable(s, TEXT_LINE);
}

static void add_single_quoted(struct buf *out, const char *s)
{
	buf_addch(out, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			buf_addch(out, '\'');
		buf_addch(out, *s);
	}
	buf_addch(out, '\'');
}

static void add_line_string(struct buf *out, const char *s, size_t len)
{
	if (is_plain(s, len))
		buf_add(out, s, len);
	else if (wants_single_quotes(s))
		add_single_quoted(out, s);
	else
		add_double_quoted(out, s, len);
}

/* Lines of white space alone are where readers disagree. */
static bool is_literal(const char *s)
{
	const char *line = s;

	if (!strchr(s, '\n') || !is_writable(s, TEXT_BLOCK))
		return false;
	while (*line) {
		size_t blank = strspn(line, " ");
		const char *newline = strchr(line, '\n');

		if (blank && (line[blank] == '\n' || line[blank] == '\0'))
			return false;
		line = newline ? newline + 1 : line + strlen(line);
	}
	return s[strspn(s, "\n")] != '\0';
}

static void add_literal(struct buf *out, const char *s, size_t len, int indent)
{
	bool ends = s[len - 1] == '\n';

	buf_addch(out, '|');
	/* A reader takes the indentation from the first line unless told. */
	if (s[0] == ' ' || s[0] == '\n')
		buf_printf(out, "%d", STEP);
	if (!ends)
		buf_addch(out, '-');
	else if (len > 1 && s[len - 2] == '\n')
		buf_addch(out, '+');
	buf_addch(out, '\n');
	while (*s) {
		size_t line = strcspn(s, "\n");

		if (line)
			indent_by(out, indent);
		buf_add(out, s, line);
		buf_addch(out, '\n');
		s += line + (s[line] == '\n');
	}
}

static void emit_node(struct buf *out, const json_t *value, int indent, bool inline_first);

/* One line's worth of a value; indent is where a literal block's lines go. */
static void emit_scalar(struct buf *out, const json_t *value, int indent)
{
	char number[YAML_NUMBER_SIZE];
	const char *s = json_string_value(value);

	switch (json_typeof(value)) {
	case JSON_STRING:
		if (is_literal(s)) {
			add_literal(out, s, strlen(s), indent);
			return;
		}
		add_line_string(out, s, strlen(s));
		break;
	case JSON_INTEGER:
		buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case JSON_REAL:
		yaml_number_format(json_real_value(value), number);
		buf_addstr(out, number);
		break;
	case JSON_OBJECT:
		buf_addstr(out, "{}");
		break;
	case JSON_ARRAY:
		buf_addstr(out, "[]");
		break;
	default:
		buf_addstr(out,
			json_is_true(value)            ? "true"
				: json_is_false(value) ? "false"
						       : "null");
	}
	buf_addch(out, '\n');
}

static bool is_block(const json_t *value)
{
	return json_object_size(value) > 0 || json_array_size(value) > 0;
}

static void emit_member(struct buf *out, const char *key, const json_t *value, int indent)
{
	struct buf text;

	buf_init(&text, 0);
	add_line_string(&text, key, strlen(key));
	if (text.len > KEY_MAX) {
		buf_addstr(out, "? ");
		buf_add(out, buf_str(&text), text.len);
		buf_addch(out, '\n');
		indent_by(out, indent);
	} else {
		buf_add(out, buf_str(&text), text.len);
	}
	buf_release(&text);
	buf_addch(out, ':');
	if (is_block(value)) {
		buf_addch(out, '\n');
		/* A list stands under its key, as kubectl writes it. */
		emit_node(out, value, json_is_array(value) ? indent : indent + STEP, false);
		return;
	}
	buf_addch(out, ' ');
	emit_scalar(out, value, indent + STEP);
}

static void emit_object(struct buf *out, const json_t *object, int indent, bool inline_first)
{
	void *at = json_object_iter((json_t *)object);

	for (; at; at = json_object_iter_next((json_t *)object, at)) {
		if (!inline_first)
			indent_by(out, indent);
		inline_first = false;
		emit_member(out, json_object_iter_key(at), json_object_iter_value(at), indent);
	}
}

/* inline_first: the line already stands where this value starts ("- "). */
static void emit_node(struct buf *out, const json_t *value, int indent, bool inline_first)
{
	if (!is_block(value)) {
		emit_scalar(out, value, indent);
		return;
	}
	if (json_is_object(value)) {
		emit_object(out, value, indent, inline_first);
		return;
	}
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (!inline_first)
			indent_by(out, indent);
		inline_first = false;
		buf_addstr(out, "- ");
		emit_node(out, json_array_get(value, i), indent + STEP, true);
	}
}

void yaml_emit(struct buf *out, const json_t *value)
{
	/* A literal block at the top has to stand further in than nothing. */
	emit_node(out, value, is_block(value) ? 0 : STEP, false);
}
