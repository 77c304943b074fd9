/* SPDX-License-Identifier: Apache-2.0 */
/* Who holds which field. */

#include "sim/ownership.h"

#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "sim/kinds.h"
#include "sim/store.h"
#include "sim/world.h"

/* Fields that name the object and that nobody holds. */
static bool identity(const char *path, const char *key)
{
	return (!*path && (strcmp(key, "apiVersion") == 0 || strcmp(key, "kind") == 0)) ||
		(strcmp(path, ".metadata") == 0 &&
			(strcmp(key, "name") == 0 || strcmp(key, "namespace") == 0));
}

/* The item of a list of named things (containers, env, volumes) with the name of `like`. */
static json_t *named_item(const json_t *list, const json_t *like)
{
	const char *name = jx_str(like, "name");

	for (size_t i = 0; name && i < json_array_size(list); i++) {
		json_t *item = json_array_get(list, i);
		const char *has = jx_str(item, "name");

		if (has && strcmp(has, name) == 0)
			return item;
	}
	return NULL;
}

static bool named_list(const json_t *list)
{
	return json_is_array(list) && json_array_size(list) &&
		jx_str(json_array_get(list, 0), "name");
}

/* Walks mine beside theirs. A differing value is added to `found` (or, without it, taken from
 * them). */
static void walk(
	const json_t *mine, json_t *theirs, const char *path, const char *manager, json_t *found)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)mine, key, value) {
		json_t *other = json_object_get(theirs, key);
		char *below;

		if (!other || identity(path, key))
			continue;
		below = xasprintf("%s.%s", path, key);
		if (json_is_object(value) && json_is_object(other)) {
			walk(value, other, below, manager, found);
		} else if (named_list(value) && named_list(other)) {
			for (size_t i = 0; i < json_array_size(value); i++) {
				json_t *item = json_array_get(value, i),
				       *match = named_item(other, item);
				char *in = xasprintf("%s[name=\"%s\"]", below,
					match ? jx_str(item, "name") : "");

				if (match)
					walk(item, match, in, manager, found);
				free(in);
			}
		} else if (!json_equal(value, other) && found) {
			json_array_append_new(
				found, json_pack("{s:s,s:s}", "manager", manager, "field", below));
		} else if (!json_equal(value, other)) {
			json_object_del(theirs, key);
		}
		free(below);
	}
}

static void walk_managers(
	const struct object *obj, const json_t *body, const char *manager, json_t *found)
{
	const char *other;
	json_t *applied;

	json_object_foreach(obj->managers, other, applied) {
		if (strcmp(other, manager) != 0)
			walk(body, applied, "", other, found);
	}
}

json_t *ownership_conflicts(const struct object *obj, const json_t *body, const char *manager)
{
	json_t *found = json_array();

	walk_managers(obj, body, manager, found);
	return found;
}

void ownership_seize(struct object *obj, const json_t *body, const char *manager)
{
	walk_managers(obj, body, manager, NULL);
}

/* fieldsV1 of what was applied. A map of which nothing is held is left out. */
static json_t *field_set(const json_t *value, const char *path)
{
	json_t *set = json_object(), *inner;
	const char *key;

	json_object_foreach((json_t *)value, key, inner) {
		char *name = xasprintf("f:%s", key), *below = xasprintf("%s.%s", path, key);
		json_t *held = json_is_object(inner) ? field_set(inner, below) : json_object();

		if (!identity(path, key) && (json_object_size(held) || !json_object_size(inner)))
			json_object_set(set, name, held);
		json_decref(held);
		free(name);
		free(below);
	}
	return set;
}

void ownership_record(struct object *obj, const char *manager, const json_t *body)
{
	json_t *list = json_array(), *applied;
	const char *who;

	if (!obj->managers)
		obj->managers = json_object();
	json_object_set_new(obj->managers, manager, json_deep_copy(body));
	json_object_foreach(obj->managers, who, applied) {
		json_t *fields = field_set(applied, "");

		if (json_object_size(fields))
			json_array_append_new(list,
				json_pack("{s:s,s:s,s:o,s:o,s:s,s:O}", "manager", who, "operation",
					"Apply", "apiVersion", kind_api_version(obj->kind), "time",
					sim_stamp(), "fieldsType", "FieldsV1", "fieldsV1", fields));
		json_decref(fields);
	}
	if (json_array_size(list))
		json_object_set(json_object_get(obj->json, "metadata"), "managedFields", list);
	json_decref(list);
}

void ownership_prune(json_t *live, json_t *before, const json_t *now)
{
	const char *key;
	json_t *value;

	json_object_foreach(before, key, value) {
		json_t *still = json_object_get(now, key);

		if (!still)
			json_object_del(live, key);
		else if (json_is_object(value) && json_is_object(still))
			ownership_prune(json_object_get(live, key), value, still);
	}
}
