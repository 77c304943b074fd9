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
	list->items[list->n] = (struct entry){ key, item, list->n, own, false };
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

/* Marks the entries that a later one of the same key replaces. */
static bool drop_replaced(struct entries *list, const char *name, struct error *err)
{
	struct entry **sorted = xcalloc(list->n, sizeof(struct entry *));
	const struct entry *first = NULL, *twice = NULL, *own = NULL;

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
		/* The one that comes first in the file is the one to tell. */
		if (own && (!twice || sorted[i]->order < twice->order)) {
			first = own;
			twice = sorted[i];
		}
		own = sorted[i];
	}
	free(sorted);
	if (!twice)
		return true;
	return error_set(err, ERROR_CONFIG, "%s:%d:%d: key '%s' appears twice (first at line %d)",
		name, twice->key->line, twice->key->column, twice->key->value, first->key->line);
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

bool yaml_map_finish(struct yaml_node *map, const char *name, struct error *err)
{
	struct entries list = { 0 };
	bool merges = false, good = true;

	for (size_t i = 0; good && i < map->n; i++) {
		if (is_merge(map->keys[i])) {
			merges = true;
			good = add_merge(&list, map->items[i], name, err);
		} else {
			add(&list, map->keys[i], map->items[i], true);
		}
	}
	good = good && (list.n < 2 || drop_replaced(&list, name, err));
	if (good && merges)
		replace_entries(map, &list);
	free(list.items);
	return good;
}
