/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON that may be anything. */
#include "base/jx.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const json_t *jx_get(const json_t *obj, const char *path)
{
	while (obj && *path) {
		size_t len = strcspn(path, ".");

		obj = json_object_getn(obj, path, len);
		path += len + (path[len] == '.');
	}
	return json_is_null(obj) ? NULL : obj;
}

const char *jx_str(const json_t *obj, const char *path)
{
	return json_string_value(jx_get(obj, path));
}

json_int_t jx_int(const json_t *obj, const char *path, json_int_t fallback)
{
	const json_t *value = jx_get(obj, path);

	return json_is_integer(value) ? json_integer_value(value) : fallback;
}

bool jx_has_int(const json_t *obj, const char *path)
{
	return json_is_integer(jx_get(obj, path));
}

bool jx_bool(const json_t *obj, const char *path)
{
	return json_is_true(jx_get(obj, path));
}

size_t jx_len(const json_t *obj, const char *path)
{
	const json_t *value = jx_get(obj, path);

	return json_is_array(value) ? json_array_size(value) : json_object_size(value);
}

const char *jx_label(const json_t *obj, const char *key)
{
	return json_string_value(json_object_get(jx_get(obj, "metadata.labels"), key));
}

const char *jx_annotation(const json_t *obj, const char *key)
{
	return json_string_value(json_object_get(jx_get(obj, "metadata.annotations"), key));
}

const json_t *jx_condition(const json_t *obj, const char *type)
{
	const json_t *conditions = jx_get(obj, "status.conditions");

	for (size_t i = 0; i < json_array_size(conditions); i++) {
		const json_t *item = json_array_get(conditions, i);
		const char *have = jx_str(item, "type");

		if (have && strcmp(have, type) == 0)
			return item;
	}
	return NULL;
}

char *jx_dump(const json_t *value)
{
	return json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
}

json_t *jx_string(const char *s)
{
	json_t *value;
	char *shown;

	if (!s)
		return json_null();
	value = json_string(s);
	if (value)
		return value;
	shown = text_display(s, strlen(s), TEXT_BLOCK);
	value = json_string(shown);
	free(shown);
	return value;
}
