/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs: Pods that run to their end, and are tried again when they fail. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "sim/pod.h"
#include "sim/workload.h"
#include "sim/world.h"

/* First wait before a failed Pod is replaced; doubles. Shorter than the real 10 s, so that a demo
 * fits a minute. */
#define RETRY_MS 1500
#define PARALLEL_MAX 1000
/* The real controller gathers what happens to Pods for a second, too. */
#define SYNC_MS 1000

struct attempts {
	int64_t active, ready, succeeded, failed, ending;
};

static struct attempts look(const struct object *job)
{
	struct attempts a = { 0 };

	for (struct object *pod = job->children; pod; pod = pod->sibling) {
		if (pod->gone || !kind_is(pod->kind, "", "Pod"))
			continue;
		if (pod->step == STEP_SUCCEEDED)
			a.succeeded++;
		else if (pod->step == STEP_FAILED)
			a.failed++;
		else if (object_terminating(pod))
			a.ending++;
		else
			a.active++;
		a.failed += pod->step != STEP_FAILED ? pod->restarts : 0;
		a.ready += pod_is_ready(pod);
	}
	/* The restarts of a Pod that is gone still count. */
	if (a.failed < jx_int(job->json, "status.failed", 0))
		a.failed = jx_int(job->json, "status.failed", 0);
	return a;
}

static void start_pods(struct sim *sim, struct object *job, const struct attempts *a)
{
	int64_t parallel = jx_int(job->json, "spec.parallelism", 1), completions, wait = RETRY_MS;
	char suffix[6], *name;

	completions = jx_int(job->json, "spec.completions", parallel);
	if (parallel > PARALLEL_MAX)
		parallel = PARALLEL_MAX;
	if (a->active >= parallel || a->active + a->succeeded >= completions)
		return;
	for (int64_t i = 1; i < a->failed && wait < 60000; i++)
		wait *= 2;
	if (a->failed && sim->now - job->progressed < wait)
		return;
	job->progressed = sim->now;
	for (int64_t i = a->active; i < parallel && i + a->succeeded < completions; i++) {
		store_suffix(&sim->store, suffix, sizeof(suffix) - 1);
		name = xasprintf("%s-%s", object_name(job), suffix);
		pod_create(sim, job, jx_get(job->json, "spec.template"), name);
		event_emit(sim, job, "Normal", "SuccessfulCreate", "Created pod: %s", name);
		free(name);
	}
}

static void end_pods(struct sim *sim, struct object *job)
{
	for (struct object *pod = job->children; pod; pod = pod->sibling) {
		if (kind_is(pod->kind, "", "Pod") && !pod_ended(pod))
			store_delete(sim, pod);
	}
}

static json_t *job_condition(
	const struct object *job, const char *type, const char *reason, const char *message)
{
	json_t *condition = object_condition(job, type, true, reason, message);
	const char *probed = jx_str(jx_condition(job->json, type), "lastProbeTime");

	json_object_set_new(condition, "lastProbeTime", probed ? json_string(probed) : sim_stamp());
	return condition;
}

/* Adds what a Job that is about to end, or has ended, says. The first of the two conditions comes a
 * look earlier: the last is set when no Pod is left. */
static void conclude(struct sim *sim, struct object *job, json_t *status, const struct attempts *a,
	bool well, const char *reason, const char *message)
{
	const char *early = well ? "SuccessCriteriaMet" : "FailureTarget",
		   *late = well ? "Complete" : "Failed";
	bool told = jx_condition(job->json, early) != NULL;
	json_t *conditions = json_pack("[o]", job_condition(job, early, reason, message));

	if (!told)
		end_pods(sim, job);
	if (told && a->active + a->ending == 0) {
		json_array_append_new(conditions, job_condition(job, late, reason, message));
		event_emit(sim, job, well ? "Normal" : "Warning", well ? "Completed" : reason, "%s",
			well ? "Job completed" : message);
		if (well)
			json_object_set_new(status, "completionTime", sim_stamp());
		job->counted = true;
		job->progressed = sim->now;
	}
	json_object_set_new(status, "conditions", conditions);
}

static json_t *suspended(struct sim *sim, struct object *job)
{
	end_pods(sim, job);
	return json_pack("[o]", job_condition(job, "Suspended", "JobSuspended", "Job suspended"));
}

static void decide(struct sim *sim, struct object *job, json_t *status, const struct attempts *a)
{
	int64_t completions = jx_int(job->json, "spec.completions", 1);
	int64_t deadline = seconds_ms(job->json, "spec.activeDeadlineSeconds", 0);

	if (jx_bool(job->json, "spec.suspend"))
		json_object_set_new(status, "conditions", suspended(sim, job));
	else if (a->succeeded >= completions)
		conclude(sim, job, status, a, true, "CompletionsReached",
			"Reached expected number of succeeded pods");
	else if (deadline && sim->now - job->created >= deadline)
		conclude(sim, job, status, a, false, "DeadlineExceeded",
			"Job was active longer than specified deadline");
	else if (jx_condition(job->json, "FailureTarget") ||
		a->failed > jx_int(job->json, "spec.backoffLimit", 6))
		conclude(sim, job, status, a, false, "BackoffLimitExceeded",
			"Job has reached the specified backoff limit");
	else
		start_pods(sim, job, a);
}

static void expire(struct sim *sim, struct object *job)
{
	int64_t ttl = seconds_ms(job->json, "spec.ttlSecondsAfterFinished", -1);

	if (ttl >= 0 && sim->now - job->progressed >= ttl)
		store_delete(sim, job);
}

void job_tick(struct sim *sim, struct object *job)
{
	const char *started = jx_str(job->json, "status.startTime");
	struct attempts a;
	json_t *status;

	if (object_terminating(job) || !controller_sees(sim, job) ||
	    (job->synced && sim->now - job->synced < SYNC_MS))
		return;
	job->synced = sim->now;
	if (job->counted) {
		expire(sim, job);
		return;
	}
	status = json_object();
	if (!jx_bool(job->json, "spec.suspend"))
		json_object_set_new(
			status, "startTime", started ? json_string(started) : sim_stamp());
	a = look(job);
	decide(sim, job, status, &a);
	a = look(job);
	set_count(status, "active", a.active);
	set_count(status, "succeeded", a.succeeded);
	set_count(status, "failed", a.failed);
	json_object_set_new(status, "terminating", json_integer(a.ending));
	json_object_set_new(status, "ready", json_integer(a.ready));
	json_object_set_new(status, "uncountedTerminatedPods", json_object());
	store_set_status(sim, job, status);
}
