/* SPDX-License-Identifier: Apache-2.0 */
/* Pods on their way: not scheduled, being made, or running and not ready. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "rules/pod.h"

/* The scheduler's sentence without what it says behind it about making room. */
static void scheduler_words(char out[static SHOWN_SIZE], const char *message)
{
	static const char *const marks[] = { ". preemption:", ". no new claims to deallocate",
		". not found" };

	shown(out, message);
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		char *rest = strstr(out, marks[i]);

		if (rest)
			*rest = '\0';
	}
}

static void judge_gated(struct judgement *out, const json_t *pod)
{
	const json_t *gates = jx_get(pod, "spec.schedulingGates");
	struct buf list;
	char name[SHOWN_SIZE];

	buf_init(&list, 600);
	for (size_t i = 0; i < json_array_size(gates); i++)
		if (jx_str(json_array_get(gates, i), "name"))
			buf_printf(&list, "%s%s", list.len ? ", " : " ",
				shown(name, jx_str(json_array_get(gates, i), "name")));
	judgement_set(out, STATUS_IN_PROGRESS, "SchedulingGated",
		"held back by its scheduling gates%s", buf_str(&list));
	judgement_note(out, "it is not scheduled until its scheduling gates are removed");
	buf_release(&list);
}

/* An autoscaler, a quota, a preemption may still help: never an Error. */
static bool judge_unscheduled(struct judgement *out, const json_t *pod)
{
	const struct condition scheduled = condition_of(pod, "PodScheduled");
	char message[SHOWN_SIZE];

	if (scheduled.is != TRUTH_FALSE)
		return false;
	if (same(scheduled.reason, "SchedulingGated")) {
		judge_gated(out, pod);
		return true;
	}
	scheduler_words(message, scheduled.message);
	judgement_set(out, STATUS_IN_PROGRESS, reason_or(scheduled.reason, "Unschedulable"), "%s",
		*message ? message : "no node takes it");
	/* The note is what the row of its owner says. */
	judgement_note(out, "%s", out->message);
	return true;
}

/* Init containers run one after the other: the first that is not done. */
static bool first_init(const json_t *pod, struct container *out, size_t *done)
{
	size_t n = jx_len(pod, "status.initContainerStatuses");

	for (*done = 0; *done < n && pod_container(pod, *done, out); ++*done) {
		if (out->terminated && jx_int(out->terminated, "exitCode", -1) == 0)
			continue;
		if (out->role == CONTAINER_SIDECAR && jx_bool(out->status, "started"))
			continue;
		return true;
	}
	return false;
}

/* Main containers and sidecars that are not ready; the first of them into *first. */
static json_int_t count_not_ready(const json_t *pod, struct container *first)
{
	struct container c;
	json_int_t n = 0;

	for (size_t i = 0; pod_container(pod, i, &c); i++) {
		if (c.ready || c.role == CONTAINER_INIT)
			continue;
		if (n++ == 0)
			*first = c;
	}
	return n;
}

void judge_pod_pending(struct judgement *out, const json_t *pod, const struct pod_words *words)
{
	char reason[96], title[CONTAINER_TITLE_SIZE], end[CONTAINER_END_SIZE];
	struct container c;
	size_t done;

	if (judge_unscheduled(out, pod))
		return;
	pod_reason(reason, words);
	if (first_init(pod, &c, &done)) {
		container_title(title, &c);
		pod_blame(out, &c);
		if (c.terminated)
			judgement_set(out, STATUS_IN_PROGRESS, reason, "%s %s, to be restarted",
				title, container_end(end, &c, c.terminated));
		else
			judgement_set(out, STATUS_IN_PROGRESS, reason, "%s %s", title,
				c.running ? "is running" : "is being started");
	} else if (pod_container(pod, 0, &c)) {
		if (count_not_ready(pod, &c))
			pod_blame(out, &c);
		judgement_set(out, STATUS_IN_PROGRESS, reason, "its containers are being created");
	} else if (condition_of(pod, "PodScheduled").is == TRUTH_TRUE) {
		judgement_set(out, STATUS_IN_PROGRESS, reason, "its node has not started it yet");
	} else {
		judgement_set(out, STATUS_IN_PROGRESS, reason, "waiting to be scheduled");
	}
}

/* " (GET /healthz on port 8080)": what a probe asks, without its query. */
static void probe_target(char *out, size_t size, const json_t *probe)
{
	const json_t *port = jx_get(probe, "httpGet.port");
	char path[SHOWN_SIZE], name[SHOWN_SIZE];

	*out = '\0';
	if (!jx_get(probe, "httpGet"))
		port = jx_get(probe, jx_get(probe, "grpc") ? "grpc.port" : "tcpSocket.port");
	shown(name, json_string_value(port));
	if (json_is_integer(port))
		snprintf(name, sizeof(name), "%lld", json_integer_value(port));
	if (!*name)
		return;
	shown(path, jx_str(probe, "httpGet.path"));
	path[strcspn(path, "?")] = '\0';
	if (jx_get(probe, "httpGet"))
		snprintf(out, size, " (GET %s on port %s)", *path ? path : "/", name);
	else
		snprintf(out, size, " (port %s)", name);
}

static void say_running(char *out, size_t size, const struct container *c)
{
	bool starting = !jx_bool(c->status, "started") && jx_get(c->spec, "startupProbe");
	const json_t *probe = jx_get(c->spec, starting ? "startupProbe" : "readinessProbe");
	char target[2 * SHOWN_SIZE + 32];

	probe_target(target, sizeof(target), probe);
	if (probe)
		snprintf(out, size, "is not ready: its %s probe%s does not pass",
			starting ? "startup" : "readiness", target);
	else
		snprintf(out, size, "is not ready");
}

static void say_not_ready(char *out, size_t size, const struct container *c)
{
	char end[CONTAINER_END_SIZE];

	if (c->terminated)
		snprintf(out, size, "%s", container_end(end, c, c->terminated));
	else if (c->waiting)
		snprintf(out, size, "is being started");
	else
		say_running(out, size, c);
}

/* All containers are ready and the Pod is not: something outside of it has to say so too. */
static void judge_gates(struct judgement *out, const json_t *pod, const struct condition *ready)
{
	const json_t *gates = jx_get(pod, "spec.readinessGates");
	char piece[SHOWN_SIZE];

	for (size_t i = 0; i < json_array_size(gates); i++) {
		const char *type = jx_str(json_array_get(gates, i), "conditionType");

		if (!type || condition_of(pod, type).is == TRUTH_TRUE)
			continue;
		judgement_set(out, STATUS_IN_PROGRESS, "ReadinessGatesNotReady",
			"readiness gate %s is not True", shown(piece, type));
		return;
	}
	shown(piece, ready->message);
	judgement_set(out, STATUS_IN_PROGRESS, reason_or(ready->reason, "NotReady"), "%s",
		*piece ? piece : "it is not ready yet");
}

void judge_pod_not_ready(struct judgement *out, const json_t *pod)
{
	const struct condition ready = condition_of(pod, "Ready");
	char title[CONTAINER_TITLE_SIZE], what[3 * SHOWN_SIZE];
	struct container first;
	json_int_t n = count_not_ready(pod, &first);

	if (n == 0) {
		judge_gates(out, pod, &ready);
		return;
	}
	pod_blame(out, &first);
	say_not_ready(what, sizeof(what), &first);
	judgement_set(out, STATUS_IN_PROGRESS, reason_or(ready.reason, "ContainersNotReady"),
		"%s %s", container_title(title, &first), what);
	if (n > 1)
		judgement_set(out, STATUS_IN_PROGRESS, out->reason, "%s, and %lld more",
			out->message, n - 1);
}
