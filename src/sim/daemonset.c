/* SPDX-License-Identifier: Apache-2.0 */
/* DaemonSets: a Pod on every node. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "sim/pod.h"
#include "sim/workload.h"
#include "sim/world.h"

#define HASH_LABEL "controller-revision-hash"

struct nodes {
	int64_t desired, current, updated, ready, available;
};

static struct object *pod_on(const struct object *set, const char *node)
{
	for (struct object *pod = set->children; pod; pod = pod->sibling) {
		const char *at = jx_str(pod->json, "spec.nodeName");

		if (!pod->gone && kind_is(pod->kind, "", "Pod") && at && strcmp(at, node) == 0)
			return pod;
	}
	return NULL;
}

static void place(struct sim *sim, struct object *set, const char *node, const char *hash)
{
	json_t *template = template_with_label(
		jx_get(set->json, "spec.template"), HASH_LABEL, hash);
	char suffix[6], *name;

	store_suffix(&sim->store, suffix, sizeof(suffix) - 1);
	name = xasprintf("%s-%s", object_name(set), suffix);
	json_object_set_new(object_meta_map(template, "labels"), "pod-template-generation",
		json_sprintf("%lld", (long long)jx_int(set->json, "metadata.generation", 1)));
	if (!json_is_object(json_object_get(template, "spec")))
		json_object_set_new(template, "spec", json_object());
	json_object_set_new(json_object_get(template, "spec"), "nodeName", json_string(node));
	pod_create(sim, set, template, name);
	event_emit(sim, set, "Normal", "SuccessfulCreate", "Created pod: %s", name);
	json_decref(template);
	free(name);
}

/* Looks at one node: places a Pod, or replaces an old one if another may be missing. */
static void serve_node(struct sim *sim, struct object *set, const char *node, const char *hash,
	int64_t *spare, struct nodes *seen)
{
	int64_t min_ready = seconds_ms(set->json, "spec.minReadySeconds", 0);
	const char *type = jx_str(set->json, "spec.updateStrategy.type"), *label;
	bool on_delete = type && strcmp(type, "OnDelete") == 0;
	struct object *pod = pod_on(set, node);

	seen->desired++;
	if (!pod) {
		place(sim, set, node, hash);
		pod = pod_on(set, node);
	}
	if (!pod || object_terminating(pod)) {
		--*spare;
		return;
	}
	if (pod_ended(pod)) {
		store_delete(sim, pod);
		return;
	}
	label = jx_label(pod->json, HASH_LABEL);
	if ((!label || strcmp(label, hash) != 0) && !on_delete &&
	    (*spare > 0 || !pod_is_ready(pod))) {
		*spare -= 1;
		event_emit(sim, set, "Normal", "SuccessfulDelete", "Deleted pod: %s",
			object_name(pod));
		store_delete(sim, pod);
		return;
	}
	if (!pod_is_available(sim, pod, min_ready))
		--*spare;
	seen->current++;
	seen->updated += label && strcmp(label, hash) == 0;
	seen->ready += pod_is_ready(pod);
	seen->available += pod_is_available(sim, pod, min_ready);
}

void daemonset_tick(struct sim *sim, struct object *set)
{
	const json_t *most = jx_get(set->json, "spec.updateStrategy.rollingUpdate.maxUnavailable");
	struct nodes seen = { 0 };
	char hash[HASH_SIZE], node[32];
	int64_t spare;
	json_t *status;

	if (object_terminating(set) || !controller_sees(sim, set))
		return;
	template_hash(jx_get(set->json, "spec.template"), hash);
	keep_revision(sim, set, jx_get(set->json, "spec.template"), hash);
	spare = int_or_percent(most, sim->scenario.nodes, true, 1);
	for (int64_t i = 1; i <= sim->scenario.nodes; i++) {
		snprintf(node, sizeof(node), "node-%lld", (long long)i);
		serve_node(sim, set, node, hash, &spare, &seen);
	}
	status = observed(set);
	json_object_set_new(status, "currentNumberScheduled", json_integer(seen.current));
	json_object_set_new(status, "numberMisscheduled", json_integer(0));
	json_object_set_new(status, "desiredNumberScheduled", json_integer(seen.desired));
	json_object_set_new(status, "numberReady", json_integer(seen.ready));
	set_count(status, "updatedNumberScheduled", seen.updated);
	set_count(status, "numberAvailable", seen.available);
	set_count(status, "numberUnavailable", seen.desired - seen.available);
	store_set_status(sim, set, status);
}
