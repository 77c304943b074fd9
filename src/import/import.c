/* SPDX-License-Identifier: Apache-2.0 */
/* What an import comes to: a plan with comments, files beside it, remarks. */
#include "import/import.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"

#define COLUMNS 100

void remarks_release(struct remarks *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->items[i].text);
	free(list->items);
	*list = (struct remarks){ 0 };
}

void import_release(struct import *import)
{
	for (size_t i = 0; i < import->nfiles; i++) {
		free(import->files[i].path);
		buf_release(&import->files[i].text);
	}
	free(import->files);
	remarks_release(&import->remarks);
	buf_release(&import->plan);
	*import = (struct import){ 0 };
}

void remark_add(struct remarks *list, bool left_out, int line, int column, const char *fmt, ...)
{
	va_list ap;
	char *raw;

	va_start(ap, fmt);
	raw = xvasprintf(fmt, ap);
	va_end(ap);
	VEC_GROW(list->items, list->n, list->cap);
	list->items[list->n++] = (struct remark){ left_out, line, column,
		text_display(raw, strlen(raw), TEXT_LINE) };
	free(raw);
}

void remarks_move(struct remarks *into, struct remarks *from)
{
	for (size_t i = 0; i < from->n; i++) {
		VEC_GROW(into->items, into->n, into->cap);
		into->items[into->n++] = from->items[i];
	}
	free(from->items);
	*from = (struct remarks){ 0 };
}

static bool is_taken(const struct import *import, const char *path)
{
	for (size_t i = 0; i < import->nfiles; i++)
		if (strcmp(import->files[i].path, path) == 0)
			return true;
	return false;
}

struct import_file *import_add_file(
	struct import *import, const char *folder, const char *name, const char *extension)
{
	char *path = xasprintf("%s/%s%s", folder, name, extension);

	for (int i = 2; is_taken(import, path); i++) {
		free(path);
		path = xasprintf("%s/%s-%d%s", folder, name, i, extension);
	}
	VEC_GROW(import->files, import->nfiles, import->files_cap);
	import->files[import->nfiles] = (struct import_file){ .path = path };
	return &import->files[import->nfiles++];
}

/* YAML has no place for these, not even in a comment. */
static void drop_forbidden(char *text)
{
	static const char *const forbidden[] = { "\xef\xbb\xbf", "\xef\xbf\xbe", "\xef\xbf\xbf" };

	for (size_t i = 0; i < ARRAY_LEN(forbidden); i++)
		for (char *at; (at = strstr(text, forbidden[i]));)
			memcpy(at, "\xef\xbf\xbd", 3);
}

/* The bytes of text that stand on one line of that many columns, cut at a space if there is one. */
static size_t line_of(const char *text, int columns)
{
	size_t fits = text_clip(text, columns), cut = fits;

	if (text[fits] == '\0')
		return fits;
	while (cut && text[cut] != ' ')
		cut--;
	return cut ? cut : fits ? fits : strlen(text);
}

void comment_add(struct buf *out, const char *fmt, ...)
{
	const char *lead = "# ", *at;
	char *raw, *text;
	va_list ap;

	va_start(ap, fmt);
	raw = xvasprintf(fmt, ap);
	va_end(ap);
	text = text_display(raw, strlen(raw), TEXT_LINE);
	drop_forbidden(text);
	for (at = text; *at; lead = "#   ") {
		size_t len = line_of(at, COLUMNS - (int)strlen(lead));

		buf_printf(out, "%s%.*s\n", lead, (int)len, at);
		at += len;
		at += strspn(at, " ");
	}
	free(text);
	free(raw);
}

void comment_out(struct buf *out, const char *lines)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n");

		buf_printf(out, "#%s%.*s\n", len ? " " : "", (int)len, lines);
		lines += len + (lines[len] == '\n');
	}
}
