/* SPDX-License-Identifier: Apache-2.0 */
/* Lists in columns, and the events that come with an object. */
#include "rules/lists.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "rules/read.h"

void list_add(struct buf *list, const char *s)
{
	if (s && *s)
		buf_printf(list, "%s%s", list->len ? "," : "", s);
}

void list_strings(struct buf *list, const json_t *array)
{
	for (size_t i = 0; i < json_array_size(array); i++)
		list_add(list, json_string_value(json_array_get(array, i)));
}

static const char *address_of(const json_t *ingress)
{
	const char *ip = jx_str(ingress, "ip"), *name = jx_str(ingress, "hostname");

	if (ip && *ip)
		return ip;
	return name && *name ? name : NULL;
}

void list_addresses(struct buf *list, const json_t *object)
{
	const json_t *items = jx_get(object, "status.loadBalancer.ingress");

	for (size_t i = 0; i < json_array_size(items); i++)
		list_add(list, address_of(json_array_get(items, i)));
}

bool has_strings(const json_t *array)
{
	for (size_t i = 0; i < json_array_size(array); i++)
		if (json_string_length(json_array_get(array, i)))
			return true;
	return false;
}

bool has_address(const json_t *object)
{
	const json_t *items = jx_get(object, "status.loadBalancer.ingress");

	for (size_t i = 0; i < json_array_size(items); i++)
		if (address_of(json_array_get(items, i)))
			return true;
	return false;
}

void list_column(struct judgement *out, const char *name, struct buf *list)
{
	judgement_column(out, name, "%s", list->len ? buf_str(list) : "<none>");
	buf_release(list);
}

void string_column(struct judgement *out, const char *name, const json_t *object, const char *path)
{
	const char *value = jx_str(object, path);

	judgement_column(out, name, "%s", value && *value ? value : "<none>");
}

void field_column(struct judgement *out, const char *name, const json_t *object, const char *field)
{
	const char *bar = strchr(field, '|');
	char *path = bar ? xstrndup(field, (size_t)(bar - field)) : xstrdup(field);
	const json_t *value = jx_get(object, path);

	if (json_is_string(value) && json_string_length(value))
		judgement_column(out, name, "%s", json_string_value(value));
	else if (json_is_integer(value))
		judgement_column(out, name, "%lld", json_integer_value(value));
	else if (json_is_boolean(value))
		judgement_column(out, name, "%s", json_is_true(value) ? "true" : "false");
	else if (json_is_object(value) || json_is_array(value))
		judgement_column(out, name, "%zu", jx_len(object, path));
	else
		judgement_column(out, name, "%s", bar ? bar + 1 : "<none>");
	free(path);
}

void list_pairs(struct buf *list, const json_t *object)
{
	char *text = json_is_object(object) ? json_dumps(object, JSON_SORT_KEYS | JSON_COMPACT)
					    : NULL;
	json_t *sorted = text ? json_loads(text, 0, NULL) : NULL, *value;
	const char *key;

	json_object_foreach (sorted, key, value)
		if (json_is_string(value))
			buf_printf(list, "%s%s=%s", list->len ? "," : "", key,
				json_string_value(value));
	json_decref(sorted);
	free(text);
}

/* Events carry their time in one of three fields; RFC 3339 in UTC sorts as text. */
static const char *event_time(const json_t *event)
{
	static const char *const paths[] = { "series.lastObservedTime", "lastTimestamp",
		"eventTime" };

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		if (jx_str(event, paths[i]))
			return jx_str(event, paths[i]);
	return "";
}

const json_t *event_of(const struct judge_options *options, const char *reason)
{
	const struct related *events = related_of(options, "Event");
	const json_t *newest = NULL;

	for (size_t i = 0; events && i < events->n; i++) {
		const json_t *event = events->objects[i];

		if (same(jx_str(event, "reason"), reason) &&
			(!newest || strcmp(event_time(event), event_time(newest)) >= 0))
			newest = event;
	}
	return newest;
}
