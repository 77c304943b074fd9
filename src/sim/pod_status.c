/* SPDX-License-Identifier: Apache-2.0 */
/* The status of a Pod, as a kubelet writes it. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "sim/pod.h"
#include "sim/world.h"

static const char *said(const struct object *pod, const char *otherwise)
{
	return pod->rule->message ? pod->rule->message : otherwise;
}

static json_t *waiting(const char *reason, char *message_take)
{
	json_t *state = json_pack("{s:{s:s}}", "waiting", "reason", reason);

	if (message_take)
		json_object_set_new(
			json_object_get(state, "waiting"), "message", jx_string(message_take));
	free(message_take);
	return state;
}

static const char *death(const struct pod_rule *rule, int *code)
{
	if (rule->behave == BEHAVE_OOM) {
		*code = 137;
		return "OOMKilled";
	}
	*code = (int)rule->exit_code;
	if (rule->behave == BEHAVE_CRASH && !*code)
		*code = 1;
	return *code ? "Error" : "Completed";
}

static json_t *terminated(const struct object *pod, const json_t *before, const char *id)
{
	const char *started = jx_str(before, "state.running.startedAt");
	int code;
	const char *reason = death(pod->rule, &code);

	return json_pack("{s:{s:s,s:i,s:o,s:s,s:o}}", "terminated", "containerID", id, "exitCode",
		code, "finishedAt", sim_stamp(), "reason", reason, "startedAt",
		started ? json_string(started) : sim_stamp());
}

static json_t *running(const json_t *before, int restarts)
{
	const char *since = jx_str(before, "state.running.startedAt");
	bool same = since && jx_int(before, "restartCount", -1) == restarts;

	return json_pack(
		"{s:{s:o}}", "running", "startedAt", same ? json_string(since) : sim_stamp());
}

static json_t *container_state(const struct object *pod, const json_t *spec, const json_t *before,
	struct pod_moment moment, const char *id)
{
	const char *image = jx_str(spec, "image"), *name = jx_str(spec, "name");
	const char *why = said(pod, "not found");

	switch (moment.step) {
	case STEP_PULL_ERROR:
		return waiting("ErrImagePull", xstrdup(why));
	case STEP_PULL_BACKOFF:
		return waiting("ImagePullBackOff",
			xasprintf("Back-off pulling image \"%s\": ErrImagePull: %s",
				image ? image : "", why));
	case STEP_CONFIG_ERROR:
		return waiting("CreateContainerConfigError",
			xstrdup(said(pod, "secret \"missing\" not found")));
	case STEP_BACKOFF:
		return waiting("CrashLoopBackOff",
			xasprintf("back-off %ds restarting failed container=%s pod=%s_%s(%s)",
				moment.restarts > 5
					? 300
					: 10 << (moment.restarts > 0 ? moment.restarts - 1 : 0),
				name ? name : "", object_name(pod), object_ns(pod),
				object_uid(pod)));
	case STEP_STARTED:
	case STEP_READY:
		return running(before, moment.restarts);
	case STEP_DIED:
	case STEP_SUCCEEDED:
	case STEP_FAILED:
		return terminated(pod, before, id);
	default:
		return waiting("ContainerCreating", NULL);
	}
}

/* What the container was before this state: a restart leaves its last end behind. */
static json_t *last_state(
	const struct object *pod, const json_t *before, struct pod_moment moment, const char *id)
{
	const json_t *ended = jx_get(before, "state.terminated"),
		     *last = jx_get(before, "lastState");

	if (moment.step != STEP_DIED && ended)
		return json_pack("{s:O}", "terminated", ended);
	if (moment.restarts > jx_int(before, "restartCount", 0) && moment.step != STEP_DIED)
		return terminated(pod, before, id);
	return last ? json_deep_copy(last) : json_object();
}

static json_t *container_status(const struct object *pod, const json_t *spec, const json_t *before,
	struct pod_moment moment)
{
	const char *name = jx_str(spec, "name"), *image = jx_str(spec, "image");
	bool up = moment.step == STEP_STARTED || moment.step == STEP_READY;
	bool made = moment.step >= STEP_STARTED;
	char *id = xasprintf(
		"containerd://%s-%s-%d", object_uid(pod), name ? name : "", moment.restarts);
	json_t *status = json_pack("{s:s,s:o,s:o,s:b,s:i,s:s,s:s,s:b}", "name", name ? name : "",
		"state", container_state(pod, spec, before, moment, id), "lastState",
		last_state(pod, before, moment, id), "ready", moment.step == STEP_READY,
		"restartCount", moment.restarts, "image", image ? image : "", "imageID",
		made && image ? image : "", "started", up);

	if (made)
		json_object_set_new(status, "containerID", json_string(id));
	free(id);
	return status;
}

static json_t *container_statuses(const struct object *pod, struct pod_moment moment)
{
	const json_t *specs = jx_get(pod->json, "spec.containers");
	const json_t *before = jx_get(pod->json, "status.containerStatuses");
	json_t *statuses = json_array();

	for (size_t i = 0; i < json_array_size(specs); i++)
		json_array_append_new(statuses, container_status(pod, json_array_get(specs, i),
			json_array_get(before, i), moment));
	return statuses;
}

/* Init containers have done their work as soon as the Pod is past its creation. */
static json_t *init_statuses(const struct object *pod, struct pod_moment moment)
{
	const json_t *specs = jx_get(pod->json, "spec.initContainers");
	const json_t *before = jx_get(pod->json, "status.initContainerStatuses");
	json_t *statuses = json_array();

	for (size_t i = 0; i < json_array_size(specs); i++) {
		const json_t *spec = json_array_get(specs, i), *was = json_array_get(before, i);
		const char *name = jx_str(spec, "name"), *image = jx_str(spec, "image");
		bool done = moment.step > STEP_CREATING;
		json_t *state;

		if (done && jx_get(was, "state.terminated"))
			state = json_deep_copy(jx_get(was, "state"));
		else if (done)
			state = json_pack("{s:{s:i,s:o,s:s,s:o}}", "terminated", "exitCode", 0,
				"finishedAt", sim_stamp(), "reason", "Completed", "startedAt",
				sim_stamp());
		else
			state = waiting("PodInitializing", NULL);
		json_array_append_new(statuses,
			json_pack("{s:s,s:o,s:{},s:b,s:i,s:s,s:s,s:b}", "name", name ? name : "",
				"state", state, "lastState", "ready", done, "restartCount", 0,
				"image", image ? image : "", "imageID", done && image ? image : "",
				"started", 0));
	}
	return statuses;
}

static void add_condition(json_t *list, const struct object *pod, const char *type, bool status,
	const char *reason, const char *message)
{
	json_t *condition = object_condition(pod, type, status, reason, message);

	json_object_set_new(condition, "lastProbeTime", json_null());
	json_array_append_new(list, condition);
}

/* "[web sidecar]", as the kubelet lists containers. */
static char *container_names(const struct object *pod)
{
	const json_t *specs = jx_get(pod->json, "spec.containers");
	struct buf out = { 0 };

	for (size_t i = 0; i < json_array_size(specs); i++) {
		const char *name = jx_str(json_array_get(specs, i), "name");

		buf_printf(&out, "%s%s", i ? " " : "", name ? name : "");
	}
	return out.data ? buf_take(&out) : xstrdup("");
}

static json_t *conditions(const struct object *pod, enum pod_step step)
{
	bool ready = step == STEP_READY, initialized = step > STEP_CREATING;
	char *names = container_names(pod),
	     *unready = xasprintf("containers with unready status: [%s]", names);
	const char *reason = "ContainersNotReady", *message = unready;
	json_t *list = json_array();

	if (step == STEP_SUCCEEDED) {
		reason = "PodCompleted";
		message = NULL;
	} else if (step == STEP_FAILED) {
		reason = "PodFailed";
		message = NULL;
	}
	add_condition(list, pod, "PodReadyToStartContainers", initialized && step < STEP_SUCCEEDED,
		NULL, NULL);
	add_condition(list, pod, "Initialized",
		initialized || !jx_len(pod->json, "spec.initContainers"), NULL, NULL);
	add_condition(list, pod, "Ready", ready, ready ? NULL : reason, ready ? NULL : message);
	add_condition(
		list, pod, "ContainersReady", ready, ready ? NULL : reason, ready ? NULL : message);
	add_condition(list, pod, "PodScheduled", true, NULL, NULL);
	free(names);
	free(unready);
	return list;
}

static const char *phase(enum pod_step step)
{
	switch (step) {
	case STEP_STARTED:
	case STEP_READY:
	case STEP_DIED:
	case STEP_BACKOFF:
		return "Running";
	case STEP_SUCCEEDED:
		return "Succeeded";
	case STEP_FAILED:
		return "Failed";
	default:
		return "Pending";
	}
}

static json_t *unschedulable(const struct object *pod)
{
	json_t *list = json_array();

	add_condition(list, pod, "PodScheduled", false, "Unschedulable",
		said(pod, "0/3 nodes are available: 3 Insufficient cpu."));
	return json_pack(
		"{s:s,s:o,s:s}", "phase", "Pending", "conditions", list, "qosClass", "BestEffort");
}

json_t *pod_status(struct sim *sim, const struct object *pod, struct pod_moment moment)
{
	const char *ip = jx_str(pod->json, "status.podIP"),
		   *started = jx_str(pod->json, "status.startTime");
	json_t *status;

	if (moment.step == STEP_UNSCHEDULABLE)
		return unschedulable(pod);
	status = json_pack("{s:s,s:o,s:s,s:[{s:s}],s:o,s:o,s:s}", "phase", phase(moment.step),
		"conditions", conditions(pod, moment.step), "hostIP", "192.168.0.10", "hostIPs",
		"ip", "192.168.0.10", "startTime", started ? json_string(started) : sim_stamp(),
		"containerStatuses", container_statuses(pod, moment), "qosClass", "BestEffort");
	if (jx_len(pod->json, "spec.initContainers"))
		json_object_set_new(status, "initContainerStatuses", init_statuses(pod, moment));
	if (moment.step >= STEP_STARTED) {
		json_t *address = ip ? json_string(ip) : NULL;

		if (!address) {
			unsigned n = ++sim->addresses;

			address = json_sprintf("10.244.%u.%u", n / 250 % 250, n % 250 + 1);
		}
		json_object_set_new(status, "podIPs", json_pack("[{s:O}]", "ip", address));
		json_object_set_new(status, "podIP", address);
	}
	return status;
}
