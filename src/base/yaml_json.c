/* SPDX-License-Identifier: Apache-2.0 */
/* A YAML tree as JSON, scalars resolved as kubectl's parser does it (YAML 1.1, Go's
 * numbers): what the cluster will read is what we must read. */
#include "base/yaml_tree.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/xalloc.h"

enum type { TYPE_STRING, TYPE_NULL, TYPE_BOOL, TYPE_INT, TYPE_FLOAT, TYPE_NO_JSON };

struct scalar {
	enum type type;
	bool truth;
	json_int_t integer;
	double real;
};

static const struct {
	const char *word;
	enum type type;
	bool truth;
} words[] = {
	{ "", TYPE_NULL, false }, { "~", TYPE_NULL, false }, { "null", TYPE_NULL, false },
	{ "Null", TYPE_NULL, false }, { "NULL", TYPE_NULL, false },
	{ "y", TYPE_BOOL, true }, { "Y", TYPE_BOOL, true }, { "yes", TYPE_BOOL, true },
	{ "Yes", TYPE_BOOL, true }, { "YES", TYPE_BOOL, true }, { "true", TYPE_BOOL, true },
	{ "True", TYPE_BOOL, true }, { "TRUE", TYPE_BOOL, true }, { "on", TYPE_BOOL, true },
	{ "On", TYPE_BOOL, true }, { "ON", TYPE_BOOL, true },
	{ "n", TYPE_BOOL, false }, { "N", TYPE_BOOL, false }, { "no", TYPE_BOOL, false },
	{ "No", TYPE_BOOL, false }, { "NO", TYPE_BOOL, false }, { "false", TYPE_BOOL, false },
	{ "False", TYPE_BOOL, false }, { "FALSE", TYPE_BOOL, false }, { "off", TYPE_BOOL, false },
	{ "Off", TYPE_BOOL, false }, { "OFF", TYPE_BOOL, false },
	{ ".nan", TYPE_NO_JSON, false }, { ".NaN", TYPE_NO_JSON, false },
	{ ".NAN", TYPE_NO_JSON, false }, { ".inf", TYPE_NO_JSON, false },
	{ ".Inf", TYPE_NO_JSON, false }, { ".INF", TYPE_NO_JSON, false },
	{ "+.inf", TYPE_NO_JSON, false }, { "+.Inf", TYPE_NO_JSON, false },
	{ "+.INF", TYPE_NO_JSON, false }, { "-.inf", TYPE_NO_JSON, false },
	{ "-.Inf", TYPE_NO_JSON, false }, { "-.INF", TYPE_NO_JSON, false },
};

/* Go's ParseInt with base 0, and ParseUint's range for what JSON then holds as a float. */
static bool parse_int(const char *s, struct scalar *out)
{
	bool negative = *s == '-';
	unsigned long long value;
	int base = 10;
	char *end;

	s += *s == '-' || *s == '+';
	if (s[0] == '0' && s[1]) {
		char mark = (char)tolower((unsigned char)s[1]);

		base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
		s += mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 1;
	}
	if (!isxdigit((unsigned char)*s))
		return false;
	/* strtoull() takes a prefix of its own: "0x0x1f" is no number. */
	if (base == 16 && s[0] == '0' && tolower((unsigned char)s[1]) == 'x')
		return false;
	errno = 0;
	value = strtoull(s, &end, base);
	if (*end || errno)
		return false;
	if (value > (unsigned long long)INT64_MAX + negative) {
		if (!negative)
			*out = (struct scalar){ .type = TYPE_FLOAT, .real = (double)value };
		return !negative;
	}
	*out = (struct scalar){ .type = TYPE_INT };
	out->integer = negative ? (json_int_t)(0 - value) : (json_int_t)value;
	return true;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool is_float(const char *s)
{
	size_t whole, fraction = 0;

	s += *s == '-' || *s == '+';
	whole = strspn(s, "0123456789");
	s += whole;
	if (*s == '.') {
		fraction = strspn(++s, "0123456789");
		s += fraction;
	}
	if (whole + fraction == 0)
		return false;
	if (*s == 'e' || *s == 'E') {
		s++;
		s += *s == '-' || *s == '+';
		if (!isdigit((unsigned char)*s))
			return false;
		s += strspn(s, "0123456789");
	}
	return *s == '\0';
}

static bool parse_float(const char *s, struct scalar *out)
{
	double d;

	if (!is_float(s))
		return false;
	d = yaml_number_parse(s);
	if (!isfinite(d))
		return false;
	*out = (struct scalar){ .type = TYPE_FLOAT, .real = d };
	return true;
}

static bool parse_number(const char *value, struct scalar *out)
{
	char *digits = xmalloc(strlen(value) + 1), *to = digits;
	bool found;

	for (const char *s = value; *s; s++)
		if (*s != '_')
			*to++ = *s;
	*to = '\0';
	found = parse_int(digits, out) || parse_float(digits, out);
	free(digits);
	return found;
}

/* Go's rule for ".5_0": underscores stand between digits only. */
static bool has_stray_underscore(const char *s)
{
	for (const char *c = s; *c; c++)
		if (*c == '_' && (c == s || !isdigit((unsigned char)c[-1]) ||
					 !isdigit((unsigned char)c[1])))
			return true;
	return false;
}

static struct scalar resolve(const char *value)
{
	struct scalar out = { .type = TYPE_STRING };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i].word, value) == 0)
			return (struct scalar){ .type = words[i].type, .truth = words[i].truth };
	if (value[0] == '.' && has_stray_underscore(value))
		return out;
	if (value[0] && (strchr(".-+", value[0]) || isdigit((unsigned char)value[0])))
		parse_number(value, &out);
	return out;
}

static bool fail(const struct yaml_node *node, const char *name, struct error *err, const char *why)
{
	return error_set(err, ERROR_CONFIG, "%s:%d:%d: %s", name, node->line, node->column, why);
}

static bool has_tag(const struct yaml_node *node, const char *word)
{
	return node->tag && strncmp(node->tag, YAML_TAG, strlen(YAML_TAG)) == 0 &&
	       strcmp(node->tag + strlen(YAML_TAG), word) == 0;
}

/* The type of a scalar: by its tag, its quotes, or what it looks like. */
static bool resolve_node(const struct yaml_node *node, const char *name, struct scalar *out,
	struct error *err)
{
	static const struct {
		const char *tag;
		enum type type;
	} tags[] = {
		{ "null", TYPE_NULL },
		{ "bool", TYPE_BOOL },
		{ "int", TYPE_INT },
		{ "float", TYPE_FLOAT },
	};

	*out = (struct scalar){ .type = TYPE_STRING };
	if (!node->tag) {
		if (node->plain)
			*out = resolve(node->value);
	}
	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		if (!has_tag(node, tags[i].tag))
			continue;
		*out = resolve(node->value);
		if (out->type == TYPE_INT && tags[i].type == TYPE_FLOAT)
			*out = (struct scalar){ .type = TYPE_FLOAT, .real = (double)out->integer };
		if (out->type != tags[i].type && out->type != TYPE_NO_JSON)
			return error_set(err, ERROR_CONFIG,
				"%s:%d:%d: \"%.40s\" is not what !!%s says", name, node->line,
				node->column, node->value, tags[i].tag);
	}
	if (out->type == TYPE_NO_JSON)
		return fail(node, name, err,
			"JSON has no infinity and no NaN: quote it if text is meant");
	return true;
}

/* A float as it arrives: Go writes 1e3 into JSON as 1000, which then is an integer. */
static json_t *real_to_json(double d)
{
	char text[YAML_NUMBER_SIZE];

	if (fabs(d) >= 9223372036854775808.0 || (double)(json_int_t)d != d)
		return json_real(d);
	if (fabs(d) < 9007199254740992.0)
		return json_integer((json_int_t)d);
	/* Between 2^53 and 2^63 the shortest text counts, not the exact value. */
	yaml_number_format(d, text);
	return json_integer((json_int_t)strtold(text, NULL));
}

static json_t *binary_to_json(const struct yaml_node *node, const char *name, struct error *err)
{
	json_t *value = NULL;
	char *bytes;
	size_t len;

	if (!b64_decode(node->value, &bytes, &len)) {
		fail(node, name, err, "a !!binary value that is not base64");
		return NULL;
	}
	if (!memchr(bytes, '\0', len))
		value = json_stringn(bytes, len);
	if (!value)
		fail(node, name, err, "a !!binary value that is not text");
	free(bytes);
	return value;
}

static json_t *scalar_to_json(const struct yaml_node *node, const char *name, struct error *err)
{
	struct scalar scalar;

	if (has_tag(node, "binary"))
		return binary_to_json(node, name, err);
	if (!resolve_node(node, name, &scalar, err))
		return NULL;
	switch (scalar.type) {
	case TYPE_NULL:
		return json_null();
	case TYPE_BOOL:
		return json_boolean(scalar.truth);
	case TYPE_INT:
		return json_integer(scalar.integer);
	case TYPE_FLOAT:
		return real_to_json(scalar.real);
	default:
		return json_string(node->value);
	}
}

/* A key as text, to free(); NULL with a sentence if it cannot be one. */
static char *key_text(const struct yaml_node *node, const char *name, struct error *err)
{
	char number[YAML_NUMBER_SIZE];
	struct scalar scalar;

	if (!resolve_node(node, name, &scalar, err))
		return NULL;
	switch (scalar.type) {
	case TYPE_BOOL:
		return xstrdup(scalar.truth ? "true" : "false");
	case TYPE_INT:
		return xasprintf("%" JSON_INTEGER_FORMAT, scalar.integer);
	case TYPE_FLOAT:
		yaml_number_key(scalar.real, number);
		return xstrdup(number);
	case TYPE_STRING:
		return xstrdup(node->value);
	default:
		fail(node, name, err, "a key must not be null: quote it if text is meant");
		return NULL;
	}
}

static bool add_member(json_t *object, const struct yaml_node *key, const struct yaml_node *item,
	const char *name, struct error *err)
{
	char *text = key_text(key, name, err);
	json_t *value;

	if (!text)
		return false;
	if (json_object_get(object, text)) {
		error_set(err, ERROR_CONFIG, "%s:%d:%d: key '%s' appears twice (as '%s')", name,
			key->line, key->column, text, key->value);
		free(text);
		return false;
	}
	value = yaml_to_json(item, name, err);
	if (value)
		json_object_set_new(object, text, value);
	free(text);
	return value != NULL;
}

static json_t *mapping_to_json(const struct yaml_node *node, const char *name, struct error *err)
{
	json_t *object = json_object();

	for (size_t i = 0; i < node->n; i++) {
		if (!add_member(object, node->keys[i], node->items[i], name, err)) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

static json_t *sequence_to_json(const struct yaml_node *node, const char *name, struct error *err)
{
	json_t *array = json_array();

	for (size_t i = 0; i < node->n; i++) {
		json_t *item = yaml_to_json(node->items[i], name, err);

		if (!item) {
			json_decref(array);
			return NULL;
		}
		json_array_append_new(array, item);
	}
	return array;
}

json_t *yaml_to_json(const struct yaml_node *node, const char *name, struct error *err)
{
	switch (node->kind) {
	case YAML_MAPPING:
		return mapping_to_json(node, name, err);
	case YAML_SEQUENCE:
		return sequence_to_json(node, name, err);
	default:
		return scalar_to_json(node, name, err);
	}
}
