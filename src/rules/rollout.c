/* SPDX-License-Identifier: Apache-2.0 */
/* Argo Rollouts' Rollout: its controller says a phase; older ones are judged by their Pods'
 * hashes. */
#include "base/jx.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "rules/kinds.h"
#include "rules/read.h"
#include "rules/replicas.h"

static void facts(struct judgement *out, const json_t *object, const struct counts *n)
{
	judgement_column(out, "Desired", "%lld", n->want);
	judgement_column(out, "Current", "%lld", n->replicas);
	judgement_column(out, "Up-to-date", "%lld", n->updated);
	judgement_column(out, "Available", "%lld", n->available);
	out->wanted = n->want;
	out->current_revision =
		xstrdup_or_null(jx_annotation(object, "rollout.argoproj.io/revision"));
}

/* With a workloadRef the template is another object's, and its generation has to be seen too. */
static bool judge_workload(struct judgement *out, const json_t *object)
{
	const char *wanted = jx_annotation(object, "rollout.argoproj.io/workload-generation");
	const char *seen = jx_str(object, "status.workloadObservedGeneration");

	if (!jx_get(object, "spec.workloadRef") || !wanted || same(wanted, seen))
		return false;
	judgement_set(out, STATUS_IN_PROGRESS, "WorkloadNotObserved",
		"its workload's new generation is not observed yet");
	return true;
}

static void judge_paused(struct judgement *out, const json_t *object)
{
	const json_t *reasons = jx_get(object, "status.pauseConditions");
	const char *reason = jx_str(json_array_get(reasons, 0), "reason");
	json_int_t step = jx_int(object, "status.currentStepIndex", -1);
	json_int_t steps = (json_int_t)jx_len(object, "spec.strategy.canary.steps");

	if (same(reason, "CanaryPauseStep") && step >= 0 && step < steps)
		judgement_set(out, STATUS_IN_PROGRESS, reason, "paused at canary step %lld of %lld",
			step + 1, steps);
	else
		judgement_set(out, STATUS_IN_PROGRESS, reason_or(reason, "Paused"), "paused");
	judgement_note(
		out, "it waits for somebody to promote or abort it, or for its pause to end");
}

static void judge_degraded(struct judgement *out, const char *reason, const char *said)
{
	char message[SHOWN_SIZE];

	shown(message, said);
	judgement_error(out, SEVERITY_HARD, FAMILY_OTHER, reason, "%s",
		*message ? message : "its rollout has failed");
}

static void judge_phase(struct judgement *out, const json_t *object, const char *phase)
{
	char message[SHOWN_SIZE];

	shown(message, jx_str(object, "status.message"));
	if (same(phase, "Healthy"))
		judge_success(out);
	else if (same(phase, "Degraded"))
		judge_degraded(out, "Degraded", message);
	else if (same(phase, "Paused"))
		judge_paused(out, object);
	else
		judgement_set(out, STATUS_IN_PROGRESS, reason_or(phase, "Progressing"), "%s",
			*message ? message : "its rollout goes on");
}

static bool judge_failure(struct judgement *out, const json_t *object)
{
	const struct condition invalid = condition_of(object, "InvalidSpec");
	const struct condition progressing = condition_of(object, "Progressing");

	if (invalid.is == TRUTH_TRUE)
		judge_degraded(out, "InvalidSpec", invalid.message);
	else if (progressing.is != TRUTH_STALE &&
		(same(progressing.reason, "RolloutAborted") ||
			same(progressing.reason, "ProgressDeadlineExceeded")))
		judge_degraded(out, progressing.reason, progressing.message);
	else
		return false;
	return true;
}

/* The new Pods are those that serve. */
static bool has_switched(const json_t *object)
{
	const char *now = jx_str(object, "status.currentPodHash");

	if (jx_get(object, "spec.strategy.blueGreen"))
		return same(jx_str(object, "status.blueGreen.activeSelector"), now);
	return same(jx_str(object, "status.stableRS"), now);
}

static void judge_hashes(struct judgement *out, const json_t *object, const struct counts *n)
{
	if (judge_unreadable(out, n->bad) || judge_failure(out, object))
		return;
	if (jx_len(object, "status.pauseConditions"))
		judge_paused(out, object);
	else if (judge_updated(out, n) || judge_replicas(out, n))
		return;
	else if (!has_switched(object))
		judgement_set(
			out, STATUS_IN_PROGRESS, "Progressing", "the new Pods do not serve yet");
	else
		judge_success(out);
}

static void judge_rollout(struct judgement *out, const json_t *object,
	const struct judge_options *options, int64_t now_ms UNUSED)
{
	const struct counts n = counts_of(object);
	const char *phase = jx_str(object, "status.phase");

	facts(out, object, &n);
	if (judge_workload(out, object) || judge_suspended(out, object, options, "paused"))
		return;
	if (phase && *phase)
		judge_phase(out, object, phase);
	else
		judge_hashes(out, object, &n);
}

static const char *const children[] = { "apps/ReplicaSet", NULL };
static const char *const columns[] = { "Desired", "Current", "Up-to-date", "Available", NULL };

const struct rule rollout_rules[] = {
	{ .group = "argoproj.io",
		.kind = "Rollout",
		.children = children,
		.columns = columns,
		.judge = judge_rollout },
	{ .judge = NULL },
};
