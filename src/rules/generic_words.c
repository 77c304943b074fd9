/* SPDX-License-Identifier: Apache-2.0 */
/* Status without conditions: words, truths and counts. */
#include <stdio.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "rules/generic.h"
#include "rules/read.h"
#include "rules/words.h"

#define WHERE_SIZE (2 * SHOWN_SIZE + 16)

/* What says most so far, and where it stands. */
struct said {
	enum weight weight;
	const char *text;
	char where[WHERE_SIZE];
};

static void consider(struct said *said, const char *text, const char *key, const char *field)
{
	enum weight weight = text ? words_weight(text) : WEIGHT_NONE;
	char shown_key[SHOWN_SIZE];

	if (weight <= said->weight)
		return;
	said->weight = weight;
	said->text = text;
	snprintf(said->where, sizeof(said->where), "status.%s%s%s", shown(shown_key, key),
		field ? "." : "", field ? field : "");
}

static const char *const fields[] = { "phase", "state", "status", "health" };

static void consider_fields(struct said *said, const json_t *value, const char *key)
{
	consider(said, json_string_value(value), key, NULL);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		consider(said, jx_str(value, fields[i]), key, fields[i]);
}

/* status.phase, state, status, health, health.status. */
static void consider_known(struct said *said, const json_t *object)
{
	const json_t *status = jx_get(object, "status");

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		consider(said, jx_str(status, fields[i]), fields[i], NULL);
	consider(said, jx_str(status, "health.status"), "health", "status");
}

/* status.statuses: one for each who looked at it. */
static void consider_statuses(struct said *said, const json_t *status)
{
	char path[SHOWN_SIZE + 16], shown_key[SHOWN_SIZE];
	const char *key;
	json_t *value;

	/* The macro takes what is no constant, and changes nothing. */
	json_object_foreach ((json_t *)json_object_get(status, "statuses"), key, value) {
		snprintf(path, sizeof(path), "statuses.%s", shown(shown_key, key));
		consider_fields(said, value, path);
	}
}

/* Other fields that end so, but for those that tell of another time or another thing. */
static void consider_others(struct said *said, const json_t *object)
{
	const json_t *status = jx_get(object, "status");
	const char *key;
	json_t *value;

	if (!json_is_object(status))
		return;
	/* The macro takes what is no constant, and changes nothing. */
	json_object_foreach ((json_t *)status, key, value)
		if (words_end_in(key, " phase state status health result ") &&
			!words_have(key, " last previous old prior target desired expected "))
			consider_fields(said, value, key);
}

/* status.ready: false */
static bool judge_truths(struct judgement *out, const json_t *object)
{
	static const struct {
		const char *path, *reason;
	} truths[] = {
		{ "status.ready", "NotReady" },
		{ "status.healthy", "NotHealthy" },
		{ "status.available", "NotAvailable" },
	};
	bool found = false;

	for (size_t i = 0; i < ARRAY_LEN(truths); i++) {
		const json_t *value = jx_get(object, truths[i].path);

		if (json_is_false(value)) {
			judgement_set(out, STATUS_IN_PROGRESS, truths[i].reason, "%s is false",
				truths[i].path);
			return true;
		}
		found |= json_is_true(value);
	}
	if (found)
		judge_success(out);
	return found;
}

bool judge_by_words(struct judgement *out, const json_t *object)
{
	struct said said = { .weight = WEIGHT_NONE };
	char piece[SHOWN_SIZE];

	consider_known(&said, object);
	if (said.weight == WEIGHT_NONE) {
		consider_others(&said, object);
		consider_statuses(&said, jx_get(object, "status"));
	}
	switch (said.weight) {
	case WEIGHT_NONE:
		if (!judge_truths(out, object))
			return false;
		if (out->status == STATUS_SUCCESS)
			judge_by_counts(out, object);
		break;
	case WEIGHT_SUCCESS:
		if (!judge_by_counts(out, object))
			judge_success(out);
		break;
	case WEIGHT_PROGRESS:
		judgement_set(out, STATUS_IN_PROGRESS, reason_or(said.text, "InProgress"),
			"%s is %s", said.where, shown(piece, said.text));
		break;
	case WEIGHT_ERROR:
		judgement_error(out, SEVERITY_SOFT, FAMILY_OTHER, reason_or(said.text, "Failed"),
			"%s is %s", said.where, shown(piece, said.text));
		break;
	}
	return true;
}

/* What there has to be, and fields that count what there is: one that is missing says nothing. */
static const struct {
	const char *want;
	struct {
		const char *path, *reason, *what;
		bool telling; /* enough of them is all that is wanted */
	} have[4];
} counted[] = {
	{ "spec.replicas",
		{ { "status.replicas", "ScalingUp", "created", false },
			{ "status.updatedReplicas", "Updating", "updated", false },
			{ "status.readyReplicas", "NotReady", "ready", true },
			{ "status.availableReplicas", "NotAvailable", "available", true } } },
	{ "status.desiredNumberScheduled",
		{ { "status.currentNumberScheduled", "ScalingUp", "created", false },
			{ "status.updatedNumberScheduled", "Updating", "updated", false },
			{ "status.numberReady", "NotReady", "ready", true },
			{ "status.numberAvailable", "NotAvailable", "available", true } } },
	{ "status.expectedNodes",
		{ { "status.availableNodes", "NotAvailable", "available", true } } },
};

static bool judge_counted(struct judgement *out, const json_t *object, size_t row)
{
	const char *bad = NULL;
	json_int_t want = count_of(object, counted[row].want, 0, &bad);
	bool told = false;

	for (size_t i = 0; i < 4 && counted[row].have[i].path; i++) {
		const char *path = counted[row].have[i].path;
		json_int_t have = count_of(object, path, want, &bad);

		if (judge_unreadable(out, bad))
			return true;
		if (have < want) {
			judgement_set(out, STATUS_IN_PROGRESS, counted[row].have[i].reason,
				"%lld of %lld %s", have, want, counted[row].have[i].what);
			return true;
		}
		told |= counted[row].have[i].telling && jx_get(object, path);
	}
	if (told)
		judge_success(out);
	return told;
}

/* "2/3": how many there are of how many. */
static bool judge_fraction(struct judgement *out, const json_t *object)
{
	static const char *const paths[] = { "status.ready", "status.readyReplicas",
		"status.scale.statusReplicas" };
	int have, want, end;

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		const char *text = jx_str(object, paths[i]);

		if (!text || strlen(text) > 12 ||
			sscanf(text, "%6d/%6d%n", &have, &want, &end) != 2 || text[end])
			continue;
		if (have < want)
			judgement_set(out, STATUS_IN_PROGRESS, "NotReady", "%d of %d ready", have,
				want);
		else
			judge_success(out);
		return true;
	}
	return false;
}

bool judge_by_counts(struct judgement *out, const json_t *object)
{
	if (judge_fraction(out, object))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(counted); i++)
		if (jx_get(object, counted[i].want) && judge_counted(out, object, i))
			return true;
	return false;
}
