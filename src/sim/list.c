/* SPDX-License-Identifier: Apache-2.0 */
/* Lists: selectors, and pages in the order of the real server's store (namespace, name). */

#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "manifest/labels.h"
#include "sim/api.h"
#include "sim/reply.h"
#include "sim/select.h"
#include "sim/world.h"

struct found {
	struct object **items;
	size_t n, cap;
};

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

static int by_key(const void *a, const void *b)
{
	const struct object *x = *(struct object *const *)a, *y = *(struct object *const *)b;
	int order = strcmp(or_empty(object_ns(x)), or_empty(object_ns(y)));

	return order ? order : strcmp(object_name(x), object_name(y));
}

static bool check_selectors(const char *labels, const char *fields, struct reply *reply)
{
	char *unknown = NULL;

	if (!labels_check(labels, NULL)) {
		reply_bad_request(reply, "unable to parse requirement: %s", labels);
		return false;
	}
	select_fields(fields, NULL, &unknown);
	if (unknown) {
		reply_bad_request(reply, "field label not supported: %s", unknown);
		free(unknown);
		return false;
	}
	return true;
}

static struct found find_all(
	const struct sim *sim, const struct route *route, const char *labels, const char *fields)
{
	struct found found = { 0 };

	for (size_t i = 0; i < sim->store.n; i++) {
		struct object *obj = sim->store.items[i];

		if (obj->gone || obj->kind != route->kind ||
		    (route->ns && strcmp(or_empty(object_ns(obj)), route->ns) != 0) ||
		    !labels_match(labels, obj->json) || !select_fields(fields, obj->json, NULL))
			continue;
		VEC_GROW(found.items, found.n, found.cap);
		found.items[found.n++] = obj;
	}
	if (found.n)
		qsort(found.items, found.n, sizeof(*found.items), by_key);
	return found;
}

/* A continue token is the key the next page starts behind. */
static size_t page_start(const struct found *found, const char *token)
{
	size_t i = 0;

	for (; i < found->n && *token; i++) {
		char *key = xasprintf("%s/%s", or_empty(object_ns(found->items[i])),
			object_name(found->items[i]));
		bool past = strcmp(key, token) > 0;

		free(key);
		if (past)
			break;
	}
	return i;
}

/* Items of the built-in kinds come without apiVersion and kind, custom ones with them. */
static json_t *list_item(const struct object *obj)
{
	json_t *item;

	if (obj->kind->flags & KIND_CUSTOM)
		return json_incref(obj->json);
	item = json_copy(obj->json);
	json_object_del(item, "apiVersion");
	json_object_del(item, "kind");
	return item;
}

void api_list(struct sim *sim, const struct request *request, const struct route *route,
	struct reply *reply)
{
	const char *labels = or_empty(request_query(request, "labelSelector"));
	const char *fields = or_empty(request_query(request, "fieldSelector"));
	const char *limit = request_query(request, "limit"),
		   *token = or_empty(request_query(request, "continue"));
	long number = limit ? strtol(limit, NULL, 10) : 0;
	size_t most = number > 0 ? (size_t)number : (size_t)-1, start, end;
	json_t *items = json_array(), *meta;
	struct found found;

	if (!check_selectors(labels, fields, reply)) {
		json_decref(items);
		return;
	}
	found = find_all(sim, route, labels, fields);
	start = page_start(&found, token);
	end = found.n - start > most ? start + most : found.n;
	for (size_t i = start; i < end; i++)
		json_array_append_new(items, list_item(found.items[i]));
	meta = json_pack("{s:o}", "resourceVersion", json_sprintf("%lld", sim->store.version));
	if (end < found.n) {
		json_object_set_new(meta, "continue",
			json_sprintf("%s/%s", or_empty(object_ns(found.items[end - 1])),
				object_name(found.items[end - 1])));
		/* The real server does not count what a selector would leave out. */
		if (!*labels && !*fields)
			json_object_set_new(meta, "remainingItemCount",
				json_integer((json_int_t)(found.n - end)));
	}
	reply->code = 200;
	reply->json = json_pack("{s:o,s:o,s:o,s:o}", "kind",
		json_sprintf("%sList", route->kind->kind), "apiVersion",
		kind_api_version(route->kind), "metadata", meta, "items", items);
	free(found.items);
}
