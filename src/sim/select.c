/* SPDX-License-Identifier: Apache-2.0 */
/* Label and field selectors. */

#include "sim/select.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"

enum operation { OP_IN, OP_NOT_IN, OP_EXISTS, OP_ABSENT };

/* One requirement; key and values point into the selector. */
struct requirement {
	const char *key;
	size_t key_len;
	enum operation op;
	const char *values; /* separated by commas */
	size_t values_len;
};

static const char *skip_space(const char *s)
{
	while (*s == ' ')
		s++;
	return s;
}

static bool word_char(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '.' || c == '/';
}

static size_t word(const char *s)
{
	size_t n = 0;

	while (word_char(s[n]))
		n++;
	return n;
}

/* Parses the set behind in or notin. */
static bool parse_set(const char **s, struct requirement *r)
{
	const char *open = skip_space(*s), *close = strchr(open, ')');

	if (*open != '(' || !close)
		return false;
	r->values = open + 1;
	r->values_len = (size_t)(close - open - 1);
	*s = close + 1;
	return true;
}

static bool parse_operator(const char **s, struct requirement *r)
{
	const char *p = skip_space(*s);
	size_t n;

	if (*p == ',' || !*p) {
		*s = p;
		return true;
	}
	if (*p == '=' || (*p == '!' && p[1] == '=')) {
		r->op = *p == '!' ? OP_NOT_IN : OP_IN;
		p += *p == '!' || p[1] == '=' ? 2 : 1;
		r->values = skip_space(p);
		r->values_len = word(r->values);
		*s = r->values + r->values_len;
		return true;
	}
	n = word(p);
	if (n != strlen("in") && n != strlen("notin"))
		return false;
	r->op = n == 2 ? OP_IN : OP_NOT_IN;
	if (strncmp(p, n == 2 ? "in" : "notin", n) != 0)
		return false;
	*s = p + n;
	return parse_set(s, r);
}

/* Takes the next requirement off *s; false at a mistake. */
static bool next_requirement(const char **s, struct requirement *r)
{
	const char *p = skip_space(*s);

	memset(r, 0, sizeof(*r));
	r->op = OP_EXISTS;
	if (*p == '!') {
		r->op = OP_ABSENT;
		p = skip_space(p + 1);
	}
	r->key = p;
	r->key_len = word(p);
	*s = p + r->key_len;
	if (!r->key_len || (r->op != OP_ABSENT && !parse_operator(s, r)))
		return false;
	*s = skip_space(*s);
	if (**s == ',')
		(*s)++;
	else if (**s)
		return false;
	return true;
}

static bool listed(const struct requirement *r, const char *value)
{
	const char *p = r->values, *end = p + r->values_len;

	while (p <= end) {
		const char *comma = memchr(p, ',', (size_t)(end - p)), *stop = comma ? comma : end;

		while (p < stop && *p == ' ')
			p++;
		while (stop > p && stop[-1] == ' ')
			stop--;
		if (strlen(value) == (size_t)(stop - p) &&
		    strncmp(value, p, (size_t)(stop - p)) == 0)
			return true;
		if (!comma)
			return false;
		p = comma + 1;
	}
	return false;
}

static bool satisfied(const struct requirement *r, const char *value)
{
	switch (r->op) {
	case OP_IN:
		return value && listed(r, value);
	case OP_NOT_IN:
		return !value || !listed(r, value);
	case OP_EXISTS:
		return value != NULL;
	default:
		return value == NULL;
	}
}

bool select_labels(const char *selector, const json_t *object)
{
	struct requirement r;

	while (*selector) {
		char *key;
		bool met;

		if (!next_requirement(&selector, &r))
			return false;
		key = xstrndup(r.key, r.key_len);
		met = satisfied(&r, jx_label(object, key));
		free(key);
		if (!met)
			return false;
	}
	return true;
}

bool select_labels_valid(const char *selector)
{
	struct requirement r;

	while (*selector) {
		if (!next_requirement(&selector, &r))
			return false;
	}
	return true;
}

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
