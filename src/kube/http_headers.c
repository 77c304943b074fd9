/* SPDX-License-Identifier: Apache-2.0 */
/* Headers that mean something to people: Warning (RFC 7234, 5.5: deprecated kinds, unknown
 * fields) and Retry-After. */
#include "kube/http_answer.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xalloc.h"

#define MAX_WARNINGS 64
#define MAX_TEXT 4096
#define MAX_RETRY_AFTER_MS ((int64_t)24 * 3600 * 1000)

static const char *skip_spaces(const char *p)
{
	return p + strspn(p, " \t");
}

/* A quoted string at p, its escapes resolved into out (as far as it fits); returns what
 * follows it, NULL if it does not end. */
static const char *unquote(struct buf *out, const char *p)
{
	if (*p++ != '"')
		return NULL;
	for (; *p && *p != '"'; p++) {
		if (*p == '\\' && p[1])
			p++;
		buf_addch(out, *p);
	}
	return *p ? p + 1 : NULL;
}

static void add_text(struct http_warnings *w, const struct buf *text)
{
	if (!text->len || w->n == MAX_WARNINGS)
		return;
	w->texts = xreallocarray(w->texts, w->n + 2, sizeof(*w->texts));
	w->texts[w->n++] = text_display(text->data, text->len, TEXT_LINE);
	w->texts[w->n] = NULL;
}

/* One warning at p: code, agent, text, perhaps a date. Returns what follows it, NULL at a mistake.
 */
static const char *read_warning(struct http_warnings *w, const char *p)
{
	bool ours = strncmp(p, "299 ", 4) == 0;
	struct buf text, date;

	if (strspn(p, "0123456789") != 3 || p[3] != ' ')
		return NULL;
	p = skip_spaces(p + 3);
	p += strcspn(p, " \t"); /* the agent */
	buf_init(&text, MAX_TEXT);
	p = unquote(&text, skip_spaces(p));
	if (p && ours)
		add_text(w, &text);
	buf_release(&text);
	if (p && *(p = skip_spaces(p)) == '"') {
		buf_init(&date, MAX_TEXT);
		p = unquote(&date, p);
		buf_release(&date);
	}
	return p;
}

void http_warnings_add(struct http_warnings *w, const char *value)
{
	const char *p = value;

	for (;;) {
		p = read_warning(w, skip_spaces(p));
		if (!p || *(p = skip_spaces(p)) != ',')
			return;
		p++;
	}
}

void http_warnings_release(struct http_warnings *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->texts[i]);
	free(w->texts);
	*w = (struct http_warnings){ 0 };
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" by hand: strptime() would read it in the user's language. */
static bool parse_date(const char *value, int64_t *seconds)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm tm = { 0 };
	char month[4], zone[4];
	const char *at;

	if (sscanf(value, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d %3[A-Z]", &tm.tm_mday, month,
		    &tm.tm_year, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, zone) != 7)
		return false;
	at = strstr(months, month);
	if (!at || strlen(month) != 3 || (at - months) % 3 || strcmp(zone, "GMT") != 0)
		return false;
	tm.tm_mon = (int)(at - months) / 3;
	tm.tm_year -= 1900;
	*seconds = timegm(&tm);
	return true;
}

int64_t http_retry_after(const char *value, int64_t wall_ms)
{
	size_t digits = strspn(value, "0123456789");
	int64_t seconds, ms;

	if (digits && !value[digits])
		ms = digits > 9 ? MAX_RETRY_AFTER_MS : (int64_t)atoll(value) * 1000;
	else if (parse_date(value, &seconds))
		ms = seconds * 1000 - wall_ms;
	else
		return -1;
	if (ms < 0)
		return 0;
	return ms < MAX_RETRY_AFTER_MS ? ms : MAX_RETRY_AFTER_MS;
}
