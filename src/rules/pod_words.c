/* SPDX-License-Identifier: Apache-2.0 */
/* The words for a Pod that kubectl's users know, and those for its containers. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/jx.h"
#include "base/text.h"
#include "rules/pod.h"

/* No Pod has as many; a hostile one is not to cost their square. */
#define CONTAINERS_MAX 1024

/* The server orders the status as the spec; who does not is searched for as far as makes sense. */
static const json_t *spec_of(const json_t *pod, const char *path, size_t index, const char *name)
{
	const json_t *specs = jx_get(pod, path), *likely = json_array_get(specs, index);

	if (same(jx_str(likely, "name"), name))
		return likely;
	for (size_t i = 0; name && i < json_array_size(specs) && i < CONTAINERS_MAX; i++)
		if (same(jx_str(json_array_get(specs, i), "name"), name))
			return json_array_get(specs, i);
	return NULL;
}

bool pod_container(const json_t *pod, size_t i, struct container *out)
{
	const json_t *inits = jx_get(pod, "status.initContainerStatuses"), *status;
	const json_t *mains = jx_get(pod, "status.containerStatuses");
	bool init = i < json_array_size(inits);
	size_t index = init ? i : i - json_array_size(inits);

	if (index >= CONTAINERS_MAX || (!init && index >= json_array_size(mains)))
		return false;
	status = json_array_get(init ? inits : mains, index);
	*out = (struct container){ .status = status,
		.restarts = jx_int(status, "restartCount", 0) };
	out->spec = spec_of(pod, init ? "spec.initContainers" : "spec.containers", index,
		jx_str(status, "name"));
	if (init)
		out->role = same(jx_str(out->spec, "restartPolicy"), "Always") ? CONTAINER_SIDECAR
									       : CONTAINER_INIT;
	if (out->restarts < 0)
		out->restarts = 0;
	out->waiting = jx_get(status, "state.waiting");
	out->terminated = out->waiting ? NULL : jx_get(status, "state.terminated");
	out->running = out->waiting || out->terminated ? NULL : jx_get(status, "state.running");
	out->ready = jx_bool(status, "ready");
	return true;
}

const char *container_title(char out[static CONTAINER_TITLE_SIZE], const struct container *c)
{
	static const char *const titles[] = {
		[CONTAINER_MAIN] = "container",
		[CONTAINER_INIT] = "init container",
		[CONTAINER_SIDECAR] = "sidecar",
	};
	char name[SHOWN_SIZE];

	shown(name, jx_str(c->status, "name"));
	snprintf(out, CONTAINER_TITLE_SIZE, *name ? "%s \"%s\"" : "%s%s", titles[c->role], name);
	return out;
}

static const char *exit_meaning(json_int_t code)
{
	switch (code) {
	case 126: return " (not executable)";
	case 127: return " (command not found)";
	case 134: return " (aborted)";
	case 137: return " (killed)";
	case 139: return " (segmentation fault)";
	case 143: return " (terminated)";
	default: return "";
	}
}

const char *container_end(
	char out[static CONTAINER_END_SIZE], const struct container *c, const json_t *terminated)
{
	json_int_t code = jx_int(terminated, "exitCode", 0),
		   signal = jx_int(terminated, "signal", 0);
	char limit[SHOWN_SIZE];

	shown(limit, jx_str(c->spec, "resources.limits.memory"));
	if (same(jx_str(terminated, "reason"), "OOMKilled"))
		snprintf(out, CONTAINER_END_SIZE,
			*limit ? "runs out of memory (limit %s)" : "runs out of memory%s", limit);
	else if (!jx_has_int(terminated, "exitCode"))
		snprintf(out, CONTAINER_END_SIZE, "ends");
	else if (signal > 0)
		snprintf(out, CONTAINER_END_SIZE, "is ended by signal %lld", signal);
	else
		snprintf(out, CONTAINER_END_SIZE, "exits with code %lld%s", code,
			exit_meaning(code));
	return out;
}

static json_int_t add(json_int_t a, json_int_t b)
{
	return a > LLONG_MAX - b ? LLONG_MAX : a + b;
}

/* A word from the object, kept to what a status can be. */
static void set_status(struct pod_words *w, const char *prefix, const char *word)
{
	char piece[SHOWN_SIZE];

	snprintf(w->status, sizeof(w->status), "%s%.60s", prefix,
		reason_or(shown(piece, word), "Unknown"));
}

static void set_ended(struct pod_words *w, const char *prefix, const json_t *terminated)
{
	json_int_t signal = jx_int(terminated, "signal", 0);
	const char *reason = jx_str(terminated, "reason");

	if (reason && *reason)
		set_status(w, prefix, reason);
	else if (signal)
		snprintf(w->status, sizeof(w->status), "%sSignal:%lld", prefix, signal);
	else
		snprintf(w->status, sizeof(w->status), "%sExitCode:%lld", prefix,
			jx_int(terminated, "exitCode", 0));
}

/* The first init container that is neither done nor a running sidecar names the Pod; true if
 * there is one. */
static bool init_words(struct pod_words *w, const json_t *pod)
{
	size_t statuses = jx_len(pod, "status.initContainerStatuses"),
	       specs = jx_len(pod, "spec.initContainers");
	const char *reason;
	struct container c;

	for (size_t i = 0; i < statuses && pod_container(pod, i, &c); i++) {
		if (c.terminated && jx_int(c.terminated, "exitCode", -1) == 0)
			continue;
		if (c.role == CONTAINER_SIDECAR && jx_bool(c.status, "started"))
			continue;
		reason = jx_str(c.waiting, "reason");
		if (c.terminated)
			set_ended(w, "Init:", c.terminated);
		else if (reason && *reason && strcmp(reason, "PodInitializing") != 0)
			set_status(w, "Init:", reason);
		else
			snprintf(w->status, sizeof(w->status), "Init:%zu/%zu", i,
				specs > statuses ? specs : statuses);
		return true;
	}
	return false;
}

/* The first main container that waits or has ended names the Pod. */
static void main_words(struct pod_words *w, const json_t *pod)
{
	size_t inits = jx_len(pod, "status.initContainerStatuses");
	size_t n = jx_len(pod, "status.containerStatuses");
	bool running = false;
	struct container c;

	while (n-- && pod_container(pod, inits + n, &c)) {
		const char *reason = jx_str(c.waiting, "reason");

		if (reason && *reason)
			set_status(w, "", reason);
		else if (c.terminated)
			set_ended(w, "", c.terminated);
		else if (c.running && c.ready)
			running = true;
	}
	if (running && strcmp(w->status, "Completed") == 0)
		snprintf(w->status, sizeof(w->status), "%s",
			condition_of(pod, "Ready").is == TRUTH_TRUE ? "Running" : "NotReady");
}

static void count(struct pod_words *w, const json_t *pod, bool initializing)
{
	size_t specs = jx_len(pod, "spec.containers"),
	       statuses = jx_len(pod, "status.containerStatuses");
	const json_t *inits = jx_get(pod, "spec.initContainers");
	struct container c;

	w->containers = (json_int_t)(specs > statuses ? specs : statuses);
	for (size_t i = 0; i < json_array_size(inits); i++)
		w->containers += same(jx_str(json_array_get(inits, i), "restartPolicy"), "Always");
	for (size_t i = 0; pod_container(pod, i, &c); i++) {
		w->all_restarts = add(w->all_restarts, c.restarts);
		if (c.role != CONTAINER_INIT || initializing)
			w->restarts = add(w->restarts, c.restarts);
		w->ready += c.role != CONTAINER_INIT && c.ready && c.running;
	}
}

struct pod_words pod_words(const json_t *pod)
{
	struct pod_words w = { .status = "" };
	const char *phase = jx_str(pod, "status.phase"), *reason = jx_str(pod, "status.reason");
	bool ended = same(phase, "Succeeded") || same(phase, "Failed"), initializing;

	set_status(&w, "", reason && *reason ? reason : phase);
	if (same(condition_of(pod, "PodScheduled").reason, "SchedulingGated"))
		set_status(&w, "", "SchedulingGated");
	initializing = init_words(&w, pod);
	if (!initializing || condition_of(pod, "Initialized").is == TRUTH_TRUE)
		main_words(&w, pod);
	count(&w, pod, initializing);
	if (jx_get(pod, "metadata.deletionTimestamp") && same(reason, "NodeLost"))
		set_status(&w, "", "Unknown");
	else if (jx_get(pod, "metadata.deletionTimestamp") && !ended)
		set_status(&w, "", "Terminating");
	return w;
}

const char *pod_reason(char out[static 96], const struct pod_words *words)
{
	const char *word = words->status;

	if (strncmp(word, "Init:", 5) == 0)
		word += 5;
	if (word[0] >= '0' && word[0] <= '9')
		word = "PodInitializing";
	else if (strncmp(word, "ExitCode:", 9) == 0 || strncmp(word, "Signal:", 7) == 0)
		word = "Error";
	snprintf(out, 96, "%s", word);
	return out;
}
