/* SPDX-License-Identifier: Apache-2.0 */
/* What Kubernetes takes for a name, a key or a quantity. */
#include "make/words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/xalloc.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static bool all_of(const char *s, size_t len, const char *chars)
{
	return strspn(s, chars) >= len;
}

/* One of a-z and 0-9 at both ends. */
static bool is_label(const char *s, size_t len)
{
	return len && len <= 63 && all_of(s, len, LOWER DIGITS "-") && s[0] != '-' &&
		s[len - 1] != '-';
}

bool is_dns_label(const char *s)
{
	return is_label(s, strlen(s));
}

bool is_dns_subdomain(const char *s)
{
	if (strlen(s) > 253)
		return false;
	for (;; s++) {
		size_t len = strcspn(s, ".");

		/* A part may be longer than a label's 63: the whole counts. */
		if (!len || !all_of(s, len, LOWER DIGITS "-") || s[0] == '-' || s[len - 1] == '-')
			return false;
		s += len;
		if (!*s)
			return true;
	}
}

bool is_wildcard_host(const char *s)
{
	return strncmp(s, "*.", 2) == 0 && is_dns_subdomain(s + 2);
}

static bool is_qualified(const char *s)
{
	size_t len = strlen(s);

	return len && len <= 63 && all_of(s, len, LOWER UPPER DIGITS "-_.") &&
		!strchr("-_.", s[0]) && !strchr("-_.", s[len - 1]);
}

bool is_label_key(const char *s)
{
	const char *slash = strchr(s, '/');
	char *prefix;
	bool good;

	if (!slash)
		return is_qualified(s);
	prefix = xstrndup(s, (size_t)(slash - s));
	good = is_dns_subdomain(prefix) && is_qualified(slash + 1);
	free(prefix);
	return good;
}

bool is_label_value(const char *s)
{
	return *s == '\0' || is_qualified(s);
}

bool is_env_name(const char *s)
{
	for (const char *c = s; *c; c++)
		if (*c < ' ' || *c > '~' || *c == '=')
			return false;
	return *s != '\0';
}

bool is_config_key(const char *s)
{
	size_t len = strlen(s);

	return len && len <= 253 && all_of(s, len, LOWER UPPER DIGITS "-._") &&
		strcmp(s, ".") != 0 && strncmp(s, "..", 2) != 0;
}

bool is_port_name(const char *s)
{
	size_t len = strlen(s);

	return len <= 15 && is_label(s, len) && strpbrk(s, LOWER) && !strstr(s, "--");
}

static bool is_exponent(const char *s)
{
	if (*s != 'e' && *s != 'E')
		return false;
	s++;
	s += *s == '+' || *s == '-';
	return *s && all_of(s, strlen(s), DIGITS);
}

bool is_quantity(const char *s)
{
	static const char *const suffixes[] = { "", "n", "u", "m", "k", "M", "G", "T", "P", "E",
		"Ki", "Mi", "Gi", "Ti", "Pi", "Ei" };
	size_t whole, fraction = 0;

	s += *s == '+';
	whole = strspn(s, DIGITS);
	s += whole;
	if (*s == '.') {
		fraction = strspn(++s, DIGITS);
		s += fraction;
	}
	if (whole + fraction == 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		if (strcmp(s, suffixes[i]) == 0)
			return true;
	return is_exponent(s);
}

/* A field of a cron schedule: its range, and the names that stand for numbers (in order, from
 * low). */
struct cron_field {
	int low, high;
	const char *names; /* "JANFEB…", three letters each; NULL: none */
};

static bool cron_number(const char **s, const struct cron_field *field, int *out)
{
	size_t digits = strspn(*s, DIGITS);

	for (const char *name = field->names; !digits && name && *name; name += 3)
		if (strncasecmp(*s, name, 3) == 0) {
			*out = field->low + (int)(name - field->names) / 3;
			*s += 3;
			return true;
		}
	if (!digits || digits > 4)
		return false;
	*out = (int)strtol(*s, NULL, 10);
	*s += digits;
	return *out >= field->low && *out <= field->high;
}

/* One item of a field's list: "*", "1", "1-5", each with "/2" behind it. */
static bool cron_item(const char **s, const struct cron_field *field)
{
	int first, last;

	if (**s == '*' || **s == '?') {
		++*s;
	} else {
		if (!cron_number(s, field, &first))
			return false;
		if (**s == '-') {
			++*s;
			if (!cron_number(s, field, &last) || last < first)
				return false;
		}
	}
	if (**s == '/') {
		size_t digits = strspn(++*s, DIGITS);

		if (!digits || digits > 4 || strtol(*s, NULL, 10) == 0)
			return false;
		*s += digits;
	}
	return true;
}

static bool cron_list(const char **s, const struct cron_field *field)
{
	while (cron_item(s, field)) {
		if (**s != ',')
			return true;
		++*s;
	}
	return false;
}

static bool is_cron_word(const char *s)
{
	static const char *const words[] = { "@yearly", "@annually", "@monthly", "@weekly",
		"@daily", "@midnight", "@hourly" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i], s) == 0)
			return true;
	return strncmp(s, "@every ", 7) == 0 && isdigit((unsigned char)s[7]);
}

bool is_cron(const char *s)
{
	static const struct cron_field fields[] = {
		{ 0, 59, NULL },
		{ 0, 23, NULL },
		{ 1, 31, NULL },
		{ 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC" },
		{ 0, 6, "SUNMONTUEWEDTHUFRISAT" },
	};

	if (*s == '@')
		return is_cron_word(s);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		s += strspn(s, " \t");
		if (!cron_list(&s, &fields[i]) || !strchr(" \t", *s))
			return false;
	}
	return s[strspn(s, " \t")] == '\0';
}

bool is_utf8(const char *bytes, size_t len)
{
	uint32_t cp;

	while (len) {
		size_t took = *bytes ? text_decode(bytes, len, &cp) : 0;

		if (!took)
			return false;
		bytes += took;
		len -= took;
	}
	return true;
}
