/* SPDX-License-Identifier: Apache-2.0 */
/* Secret values taken out of sentences that may quote them. */
#include "manifest/redact.h"

#include <stdlib.h>
#include <string.h>

#include "base/b64.h"
#include "base/buf.h"
#include "base/jx.h"
#include "base/text.h"
#include "base/xalloc.h"

#define VALUE_MIN 4 /* shorter ones would blank half of every sentence */
#define LINE_MIN 8  /* a line of a longer value, quoted alone */

/* A text and, byte by byte, whether it belongs to a value. */
struct cover {
	const char *text;
	size_t len;
	char *hidden;
};

static void hide(struct cover *c, const char *needle, size_t len)
{
	const char *at = c->text, *end = c->text + c->len;

	if (len < VALUE_MIN)
		return;
	while ((at = memmem(at, (size_t)(end - at), needle, len))) {
		memset(c->hidden + (at - c->text), 1, len);
		at++;
	}
}

static void hide_str(struct cover *c, const char *needle)
{
	hide(c, needle, strlen(needle));
}

/* As Go's %q and JSON would quote it: without the quotes around it. */
static void hide_quoted(struct cover *c, const char *value, size_t len)
{
	json_t *string = json_stringn(value, len);
	char *quoted = string ? jx_dump(string) : NULL;

	if (quoted)
		hide(c, quoted + 1, strlen(quoted) - 2);
	free(quoted);
	json_decref(string);
}

/* As it became when the sentence was made display text. */
static void hide_displayed(struct cover *c, const char *value, size_t len)
{
	char *shown = text_display(value, len, TEXT_LINE);

	hide_str(c, shown);
	free(shown);
}

static void hide_lines(struct cover *c, const char *value, size_t len)
{
	for (size_t i = 0; i < len;) {
		const char *newline = memchr(value + i, '\n', len - i);
		size_t line = newline ? (size_t)(newline - value) - i : len - i;

		if (line >= LINE_MIN) {
			hide(c, value + i, line);
			hide_displayed(c, value + i, line);
		}
		i += line + 1;
	}
}

/* One secret value in every form in which a sentence may hold it. */
static void hide_value(struct cover *c, const char *value, size_t len)
{
	char *encoded = b64_encode(value, len);
	size_t trimmed = len;

	/* `echo password | base64` leaves a newline that no message shows. */
	while (trimmed && strchr(" \t\r\n", value[trimmed - 1]))
		trimmed--;
	hide_str(c, encoded);
	hide(c, value, len);
	hide(c, value, trimmed);
	hide_quoted(c, value, trimmed);
	if (trimmed >= VALUE_MIN)
		hide_displayed(c, value, trimmed);
	hide_lines(c, value, len);
	free(encoded);
}

static void hide_encoded(struct cover *c, const char *value)
{
	char *bytes;
	size_t len;

	hide_value(c, value, strlen(value));
	/* Its own text may have line breaks or no padding; the encoding of its bytes has not. */
	if (b64_decode(value, &bytes, &len)) {
		hide_value(c, bytes, len);
		free(bytes);
	}
}

/* Every leaf: a value that is no string is refused by the server, which quotes it. */
static void hide_leaves(struct cover *c, const json_t *value, int depth)
{
	void *at = json_object_iter((json_t *)value);
	char *text;

	if (depth == 0)
		return;
	for (; at; at = json_object_iter_next((json_t *)value, at))
		hide_leaves(c, json_object_iter_value(at), depth - 1);
	for (size_t i = 0; i < json_array_size(value); i++)
		hide_leaves(c, json_array_get(value, i), depth - 1);
	if (json_is_string(value))
		hide_encoded(c, json_string_value(value));
	if (json_is_number(value)) {
		text = jx_dump(value);
		hide_str(c, text);
		free(text);
	}
}

static char *show(const struct cover *c)
{
	struct buf out;

	buf_init(&out, SIZE_MAX / 2);
	for (size_t i = 0; i < c->len; i++) {
		if (!c->hidden[i])
			buf_addch(&out, c->text[i]);
		else if (i == 0 || !c->hidden[i - 1])
			buf_addstr(&out, REDACTED);
	}
	return buf_take(&out);
}

char *redact_text(const char *text, const json_t *secret)
{
	static const char *const fields[] = { "data", "stringData" };
	struct cover c = { .text = text, .len = strlen(text) };
	const char *kind = jx_str(secret, "kind");
	char *out;

	if (!kind || strcmp(kind, "Secret") != 0)
		return xstrdup(text);
	c.hidden = xcalloc(c.len + 1, 1);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		hide_leaves(&c, json_object_get(secret, fields[i]), 100);
	out = show(&c);
	free(c.hidden);
	return out;
}
