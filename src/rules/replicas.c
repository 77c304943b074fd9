/* SPDX-License-Identifier: Apache-2.0 */
/* What the owners of interchangeable Pods share. */
#include "rules/replicas.h"

#include "base/jx.h"
#include "rules/read.h"

struct counts counts_of(const json_t *object)
{
	struct counts n = { .bad = NULL };

	n.want = count_of(object, "spec.replicas", 1, &n.bad);
	n.replicas = count_of(object, "status.replicas", 0, &n.bad);
	n.updated = count_of(object, "status.updatedReplicas", 0, &n.bad);
	n.ready = count_of(object, "status.readyReplicas", 0, &n.bad);
	n.available = count_of(object, "status.availableReplicas", 0, &n.bad);
	/* What was left out is no less than what is part of it, and who is ready is available at
	 * once where nothing is waited for. Controllers leave out only 0. */
	if (!jx_get(object, "status.readyReplicas"))
		n.ready = n.available;
	else if (!jx_get(object, "status.availableReplicas") &&
		count_of(object, "spec.minReadySeconds", 0, &n.bad) == 0)
		n.available = n.ready;
	if (!jx_get(object, "status.replicas"))
		n.replicas = n.ready > n.updated ? n.ready : n.updated;
	return n;
}

bool judge_updated(struct judgement *out, const struct counts *n)
{
	json_int_t old = n->replicas - n->updated;

	if (n->updated < n->want)
		judgement_set(out, STATUS_IN_PROGRESS, "Updating", "%lld of %lld replica%s updated",
			n->updated, n->want, plural(n->want));
	else if (old > 0)
		judgement_set(out, STATUS_IN_PROGRESS, "OldPodsEnding",
			"waiting for %lld old Pod%s to end", old, plural(old));
	else
		return false;
	return true;
}

bool judge_replicas(struct judgement *out, const struct counts *n)
{
	json_int_t surplus = n->replicas - n->want;

	if (surplus > 0)
		judgement_set(out, STATUS_IN_PROGRESS, "ScalingDown",
			"waiting for %lld surplus Pod%s to end", surplus, plural(surplus));
	else if (n->ready < n->want)
		judgement_set(out, STATUS_IN_PROGRESS, "NotReady", "%lld of %lld replica%s ready",
			n->ready, n->want, plural(n->want));
	else if (n->available < n->want)
		judgement_set(out, STATUS_IN_PROGRESS, "NotAvailable",
			"%lld of %lld replica%s available, all ready", n->available, n->want,
			plural(n->want));
	else
		return false;
	return true;
}

void judge_replica_failure(struct judgement *out, const json_t *object)
{
	const struct condition failure = condition_of(object, "ReplicaFailure");
	const char *reason = reason_or(failure.reason, "ReplicaFailure");
	char message[SHOWN_SIZE];

	if (failure.is != TRUTH_TRUE)
		return;
	shown(message, failure.message);
	if (out->status == STATUS_SUCCESS)
		judgement_set(
			out, STATUS_IN_PROGRESS, reason, "a Pod could not be created or deleted");
	judgement_note(out, "%s: %s", reason,
		*message ? message : "a Pod could not be created or deleted");
}

void note_on_delete(struct judgement *out, json_int_t old)
{
	if (old <= 0)
		return;
	judgement_note(out,
		"%lld Pod%s still on the old revision: "
		"OnDelete replaces a Pod only when it is deleted",
		old, plural(old));
}
