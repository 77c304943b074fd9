/* SPDX-License-Identifier: Apache-2.0 */
/* Secret values taken out of objects that are shown or recorded. */
#include "manifest/redact.h"

#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"

/* Annotations in which tools keep a copy of what they applied, values and all. */
static const char *const copies[] = {
	"kubectl.kubernetes.io/last-applied-configuration",
	"kapp.k14s.io/original",
	"objectset.rio.cattle.io/applied",
	"banzaicloud.com/last-applied",
};

/* Fields of a Secret that hold no values. All others are masked, so that a misspelt
 * "stringdata" gives nothing away either. */
static const char *const harmless[] = { "apiVersion", "kind", "metadata", "type", "immutable" };

static bool is_harmless(const char *field)
{
	for (size_t i = 0; i < ARRAY_LEN(harmless); i++)
		if (strcmp(harmless[i], field) == 0)
			return true;
	return false;
}

/* The names stay, so that one sees which values there are. */
static json_t *mask(const json_t *value)
{
	void *at = json_object_iter((json_t *)value);
	json_t *out;

	if (!json_is_object(value))
		return json_string(REDACTED);
	out = json_object();
	for (; at; at = json_object_iter_next((json_t *)value, at))
		json_object_set_new(out, json_object_iter_key(at), json_string(REDACTED));
	return out;
}

static json_t *redact_metadata(const json_t *metadata)
{
	json_t *out = json_copy((json_t *)metadata);
	const json_t *annotations = json_object_get(metadata, "annotations");
	json_t *masked;

	json_object_del(out, "managedFields");
	if (!json_is_object(annotations))
		return out;
	masked = json_copy((json_t *)annotations);
	for (size_t i = 0; i < ARRAY_LEN(copies); i++)
		if (json_object_get(masked, copies[i]))
			json_object_set_new(masked, copies[i], json_string(REDACTED));
	json_object_set_new(out, "annotations", masked);
	return out;
}

static json_t *redact(const json_t *object, bool secret);

static json_t *redact_items(const json_t *items, bool secrets)
{
	json_t *out = json_array();

	for (size_t i = 0; i < json_array_size(items); i++)
		json_array_append_new(out, redact(json_array_get(items, i), secrets));
	return out;
}

/* Shares with the original all that it leaves as it is. secret: it is one, whatever
 * kind it names (the items of a SecretList name none). */
static json_t *redact(const json_t *object, bool secret)
{
	json_t *out = json_copy((json_t *)object);
	const char *kind = jx_str(object, "kind");
	bool secrets = kind && strcmp(kind, "SecretList") == 0;
	void *at = json_object_iter((json_t *)object);

	secret = secret || (kind && strcmp(kind, "Secret") == 0);
	for (; at; at = json_object_iter_next((json_t *)object, at)) {
		const char *field = json_object_iter_key(at);
		const json_t *value = json_object_iter_value(at);

		if (strcmp(field, "metadata") == 0 && json_is_object(value))
			json_object_set_new(out, field, redact_metadata(value));
		else if (secret && !is_harmless(field))
			json_object_set_new(out, field, mask(value));
		else if (strcmp(field, "items") == 0 && json_is_array(value))
			json_object_set_new(out, field, redact_items(value, secrets));
	}
	return out;
}

json_t *redact_object(const json_t *object)
{
	return redact(object, false);
}
