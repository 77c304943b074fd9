/* SPDX-License-Identifier: Apache-2.0 */
/* Label selectors as the API's query text. */
#include "track/selector.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"

static void comma(struct buf *b)
{
	if (b->len)
		buf_addch(b, ',');
}

static bool add_map(struct buf *b, const json_t *map)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)map, key, value) {
		if (!json_is_string(value))
			return false;
		comma(b);
		buf_printf(b, "%s=%s", key, json_string_value(value));
	}
	return true;
}

static bool add_values(struct buf *b, const char *key, const char *word, const json_t *values)
{
	if (!json_array_size(values))
		return false;
	buf_printf(b, "%s %s (", key, word);
	for (size_t i = 0; i < json_array_size(values); i++) {
		const char *value = json_string_value(json_array_get(values, i));

		if (!value)
			return false;
		buf_printf(b, "%s%s", i ? "," : "", value);
	}
	return buf_addch(b, ')');
}

static bool add_expression(struct buf *b, const json_t *expression)
{
	const char *key = jx_str(expression, "key"), *op = jx_str(expression, "operator");
	const json_t *values = jx_get(expression, "values");

	if (!key || !op)
		return false;
	comma(b);
	if (strcmp(op, "In") == 0)
		return add_values(b, key, "in", values);
	if (strcmp(op, "NotIn") == 0)
		return add_values(b, key, "notin", values);
	if (strcmp(op, "Exists") == 0)
		return buf_addstr(b, key);
	if (strcmp(op, "DoesNotExist") == 0)
		return buf_printf(b, "!%s", key);
	return false;
}

static bool add_selector(struct buf *b, const json_t *selector)
{
	const json_t *labels = json_object_get(selector, "matchLabels");
	const json_t *expressions = json_object_get(selector, "matchExpressions");

	if (!labels && !expressions)
		return add_map(b, selector);
	if (!add_map(b, labels))
		return false;
	for (size_t i = 0; i < json_array_size(expressions); i++)
		if (!add_expression(b, json_array_get(expressions, i)))
			return false;
	return true;
}

char *selector_text(const json_t *object)
{
	struct buf b = { .max = 4096 };

	if (add_selector(&b, jx_get(object, "spec.selector")) && b.len && !b.full)
		return buf_take(&b);
	buf_release(&b);
	return NULL;
}

char *selector_union(const char *const *selectors, size_t n, size_t max)
{
	struct buf b = { .max = max };
	size_t key = n ? strcspn(selectors[0], "=") : 0;

	for (size_t i = 0; i < n; i++) {
		const char *s = selectors[i];

		if (strncmp(s, selectors[0], key + 1) != 0 || s[key] != '=' ||
			strpbrk(s, ",!() ")) {
			buf_release(&b);
			return NULL;
		}
		if (i == 0)
			buf_printf(&b, "%.*s in (", (int)key, s);
		buf_printf(&b, "%s%s", i ? "," : "", s + key + 1);
	}
	if (n && buf_addch(&b, ')') && !b.full)
		return buf_take(&b);
	buf_release(&b);
	return NULL;
}
