/* SPDX-License-Identifier: Apache-2.0 */
/* Selectors of specs, and of fields. */

#include "sim/select.h"

#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"

static bool has_value(const json_t *values, const char *value)
{
	for (size_t i = 0; i < json_array_size(values); i++) {
		const char *one = json_string_value(json_array_get(values, i));

		if (one && strcmp(one, value) == 0)
			return true;
	}
	return false;
}

static bool expression_met(const json_t *expression, const json_t *object)
{
	const char *key = jx_str(expression, "key"), *op = jx_str(expression, "operator");
	const char *value = key ? jx_label(object, key) : NULL;
	const json_t *values = jx_get(expression, "values");

	if (!key || !op)
		return false;
	if (strcmp(op, "In") == 0)
		return value && has_value(values, value);
	if (strcmp(op, "NotIn") == 0)
		return !value || !has_value(values, value);
	return (strcmp(op, "Exists") == 0) == (value != NULL);
}

bool select_spec(const json_t *selector, const json_t *object)
{
	json_t *labels = json_object_get(selector, "matchLabels"), *want;
	const json_t *expressions = json_object_get(selector, "matchExpressions");
	const char *key;

	if (!json_object_size(labels) && !json_array_size(expressions))
		return false;
	json_object_foreach(labels, key, want) {
		const char *has = jx_label(object, key);

		if (!has || !json_is_string(want) || strcmp(has, json_string_value(want)) != 0)
			return false;
	}
	for (size_t i = 0; i < json_array_size(expressions); i++) {
		if (!expression_met(json_array_get(expressions, i), object))
			return false;
	}
	return true;
}

static bool indexed(const char *field)
{
	static const char *const known[] = {
		"metadata.name",
		"metadata.namespace",
		"involvedObject.uid",
		"involvedObject.name",
		"involvedObject.kind",
		"involvedObject.namespace",
		"involvedObject.apiVersion",
		"reason",
		"type",
		"spec.nodeName",
		"status.phase",
		"status.successful",
		"spec.restartPolicy",
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (strcmp(known[i], field) == 0)
			return true;
	}
	return false;
}

static bool field_met(char *one, const json_t *object, char **unknown)
{
	char *equals = strchr(one, '='), *value;
	bool negative = equals && equals > one && equals[-1] == '!';
	const char *has;

	value = equals ? equals + 1 + (equals[1] == '=') : one + strlen(one);
	if (equals)
		equals[negative ? -1 : 0] = '\0';
	if (!indexed(one)) {
		if (unknown && !*unknown)
			*unknown = xstrdup(one);
		return false;
	}
	has = jx_str(object, one);
	return (strcmp(has ? has : "", value) == 0) != negative;
}

bool select_fields(const char *selector, const json_t *object, char **unknown)
{
	char *copy = xstrdup(selector), *rest = NULL;
	bool met = true;

	for (char *one = strtok_r(copy, ",", &rest); one && met; one = strtok_r(NULL, ",", &rest))
		met = field_met(one, object, unknown);
	free(copy);
	return met;
}
