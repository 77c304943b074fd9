/* SPDX-License-Identifier: Apache-2.0 */
/* The containers of a Pod in trouble, as they are recorded. */
#include "track/containers.h"

#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/map.h"
#include "base/xalloc.h"

static const char *const states[] = { "waiting", "terminated", "running" };

static const char *state_of(const json_t *status, const json_t **detail)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		*detail = json_object_get(jx_get(status, "state"), states[i]);
		if (json_is_object(*detail))
			return states[i];
	}
	*detail = NULL;
	return "waiting";
}

static bool is_being_made(const char *reason)
{
	return !reason || strcmp(reason, "ContainerCreating") == 0 ||
		strcmp(reason, "PodInitializing") == 0;
}

static bool in_trouble(const json_t *status, bool init)
{
	const json_t *detail;
	const char *state = state_of(status, &detail);

	if (jx_int(status, "restartCount", 0) > 0)
		return true;
	if (strcmp(state, "waiting") == 0)
		return !is_being_made(jx_str(detail, "reason"));
	if (strcmp(state, "terminated") == 0)
		return jx_int(detail, "exitCode", 1) != 0;
	return !init && !jx_bool(status, "ready");
}

/* What the manifest says; the status has the image as the node resolved it. */
static const char *image_of(const json_t *pod, bool init, const json_t *status)
{
	const json_t *specs = jx_get(pod, init ? "spec.initContainers" : "spec.containers");
	const char *name = jx_str(status, "name");

	for (size_t i = 0; name && i < json_array_size(specs); i++) {
		const json_t *spec = json_array_get(specs, i);
		const char *other = jx_str(spec, "name");

		if (other && strcmp(other, name) == 0)
			return jx_str(spec, "image");
	}
	return jx_str(status, "image");
}

static json_t *exit_code(const json_t *status, const json_t *detail)
{
	if (jx_has_int(detail, "exitCode"))
		return json_integer(jx_int(detail, "exitCode", 0));
	if (jx_has_int(status, "lastState.terminated.exitCode"))
		return json_integer(jx_int(status, "lastState.terminated.exitCode", 0));
	return json_null();
}

static json_t *container(const json_t *pod, bool init, const json_t *status)
{
	const json_t *detail;
	const char *state = state_of(status, &detail);
	json_t *out = json_object();

	json_object_set_new(out, "name", jx_string(jx_str(status, "name")));
	json_object_set_new(out, "image", jx_string(image_of(pod, init, status)));
	json_object_set_new(out, "init", json_boolean(init));
	json_object_set_new(out, "state", json_string(state));
	json_object_set_new(out, "reason", jx_string(jx_str(detail, "reason")));
	json_object_set_new(out, "message", jx_string(jx_str(detail, "message")));
	json_object_set_new(out, "ready", json_boolean(jx_bool(status, "ready")));
	json_object_set_new(out, "restarts", json_integer(jx_int(status, "restartCount", 0)));
	json_object_set_new(out, "exitCode", exit_code(status, detail));
	return out;
}

json_t *containers_in_trouble(const json_t *pod)
{
	json_t *list = json_array();
	bool trouble = false;

	for (int init = 1; init >= 0; init--) {
		const json_t *all = jx_get(
			pod, init ? "status.initContainerStatuses" : "status.containerStatuses");

		for (size_t i = 0; i < json_array_size(all); i++) {
			const json_t *status = json_array_get(all, i);

			trouble |= in_trouble(status, init);
			json_array_append_new(list, container(pod, init, status));
		}
	}
	if (!trouble) {
		json_decref(list);
		return NULL;
	}
	return json_pack("{s:o, s:o}", "node", jx_string(jx_str(pod, "spec.nodeName")), "containers",
		list);
}

uint64_t containers_hash(uint64_t seed, const json_t *pod)
{
	char *text = pod ? jx_dump(pod) : NULL;
	uint64_t h = pod ? hash_str(seed, text) : seed;

	free(text);
	return h;
}
