/* SPDX-License-Identifier: Apache-2.0 */
/* The words of statuses, verdicts and applies: in records and for people. */
#include "base/status.h"

#include <string.h>

#include "base/xalloc.h"

static const char *const status_words[] = {
	[STATUS_NONE] = NULL,
	[STATUS_IN_PROGRESS] = "InProgress",
	[STATUS_SUCCESS] = "Success",
	[STATUS_ERROR] = "Error",
	[STATUS_TIMED_OUT] = "TimedOut",
};
_Static_assert(ARRAY_LEN(status_words) == STATUS__COUNT, "every status has a word");

static const char *const status_titles[] = {
	[STATUS_NONE] = "",
	[STATUS_IN_PROGRESS] = "In progress",
	[STATUS_SUCCESS] = "Success",
	[STATUS_ERROR] = "Error",
	[STATUS_TIMED_OUT] = "Timed out while in progress",
};
_Static_assert(ARRAY_LEN(status_titles) == STATUS__COUNT, "every status has a title");

static const struct {
	const char *word, *title;
	int exit_code;
} verdicts[] = {
	/* A run without a verdict has not shown that anything settled. */
	[VERDICT_NONE] = { NULL, "", 1 },
	[VERDICT_SUCCEEDED] = { "succeeded", "succeeded", 0 },
	[VERDICT_FAILED] = { "failed", "failed", 1 },
	[VERDICT_TIMED_OUT] = { "timedOut", "timed out", 3 },
	[VERDICT_CANCELED] = { "canceled", "canceled", 130 },
	[VERDICT_INTERRUPTED] = { "interrupted", "interrupted", 129 },
	[VERDICT_SKIPPED] = { "skipped", "skipped", 0 },
	[VERDICT_NOT_VERIFIED] = { "notVerified", "not verified", 0 },
};
_Static_assert(ARRAY_LEN(verdicts) == VERDICT__COUNT, "every verdict has its words");

static const char *const applied_words[] = {
	[APPLIED_NONE] = NULL,
	[APPLIED_CREATED] = "created",
	[APPLIED_CHANGED] = "changed",
	[APPLIED_UNCHANGED] = "unchanged",
	[APPLIED_FAILED] = "failed",
	[APPLIED_NOT_TRIED] = "notTried",
};
_Static_assert(ARRAY_LEN(applied_words) == APPLIED__COUNT, "every applied has a word");

const char *status_word(enum status s)
{
	return status_words[s];
}

const char *verdict_word(enum verdict v)
{
	return verdicts[v].word;
}

const char *applied_word(enum applied a)
{
	return applied_words[a];
}

enum status status_parse(const char *word)
{
	for (int s = STATUS_NONE + 1; word && s < STATUS__COUNT; s++)
		if (strcmp(word, status_words[s]) == 0)
			return (enum status)s;
	return STATUS_NONE;
}

enum verdict verdict_parse(const char *word)
{
	for (int v = VERDICT_NONE + 1; word && v < VERDICT__COUNT; v++)
		if (strcmp(word, verdicts[v].word) == 0)
			return (enum verdict)v;
	return VERDICT_NONE;
}

enum applied applied_parse(const char *word)
{
	for (int a = APPLIED_NONE + 1; word && a < APPLIED__COUNT; a++)
		if (strcmp(word, applied_words[a]) == 0)
			return (enum applied)a;
	return APPLIED_NONE;
}

const char *status_title(enum status s)
{
	return status_titles[s];
}

const char *verdict_title(enum verdict v)
{
	return verdicts[v].title;
}

int verdict_exit_code(enum verdict v)
{
	return verdicts[v].exit_code;
}
