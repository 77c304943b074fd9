/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds we know nothing of: negative conditions, then positive ones, then words (STATUS-RULES.md
 * §2.4). */
#include <ctype.h>
#include <string.h>

#include "base/jx.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "rules/kinds.h"
#include "rules/read.h"

static bool judge_negative(struct judgement *out, const json_t *object)
{
	static const char *const types[] = {
		"Failed",
		"Failure",
		"ReconcileFailed",
		"ReconcileError",
		"Degraded",
		"Error",
		"Errored",
		"Invalid",
	};
	char message[SHOWN_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		const struct condition c = condition_of(object, types[i]);

		if (c.is != TRUTH_TRUE)
			continue;
		shown(message, c.message);
		if (*message)
			judgement_error(out, SEVERITY_SOFT, FAMILY_OTHER,
				reason_or(c.reason, types[i]), "%s", message);
		else
			judgement_error(out, SEVERITY_SOFT, FAMILY_OTHER,
				reason_or(c.reason, types[i]), "its condition %s is True",
				types[i]);
		return true;
	}
	return false;
}

/* The first positive condition that is there decides; Ready and Synced decide together. */
static bool judge_positive(struct judgement *out, const json_t *object)
{
	static const char *const types[] = {
		"Ready",
		"Available",
		"Succeeded",
		"Complete",
		"Completed",
		"Programmed",
		"Synced",
		"Healthy",
	};
	const struct condition synced = condition_of(object, "Synced");

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		const struct condition c = condition_of(object, types[i]);

		if (!condition_present(&c))
			continue;
		judge_by_condition(out, object, types[i]);
		if (i == 0 && condition_present(&synced) && out->status == STATUS_SUCCESS)
			judge_by_condition(out, object, "Synced");
		return true;
	}
	return false;
}

/* How much a word says; where a text has several, the highest. */
enum weight { WEIGHT_NONE, WEIGHT_SUCCESS, WEIGHT_PROGRESS, WEIGHT_ERROR };

/* "not", "un…" and the like are ours: "NotReady" must never count as ready. */
static const struct {
	enum weight weight;
	const char *words;
} vocabulary[] = {
	{ WEIGHT_ERROR, " fail failed failure error invalid degraded unhealthy conflict red " },
	{ WEIGHT_SUCCESS,
		" running active available bound serving listening ready healthy "
		"succeeded complete completed green " },
	{ WEIGHT_PROGRESS,
		" pending waiting progressing creating updating provisioning "
		"initializing reconciling deleting terminating queued unknown yellow not unready unavailable " },
};

static enum weight word_weight(const char *word, size_t len)
{
	char padded[24];

	if (len + 3 > sizeof(padded))
		return WEIGHT_NONE;
	padded[0] = ' ';
	for (size_t i = 0; i < len; i++)
		padded[i + 1] = (char)tolower((unsigned char)word[i]);
	memcpy(padded + len + 1, " ", 2);
	for (size_t i = 0; i < ARRAY_LEN(vocabulary); i++)
		if (strstr(vocabulary[i].words, padded))
			return vocabulary[i].weight;
	return WEIGHT_NONE;
}

/* A new CamelCase word begins at s[i]: "FailedOver" and "IOError" are two words, "ERROR" is one. */
static bool begins_word(const char *s, size_t i)
{
	return isupper((unsigned char)s[i]) &&
		(islower((unsigned char)s[i - 1]) || islower((unsigned char)s[i + 1]));
}

static size_t word_length(const char *s)
{
	size_t len = 0;

	while (isalpha((unsigned char)s[len]) && (len == 0 || !begins_word(s, len)))
		len++;
	return len;
}

static enum weight text_weight(const char *s)
{
	enum weight heaviest = WEIGHT_NONE;

	while (*s) {
		size_t len = word_length(s);
		enum weight weight = len ? word_weight(s, len) : WEIGHT_NONE;

		if (weight > heaviest)
			heaviest = weight;
		s += len ? len : 1;
	}
	return heaviest;
}

static bool judge_words(struct judgement *out, const json_t *object)
{
	static const char *const paths[] = {
		"status.phase",
		"status.state",
		"status.status",
		"status.health",
		"status.health.status",
	};
	const char *text = NULL, *where = NULL;
	enum weight heaviest = WEIGHT_NONE;
	char piece[SHOWN_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		const char *value = jx_str(object, paths[i]);
		enum weight weight = value ? text_weight(value) : WEIGHT_NONE;

		if (weight <= heaviest)
			continue;
		heaviest = weight;
		text = value;
		where = paths[i];
	}
	if (heaviest == WEIGHT_NONE)
		return false;
	if (heaviest == WEIGHT_SUCCESS)
		judge_success(out);
	else if (heaviest == WEIGHT_PROGRESS)
		judgement_set(out, STATUS_IN_PROGRESS, reason_or(text, "InProgress"), "%s is %s",
			where, shown(piece, text));
	else
		judgement_error(out, SEVERITY_SOFT, FAMILY_OTHER, reason_or(text, "Failed"),
			"%s is %s", where, shown(piece, text));
	return true;
}

static bool is_void(const json_t *value)
{
	return !value || json_is_null(value) ||
		(json_is_array(value) && json_array_size(value) == 0) ||
		(json_is_object(value) && json_object_size(value) == 0) ||
		(json_is_string(value) && json_string_length(value) == 0);
}

/* Nothing in it yet: `status: {}`, `status: {conditions: []}`. */
static bool is_empty(const json_t *status)
{
	const char *key;
	json_t *member;

	if (!json_is_object(status))
		return is_void(status);
	/* The macro takes what is no constant, and changes nothing. */
	json_object_foreach((json_t *)status, key, member) if (!is_void(member)) return false;
	return true;
}

void judge_generic(struct judgement *out, const json_t *object, const struct judge_options *options,
	int64_t now_ms UNUSED)
{
	const json_t *status = jx_get(object, "status");

	if (judge_negative(out, object) || judge_positive(out, object) || judge_words(out, object))
		return;
	if (is_empty(status)) {
		judgement_set(out, STATUS_IN_PROGRESS, "NoStatus",
			options->look_once ? "it has no status to judge it by"
					   : "it has no status yet");
		out->no_status = true;
	} else if (!json_is_object(status)) {
		judgement_set(out, STATUS_IN_PROGRESS, "Unreadable", "its status cannot be read");
	} else {
		judge_success(out);
		judgement_note(out, "no condition known to us");
	}
}

const struct rule generic_rule = { .judge = judge_generic };
