/* SPDX-License-Identifier: Apache-2.0 */
/* Events (core/v1), as the kubelet and the controllers emit them. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "sim/store.h"
#include "sim/world.h"

static bool says(
	const struct object *event, const char *uid, const char *reason, const char *message)
{
	const char *of = jx_str(event->json, "involvedObject.uid");
	const char *had_reason = jx_str(event->json, "reason"),
		   *had_message = jx_str(event->json, "message");

	return of && strcmp(of, uid) == 0 && had_reason && strcmp(had_reason, reason) == 0 &&
		had_message && strcmp(had_message, message) == 0;
}

/* Counts one more of an event that was there; false if there was none. */
static bool repeat(struct sim *sim, const struct kind *kind, const char *uid, const char *reason,
	const char *message)
{
	for (size_t i = 0; i < sim->store.n; i++) {
		struct object *event = sim->store.items[i];

		if (event->kind != kind || event->gone || !says(event, uid, reason, message))
			continue;
		json_object_set_new(
			event->json, "count", json_integer(jx_int(event->json, "count", 1) + 1));
		json_object_set_new(event->json, "lastTimestamp", sim_stamp());
		store_touch(sim, event);
		return true;
	}
	return false;
}

static const char *component(const struct object *obj)
{
	static const struct {
		const char *kind, *component;
	} by_kind[] = {
		{ "Pod", "kubelet" },
		{ "Deployment", "deployment-controller" },
		{ "ReplicaSet", "replicaset-controller" },
		{ "StatefulSet", "statefulset-controller" },
		{ "DaemonSet", "daemonset-controller" },
		{ "Job", "job-controller" },
		{ "Service", "service-controller" },
		{ "PersistentVolumeClaim", "persistentvolume-controller" },
	};

	for (size_t i = 0; i < ARRAY_LEN(by_kind); i++) {
		if (strcmp(obj->kind->kind, by_kind[i].kind) == 0)
			return by_kind[i].component;
	}
	return "controller";
}

void event_emit(struct sim *sim, const struct object *obj, const char *type, const char *reason,
	const char *fmt, ...)
{
	const struct kind *kind = kinds_by_kind(&sim->kinds, "v1", "Event");
	const char *ns = object_ns(obj) ? object_ns(obj) : "default", *from = component(obj);
	char *message;
	va_list ap;
	json_t *about;

	if (sim->scenario.no_events)
		return;
	va_start(ap, fmt);
	message = xvasprintf(fmt, ap);
	va_end(ap);
	if (strcmp(type, "Warning") != 0 || !repeat(sim, kind, object_uid(obj), reason, message)) {
		about = json_pack("{s:s,s:s,s:s,s:s,s:o,s:s}", "kind", obj->kind->kind, "namespace",
			ns, "name", object_name(obj), "uid", object_uid(obj), "apiVersion",
			kind_api_version(obj->kind), "resourceVersion",
			jx_str(obj->json, "metadata.resourceVersion"));
		if (strcmp(reason, "Scheduled") == 0 || strcmp(reason, "FailedScheduling") == 0)
			from = "default-scheduler";
		store_add(sim, kind, ns,
			json_pack("{s:{s:o},s:o,s:s,s:s,s:{s:s},s:o,s:o,s:i,s:s,s:n,s:s,s:s}",
				"metadata", "name",
				json_sprintf("%s.%016llx", object_name(obj),
					(unsigned long long)store_random(&sim->store)),
				"involvedObject", about, "reason", reason, "message", message,
				"source", "component", from, "firstTimestamp", sim_stamp(),
				"lastTimestamp", sim_stamp(), "count", 1, "type", type, "eventTime",
				"reportingComponent", from, "reportingInstance", ""),
			NULL);
	}
	free(message);
}
