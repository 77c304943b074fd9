/* SPDX-License-Identifier: Apache-2.0 */
/* Job: settled when it has completed; or at once, with its real state told, where it is not
 * waited for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "rules/kinds.h"
#include "rules/pod.h"
#include "rules/read.h"

/* Room for a limit's name and number. */
#define LIMIT_SIZE 64

static bool is_true(const json_t *object, const char *type)
{
	return condition_of(object, type).is == TRUTH_TRUE;
}

/* kubectl's STATUS word. */
static const char *job_word(const json_t *object)
{
	static const struct {
		const char *type, *word;
	} words[] = {
		{ "Complete", "Complete" },
		{ "Failed", "Failed" },
		{ "Suspended", "Suspended" },
		{ "FailureTarget", "FailureTarget" },
		{ "SuccessCriteriaMet", "SuccessCriteriaMet" },
	};

	if (jx_get(object, "metadata.deletionTimestamp"))
		return "Terminating";
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (is_true(object, words[i].type))
			return words[i].word;
	return "Running";
}

static void completions_column(struct judgement *out, const json_t *object)
{
	json_int_t parallelism = jx_int(object, "spec.parallelism", 1);
	json_int_t succeeded = jx_int(object, "status.succeeded", 0);

	if (jx_has_int(object, "spec.completions"))
		judgement_column(out, "Completions", "%lld/%lld", succeeded,
			jx_int(object, "spec.completions", 0));
	else if (parallelism > 1)
		judgement_column(out, "Completions", "%lld/1 of %lld", succeeded, parallelism);
	else
		judgement_column(out, "Completions", "%lld/1", succeeded);
}

/* When it failed, for a Failed Job has no completionTime. */
static const char *failed_at(const json_t *object)
{
	return is_true(object, "Failed")
		? jx_str(jx_condition(object, "Failed"), "lastTransitionTime")
		: NULL;
}

static void duration_column(struct judgement *out, const json_t *object, int64_t now_ms)
{
	const char *start = jx_str(object, "status.startTime"),
		   *end = jx_str(object, "status.completionTime");
	int64_t start_ms, end_ms;
	char text[DURATION_SIZE] = "";

	if (!end)
		end = failed_at(object);
	if (start && clock_parse_stamp(start, &start_ms)) {
		if (!end || !clock_parse_stamp(end, &end_ms))
			end_ms = now_ms;
		duration_age(end_ms > start_ms ? end_ms - start_ms : 0, text);
	}
	judgement_column(out, "Duration", "%s", text);
}

/* Trouble that never ends by itself, because backoffLimit does not count it. Crashes and failed
 * Pods are the Job controller's to judge. */
static bool stuck(const struct judgement *pod)
{
	return pod->status == STATUS_ERROR && !pod->finished && !pod->terminating &&
		(pod->family == FAMILY_IMAGE || pod->family == FAMILY_CONFIG ||
			pod->family == FAMILY_START || pod->family == FAMILY_SANDBOX);
}

/* The Pod's reason becomes the Job's: at once an Error if it cannot heal; else the tracker
 * counts the grace. */
static void judge_pods(struct judgement *out, const json_t *object,
	const struct judge_options *options, int64_t now_ms)
{
	const struct related *pods = related_of(options, "Pod");
	struct judgement pod;

	for (size_t i = 0; pods && i < pods->n && out->status != STATUS_ERROR; i++) {
		if (!is_owned_by(pods->objects[i], object))
			continue;
		judge(&pod, pods->objects[i], options, now_ms);
		if (stuck(&pod) && pod.severity == SEVERITY_HARD) {
			judgement_error(
				out, SEVERITY_HARD, pod.family, pod.reason, "%s", pod.message);
		} else if (stuck(&pod) && out->family == FAMILY_NONE) {
			judgement_set(out, STATUS_IN_PROGRESS, pod.reason, "%s", pod.message);
			out->family = pod.family;
		}
		judgement_release(&pod);
	}
}

static void judge_running(struct judgement *out, const json_t *object)
{
	json_int_t active = jx_int(object, "status.active", 0),
		   failed = jx_int(object, "status.failed", 0);
	json_int_t succeeded = jx_int(object, "status.succeeded", 0),
		   limit = jx_int(object, "spec.backoffLimit", 6);
	json_int_t completions = jx_int(object, "spec.completions", 1);

	if (!jx_get(object, "status.startTime"))
		judgement_set(
			out, STATUS_IN_PROGRESS, "Pending", "not started by its controller yet");
	else if (failed > 0)
		judgement_set(out, STATUS_IN_PROGRESS, "Running",
			"running, %lld active, %lld of %lld succeeded, %lld failed (backoffLimit %lld)",
			active, succeeded, completions, failed, limit);
	else
		judgement_set(out, STATUS_IN_PROGRESS, "Running",
			"running, %lld active, %lld of %lld succeeded", active, succeeded,
			completions);
}

/* " (backoffLimit 6)": the limit that it has hit, which the controller does not tell. */
static const char *limit_of(char out[static LIMIT_SIZE], const json_t *object, const char *reason)
{
	static const struct {
		const char *reason, *path, *field;
	} limits[] = {
		{ "BackoffLimitExceeded", "spec.backoffLimit", "backoffLimit" },
		{ "DeadlineExceeded", "spec.activeDeadlineSeconds", "activeDeadlineSeconds" },
	};

	*out = '\0';
	for (size_t i = 0; i < ARRAY_LEN(limits); i++)
		if (same(reason, limits[i].reason) && jx_has_int(object, limits[i].path))
			snprintf(out, LIMIT_SIZE, " (%s %lld)", limits[i].field,
				jx_int(object, limits[i].path, 0));
	return out;
}

static bool judge_doomed(struct judgement *out, const json_t *object, const char *type)
{
	const struct condition c = condition_of(object, type);
	char message[SHOWN_SIZE], limit[LIMIT_SIZE];

	if (c.is != TRUTH_TRUE)
		return false;
	shown(message, c.message);
	judgement_error(out, SEVERITY_HARD, FAMILY_OTHER, reason_or(c.reason, type), "%s%s",
		*message ? message : "it has failed", limit_of(limit, object, c.reason));
	return true;
}

static void judge_awaited(struct judgement *out, const json_t *object,
	const struct judge_options *options, int64_t now_ms)
{
	bool suspend = jx_bool(object, "spec.suspend");

	if (judge_doomed(out, object, "Failed"))
		return;
	if (is_true(object, "Complete")) {
		judge_success(out);
		return;
	}
	if (judge_doomed(out, object, "FailureTarget"))
		return;
	if (is_true(object, "SuccessCriteriaMet")) {
		judgement_set(out, STATUS_IN_PROGRESS, "SuccessCriteriaMet",
			"succeeded, waiting for its Pods to end");
	} else if (suspend && is_true(object, "Suspended")) {
		judge_suspended(out, object, options, "suspend");
	} else if (suspend) {
		judgement_set(out, STATUS_IN_PROGRESS, "Suspending", "being suspended");
	} else if (is_true(object, "Suspended")) {
		judgement_set(out, STATUS_IN_PROGRESS, "Resuming", "being resumed");
	} else {
		judge_running(out, object);
		judge_pods(out, object, options, now_ms);
	}
}

/* Nobody waits for it: Success, but never silent about what it really does. */
static void not_awaited(struct judgement *out, const json_t *object)
{
	if (out->status == STATUS_SUCCESS && !out->reason)
		return; /* completed */
	if (is_true(object, "Failed") || is_true(object, "FailureTarget"))
		judgement_set(out, STATUS_SUCCESS, "NotAwaited", "failed: %s, not waited for",
			out->reason);
	else
		judgement_set(
			out, STATUS_SUCCESS, "NotAwaited", "%s, not waited for", out->message);
	free(out->note);
	out->note = NULL;
}

static void judge_job(struct judgement *out, const json_t *object,
	const struct judge_options *options, int64_t now_ms)
{
	const char *bad = NULL;

	judgement_column(out, "Status", "%s", job_word(object));
	completions_column(out, object);
	duration_column(out, object, now_ms);
	out->finished = is_true(object, "Complete") || is_true(object, "Failed");
	out->wanted = count_of(object, "spec.parallelism", 1, &bad);
	judge_awaited(out, object, options, now_ms);
	if (!options->wait_for_jobs)
		not_awaited(out, object);
}

static const char *const children[] = { "/Pod", NULL };
static const char *const columns[] = { "Status", "Completions", "Duration", NULL };

const struct rule job_rules[] = {
	{ .group = "batch",
		.kind = "Job",
		.children = children,
		.columns = columns,
		.judge = judge_job },
	{ .judge = NULL },
};
