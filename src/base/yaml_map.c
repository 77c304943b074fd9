/* SPDX-License-Identifier: Apache-2.0 */
/* A mapping's keys: merge keys resolved, duplicate ones refused. */
#include "base/yaml_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xalloc.h"

struct entry {
	struct yaml_node *key, *item;
	size_t order; /* of reading: the last of one key wins */
	bool own;     /* written in this mapping, not merged into it */
	bool lost;
	const struct yaml_node *first; /* the key was in this mapping before; NULL: it was not */
};

struct entries {
	struct entry *items;
	size_t n, cap;
};

static bool is_merge(const struct yaml_node *key)
{
	if (key->tag)
		return strcmp(key->tag, YAML_TAG "merge") == 0;
	return key->plain && strcmp(key->value, "<<") == 0;
}

static void add(struct entries *list, struct yaml_node *key, struct yaml_node *item, bool own)
{
	VEC_GROW(list->items, list->n, list->cap);
	list->items[list->n] = (struct entry){ key, item, list->n, own, false, NULL };
	list->n++;
}

static void add_merged(struct entries *list, const struct yaml_node *map)
{
	for (size_t i = 0; i < map->n; i++) {
		map->keys[i]->uses++;
		map->items[i]->uses++;
		add(list, map->keys[i], map->items[i], false);
	}
}

static bool add_merge(struct entries *list, const struct yaml_node *value, const char *name,
	struct error *err)
{
	bool good = value->kind != YAML_SCALAR;

	for (size_t i = 0; value->kind == YAML_SEQUENCE && i < value->n; i++)
		good = good && value->items[i]->kind == YAML_MAPPING;
	if (!good)
		return error_set(err, ERROR_CONFIG,
			"%s:%d:%d: '<<' merges a mapping or a list of mappings", name, value->line,
			value->column);
	if (value->kind == YAML_MAPPING) {
		add_merged(list, value);
		return true;
	}
	/* Earlier ones take precedence. */
	for (size_t i = value->n; i > 0; i--)
		add_merged(list, value->items[i - 1]);
	return true;
}

static int compare_keys(const void *a, const void *b)
{
	const struct entry *x = *(struct entry *const *)a, *y = *(struct entry *const *)b;
	int order = strcmp(x->key->value, y->key->value);

	if (order == 0)
		order = x->order < y->order ? -1 : 1;
	return order;
}

/* Marks the entries that a later one of the same key replaces. Returns whether the mapping itself
 * holds one twice. */
static bool drop_replaced(struct entries *list)
{
	struct entry **sorted = xcalloc(list->n, sizeof(struct entry *));
	const struct entry *own = NULL;
	bool twice = false;

	for (size_t i = 0; i < list->n; i++)
		sorted[i] = &list->items[i];
	qsort(sorted, list->n, sizeof(struct entry *), compare_keys);
	for (size_t i = 0; i < list->n; i++) {
		struct entry *prior = i ? sorted[i - 1] : NULL;
		bool same = prior && strcmp(prior->key->value, sorted[i]->key->value) == 0;

		if (same)
			prior->lost = true;
		else
			own = NULL;
		if (!sorted[i]->own)
			continue;
		sorted[i]->first = own ? own->key : NULL;
		twice |= own != NULL;
		own = sorted[i];
	}
	free(sorted);
	return twice;
}

/* In the file's order; err takes the first one only. */
static void tell_twice(
	const struct entries *list, const char *name, struct errors *errs, struct error *err)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct yaml_node *key = list->items[i].key, *first = list->items[i].first;
		struct error why = { 0 };

		if (!first)
			continue;
		error_set(&why, ERROR_CONFIG, "%s:%d:%d: key '%s' appears twice (first at line %d)",
			name, key->line, key->column, key->value, first->line);
		if (errs)
			errors_add_error(errs, &why);
		else
			error_set(err, why.code, "%s", why.text);
	}
}

static void replace_entries(struct yaml_node *map, const struct entries *list)
{
	map->keys = xreallocarray(map->keys, list->n + 1, sizeof(*map->keys));
	map->items = xreallocarray(map->items, list->n + 1, sizeof(*map->items));
	map->n = 0;
	for (size_t i = 0; i < list->n; i++) {
		if (list->items[i].lost)
			continue;
		map->keys[map->n] = list->items[i].key;
		map->items[map->n++] = list->items[i].item;
	}
}

bool yaml_map_finish(
	struct yaml_node *map, const char *name, struct errors *twice, struct error *err)
{
	struct entries list = { 0 };
	bool replace = false, good = true;

	for (size_t i = 0; good && i < map->n; i++) {
		if (is_merge(map->keys[i])) {
			replace = true;
			good = add_merge(&list, map->items[i], name, err);
		} else {
			add(&list, map->keys[i], map->items[i], true);
		}
	}
	if (good && list.n > 1 && drop_replaced(&list)) {
		tell_twice(&list, name, twice, err);
		good = twice != NULL;
		replace = true;
	}
	if (good && replace)
		replace_entries(map, &list);
	free(list.items);
	return good;
}
