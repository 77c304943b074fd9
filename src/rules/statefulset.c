/* SPDX-License-Identifier: Apache-2.0 */
/* StatefulSet: settled when all replicas are ready and, but for a partition or OnDelete, of the
 * new revision. */
#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "rules/kinds.h"
#include "rules/read.h"
#include "rules/replicas.h"

static bool switched(const json_t *object)
{
	const char *current = jx_str(object, "status.currentRevision"),
		   *update = jx_str(object, "status.updateRevision");

	return (!current && !update) || same(current, update);
}

/* Its controller always writes both of these. Where one was left out, so may have been the updated
 * ones: without revisions all current ones are, after the switch all that are ready. */
static void complete_updated(struct counts *n, const json_t *object)
{
	json_int_t current = count_of(object, "status.currentReplicas", 0, &n->bad);

	if (jx_get(object, "status.updatedReplicas"))
		return;
	if (!jx_get(object, "status.updateRevision"))
		n->updated = current;
	else if (!jx_get(object, "status.replicas") && switched(object))
		n->updated = n->ready;
}

/* The number at the end of a Pod's name; -1 if it has none. */
static long ordinal_of(const json_t *pod)
{
	const char *name = jx_str(pod, "metadata.name");
	const char *dash = name ? strrchr(name, '-') : NULL;

	if (!dash || !dash[1] || strlen(dash) > 10 || dash[1 + strspn(dash + 1, "0123456789")])
		return -1;
	return strtol(dash + 1, NULL, 10);
}

static const json_t *lowest_not_ready(const json_t *object, const struct related *pods)
{
	const json_t *lowest = NULL;

	for (size_t i = 0; i < pods->n; i++) {
		const json_t *pod = pods->objects[i];

		if (ordinal_of(pod) < 0 || !is_owned_by(pod, object) ||
			condition_of(pod, "Ready").is == TRUTH_TRUE)
			continue;
		if (!lowest || ordinal_of(pod) < ordinal_of(lowest))
			lowest = pod;
	}
	return lowest;
}

/* With OrderedReady the controller waits for a broken Pod of the old revision before it replaces
 * any: a fixed template never reaches it (kubernetes#67250). */
static void note_ordered_trap(
	struct judgement *out, const json_t *object, const struct judge_options *options)
{
	const struct related *pods = related_of(options, "Pod");
	const char *update = jx_str(object, "status.updateRevision"), *hash;
	const json_t *pod;
	char name[SHOWN_SIZE];

	if (!pods || !update || switched(object) ||
		same(jx_str(object, "spec.podManagementPolicy"), "Parallel"))
		return;
	pod = lowest_not_ready(object, pods);
	hash = jx_label(pod, "controller-revision-hash");
	if (!pod || jx_get(pod, "metadata.deletionTimestamp") || !hash || same(hash, update))
		return;
	judgement_note(out,
		"delete Pod %s by hand: "
		"it is of the old revision and not ready, and the update waits for "
		"it (kubernetes#67250)",
		shown(name, jx_str(pod, "metadata.name")));
}

static bool judge_update(
	struct judgement *out, const json_t *object, const struct counts *n, json_int_t partition)
{
	json_int_t need = partition < n->want ? n->want - partition : 0;

	if (n->updated < need)
		judgement_set(out, STATUS_IN_PROGRESS, "Updating", "%lld of %lld replica%s updated",
			n->updated, need, plural(need));
	else if (partition == 0 && !switched(object))
		judgement_set(out, STATUS_IN_PROGRESS, "Updating",
			"waiting for the update to be completed");
	else
		return false;
	return true;
}

static void judge_on_delete(struct judgement *out, const json_t *object, const struct counts *n)
{
	if (judge_replicas(out, n))
		return;
	judge_success(out);
	if (!switched(object))
		note_on_delete(out, n->replicas - n->updated);
}

static void judge_statefulset(struct judgement *out, const json_t *object,
	const struct judge_options *options, int64_t now_ms UNUSED)
{
	struct counts n = counts_of(object);
	json_int_t seconds = count_of(object, "spec.minReadySeconds", 0, &n.bad);
	json_int_t partition =
		count_of(object, "spec.updateStrategy.rollingUpdate.partition", 0, &n.bad);

	complete_updated(&n, object);
	judgement_column(out, "Ready", "%lld/%lld", n.ready, n.want);
	out->wanted = n.want;
	out->current_revision = xstrdup_or_null(jx_str(object, "status.updateRevision"));
	if (judge_unreadable(out, n.bad))
		return;
	if (seconds == 0)
		n.available = n.ready; /* old servers do not count the available ones */
	if (n.replicas < n.want)
		judgement_set(out, STATUS_IN_PROGRESS, "ScalingUp", "%lld of %lld Pod%s created",
			n.replicas, n.want, plural(n.want));
	else if (same(jx_str(object, "spec.updateStrategy.type"), "OnDelete"))
		judge_on_delete(out, object, &n);
	else if (!judge_update(out, object, &n, partition) && !judge_replicas(out, &n))
		judge_success(out);
	if (out->status == STATUS_IN_PROGRESS)
		note_ordered_trap(out, object, options);
}

static const char *const children[] = { "/Pod", NULL };
static const char *const columns[] = { "Ready", NULL };

const struct rule statefulset_rules[] = {
	{ .group = "apps",
		.kind = "StatefulSet",
		.children = children,
		.columns = columns,
		.judge = judge_statefulset },
	{ .judge = NULL },
};
