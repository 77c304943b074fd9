/* SPDX-License-Identifier: Apache-2.0 */
/* Paths of rules as data, and the templates that hold them. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/nearest.h"
#include "base/xalloc.h"
#include "base/yaml.h"
#include "rules/data_rule.h"
#include "rules/lists.h"

/* A sentence; judgement_set() cuts it further. */
#define FILLED_MAX 4096

static size_t key_length(const char *s)
{
	size_t len = 0;

	while (isalnum((unsigned char)s[len]) || s[len] == '_' || s[len] == '-')
		len++;
	return len;
}

static void add_key(struct data_reader *r, struct data_path *path, const char *key, size_t len)
{
	const char **keys = pool_alloc(&r->rules->pool, path->n + 2, sizeof(*keys));

	if (path->n)
		memcpy(keys, path->keys, path->n * sizeof(*keys));
	keys[path->n++] = pool_keep(&r->rules->pool, xstrndup(key, len));
	path->keys = keys;
}

/* The keys of "a.b[c.d]"; false where it is none. */
static bool split(struct data_reader *r, struct data_path *path, const char *s)
{
	while (*s) {
		bool bracket = *s == '[' && path->n;
		size_t len;

		if (!bracket && path->n && *s++ != '.')
			return false;
		s += bracket;
		len = bracket ? strcspn(s, "]") : key_length(s);
		if (len == 0 || (bracket && s[len] != ']'))
			return false;
		add_key(r, path, s, len);
		s += len + bracket;
	}
	return path->n > 0;
}

/* A slip in the first key would make a path that never leads anywhere. */
static bool check_root(
	struct data_reader *r, const struct data_path *path, const struct yaml_node *node)
{
	static const char *const roots[] = { "status", "spec", "metadata", "condition", NULL };
	const char *near = nearest_word(path->keys[0], roots);

	if (near && strcmp(near, path->keys[0]) != 0)
		return data_mistake(
			r, node, "no object has '%s'; did you mean '%s'?", path->keys[0], near);
	return true;
}

static bool check_condition(
	struct data_reader *r, const struct data_path *path, const struct yaml_node *node)
{
	static const char *const members[] = { "status", "reason", "message", NULL };

	for (size_t i = 0; path->n == 3 && members[i]; i++)
		if (strcmp(path->keys[2], members[i]) == 0)
			return true;
	return data_mistake(
		r, node, "'%s' must be condition.TYPE.status, .reason or .message", path->text);
}

static bool parse(struct data_reader *r, struct data_path *out, const char *text,
	const struct yaml_node *node)
{
	struct data_path path = { .text = pool_keep(&r->rules->pool, xstrdup(text)) };

	if (!isalpha((unsigned char)text[0]) || !split(r, &path, text))
		return data_mistake(r, node,
			"'%s' is not a path; one looks like status.phase or metadata.labels[a.b/c]",
			text);
	path.of_condition = strcmp(path.keys[0], "condition") == 0;
	path.sums = data_listed(path.keys, "*");
	if (path.of_condition ? !check_condition(r, &path, node) : !check_root(r, &path, node))
		return false;
	*out = path;
	return true;
}

bool data_read_path(struct data_reader *r, struct data_path *out, const struct yaml_node *node,
	const char *what)
{
	const char *text = data_word(r, node, what);

	return text && parse(r, out, text, node);
}

static struct data_piece *add_piece(
	struct data_reader *r, struct data_template *out, const char *words, size_t len)
{
	struct data_piece *pieces = pool_alloc(&r->rules->pool, out->n + 1, sizeof(*pieces));

	if (out->n)
		memcpy(pieces, out->pieces, out->n * sizeof(*pieces));
	pieces[out->n].words = pool_keep(&r->rules->pool, xstrndup(words, len));
	out->pieces = pieces;
	return &pieces[out->n++];
}

/* "{path}" or "{path|what stands where it leads nowhere}"; the length of it, 0 for a mistake. */
static size_t read_hole(struct data_reader *r, struct data_template *out, const char *s,
	const struct yaml_node *node)
{
	size_t len = strcspn(s, "}"), path = strcspn(s, "|}");
	const char *words = path < len ? s + path + 1 : s + len;
	char *text = xstrndup(s + 1, path - 1);
	struct data_piece *piece;
	bool good;

	if (s[len] == '\0' || memchr(s + 1, '{', len - 1)) {
		free(text);
		data_mistake(r, node, "a '{' has no '}'; to show a brace write '{{' or '}}'");
		return 0;
	}
	piece = add_piece(r, out, words, (size_t)(s + len - words));
	good = parse(r, &piece->path, text, node);
	free(text);
	return good ? len + 1 : 0;
}

bool data_read_template(struct data_reader *r, struct data_template *out,
	const struct yaml_node *node, const char *what)
{
	const char *s = data_word(r, node, what);

	if (!s)
		return false;
	if (!*s)
		return data_mistake(r, node, "%s must not be empty", what);
	while (*s) {
		size_t len = strcspn(s, "{}");

		if (len) {
			add_piece(r, out, s, len);
		} else if (s[1] == s[0]) {
			add_piece(r, out, s, 1);
			len = 2;
		} else if (*s == '}') {
			return data_mistake(
				r, node, "a '}' has no '{'; to show a brace write '{{' or '}}'");
		} else {
			len = read_hole(r, out, s, node);
			if (len == 0)
				return false;
		}
		s += len;
	}
	return true;
}

static bool is_void(const json_t *value)
{
	return (json_is_array(value) && json_array_size(value) == 0) ||
		(json_is_object(value) && json_object_size(value) == 0) ||
		(json_is_string(value) && json_string_length(value) == 0);
}

/* The n-th item of a list, counted from 0. */
static const json_t *item_of(const json_t *list, const char *key)
{
	bool counts = strlen(key) < 5 && !key[strspn(key, "0123456789")];

	return counts ? json_array_get(list, (size_t)atoi(key)) : NULL;
}

const json_t *data_path_raw(const struct data_path *path, const json_t *object)
{
	for (size_t i = 0; object && i < path->n; i++)
		object = json_is_array(object) ? item_of(object, path->keys[i])
					       : json_object_get(object, path->keys[i]);
	return json_is_null(object) ? NULL : object;
}

const json_t *data_path_get(const struct data_path *path, const json_t *object)
{
	const json_t *value = data_path_raw(path, object);

	return is_void(value) ? NULL : value;
}

static bool add_number(
	const struct data_path *path, size_t from, const json_t *value, json_int_t *sum, bool *there)
{
	for (size_t i = from; value && i < path->n; i++) {
		if (strcmp(path->keys[i], "*") != 0) {
			value = json_is_array(value) ? item_of(value, path->keys[i])
						     : json_object_get(value, path->keys[i]);
			continue;
		}
		for (size_t k = 0; k < json_array_size(value); k++)
			if (!add_number(path, i + 1, json_array_get(value, k), sum, there))
				return false;
		return true;
	}
	if (!value || json_is_null(value))
		return true;
	*there = true;
	return json_is_integer(value) && json_integer_value(value) >= 0 &&
		!__builtin_add_overflow(*sum, json_integer_value(value), sum);
}

bool data_path_number(const struct data_path *path, const json_t *object, json_int_t *out,
	bool *there)
{
	*out = 0;
	*there = false;
	return add_number(path, 0, object, out, there);
}

static const char *sum_words(
	char out[static SHOWN_SIZE], const struct data_path *path, const json_t *object)
{
	json_int_t sum;
	bool there, good = data_path_number(path, object, &sum, &there);

	snprintf(out, SHOWN_SIZE, "%lld", sum);
	return good && there ? out : shown(out, NULL);
}

static const char *condition_words(
	char out[static SHOWN_SIZE], const struct data_path *path, const struct data_look *look)
{
	const struct condition c = look->conditions
		? condition_in(look->conditions, path->keys[1], generation_of(look->object))
		: condition_of(look->object, path->keys[1]);
	bool fresh = c.is != TRUTH_ABSENT && c.is != TRUTH_STALE;

	if (strcmp(path->keys[2], "status") == 0)
		return shown(out,
			c.is == TRUTH_TRUE            ? "True"
				: c.is == TRUTH_FALSE ? "False"
						      : "Unknown");
	return shown(out,
		!fresh                                         ? NULL
			: strcmp(path->keys[2], "reason") == 0 ? c.reason
							       : c.message);
}

const char *data_path_words(
	char out[static SHOWN_SIZE], const struct data_path *path, const struct data_look *look)
{
	const json_t *value;
	struct buf list;

	if (path->of_condition)
		return condition_words(out, path, look);
	if (path->sums)
		return sum_words(out, path, look->object);
	value = data_path_get(path, look->object);
	if (json_is_integer(value)) {
		snprintf(out, SHOWN_SIZE, "%lld", json_integer_value(value));
		return out;
	}
	if (json_is_boolean(value))
		return shown(out, json_is_true(value) ? "true" : "false");
	if (!json_is_array(value))
		return shown(out, json_string_value(value));
	buf_init(&list, LIST_MAX);
	list_strings(&list, value);
	shown(out, buf_str(&list));
	buf_release(&list);
	return out;
}

char *data_template_fill(const struct data_template *template, const struct data_look *look)
{
	char words[SHOWN_SIZE];
	struct buf out;

	buf_init(&out, FILLED_MAX);
	for (size_t i = 0; i < template->n; i++) {
		const struct data_piece *piece = &template->pieces[i];

		if (piece->path.n)
			data_path_words(words, &piece->path, look);
		buf_addstr(&out, piece->path.n && *words ? words : piece->words);
	}
	while (out.len &&
		(isspace((unsigned char)out.data[out.len - 1]) || out.data[out.len - 1] == '.'))
		out.data[--out.len] = '\0';
	return buf_take(&out);
}
