/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of an object, held against what its case wants. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tests/unit/rule_case.h"

#define NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"

static const char *severity_word(const struct judgement *j)
{
	static const char *const words[] = { "", " soft", " hard", " deadline" };

	return words[j->severity];
}

static const char *family_word(const struct judgement *j)
{
	static const char *const words[] = { "", " image", " config", " start", " crash",
		" sandbox", " other" };

	return words[j->family];
}

/* The status with as much behind it as the case names. */
static bool status_matches(const struct judgement *j, const char *want)
{
	char *got = xasprintf("%s%s%s", status_word(j->status), severity_word(j), family_word(j));
	size_t len = strlen(want);
	bool same = strncmp(got, want, len) == 0 && (got[len] == '\0' || got[len] == ' ');

	free(got);
	return same;
}

static bool is(const char *got, const char *want)
{
	return strcmp(want, "-") == 0 ? !got : got && strcmp(got, want) == 0;
}

static const char *column(const struct judgement *j, const char *name)
{
	for (size_t i = 0; i < j->ncolumns; i++)
		if (strcmp(j->columns[i].name, name) == 0)
			return j->columns[i].value;
	return NULL;
}

static char *fact(const struct judgement *j, const char *name)
{
	const struct {
		const char *name;
		long long value;
	} numbers[] = {
		{ "generation", j->generation },
		{ "restarts", j->restarts },
		{ "wanted", j->wanted },
		{ "deadline", j->deadline_s },
		{ "no_status", j->no_status },
		{ "by_existence", j->by_existence },
		{ "terminating", j->terminating },
		{ "finished", j->finished },
		{ "ready", j->ready },
		{ "transient", j->transient },
		{ "stale_old", j->stale_old },
		{ "container_restarted", j->container_restarted },
		{ "progressing_ok", j->progressing_ok },
	};

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		if (strcmp(numbers[i].name, name) == 0)
			return xasprintf("%lld", numbers[i].value);
	if (strcmp(name, "family") == 0)
		return xstrdup(j->family ? family_word(j) + 1 : "none");
	if (strcmp(name, "container") == 0)
		return xstrdup(j->container ? j->container : "-");
	if (strcmp(name, "revision") == 0)
		return xstrdup(j->revision ? j->revision : "-");
	if (strcmp(name, "current") == 0)
		return xstrdup(j->current_revision ? j->current_revision : "-");
	return xstrdup("?");
}

/* The ", " before the next "Name="; a value may hold others. */
static char *next_pair(char *text)
{
	for (char *at = text; (at = strstr(at, ", ")); at += 2) {
		size_t len = strspn(at + 2, NAME_CHARACTERS);

		if (len && at[2 + len] == '=')
			return at;
	}
	return NULL;
}

/* "Ready=1/3, Status=Pending": each pair against what was judged. */
static bool pairs_match(const struct judgement *j, char *text, bool facts)
{
	bool good = true;

	while (text) {
		char *next = next_pair(text), *equals;

		if (next)
			*next = '\0';
		equals = strchr(text, '=');
		if (!equals)
			return false;
		*equals = '\0';
		if (facts) {
			char *got = fact(j, text);

			good &= strcmp(got, equals + 1) == 0;
			free(got);
		} else {
			const char *got = column(j, text);

			good &= got && strcmp(got, equals + 1) == 0;
		}
		text = next ? next + 2 : NULL;
	}
	return good;
}

bool judgement_matches(const struct judgement *j, const char *want)
{
	char *copy = xstrdup(want), *part = copy;
	bool good = true;

	for (int i = 0; part; i++) {
		char *next = strstr(part, " | ");

		if (next)
			*next = '\0';
		if (i == 0)
			good &= status_matches(j, part);
		else if (strncmp(part, "note: ", 6) == 0)
			good &= is(j->note, part + 6);
		else if (strncmp(part, "columns ", 8) == 0)
			good &= pairs_match(j, part + 8, false);
		else if (strncmp(part, "facts ", 6) == 0)
			good &= pairs_match(j, part + 6, true);
		else if (i == 1)
			good &= is(j->reason, part);
		else
			good &= is(j->message, part);
		part = next ? next + 3 : NULL;
	}
	free(copy);
	return good;
}

void judgement_print(const struct judgement *j)
{
	printf("# got %s%s%s | %s | %s | note: %s | columns ", status_word(j->status),
		severity_word(j), family_word(j), j->reason ? j->reason : "-",
		j->message ? j->message : "-", j->note ? j->note : "-");
	for (size_t i = 0; i < j->ncolumns; i++)
		printf("%s%s=%s", i ? ", " : "", j->columns[i].name, j->columns[i].value);
	printf(" | facts restarts=%lld, wanted=%lld, revision=%s, current=%s, finished=%d, "
	       "ready=%d, container=%s, container_restarted=%d\n",
		(long long)j->restarts, (long long)j->wanted, j->revision ? j->revision : "-",
		j->current_revision ? j->current_revision : "-", j->finished, j->ready,
		j->container ? j->container : "-", j->container_restarted);
}

const char *judgement_broken(const struct judgement *j)
{
	if (j->status != STATUS_IN_PROGRESS && j->status != STATUS_SUCCESS &&
		j->status != STATUS_ERROR)
		return "status";
	if ((j->status == STATUS_ERROR) != (j->severity != SEVERITY_NONE))
		return "severity";
	if (j->status != STATUS_SUCCESS && !(j->reason && *j->reason && j->message && *j->message))
		return "no reason or message";
	if (j->status == STATUS_ERROR && j->family == FAMILY_NONE)
		return "an Error of no family";
	if (j->reason && (!isalpha((unsigned char)j->reason[0]) || strpbrk(j->reason, " |,:/")))
		return "reason";
	for (int i = 0; i < 2; i++) {
		const char *s = i ? j->note : j->message;

		if (s &&
			(strlen(s) > 2048 || !text_is_display(s, TEXT_LINE) ||
				s[strlen(s) - 1] == '.'))
			return "message or note";
	}
	for (size_t i = 0; i < j->ncolumns; i++)
		if (!text_is_display(j->columns[i].value, TEXT_LINE) ||
			strlen(j->columns[i].value) > 256)
			return "column";
	if (j->container && (!*j->container || !text_is_display(j->container, TEXT_LINE)))
		return "container";
	return NULL;
}
