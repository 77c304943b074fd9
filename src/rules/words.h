/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The words of a text that some controller chose: "SyncFailed", "SUBMISSION_FAILED", "in ERROR".
 * They count whole and without regard to case, never as parts of words: "Registered" is not red. */
struct word {
	const char *s;
	size_t len;
};

/* The next one; rest is moved behind it. False: there is none. */
bool word_next(const char **rest, struct word *out);
/* list has its words in lower case, with a blank before and behind each. */
bool word_is_in(const struct word *word, const char *list);
bool words_have(const char *text, const char *list); /* any of them */
bool words_end_in(const char *text, const char *list); /* the last of them */

/* How much a text says; where it has several words that say something, the highest. */
enum weight { WEIGHT_NONE, WEIGHT_SUCCESS, WEIGHT_PROGRESS, WEIGHT_ERROR };
enum weight words_weight(const char *text);
