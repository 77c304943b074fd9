/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions that no convention names, by the words of their types. */
#include "base/jx.h"
#include "base/xalloc.h"
#include "rules/generic.h"
#include "rules/read.h"
#include "rules/words.h"

/* No object has as many; a hostile one is not to cost its square. */
#define CONDITIONS_MAX 64

/* "NoErrors", "LastRunFailed": not what is the case now, or the contrary of what the rest says. */
#define ASIDE " no not non without last previous "
/* "UpdateAvailable", "BackupCompleted": something else than the object's own state. */
#define OTHER " update updates upgrade upgrades new rollback deletion backup restore failover "
/* How a type ends that has to be True. */
#define POSITIVE \
	" ready available healthy synced synchronized succeeded success successful complete completed " \
	"programmed accepted reconciled established deployed installed provisioned provided " \
	"initialized admitted valid validated compliant configured connected running bound " \
	"issued registered applied resolved "

enum meaning { SAYS_NOTHING, SAYS_FAILED, SAYS_BUSY, SAYS_DONE };

static enum meaning meaning_of(const char *type)
{
	enum weight weight = words_weight(type);

	if (words_have(type, ASIDE))
		return SAYS_NOTHING;
	if (weight == WEIGHT_ERROR)
		return SAYS_FAILED;
	if (weight == WEIGHT_PROGRESS)
		return SAYS_BUSY;
	return words_end_in(type, POSITIVE) && !words_have(type, OTHER) ? SAYS_DONE : SAYS_NOTHING;
}

static void judge_busy(struct judgement *out, const struct condition *c, const char *type)
{
	char message[SHOWN_SIZE];

	shown(message, c->message);
	if (*message)
		judgement_set(out, STATUS_IN_PROGRESS, reason_or(c->reason, type), "%s", message);
	else
		judgement_set(out, STATUS_IN_PROGRESS, reason_or(c->reason, type),
			"its condition %s is True", type);
}

/* One condition, if it has that meaning and decides: not True where it has to be, True where it
 * must not. *found: it has the meaning. */
static bool judge_one(struct judgement *out, const json_t *object, const char *type,
	enum meaning meaning, bool *found)
{
	const struct condition c = condition_of(object, type);

	if (meaning_of(type) != meaning)
		return false;
	if (meaning == SAYS_DONE) {
		*found = true;
		judge_by_condition(out, object, type);
		return out->status != STATUS_SUCCESS;
	}
	/* A Deployment's Progressing stays True. */
	if (c.is != TRUTH_TRUE || same(c.reason, "NewReplicaSetAvailable"))
		return false;
	if (meaning == SAYS_FAILED)
		judge_by_negative(out, &c, type);
	else
		judge_busy(out, &c, type);
	return true;
}

/* All that have that meaning, until one decides. */
static bool judge_meaning(
	struct judgement *out, const json_t *object, enum meaning meaning, bool *found)
{
	const json_t *conditions = jx_get(object, "status.conditions");

	for (size_t i = 0; i < json_array_size(conditions) && i < CONDITIONS_MAX; i++) {
		const char *type = jx_str(json_array_get(conditions, i), "type");

		if (reason_or(type, NULL) && judge_one(out, object, type, meaning, found))
			return true;
	}
	return false;
}

bool judge_failed_types(struct judgement *out, const json_t *object)
{
	bool found = false;

	return judge_meaning(out, object, SAYS_FAILED, &found);
}

bool judge_by_types(struct judgement *out, const json_t *object)
{
	bool found = false;

	return judge_meaning(out, object, SAYS_FAILED, &found) ||
		judge_meaning(out, object, SAYS_BUSY, &found) ||
		judge_meaning(out, object, SAYS_DONE, &found) || found;
}
