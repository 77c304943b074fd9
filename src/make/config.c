/* SPDX-License-Identifier: Apache-2.0 */
/* ConfigMap: from literals and files. */
#include <stdlib.h>
#include <string.h>

#include "base/b64.h"
#include "base/jx.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "make/data.h"
#include "make/object.h"
#include "make/words.h"

static const struct object_type type = { "v1", "ConfigMap", is_dns_subdomain, NAME_LIKE };

static const struct make_key items[] = {
	{ .key = "data", .make = make_data_texts },
	{ .key = "binaryData", .make = make_data_base64 },
	{ .key = "files", .make = make_data_files },
	{ .key = "immutable", .make = make_bool },
	{ .key = "hashSuffix", .make = make_bool },
};
static const struct make_keys keys = { "a configMap", NULL, NULL, MAKE_KEYS(items) };

/* Text goes to data, anything else stays base64. */
static void add_entry(json_t *object, const char *key, json_t *value)
{
	const char *to = "binaryData";
	json_t *entries, *text = NULL;
	char *bytes;
	size_t len;

	if (b64_decode(json_string_value(value), &bytes, &len)) {
		if (is_utf8(bytes, len)) {
			to = "data";
			text = json_stringn(bytes, len);
		}
		free(bytes);
	}
	entries = json_object_get(object, to);
	if (!entries) {
		entries = json_object();
		json_object_set_new(object, to, entries);
	}
	json_object_set_new(entries, key, text ? text : json_incref(value));
}

static bool fill(const struct make *m, const struct yaml_node *node, json_t *object,
	const json_t *read, const json_t *metadata UNUSED)
{
	static const char *const sources[] = { "data", "binaryData", "files" };
	json_t *all = json_object();
	bool good = data_take(m, node, all, read, sources, ARRAY_LEN(sources), type.kind);
	void *at;

	for (at = json_object_iter(all); at; at = json_object_iter_next(all, at))
		add_entry(object, json_object_iter_key(at), json_object_iter_value(at));
	json_decref(all);
	return good;
}

json_t *make_config_map(const struct make *m, const struct yaml_node *node)
{
	return data_object(m, node, &type, &keys, fill);
}
