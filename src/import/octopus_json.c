/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON that some properties hold: members are taken out, and what is left is said. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "import/octopus_action.h"

bool json_is_blank(const json_t *value)
{
	if (json_is_object(value)) {
		void *at = json_object_iter((json_t *)value);

		for (; at; at = json_object_iter_next((json_t *)value, at))
			if (!json_is_blank(json_object_iter_value(at)))
				return false;
		return true;
	}
	for (size_t i = 0; i < json_array_size(value); i++)
		if (!json_is_blank(json_array_get(value, i)))
			return false;
	return !value || json_is_null(value) || json_is_array(value) ||
		(json_is_string(value) && json_string_length(value) == 0);
}

json_t *member_take(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	if (!value)
		return NULL;
	json_incref(value);
	json_object_del(object, key);
	if (!json_is_blank(value))
		return value;
	json_decref(value);
	return NULL;
}

char *member_text(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);
	char *text = NULL;

	if (json_is_string(value) && json_string_length(value))
		text = xstrdup(json_string_value(value));
	else if (json_is_boolean(value))
		text = xstrdup(json_is_true(value) ? "True" : "False");
	else if (json_is_number(value))
		text = json_dumps(value, JSON_ENCODE_ANY);
	if (text || json_is_blank(value))
		json_object_del(object, key);
	return text;
}

void members_leave(struct action *a, const struct ocl_node *at, const char *what, json_t *object)
{
	void *iter = json_object_iter(object);

	for (; iter; iter = json_object_iter_next(object, iter))
		if (!json_is_blank(json_object_iter_value(iter)))
			action_leave(a, at, "%s: %s", what, json_object_iter_key(iter));
}

/* A key of the plan's cannot hold a variable. */
static void add_pair(struct action *a, const struct ocl_node *at, const char *what, json_t *pairs,
	const char *key, const char *value)
{
	if (octostache_is_plain(key))
		json_object_set_new(pairs, key, action_value(a, at, value));
	else
		action_leave(a, at, "%s: the key '%s' holds a variable: write it out", what, key);
}

static void add_pairs_of_list(struct action *a, const struct ocl_node *at, const char *what,
	json_t *pairs, const json_t *from)
{
	for (size_t i = 0; i < json_array_size(from); i++) {
		json_t *item = json_copy(json_array_get(from, i));
		char *key = member_text(item, "key"), *value = member_text(item, "value");

		if (key)
			add_pair(a, at, what, pairs, key, value ? value : "");
		else if (value || (!json_is_object(item) && !json_is_blank(item)))
			action_leave(a, at, "%s: entry %zu has no key", what, i + 1);
		members_leave(a, at, what, item);
		free(key);
		free(value);
		json_decref(item);
	}
}

json_t *action_pairs(
	struct action *a, const struct ocl_node *at, const char *what, const json_t *from)
{
	json_t *pairs = json_object(), *copy = json_copy((json_t *)from);
	void *iter = json_object_iter((json_t *)from);

	add_pairs_of_list(a, at, what, pairs, from);
	for (; iter; iter = json_object_iter_next((json_t *)from, iter)) {
		const char *key = json_object_iter_key(iter);
		char *value = member_text(copy, key);

		if (value || json_is_blank(json_object_iter_value(iter)))
			add_pair(a, at, what, pairs, key, value ? value : "");
		free(value);
	}
	if (json_is_object(copy))
		members_leave(a, at, what, copy);
	json_decref(copy);
	if (json_object_size(pairs))
		return pairs;
	json_decref(pairs);
	return NULL;
}

json_t *action_typed(struct action *a, const struct ocl_node *at, const json_t *from)
{
	const char *text = json_string_value(from);
	json_t *made;

	if (json_is_object(from)) {
		void *iter = json_object_iter((json_t *)from);

		made = json_object();
		for (; iter; iter = json_object_iter_next((json_t *)from, iter)) {
			const char *key = json_object_iter_key(iter);
			const json_t *value = json_object_iter_value(iter);

			if (!octostache_is_plain(key))
				action_leave(
					a, at, "the key '%s' holds a variable: write it out", key);
			else if (!json_is_blank(value))
				json_object_set_new(made, key, action_typed(a, at, value));
		}
		return made;
	}
	if (json_is_array(from)) {
		made = json_array();
		for (size_t i = 0; i < json_array_size(from); i++)
			json_array_append_new(made, action_typed(a, at, json_array_get(from, i)));
		return made;
	}
	return text ? action_scalar(a, at, text) : json_deep_copy(from);
}
