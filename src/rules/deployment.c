/* SPDX-License-Identifier: Apache-2.0 */
/* Deployment: settled when every replica is of the new revision and available, and no old Pod is
 * left. */
#include "base/jx.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "rules/kinds.h"
#include "rules/read.h"
#include "rules/replicas.h"

/* What the API server stores for "no deadline" in old manifests (math.MaxInt32). */
#define NO_DEADLINE 2147483647

static void facts(struct judgement *out, const json_t *object, const struct counts *n,
	const struct condition *progressing)
{
	json_int_t observed = 0, deadline = jx_int(object, "spec.progressDeadlineSeconds", 0);

	judgement_column(out, "Ready", "%lld/%lld", n->ready, n->want);
	judgement_column(out, "Up-to-date", "%lld", n->updated);
	judgement_column(out, "Available", "%lld", n->available);
	out->wanted = n->want;
	out->deadline_s = deadline > 0 && deadline != NO_DEADLINE ? deadline : 0;
	out->current_revision =
		xstrdup_or_null(jx_annotation(object, "deployment.kubernetes.io/revision"));
	out->progressing_ok = condition_present(progressing) && progressing->is != TRUTH_STALE &&
		!same(progressing->reason, "ProgressDeadlineExceeded") &&
		observed_generation(object, &observed) == OBSERVED && observed >= out->generation;
}

static bool judge_false_condition(
	struct judgement *out, const struct condition *c, const char *reason)
{
	char message[SHOWN_SIZE];

	if (c->is != TRUTH_FALSE)
		return false;
	shown(message, c->message);
	judgement_set(out, STATUS_IN_PROGRESS, reason_or(c->reason, reason), "%s",
		*message ? message : "its controller reports no progress");
	return true;
}

/* The Deployment's own deadline. It may clear by itself, and it may be left over from before
 * this run: the tracker tells. */
static void judge_deadline(
	struct judgement *out, const json_t *object, const struct condition *progressing)
{
	const struct condition failure = condition_of(object, "ReplicaFailure");
	char cause[SHOWN_SIZE];

	if (progressing->is == TRUTH_STALE ||
		!same(progressing->reason, "ProgressDeadlineExceeded"))
		return;
	shown(cause, failure.is == TRUTH_TRUE ? failure.message : out->message);
	judgement_error(out, SEVERITY_DEADLINE, FAMILY_OTHER, "ProgressDeadlineExceeded",
		"no progress within its deadline: %s", *cause ? cause : "all replicas available");
}

static void judge_deployment(struct judgement *out, const json_t *object,
	const struct judge_options *options, int64_t now_ms UNUSED)
{
	const struct counts n = counts_of(object);
	const struct condition progressing = condition_of(object, "Progressing");
	const struct condition available = condition_of(object, "Available");

	facts(out, object, &n, &progressing);
	if (judge_unreadable(out, n.bad) || judge_suspended(out, object, options, "paused"))
		return;
	if (!judge_updated(out, &n) && !judge_replicas(out, &n) &&
		!judge_false_condition(out, &progressing, "NotProgressing") &&
		!judge_false_condition(out, &available, "NotAvailable"))
		judge_success(out);
	judge_deadline(out, object, &progressing);
	if (out->status != STATUS_ERROR)
		judge_replica_failure(out, object);
}

static const char *const children[] = { "apps/ReplicaSet", NULL };
static const char *const columns[] = { "Ready", "Up-to-date", "Available", NULL };

const struct rule deployment_rules[] = {
	{ .group = "apps",
		.kind = "Deployment",
		.children = children,
		.columns = columns,
		.judge = judge_deployment },
	{ .judge = NULL },
};
