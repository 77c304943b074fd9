/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated cluster as a whole: what stands in it at the start, and what happens as time
 * passes. */

#include "sim/world.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "manifest/labels.h"
#include "sim/apply.h"
#include "sim/workload.h"

json_t *sim_stamp(void)
{
	char text[32];
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_string(text);
}

static void add_namespace(struct sim *sim, const char *name)
{
	store_add(sim, kinds_by_kind(&sim->kinds, "v1", "Namespace"), NULL,
		json_pack("{s:{s:s,s:{s:s}},s:{s:[s]},s:{s:s}}", "metadata", "name", name, "labels",
			"kubernetes.io/metadata.name", name, "spec", "finalizers", "kubernetes",
			"status", "phase", "Active"),
		NULL);
}

static void add_node(struct sim *sim, int64_t number)
{
	store_add(sim, kinds_by_kind(&sim->kinds, "v1", "Node"), NULL,
		json_pack("{s:{s:o},s:{},s:{s:{s:s,s:s,s:s},s:[{s:s,s:s,s:s,s:s,s:o,s:o}]}}",
			"metadata", "name", json_sprintf("node-%lld", (long long)number), "spec",
			"status", "capacity", "cpu", "8", "memory", "16Gi", "pods", "110",
			"conditions", "type", "Ready", "status", "True", "reason", "KubeletReady",
			"message", "kubelet is posting ready status", "lastHeartbeatTime",
			sim_stamp(), "lastTransitionTime", sim_stamp()),
		NULL);
}

void sim_init(struct sim *sim)
{
	static const char *const namespaces[] = { "default", "kube-system", "shop" };

	kinds_init(&sim->kinds);
	sim->store.version = 100;
	sim->store.random = 1;
	for (size_t i = 0; i < ARRAY_LEN(namespaces); i++)
		add_namespace(sim, namespaces[i]);
	for (int64_t i = 1; i <= sim->scenario.nodes; i++)
		add_node(sim, i);
	store_add(sim, kinds_by_kind(&sim->kinds, "storage.k8s.io/v1", "StorageClass"), NULL,
		json_pack("{s:{s:s,s:{s:s}},s:s,s:s,s:s}", "metadata", "name", "standard",
			"annotations", "storageclass.kubernetes.io/is-default-class", "true",
			"provisioner", "sim.ksettle/disk", "reclaimPolicy", "Delete",
			"volumeBindingMode", "Immediate"),
		NULL);
}

void sim_release(struct sim *sim)
{
	store_release(&sim->store);
	kinds_release(&sim->kinds);
	scenario_release(&sim->scenario);
}

static void create_due(struct sim *sim)
{
	for (size_t i = 0; i < sim->scenario.ncreations; i++) {
		struct creation *creation = &sim->scenario.creations[i];

		if (creation->done || sim->now < creation->at)
			continue;
		creation->done = true;
		apply_foreign(
			sim, creation->object, creation->manager ? creation->manager : "kubectl");
	}
}

static bool matches(const struct match *match, const struct object *obj)
{
	const char *ns = object_ns(obj);

	return glob_match(match->kind, obj->kind->kind) &&
		glob_match(match->name, object_name(obj)) && glob_match(match->ns, ns ? ns : "") &&
		(!match->label || labels_match(match->label, obj->json));
}

/* A JSON merge patch (RFC 7386): null removes. */
static void merge_patch(json_t *target, json_t *patch)
{
	const char *key;
	json_t *value;

	json_object_foreach(patch, key, value) {
		json_t *inner = json_object_get(target, key);

		if (json_is_null(value)) {
			json_object_del(target, key);
		} else if (json_is_object(value) && json_is_object(inner)) {
			merge_patch(inner, value);
		} else {
			json_object_set_new(target, key, json_deep_copy(value));
		}
	}
}

static void change(struct sim *sim, struct object *obj, const struct change *change)
{
	json_t *spec;

	if (!change->patch) {
		store_delete(sim, obj);
		return;
	}
	spec = json_deep_copy(json_object_get(obj->json, "spec"));
	merge_patch(obj->json, change->patch);
	if (spec && !json_equal(spec, json_object_get(obj->json, "spec")))
		object_spec_changed(sim, obj);
	json_decref(spec);
	store_touch(sim, obj);
}

static void change_due(struct sim *sim)
{
	for (size_t i = 0; i < sim->scenario.nchanges; i++) {
		const struct change *c = &sim->scenario.changes[i];

		for (size_t j = 0; j < sim->store.n; j++) {
			struct object *obj = sim->store.items[j];
			int64_t due = c->at >= 0 ? c->at : obj->created + c->after;

			if (sim->now < due || obj->done & UINT64_C(1) << i || obj->gone ||
			    !matches(&c->match, obj))
				continue;
			obj->done |= UINT64_C(1) << i;
			change(sim, obj, c);
		}
	}
}

void sim_tick(struct sim *sim, int64_t now)
{
	sim->now = now;
	create_due(sim);
	for (size_t i = 0; i < sim->store.n; i++) {
		struct object *obj = sim->store.items[i];

		if (obj->tick && !obj->gone)
			obj->tick(sim, obj);
	}
	change_due(sim);
	store_sweep(sim);
}
