/* SPDX-License-Identifier: Apache-2.0 */
/* Reads blocks of a scenario file by tables of their keys, with exact positions for mistakes. */

#include "sim/fields.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/xalloc.h"
#include "base/yaml.h"

#define KEYS_MAX 32

static bool mistake(
	const struct yaml_node *node, const char *file, struct error *err, const char *what)
{
	return error_set(err, ERROR_CONFIG, "%s:%d:%d: %s", file, node->line, node->column, what);
}

static bool unknown(const struct yaml_node *node, const char *file, const char *what,
	const char *const *words, struct error *err)
{
	const char *near = nearest_word(node->value, words);

	return error_set(err, ERROR_CONFIG, "%s:%d:%d: unknown %s '%s'%s%s%s", file, node->line,
		node->column, what, node->value, near ? "; did you mean " : "", near ? near : "",
		near ? "?" : "");
}

static bool read_strings(
	const struct yaml_node *node, char ***out, const char *file, struct error *err)
{
	size_t n = node->kind == YAML_SEQUENCE ? node->n : 1;
	char **list = xcalloc(n + 1, sizeof(*list));

	free(*out);
	*out = list;
	for (size_t i = 0; i < n; i++) {
		const struct yaml_node *one = node->kind == YAML_SEQUENCE ? node->items[i] : node;

		if (one->kind != YAML_SCALAR)
			return mistake(one, file, err, "a text is needed here");
		list[i] = xstrdup(one->value);
	}
	return true;
}

static bool read_word(const struct yaml_node *node, const struct field *field, int *out,
	const char *file, struct error *err)
{
	for (int i = 0; field->words[i]; i++) {
		if (strcmp(field->words[i], node->value) == 0) {
			*out = i;
			return true;
		}
	}
	return unknown(node, file, field->what, field->words, err);
}

static bool read_bool(const struct yaml_node *node, bool *out, const char *file, struct error *err)
{
	bool yes = strcmp(node->value, "true") == 0;

	if (!yes && strcmp(node->value, "false") != 0)
		return mistake(node, file, err, "true or false is needed here");
	*out = yes;
	return true;
}

static bool read_int(
	const struct yaml_node *node, int64_t *out, const char *file, struct error *err)
{
	char *end;
	long long value = strtoll(node->value, &end, 10);

	if (end == node->value || *end || value < 0 || value > 1000000)
		return mistake(node, file, err, "a number from 0 to 1000000 is needed here");
	*out = value;
	return true;
}

static bool read_duration(
	const struct yaml_node *node, int64_t *out, const char *file, struct error *err)
{
	struct error why = { 0 };

	if (!duration_parse(node->value, out, &why))
		return mistake(node, file, err, why.text);
	return true;
}

static bool read_scalar(const struct yaml_node *node, const struct field *field, void *at,
	const char *file, struct error *err)
{
	if (node->kind != YAML_SCALAR)
		return mistake(node, file, err, "a single value is needed here");
	switch (field->type) {
	case FIELD_STRING:
		free(*(char **)at);
		*(char **)at = xstrdup(node->value);
		return true;
	case FIELD_INT:
		return read_int(node, at, file, err);
	case FIELD_DURATION:
		return read_duration(node, at, file, err);
	case FIELD_BOOL:
		return read_bool(node, at, file, err);
	default:
		return read_word(node, field, at, file, err);
	}
}

static bool read_field(const struct yaml_node *node, const struct field *field, void *at,
	const char *file, struct error *err)
{
	json_t *value;

	if (field->type == FIELD_BLOCK)
		return fields_read(node, field->fields, at, file, err);
	if (field->type == FIELD_STRINGS)
		return read_strings(node, at, file, err);
	if (field->type != FIELD_JSON)
		return read_scalar(node, field, at, file, err);
	if (node->kind != YAML_MAPPING)
		return mistake(node, file, err, "a mapping is needed here");
	value = yaml_to_json(node, file, err);
	if (!value)
		return false;
	json_decref(*(json_t **)at);
	*(json_t **)at = value;
	return true;
}

static bool unknown_key(const struct yaml_node *key, const struct field *fields, const char *file,
	struct error *err)
{
	const char *words[KEYS_MAX + 1] = { 0 };

	for (size_t i = 0; fields[i].key && i < KEYS_MAX; i++)
		words[i] = fields[i].key;
	return unknown(key, file, "key", words, err);
}

bool fields_read(const struct yaml_node *map, const struct field *fields, void *out,
	const char *file, struct error *err)
{
	if (map->kind != YAML_MAPPING)
		return mistake(map, file, err, "a mapping is needed here");
	for (size_t i = 0; i < map->n; i++) {
		const struct field *field = fields;

		while (field->key && strcmp(field->key, map->keys[i]->value) != 0)
			field++;
		if (!field->key)
			return unknown_key(map->keys[i], fields, file, err);
		if (!read_field(map->items[i], field, (char *)out + field->offset, file, err))
			return false;
	}
	for (; fields->key; fields++) {
		if (fields->required && !yaml_get(map, fields->key))
			return error_set(err, ERROR_CONFIG, "%s:%d:%d: '%s' is missing here", file,
				map->line, map->column, fields->key);
	}
	return true;
}

void fields_release(const struct field *fields, void *out)
{
	for (; fields->key; fields++) {
		void *at = (char *)out + fields->offset;

		if (fields->type == FIELD_STRING) {
			free(*(char **)at);
		} else if (fields->type == FIELD_STRINGS) {
			for (char **s = *(char ***)at; s && *s; s++)
				free(*s);
			free(*(char ***)at);
		} else if (fields->type == FIELD_JSON) {
			json_decref(*(json_t **)at);
		} else if (fields->type == FIELD_BLOCK) {
			fields_release(fields->fields, at);
		}
	}
}
