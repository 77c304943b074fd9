/* SPDX-License-Identifier: Apache-2.0 */
/* Errors as values: a class and a finished sentence. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"

static void __attribute__((format(printf, 3, 0)))
fill(struct error *err, enum error_code code, const char *fmt, va_list ap)
{
	char *raw = xvasprintf(fmt, ap);
	char *shown = text_display(raw, strlen(raw), TEXT_LINE);

	err->code = code;
	text_copy(err->text, sizeof(err->text), shown);
	free(shown);
	free(raw);
}

bool error_set(struct error *err, enum error_code code, const char *fmt, ...)
{
	va_list ap;

	if (!err || err->code != ERROR_NONE)
		return false;
	va_start(ap, fmt);
	fill(err, code, fmt, ap);
	va_end(ap);
	return false;
}

void error_clear(struct error *err)
{
	err->code = ERROR_NONE;
	err->text[0] = '\0';
}

bool errors_add(struct errors *list, enum error_code code, const char *fmt, ...)
{
	struct error err = { 0 };
	va_list ap;

	va_start(ap, fmt);
	fill(&err, code, fmt, ap);
	va_end(ap);
	return errors_add_error(list, &err);
}

bool errors_add_error(struct errors *list, const struct error *err)
{
	VEC_GROW(list->items, list->n, list->cap);
	list->items[list->n++] = *err;
	return false;
}

void errors_release(struct errors *list)
{
	free(list->items);
	*list = (struct errors){ 0 };
}
