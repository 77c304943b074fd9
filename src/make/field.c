/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a mapping of the plan by a table of its keys. */
#include "make/field.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "make/words.h"

static field_observer *observer;
static void *observer_arg;

void field_observe(field_observer *fn, void *arg)
{
	observer = fn;
	observer_arg = arg;
}

void field_known(const char *what, const char *key)
{
	if (observer)
		observer(observer_arg, what, key);
}

bool field_mistake(
	const struct yaml_node *node, const char *file, struct errors *errs, const char *fmt, ...)
{
	va_list ap;
	char *text;

	if (node->broken)
		return false;
	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	errors_add(errs, ERROR_CONFIG, "%s:%d:%d: %s", file, node->line, node->column, text);
	free(text);
	return false;
}

static const struct field *find(const struct field *fields, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(fields[i].key, key) == 0)
			return &fields[i];
	return NULL;
}

static void unknown(const struct yaml_node *key, const char *what, const struct field *fields,
	size_t n, const char *file, struct errors *errs)
{
	const char **names = xcalloc(n + 1, sizeof(*names));
	const char *near;

	for (size_t i = 0; i < n; i++)
		names[i] = fields[i].key;
	near = nearest_word(key->value, names);
	if (near)
		field_mistake(key, file, errs, "%s has no key '%s'; did you mean '%s'?", what,
			key->value, near);
	else
		field_mistake(key, file, errs, "%s has no key '%s'", what, key->value);
	free(names);
}

bool field_table(const struct yaml_node *node, const char *what, const struct field *fields,
	size_t n, void *into, const char *file, struct errors *errs)
{
	if (node->kind != YAML_MAPPING)
		return field_mistake(node, file, errs, "%s must be a mapping of keys", what);
	for (size_t i = 0; i < n; i++)
		field_known(what, fields[i].key);
	for (size_t i = 0; i < node->n; i++) {
		const struct yaml_node *key = node->keys[i];
		const struct field *field;

		if (key->kind != YAML_SCALAR) {
			field_mistake(key, file, errs, "a key of %s must be a word", what);
			continue;
		}
		field = find(fields, n, key->value);
		if (field)
			field->read(into, node->items[i], file, errs);
		else
			unknown(key, what, fields, n, file, errs);
	}
	return true;
}

bool field_lacks(const struct yaml_node *node, const char *key)
{
	const char *const wanted[] = { key, NULL };

	if (node->kind != YAML_MAPPING)
		return false;
	for (size_t i = 0; i < node->n; i++)
		if (node->keys[i]->kind == YAML_SCALAR &&
			nearest_word(node->keys[i]->value, wanted))
			return false;
	return true;
}

bool field_all_known(const struct yaml_node *node, const struct field *fields, size_t n)
{
	for (size_t i = 0; node->kind == YAML_MAPPING && i < node->n; i++)
		if (node->keys[i]->kind != YAML_SCALAR || !find(fields, n, node->keys[i]->value))
			return false;
	return node->kind == YAML_MAPPING;
}

/* What a variable holds is text, whatever it looks like. */
static bool is_nothing(const struct yaml_node *node)
{
	const char *text = node->value;

	return node->plain && !node->expanded && !node->tag &&
		(!*text || strcmp(text, "~") == 0 || strcasecmp(text, "null") == 0);
}

bool field_string(char **out, const struct yaml_node *node, const char *what, const char *file,
	struct errors *errs)
{
	if (node->kind != YAML_SCALAR || is_nothing(node))
		return field_mistake(node, file, errs, "%s must be a text", what);
	free(*out);
	*out = xstrdup(node->value);
	return true;
}

bool field_word(char **out, const struct yaml_node *node, const char *what, const char *file,
	struct errors *errs)
{
	return field_string(out, node, what, file, errs) &&
		(**out || field_mistake(node, file, errs, "%s must not be empty", what));
}

bool field_title(char **out, const struct yaml_node *node, const char *what, const char *file,
	struct errors *errs)
{
	char *raw = NULL;

	if (!field_string(&raw, node, what, file, errs))
		return false;
	free(*out);
	*out = text_display(raw, strlen(raw), TEXT_LINE);
	free(raw);
	return **out || field_mistake(node, file, errs, "%s must not be empty", what);
}

bool field_namespace(
	char **out, const struct yaml_node *node, const char *file, struct errors *errs)
{
	if (!field_word(out, node, "namespace", file, errs))
		return false;
	if (is_dns_label(*out))
		return true;
	if (node->expanded)
		return field_mistake(node, file, errs,
			"namespace: the value of its variable does not fit: %s", LABEL_LIKE);
	return field_mistake(node, file, errs, "namespace cannot be '%s': %s", *out, LABEL_LIKE);
}

bool field_bool(bool *out, const struct yaml_node *node, const char *what, const char *file,
	struct errors *errs)
{
	bool word = node->kind == YAML_SCALAR && (node->plain || node->whole);
	bool yes = word && strcmp(node->value, "true") == 0;

	if (!yes && !(word && strcmp(node->value, "false") == 0))
		return field_mistake(node, file, errs, "%s must be true or false", what);
	*out = yes;
	return true;
}

bool field_duration(int64_t *out_ms, const struct yaml_node *node, const char *what,
	const char *file, struct errors *errs)
{
	struct error err = { 0 };

	if (node->kind != YAML_SCALAR)
		return field_mistake(
			node, file, errs, "%s must be a duration: 90s, 5m or 1h30m", what);
	if (!duration_parse(node->value, out_ms, &err) && node->expanded)
		return field_mistake(node, file, errs,
			"%s: the value of its variable is no duration such as 90s, 5m or 1h30m",
			what);
	if (err.code)
		return field_mistake(node, file, errs, "%s: %s", what, err.text);
	return true;
}
