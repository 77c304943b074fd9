/* SPDX-License-Identifier: Apache-2.0 */
/* Which object a sentence of helm's, or of the server's, is about. */
#include "track/blame.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* The kind is at most so many words before the name, or behind it: "Job/shop/web" has one between,
 * `web apps/v1, Kind=Deployment` three. */
#define WORDS_BEFORE 2
#define WORDS_BEHIND 4

static const char word_chars[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";

static bool is_word_char(char c)
{
	return c && strchr(word_chars, c);
}

/* "ingresses.networking.k8s.io" is of the kind Ingress. */
static bool is_kind(const char *word, size_t len, const char *kind)
{
	static const char *const plurals[] = { "", "s", "es" };
	const char *dot = memchr(word, '.', len);
	size_t n = dot ? (size_t)(dot - word) : len, own = strlen(kind);

	for (size_t i = 0; i < sizeof(plurals) / sizeof(plurals[0]); i++)
		if (n == own + strlen(plurals[i]) && strncasecmp(word, kind, own) == 0 &&
			strncasecmp(word + own, plurals[i], n - own) == 0)
			return true;
	/* "networkpolicies" */
	return own > 1 && n == own + 2 && strncasecmp(word, kind, own - 1) == 0 &&
		strncasecmp(word + own - 1, "ies", 3) == 0;
}

static bool kind_before(const char *start, const char *at, const char *kind)
{
	for (size_t i = 0; i < WORDS_BEFORE; i++) {
		const char *end;

		while (at > start && !is_word_char(at[-1]))
			at--;
		end = at;
		while (at > start && is_word_char(at[-1]))
			at--;
		if (is_kind(at, (size_t)(end - at), kind))
			return true;
	}
	return false;
}

/* There the word "kind" announces it. */
static bool kind_behind(const char *at, const char *kind)
{
	bool announced = false;

	for (size_t i = 0; i < WORDS_BEHIND; i++) {
		size_t len;

		while (*at && !is_word_char(*at))
			at++;
		len = strspn(at, word_chars);
		if (announced && is_kind(at, len, kind))
			return true;
		announced = len == 4 && strncasecmp(at, "kind", 4) == 0;
		at += len;
	}
	return false;
}

bool blame_names(const char *said, const char *kind, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = strstr(said, name); at && len; at = strstr(at + len, name)) {
		bool whole = (at == said || !is_word_char(at[-1])) && !is_word_char(at[len]);

		if (whole && (kind_before(said, at, kind) || kind_behind(at + len, kind)))
			return true;
	}
	return false;
}
