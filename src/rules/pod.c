/* SPDX-License-Identifier: Apache-2.0 */
/* Pod: ready, or completed where it is to complete. */
#include "rules/pod.h"

#include <string.h>

#include "base/jx.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "rules/kinds.h"
#include "rules/read.h"

/* Why a node or the control plane ended a Pod: whoever owns it replaces it. */
static bool ended_from_outside(const json_t *pod)
{
	static const char *const reasons[] = {
		"Evicted",
		"Preempting",
		"Preempted",
		"NodeLost",
		"NodeShutdown",
		"Terminated",
		"Shutdown",
		"UnexpectedAdmissionError",
		"NodeAffinity",
		"PodOSNotSupported",
		"AppArmor",
		"SysctlForbidden",
		"TopologyAffinityError",
	};
	const char *reason = jx_str(pod, "status.reason");

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (same(reason, reasons[i]))
			return true;
	return (reason && strncmp(reason, "OutOf", 5) == 0) ||
		condition_of(pod, "DisruptionTarget").is == TRUTH_TRUE;
}

static const char *revision_of(const json_t *pod)
{
	const char *owner = owner_kind(pod);

	if (same(owner, "DaemonSet"))
		return jx_label(pod, "pod-template-generation");
	return same(owner, "StatefulSet") ? jx_label(pod, "controller-revision-hash") : NULL;
}

static void facts(struct judgement *out, const json_t *pod, const struct pod_words *words)
{
	const char *phase = jx_str(pod, "status.phase");

	judgement_column(out, "Ready", "%lld/%lld", words->ready, words->containers);
	judgement_column(out, "Status", "%s", words->status);
	judgement_column(out, "Restarts", "%lld", words->restarts);
	out->restarts = words->all_restarts;
	out->ready = condition_of(pod, "Ready").is == TRUTH_TRUE;
	out->finished = same(phase, "Succeeded") || same(phase, "Failed");
	out->transient = same(phase, "Failed") && owner_kind(pod) && ended_from_outside(pod);
	out->revision = xstrdup_or_null(revision_of(pod));
}

/* The first container that failed. */
static bool failed_container(const json_t *pod, struct container *out)
{
	for (size_t i = 0; pod_container(pod, i, out); i++)
		if (out->terminated && jx_int(out->terminated, "exitCode", -1) != 0)
			return true;
	return false;
}

static void judge_failed(struct judgement *out, const json_t *pod)
{
	enum severity severity = out->transient ? SEVERITY_SOFT : SEVERITY_HARD;
	const char *reason = jx_str(pod, "status.reason");
	bool one_failed;
	char message[SHOWN_SIZE], title[CONTAINER_TITLE_SIZE], end[CONTAINER_END_SIZE];
	struct container c;

	shown(message, jx_str(pod, "status.message"));
	one_failed = failed_container(pod, &c);
	if (one_failed)
		pod_blame(out, &c);
	if (same(reason, "DeadlineExceeded"))
		judgement_error(out, severity, FAMILY_OTHER, "DeadlineExceeded",
			"it ran longer than its activeDeadlineSeconds (%lld)",
			jx_int(pod, "spec.activeDeadlineSeconds", 0));
	else if ((!reason || !*reason) && one_failed)
		judgement_error(out, severity, FAMILY_CRASH,
			reason_or(jx_str(c.terminated, "reason"), "Error"), "%s %s",
			container_title(title, &c), container_end(end, &c, c.terminated));
	else
		judgement_error(out, severity, FAMILY_OTHER, reason_or(reason, "Failed"), "%s",
			*message ? message : "it has failed, and its status does not say why");
}

/* Whether the Pod is meant to end. Operators keep permanent Pods with restartPolicy Never, so
 * that another owner's Pods are judged by their readiness. */
static bool is_finite(const json_t *pod)
{
	const json_t *policy = jx_get(pod, "spec.restartPolicy");
	const char *owner = owner_kind(pod);

	if (!policy || same(json_string_value(policy), "Always"))
		return false;
	return !owner || has_suffix(owner, "Job") || has_suffix(owner, "Workflow") ||
		same(owner, "TaskRun") || same(owner, "PipelineRun");
}

static bool is_done(const struct container *c)
{
	return c->terminated && jx_int(c->terminated, "exitCode", -1) == 0;
}

/* Of init containers only while the Pod is held up by them. */
static void note_restarts(struct judgement *out, const json_t *pod, bool initializing)
{
	char end[CONTAINER_END_SIZE], title[CONTAINER_TITLE_SIZE];
	struct container c;

	for (size_t i = 0; pod_container(pod, i, &c); i++) {
		const json_t *last = jx_get(c.status, "lastState.terminated");

		if (c.restarts == 0 || (c.role == CONTAINER_INIT && (!initializing || is_done(&c))))
			continue;
		judgement_note(out,
			last ? "%s restarted %lld time%s, as it %s" : "%s restarted %lld time%s%s",
			container_title(title, &c), c.restarts, plural(c.restarts),
			last ? container_end(end, &c, last) : "");
	}
}

static void judge_running(struct judgement *out, const json_t *pod)
{
	if (is_finite(pod))
		judgement_set(out, STATUS_IN_PROGRESS, "Running", "running, and meant to end");
	else if (condition_of(pod, "Ready").is == TRUTH_TRUE)
		judge_success(out);
	else
		judge_pod_not_ready(out, pod);
	note_restarts(out, pod, false);
}

static void judge_waiting(
	struct judgement *out, const json_t *pod, const struct pod_words *words)
{
	judge_pod_pending(out, pod, words);
	note_restarts(out, pod, true);
}

static void judge_pod(struct judgement *out, const json_t *object,
	const struct judge_options *options UNUSED, int64_t now_ms UNUSED)
{
	const struct pod_words words = pod_words(object);
	const char *phase = jx_str(object, "status.phase");

	facts(out, object, &words);
	if (same(phase, "Succeeded"))
		judge_success(out);
	else if (same(phase, "Failed"))
		judge_failed(out, object);
	else if (judge_pod_trouble(out, object))
		return;
	else if (same(phase, "Pending"))
		judge_waiting(out, object, &words);
	else if (same(phase, "Running"))
		judge_running(out, object);
	else
		judgement_set(out, STATUS_IN_PROGRESS, "Unknown",
			phase && *phase ? "its node does not report its state"
					: "it has no state yet");
}

static const char *const columns[] = { "Ready", "Status", "Restarts", NULL };

const struct rule pod_rules[] = {
	{ .group = "", .kind = "Pod", .columns = columns, .judge = judge_pod },
	{ .judge = NULL },
};
