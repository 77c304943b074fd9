/* SPDX-License-Identifier: Apache-2.0 */
/* Label selectors as people write them. */
#include "manifest/labels.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/jx.h"
#include "base/xalloc.h"

#define NAME_MAX_LEN 63
#define PREFIX_MAX_LEN 253

enum operation { OP_IN, OP_NOT_IN, OP_EXISTS, OP_ABSENT, OP_GREATER, OP_LESS };

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
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

/* What may stand in a key or a value, and what people put there by mistake: up to an operator. */
static size_t word(const char *s)
{
	return strcspn(s, " \t,()=!<>");
}

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '.';
}

/* The name of a label, or its value: letters and digits at both ends, few others between. */
static bool is_label(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_word_char(s[i]))
			return false;
	return len <= NAME_MAX_LEN &&
		(len == 0 ||
			(isalnum((unsigned char)s[0]) && isalnum((unsigned char)s[len - 1])));
}

/* "app", "app.kubernetes.io/name" */
static bool is_key(const char *s, size_t len)
{
	const char *slash = memchr(s, '/', len);
	size_t prefix = slash ? (size_t)(slash - s) : 0;

	if (slash && (prefix == 0 || prefix > PREFIX_MAX_LEN))
		return false;
	for (size_t i = 0; i < prefix; i++)
		if (!islower((unsigned char)s[i]) && !isdigit((unsigned char)s[i]) && s[i] != '-' && s[i] != '.')
			return false;
	if (slash) {
		s += prefix + 1;
		len -= prefix + 1;
	}
	return len > 0 && is_label(s, len);
}

/* The part of a list up to its comma, without blanks around it; *rest is behind the comma, or NULL
 * after the last one. */
static const char *next_value(const char *p, const char *end, size_t *len, const char **rest)
{
	const char *comma = memchr(p, ',', (size_t)(end - p)), *stop = comma ? comma : end;

	*rest = comma ? comma + 1 : NULL;
	while (p < stop && (*p == ' ' || *p == '\t'))
		p++;
	while (stop > p && (stop[-1] == ' ' || stop[-1] == '\t'))
		stop--;
	*len = (size_t)(stop - p);
	return p;
}

static bool check_values(const struct requirement *r, struct error *err)
{
	const char *end = r->values + r->values_len, *rest = r->values;

	while (rest) {
		size_t len;
		const char *value = next_value(rest, end, &len, &rest);

		if (!is_label(value, len))
			return error_set(err, ERROR_USAGE,
				"'%.*s' is no value of a label: at most 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends",
				(int)len, value);
	}
	return true;
}

/* The set behind in or notin. */
static bool parse_set(const char **s, struct requirement *r, struct error *err)
{
	const char *open = skip_space(*s), *close = strchr(open, ')');

	if (*open != '(' || !close)
		return error_set(err, ERROR_USAGE,
			"behind 'in' and 'notin' stand values in parentheses, as in 'tier in (web,api)'");
	r->values = open + 1;
	r->values_len = (size_t)(close - open - 1);
	if (skip_space(open + 1) == close)
		return error_set(
			err, ERROR_USAGE, "the parentheses behind 'in' or 'notin' are empty");
	*s = close + 1;
	return check_values(r, err);
}

static bool check_number(const struct requirement *r, struct error *err)
{
	size_t digits = strspn(r->values, "0123456789");

	if (digits == r->values_len && digits > 0 && digits < 19)
		return true;
	return error_set(err, ERROR_USAGE, "'%.*s' is no number: '<' and '>' compare numbers",
		(int)r->values_len, r->values);
}

/* =, ==, !=, < or >, and the value behind it. */
static bool parse_comparison(const char **s, struct requirement *r, struct error *err)
{
	const char *p = skip_space(*s);
	bool two = p[1] == '=';

	r->op = *p == '!' ? OP_NOT_IN : *p == '=' ? OP_IN : *p == '>' ? OP_GREATER : OP_LESS;
	p += two && (*p == '!' || *p == '=') ? 2 : 1;
	r->values = skip_space(p);
	r->values_len = word(r->values);
	*s = r->values + r->values_len;
	return r->op >= OP_GREATER ? check_number(r, err) : check_values(r, err);
}

static bool parse_operator(const char **s, struct requirement *r, struct error *err)
{
	const char *p = skip_space(*s);
	size_t n = word(p);

	if (*p == ',' || !*p) {
		*s = p;
		return true;
	}
	if (strchr("=<>", *p) || (*p == '!' && p[1] == '='))
		return parse_comparison(s, r, err);
	if (!(n == 2 && strncmp(p, "in", n) == 0) && !(n == 5 && strncmp(p, "notin", n) == 0))
		return error_set(err, ERROR_USAGE,
			"behind '%.*s' an operator is missing: =, !=, in, notin, or a comma",
			(int)r->key_len, r->key);
	r->op = n == 2 ? OP_IN : OP_NOT_IN;
	*s = p + n;
	return parse_set(s, r, err);
}

/* Takes the next requirement off *s. */
static bool next_requirement(const char **s, struct requirement *r, struct error *err)
{
	const char *p = skip_space(*s);

	*r = (struct requirement){ .op = OP_EXISTS };
	if (*p == '!') {
		r->op = OP_ABSENT;
		p = skip_space(p + 1);
	}
	r->key = p;
	r->key_len = word(p);
	*s = p + r->key_len;
	if (!is_key(r->key, r->key_len))
		return error_set(err, ERROR_USAGE,
			"'%.*s' is no key of a label, such as app or app.kubernetes.io/name",
			(int)r->key_len, r->key);
	if (r->op != OP_ABSENT && !parse_operator(s, r, err))
		return false;
	*s = skip_space(*s);
	if (!**s)
		return true;
	if (**s != ',')
		return error_set(err, ERROR_USAGE, "before '%s' a comma is missing", *s);
	*s += 1;
	return *skip_space(*s) || error_set(err, ERROR_USAGE, "nothing stands behind the last comma");
}

bool labels_check(const char *selector, struct error *err)
{
	struct requirement r;

	while (*skip_space(selector))
		if (!next_requirement(&selector, &r, err))
			return false;
	return true;
}

static bool listed(const struct requirement *r, const char *value)
{
	const char *end = r->values + r->values_len, *rest = r->values;

	while (rest) {
		size_t len;
		const char *one = next_value(rest, end, &len, &rest);

		if (strlen(value) == len && strncmp(value, one, len) == 0)
			return true;
	}
	return false;
}

/* Label and selector as numbers: -1, 0 or 1; *good is lost if the label is none. */
static int compare(const struct requirement *r, const char *value, bool *good)
{
	char *end;
	long long have, want = strtoll(r->values, NULL, 10);

	errno = 0;
	have = strtoll(value, &end, 10);
	*good = *value && !*end && errno == 0;
	return (have > want) - (have < want);
}

static bool satisfied(const struct requirement *r, const char *value)
{
	bool good = true;

	switch (r->op) {
	case OP_IN: return value && listed(r, value);
	case OP_NOT_IN: return !value || !listed(r, value);
	case OP_EXISTS: return value != NULL;
	case OP_ABSENT: return value == NULL;
	case OP_GREATER: return value && compare(r, value, &good) > 0 && good;
	case OP_LESS: return value && compare(r, value, &good) < 0 && good;
	}
	return false;
}

bool labels_match(const char *selector, const json_t *object)
{
	struct requirement r;

	while (*skip_space(selector)) {
		char *key;
		bool met;

		if (!next_requirement(&selector, &r, NULL))
			return false;
		key = xstrndup(r.key, r.key_len);
		met = satisfied(&r, jx_label(object, key));
		free(key);
		if (!met)
			return false;
	}
	return true;
}

bool fields_check(const char *selector, struct error *err)
{
	for (const char *p = selector; *p;) {
		size_t len = 0, key = strcspn(p, "=!,");

		while (p[len] && p[len] != ',')
			len += p[len] == '\\' && p[len + 1] ? 2 : 1;
		if (key == 0 || key >= len || (p[key] == '!' && p[key + 1] != '='))
			return error_set(err, ERROR_USAGE,
				"'%.*s' is no FIELD=VALUE or FIELD!=VALUE, such as status.phase=Running",
				(int)len, p);
		p += len;
		if (*p && !*++p)
			return error_set(err, ERROR_USAGE, "nothing stands behind the last comma");
	}
	return true;
}
