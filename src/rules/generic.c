/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds we know nothing of: negative conditions, then positive ones, then words (STATUS-RULES.md
 * §2.4). */
#include "rules/generic.h"

#include "base/jx.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "rules/kinds.h"
#include "rules/read.h"
#include "rules/words.h"

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

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		const struct condition c = condition_of(object, types[i]);

		if (c.is != TRUTH_TRUE)
			continue;
		judge_by_negative(out, &c, types[i]);
		return true;
	}
	return false;
}

/* Every one that is there has to be True; the first that is not tells why. */
static bool judge_all(
	struct judgement *out, const json_t *object, const char *const *types, size_t n)
{
	bool found = false;

	for (size_t i = 0; i < n && (!found || out->status == STATUS_SUCCESS); i++) {
		const struct condition c = condition_of(object, types[i]);

		if (!condition_present(&c))
			continue;
		judge_by_condition(out, object, types[i]);
		found = true;
	}
	return found;
}

/* What operators with a condition Degraded mean by Progressing: a change is under way. Elsewhere it
 * stays True when all is done, as a Deployment's does. */
static void judge_operator(struct judgement *out, const json_t *object)
{
	const struct condition degraded = condition_of(object, "Degraded");
	const struct condition progressing = condition_of(object, "Progressing");
	char message[SHOWN_SIZE];

	if (progressing.is != TRUTH_TRUE || !condition_present(&degraded))
		return;
	shown(message, progressing.message);
	judgement_set(out, STATUS_IN_PROGRESS, reason_or(progressing.reason, "Progressing"), "%s",
		*message ? message : "its condition Progressing is True");
}

/* Some say how a thing ended by the reason of the one condition that says that it has. */
static void judge_end(struct judgement *out, const json_t *object, const char *const *types,
	size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct condition c = condition_of(object, types[i]);

		if (c.is == TRUTH_TRUE && c.reason && words_weight(c.reason) == WEIGHT_ERROR)
			judge_by_negative(out, &c, types[i]);
	}
}

static bool judge_positive(struct judgement *out, const json_t *object)
{
	static const char *const lasting[] = { "Ready", "Available", "Programmed", "Synced",
		"Healthy" };
	static const char *const final[] = { "Succeeded", "Complete", "Completed" };

	if (judge_all(out, object, lasting, ARRAY_LEN(lasting))) {
		if (out->status == STATUS_SUCCESS)
			judge_operator(out, object);
		else
			judge_failed_types(out, object);
		return true;
	}
	if (!judge_all(out, object, final, ARRAY_LEN(final)))
		return false;
	judge_end(out, object, final, ARRAY_LEN(final));
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

/* What is said in words that no convention knows is Success only where nothing else contradicts. */
static bool judge_by_all(struct judgement *out, const json_t *object)
{
	bool by_types = judge_by_types(out, object);

	if (by_types && out->status != STATUS_SUCCESS)
		return true;
	return judge_by_words(out, object) || by_types;
}

void judge_generic(struct judgement *out, const json_t *object, const struct judge_options *options,
	int64_t now_ms UNUSED)
{
	const json_t *status = jx_get(object, "status");

	if (judge_negative(out, object) || judge_positive(out, object) ||
		judge_by_all(out, object) || judge_by_answers(out, object) ||
		judge_by_counts(out, object))
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
