/* SPDX-License-Identifier: Apache-2.0 */
/* The small controllers: Services, claims, namespaces, CRDs, budgets, autoscalers, API services. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "sim/pod.h"
#include "sim/select.h"
#include "sim/workload.h"
#include "sim/world.h"

/* The plain selector of a Service. */
static bool selects(json_t *selector, const json_t *pod)
{
	const char *key;
	json_t *value;

	json_object_foreach(selector, key, value) {
		const char *has = jx_label(pod, key);

		if (!has || !json_is_string(value) || strcmp(has, json_string_value(value)) != 0)
			return false;
	}
	return json_object_size(selector) > 0;
}

static json_t *endpoint(const struct object *pod)
{
	bool ready = pod_is_ready(pod);

	return json_pack("{s:[s],s:{s:b,s:b,s:b},s:s*,s:{s:s,s:s,s:s,s:s}}", "addresses",
		jx_str(pod->json, "status.podIP"), "conditions", "ready", ready, "serving", ready,
		"terminating", object_terminating(pod), "nodeName",
		jx_str(pod->json, "spec.nodeName"), "targetRef", "kind", "Pod", "namespace",
		object_ns(pod), "name", object_name(pod), "uid", object_uid(pod));
}

static json_t *endpoints(const struct sim *sim, const struct object *service)
{
	json_t *selector = json_object_get(json_object_get(service->json, "spec"), "selector"),
	       *list = json_array();

	for (size_t i = 0; i < sim->store.n; i++) {
		const struct object *pod = sim->store.items[i];

		if (!kind_is(pod->kind, "", "Pod") || pod->gone || pod_ended(pod) ||
		    strcmp(object_ns(pod), object_ns(service)) != 0 ||
		    !jx_str(pod->json, "status.podIP") || !selects(selector, pod->json))
			continue;
		json_array_append_new(list, endpoint(pod));
	}
	return list;
}

static json_t *slice_ports(const struct object *service)
{
	const json_t *ports = jx_get(service->json, "spec.ports");
	json_t *list = json_array();

	for (size_t i = 0; i < json_array_size(ports); i++) {
		const json_t *port = json_array_get(ports, i);
		const char *name = jx_str(port, "name");

		json_array_append_new(list,
			json_pack("{s:s,s:I,s:s}", "name", name ? name : "", "port",
				jx_int(port, "targetPort", jx_int(port, "port", 80)), "protocol",
				"TCP"));
	}
	return list;
}

static struct object *slice_of(const struct object *service)
{
	for (struct object *slice = service->children; slice; slice = slice->sibling) {
		if (!slice->gone && kind_is(slice->kind, "discovery.k8s.io", "EndpointSlice"))
			return slice;
	}
	return NULL;
}

static void keep_slice(struct sim *sim, struct object *service)
{
	const struct kind *kind = kinds_by_kind(
		&sim->kinds, "discovery.k8s.io/v1", "EndpointSlice");
	struct object *slice = slice_of(service);
	json_t *list = endpoints(sim, service);
	char suffix[6];

	if (slice && json_equal(json_object_get(slice->json, "endpoints"), list)) {
		json_decref(list);
	} else if (slice) {
		json_object_set_new(slice->json, "endpoints", list);
		store_touch(sim, slice);
	} else {
		store_suffix(&sim->store, suffix, sizeof(suffix) - 1);
		store_add(sim, kind, object_ns(service),
			json_pack("{s:{s:o,s:{s:s,s:s}},s:s,s:o,s:o}", "metadata", "name",
				json_sprintf("%s-%s", object_name(service), suffix), "labels",
				"kubernetes.io/service-name", object_name(service),
				"endpointslice.kubernetes.io/managed-by",
				"endpointslice-controller.k8s.io", "addressType", "IPv4",
				"endpoints", list, "ports", slice_ports(service)),
			service);
	}
}

void service_tick(struct sim *sim, struct object *service)
{
	const char *type = jx_str(service->json, "spec.type");

	if (object_terminating(service) || !controller_sees(sim, service))
		return;
	if (jx_len(service->json, "spec.selector"))
		keep_slice(sim, service);
	if (!type || strcmp(type, "LoadBalancer") != 0 ||
	    jx_len(service->json, "status.loadBalancer.ingress") ||
	    sim->now - service->changed < sim->scenario.address_after)
		return;
	store_set_status(sim, service,
		json_pack("{s:{s:[{s:o,s:s}]}}", "loadBalancer", "ingress", "ip",
			json_sprintf("192.0.2.%u", ++sim->addresses % 250 + 1), "ipMode", "VIP"));
	event_emit(sim, service, "Normal", "EnsuredLoadBalancer", "Ensured load balancer");
}

void claim_tick(struct sim *sim, struct object *claim)
{
	const char *phase = jx_str(claim->json, "status.phase");
	const json_t *size = jx_get(claim->json, "spec.resources.requests.storage");
	json_t *modes = json_object_get(json_object_get(claim->json, "spec"), "accessModes");

	if (object_terminating(claim) || (phase && strcmp(phase, "Pending") != 0))
		return;
	if (sim->now - claim->created < sim->scenario.bind_after) {
		if (!phase)
			store_set_status(sim, claim, json_pack("{s:s}", "phase", "Pending"));
		return;
	}
	json_object_set_new(json_object_get(claim->json, "spec"), "volumeName",
		json_sprintf("pvc-%s", object_uid(claim)));
	store_set_status(sim, claim, json_pack("{s:s,s:o,s:{s:s}}", "phase", "Bound", "accessModes",
		json_is_array(modes) ? json_incref(modes) : json_array(), "capacity", "storage",
		json_is_string(size) ? json_string_value(size) : "1Gi"));
}

void namespace_tick(struct sim *sim, struct object *ns)
{
	if (!object_terminating(ns) && !jx_str(ns->json, "status.phase"))
		store_set_status(sim, ns, json_pack("{s:s}", "phase", "Active"));
}

static json_t *stored_versions(const struct object *crd)
{
	const json_t *versions = jx_get(crd->json, "spec.versions");
	json_t *list = json_array();

	for (size_t i = 0; i < json_array_size(versions); i++) {
		const json_t *one = json_array_get(versions, i);

		if (jx_bool(one, "storage") && jx_str(one, "name"))
			json_array_append_new(list, json_string(jx_str(one, "name")));
	}
	return list;
}

void crd_tick(struct sim *sim, struct object *crd)
{
	bool established = sim->now - crd->created >= sim->scenario.establish_after;
	json_t *names = json_object_get(json_object_get(crd->json, "spec"), "names"), *status;

	if (object_terminating(crd) || !controller_sees(sim, crd))
		return;
	status = json_pack("{s:[o,o],s:o,s:o}", "conditions",
		object_condition(crd, "NamesAccepted", true, "NoConflicts", "no conflicts found"),
		object_condition(crd, "Established", established,
			established ? "InitialNamesAccepted" : "Installing",
			"the initial names have been accepted"),
		"acceptedNames", json_is_object(names) ? json_deep_copy(names) : json_object(),
		"storedVersions", stored_versions(crd));
	store_set_status(sim, crd, status);
	if (established)
		kinds_add_crd(&sim->kinds, crd->json);
}

void budget_tick(struct sim *sim, struct object *budget)
{
	const json_t *selector = jx_get(budget->json, "spec.selector");
	int64_t healthy = 0, expected = 0, desired;
	json_t *status;

	if (object_terminating(budget) || !controller_sees(sim, budget))
		return;
	for (size_t i = 0; i < sim->store.n; i++) {
		const struct object *pod = sim->store.items[i];

		if (!kind_is(pod->kind, "", "Pod") || object_terminating(pod) ||
		    strcmp(object_ns(pod), object_ns(budget)) != 0 ||
		    !select_spec(selector, pod->json))
			continue;
		expected++;
		healthy += pod_is_ready(pod);
	}
	desired = int_or_percent(jx_get(budget->json, "spec.minAvailable"), expected, true,
		expected -
			int_or_percent(
				jx_get(budget->json, "spec.maxUnavailable"), expected, true, 0));
	status = observed(budget);
	json_object_set_new(status, "currentHealthy", json_integer(healthy));
	json_object_set_new(status, "desiredHealthy", json_integer(desired));
	json_object_set_new(status, "expectedPods", json_integer(expected));
	json_object_set_new(status, "disruptionsAllowed",
		json_integer(healthy > desired ? healthy - desired : 0));
	json_object_set_new(status, "conditions",
		json_pack("[o]",
			object_condition(budget, "DisruptionAllowed", healthy > desired,
				healthy > desired ? "SufficientPods" : "InsufficientPods", "")));
	store_set_status(sim, budget, status);
}

void autoscaler_tick(struct sim *sim, struct object *scaler)
{
	const char *name = jx_str(scaler->json, "spec.scaleTargetRef.name");
	const struct kind *kind = kinds_by_kind(&sim->kinds, "apps/v1", "Deployment");
	const struct object *target = name ? store_find(&sim->store, kind, object_ns(scaler), name)
					   : NULL;
	int64_t replicas = target ? wanted(target) : 0;

	if (object_terminating(scaler) || !controller_sees(sim, scaler))
		return;
	store_set_status(sim, scaler,
		json_pack("{s:I,s:I,s:n,s:[o,o]}", "currentReplicas", (json_int_t)replicas,
			"desiredReplicas", (json_int_t)replicas, "currentMetrics", "conditions",
			object_condition(scaler, "AbleToScale", target != NULL,
				target ? "SucceededGetScale" : "FailedGetScale",
				target ? "the HPA controller was able to get the target's current "
					 "scale"
				       : "the HPA controller was unable to get the target's "
					 "current scale"),
			object_condition(scaler, "ScalingActive", false, "FailedGetResourceMetric",
				"the HPA was unable to compute the replica count: no metrics "
				"here")));
}

void apiservice_tick(struct sim *sim, struct object *service)
{
	if (!object_terminating(service) && controller_sees(sim, service))
		store_set_status(sim, service,
			json_pack("{s:[o]}", "conditions",
				object_condition(service, "Available", true, "Local",
					"Local APIServices are always available")));
}
