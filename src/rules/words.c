/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a text that some controller chose. */
#include "rules/words.h"

#include <ctype.h>
#include <string.h>

#include "base/xalloc.h"

/* No word of ours is as long. */
#define WORD_SIZE 24

/* STATUS-RULES.md §2.4 and their like. "not", "un…" are ours: "NotReady" must never count as
 * ready. */
static const struct {
	enum weight weight;
	const char *words;
} vocabulary[] = {
	{ WEIGHT_ERROR,
		" fail failed failing failure error errors errored invalid degraded unhealthy "
		"conflict red faulted crashed fatal terminal broken rejected aborted cancelled "
		"canceled " },
	{ WEIGHT_SUCCESS,
		" running active available bound serving listening ready healthy succeeded "
		"success successful complete completed green ok valid synced deployed installed "
		"synchronized provisioned initialized connected established issued admitted "
		"compliant " },
	{ WEIGHT_PROGRESS,
		" pending waiting progressing progress inprogress creating updating provisioning "
		"initializing reconciling deleting terminating queued unknown yellow not non "
		"unready unavailable starting stopping deploying installing uninstalling "
		"upgrading scaling restarting recovering restoring migrating rebuilding resizing "
		"building preparing processing syncing synchronizing validating verifying "
		"configuring bootstrapping attaching detaching invalidating succeeding "
		"completing finishing applying submitted new missing warning disconnected "
		"noncompliant " },
};

/* A new CamelCase word begins at s[i]: "FailedOver" and "IOError" are two words, "ERROR" is one. */
static bool begins_word(const char *s, size_t i)
{
	return isupper((unsigned char)s[i]) &&
		(islower((unsigned char)s[i - 1]) || islower((unsigned char)s[i + 1]));
}

bool word_next(const char **rest, struct word *out)
{
	const char *s = *rest;
	size_t len = 0;

	while (*s && !isalpha((unsigned char)*s))
		s++;
	while (isalpha((unsigned char)s[len]) && (len == 0 || !begins_word(s, len)))
		len++;
	*out = (struct word){ s, len };
	*rest = s + len;
	return len > 0;
}

bool word_is_in(const struct word *word, const char *list)
{
	char padded[WORD_SIZE];

	if (word->len + 3 > sizeof(padded))
		return false;
	padded[0] = ' ';
	for (size_t i = 0; i < word->len; i++)
		padded[i + 1] = (char)tolower((unsigned char)word->s[i]);
	memcpy(padded + word->len + 1, " ", 2);
	return strstr(list, padded) != NULL;
}

bool words_have(const char *text, const char *list)
{
	struct word word;

	while (word_next(&text, &word))
		if (word_is_in(&word, list))
			return true;
	return false;
}

bool words_end_in(const char *text, const char *list)
{
	struct word word, last = { text, 0 };

	while (word_next(&text, &word))
		last = word;
	return last.len && word_is_in(&last, list);
}

static enum weight word_weight(const struct word *word)
{
	for (size_t i = 0; i < ARRAY_LEN(vocabulary); i++)
		if (word_is_in(word, vocabulary[i].words))
			return vocabulary[i].weight;
	return WEIGHT_NONE;
}

enum weight words_weight(const char *text)
{
	enum weight heaviest = WEIGHT_NONE;
	struct word word;

	while (word_next(&text, &word)) {
		enum weight weight = word_weight(&word);

		if (weight > heaviest)
			heaviest = weight;
	}
	return heaviest;
}
