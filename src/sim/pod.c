/* SPDX-License-Identifier: Apache-2.0 */
/* Pods: which rule one follows, what it does when, and the events of it. */

#include "sim/pod.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "manifest/labels.h"
#include "sim/world.h"

#define CREATE_MS 800  /* from scheduled to running */
#define DIED_MS 700    /* how long a terminated container is seen */
#define PULL_MS 1500   /* how long an image is tried */

static int64_t or_else(int64_t value, int64_t fallback)
{
	return value ? value : fallback;
}

static struct pod_moment coming_up(int64_t age, int64_t ready_after, int restarts)
{
	int64_t create = ready_after / 2 < CREATE_MS ? ready_after / 2 : CREATE_MS;

	if (age < create)
		return (struct pod_moment){ STEP_CREATING, restarts };
	return (struct pod_moment){ age < ready_after ? STEP_STARTED : STEP_READY, restarts };
}

static struct pod_moment flapping(const struct pod_rule *rule, int64_t age, int64_t after)
{
	int64_t at = or_else(rule->flap_at, 3000), lasts = or_else(rule->flap_for, 3000);
	int64_t t = age - after;

	if (t >= at && t / (at + lasts) < or_else(rule->times, 1) && t % (at + lasts) >= at)
		return (struct pod_moment){ STEP_STARTED, 0 };
	return coming_up(age, after, 0);
}

static struct pod_moment pulling(int64_t age)
{
	int64_t wait = 4000;

	if (age < CREATE_MS)
		return (struct pod_moment){ STEP_CREATING, 0 };
	for (age -= CREATE_MS; age >= PULL_MS + wait; wait = wait < 60000 ? wait * 2 : wait)
		age -= PULL_MS + wait;
	return (struct pod_moment){ age < PULL_MS ? STEP_PULL_ERROR : STEP_PULL_BACKOFF, 0 };
}

static struct pod_moment crashing(const struct pod_rule *rule, int64_t age)
{
	int64_t runs = or_else(rule->runs, 1500), base = or_else(rule->backoff, 4000), wait = 0;
	enum pod_step up = rule->ready_between ? STEP_READY : STEP_STARTED;
	int restarts = 0;

	if (age < CREATE_MS)
		return (struct pod_moment){ STEP_CREATING, 0 };
	/* The kubelet restarts a container at once the first time, and waits ever longer after
	 * that. */
	for (age -= CREATE_MS; age >= runs + DIED_MS + wait; restarts++) {
		age -= runs + DIED_MS + wait;
		wait = !wait ? base : wait * 2 < base * 10 ? wait * 2 : base * 10;
	}
	if (age < runs)
		return (struct pod_moment){ up, restarts };
	return (struct pod_moment){ age < runs + DIED_MS ? STEP_DIED : STEP_BACKOFF, restarts };
}

static struct pod_moment ending(const struct pod_rule *rule, int64_t age, bool well)
{
	if (age < CREATE_MS)
		return (struct pod_moment){ STEP_CREATING, 0 };
	if (age < CREATE_MS + or_else(rule->runs, 2500))
		return (struct pod_moment){ STEP_READY, 0 };
	return (struct pod_moment){ well ? STEP_SUCCEEDED : STEP_FAILED, 0 };
}

struct pod_moment pod_moment(const struct pod_rule *rule, int64_t age, const char *restart_policy)
{
	bool always = strcmp(restart_policy, "Always") == 0,
	     never = strcmp(restart_policy, "Never") == 0;
	int64_t after = or_else(rule->after, rule->behave == BEHAVE_SLOW ? 15000 : 2000);
	struct pod_moment sick;

	if (rule->heals && age >= rule->heals) {
		struct pod_rule before = *rule;

		before.heals = 0;
		sick = pod_moment(&before, rule->heals, restart_policy);
		return coming_up(age - rule->heals + CREATE_MS, after + CREATE_MS, sick.restarts);
	}
	switch (rule->behave) {
	case BEHAVE_FLAP:
		return flapping(rule, age, after);
	case BEHAVE_NEVER_READY:
		return coming_up(age, INT64_MAX, 0);
	case BEHAVE_IMAGE_ERROR:
		return pulling(age);
	case BEHAVE_CONFIG_ERROR:
		return (struct pod_moment){ age < CREATE_MS ? STEP_CREATING : STEP_CONFIG_ERROR,
			0 };
	case BEHAVE_UNSCHEDULABLE:
		return (struct pod_moment){ STEP_UNSCHEDULABLE, 0 };
	case BEHAVE_CRASH:
	case BEHAVE_OOM:
		return never ? ending(rule, age, false) : crashing(rule, age);
	case BEHAVE_EXIT:
		if (always || (rule->exit_code && !never))
			return crashing(rule, age);
		return ending(rule, age, rule->exit_code == 0);
	default:
		return coming_up(age, after, 0);
	}
}

static bool matches_owner(const char *pattern, const struct object *pod)
{
	for (const struct object *o = pod->owner; o; o = o->owner) {
		char *full = xasprintf("%s/%s", o->kind->kind, object_name(o));
		bool found = glob_match(pattern, strchr(pattern, '/') ? full : object_name(o));

		free(full);
		if (found)
			return true;
	}
	return false;
}

static bool matches_image(const char *pattern, const json_t *pod)
{
	const json_t *containers = jx_get(pod, "spec.containers");

	for (size_t i = 0; i < json_array_size(containers); i++) {
		const char *image = jx_str(json_array_get(containers, i), "image");

		if (image && glob_match(pattern, image))
			return true;
	}
	return false;
}

static bool matches_pod(const struct match *match, const struct object *pod)
{
	const char *ns = object_ns(pod);

	return glob_match(match->name, object_name(pod)) && glob_match(match->ns, ns ? ns : "") &&
	       (!match->owner || matches_owner(match->owner, pod)) &&
	       (!match->image || matches_image(match->image, pod->json)) &&
	       (!match->label || labels_match(match->label, pod->json));
}

static const char *restart_policy(const struct object *pod)
{
	const char *policy = jx_str(pod->json, "spec.restartPolicy");

	return policy ? policy : "Always";
}

void pod_adopt_rule(struct sim *sim, struct object *pod)
{
	bool finite = strcmp(restart_policy(pod), "Always") != 0;

	pod->rule = scenario_default_rule(finite);
	for (size_t i = 0; i < sim->scenario.npods; i++) {
		struct pod_rule *rule = &sim->scenario.pods[i];

		if ((rule->first && rule->used >= rule->first) || !matches_pod(&rule->match, pod))
			continue;
		rule->used++;
		pod->rule = rule;
		return;
	}
}

static json_t *copy_part(const json_t *template, const char *part)
{
	const json_t *value = json_object_get(template, part);

	return json_is_object(value) ? json_deep_copy(value) : json_object();
}

struct object *pod_create(
	struct sim *sim, struct object *owner, const json_t *template, const char *name)
{
	const struct kind *kind = kinds_by_kind(&sim->kinds, "v1", "Pod");
	json_t *meta = copy_part(template, "metadata");
	struct object *pod;

	json_object_set_new(meta, "name", json_string(name));
	pod = store_add(sim, kind, object_ns(owner),
		json_pack("{s:o,s:o}", "metadata", meta, "spec", copy_part(template, "spec")),
		owner);
	pod_adopt_rule(sim, pod);
	pod_tick(sim, pod);
	return pod;
}

static const char *container_name(const struct object *pod)
{
	const json_t *first = json_array_get(jx_get(pod->json, "spec.containers"), 0);
	const char *name = jx_str(first, "name");

	return name ? name : "main";
}

static const char *image_name(const struct object *pod)
{
	const json_t *first = json_array_get(jx_get(pod->json, "spec.containers"), 0);
	const char *image = jx_str(first, "image");

	return image ? image : "";
}

static void emit_unhealthy(struct sim *sim, const struct object *pod)
{
	event_emit(sim, pod, "Warning", "Unhealthy", "%s", pod->rule->message ? pod->rule->message
			: "Readiness probe failed: HTTP probe failed with statuscode: 503");
}

static void emit_running(struct sim *sim, const struct object *pod, int before)
{
	if (before != STEP_STARTED && before != STEP_READY) {
		event_emit(sim, pod, "Normal", "Pulled",
			"Container image \"%s\" already present on machine", image_name(pod));
		event_emit(sim, pod, "Normal", "Created", "Created container: %s",
			container_name(pod));
		event_emit(
			sim, pod, "Normal", "Started", "Started container %s", container_name(pod));
	}
	if (before == STEP_READY || pod->rule->behave == BEHAVE_NEVER_READY)
		emit_unhealthy(sim, pod);
}

static void emit_step(struct sim *sim, const struct object *pod, enum pod_step step, int before)
{
	switch (step) {
	case STEP_CREATING:
		event_emit(sim, pod, "Normal", "Scheduled", "Successfully assigned %s/%s to %s",
			object_ns(pod), object_name(pod), jx_str(pod->json, "spec.nodeName"));
		break;
	case STEP_UNSCHEDULABLE:
		event_emit(sim, pod, "Warning", "FailedScheduling", "%s",
			pod->rule->message ? pod->rule->message
					   : "0/3 nodes are available: 3 Insufficient cpu.");
		break;
	case STEP_PULL_ERROR:
		event_emit(sim, pod, "Normal", "Pulling", "Pulling image \"%s\"", image_name(pod));
		event_emit(sim, pod, "Warning", "Failed", "Failed to pull image \"%s\": %s",
			image_name(pod), pod->rule->message ? pod->rule->message : "not found");
		event_emit(sim, pod, "Warning", "Failed", "Error: ErrImagePull");
		break;
	case STEP_PULL_BACKOFF:
		event_emit(sim, pod, "Normal", "BackOff", "Back-off pulling image \"%s\"",
			image_name(pod));
		event_emit(sim, pod, "Warning", "Failed", "Error: ImagePullBackOff");
		break;
	case STEP_CONFIG_ERROR:
		event_emit(sim, pod, "Warning", "Failed", "Error: %s",
			pod->rule->message ? pod->rule->message : "secret \"missing\" not found");
		break;
	case STEP_BACKOFF:
		event_emit(sim, pod, "Warning", "BackOff",
			"Back-off restarting failed container %s in pod %s_%s(%s)",
			container_name(pod), object_name(pod), object_ns(pod), object_uid(pod));
		break;
	case STEP_STARTED:
	case STEP_READY:
		emit_running(sim, pod, before);
		break;
	default:
		break;
	}
}

static void schedule(struct sim *sim, struct object *pod)
{
	json_t *spec = json_object_get(pod->json, "spec");

	if (!json_object_get(spec, "nodeName"))
		json_object_set_new(spec, "nodeName",
			json_sprintf("node-%d",
				1 +
					(int)(store_random(&sim->store) %
						(uint64_t)(sim->scenario.nodes ? sim->scenario.nodes
									       : 1))));
}

void pod_tick(struct sim *sim, struct object *pod)
{
	struct pod_moment now;
	int before = pod->step;

	if (object_terminating(pod) || pod_ended(pod))
		return;
	if (!pod->rule)
		pod_adopt_rule(sim, pod);
	now = pod_moment(pod->rule, sim->now - pod->created, restart_policy(pod));
	if ((int)now.step == before && now.restarts == pod->restarts)
		return;
	if (now.step != STEP_UNSCHEDULABLE)
		schedule(sim, pod);
	if (before < 0 && now.step > STEP_CREATING)
		emit_step(sim, pod, STEP_CREATING, before);
	emit_step(sim, pod, now.step, before);
	pod->step = now.step;
	pod->restarts = now.restarts;
	if (now.step != STEP_READY)
		pod->ready_at = -1;
	else if (pod->ready_at < 0)
		pod->ready_at = sim->now;
	store_set_status(sim, pod, pod_status(sim, pod, now));
}

bool pod_is_ready(const struct object *pod)
{
	return pod->step == STEP_READY && !object_terminating(pod);
}

bool pod_is_available(const struct sim *sim, const struct object *pod, int64_t min_ready_ms)
{
	return pod_is_ready(pod) && sim->now - pod->ready_at >= min_ready_ms;
}

bool pod_ended(const struct object *pod)
{
	return pod->step == STEP_SUCCEEDED || pod->step == STEP_FAILED;
}
