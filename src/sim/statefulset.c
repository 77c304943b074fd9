/* SPDX-License-Identifier: Apache-2.0 */
/* StatefulSets: one Pod after the other. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "sim/pod.h"
#include "sim/workload.h"
#include "sim/world.h"

#define HASH_LABEL "controller-revision-hash"

static struct object *find_pod(const struct sim *sim, const struct object *set, int64_t ordinal)
{
	char *name = xasprintf("%s-%lld", object_name(set), (long long)ordinal);
	struct object *pod = store_find(
		&sim->store, kinds_by_kind(&sim->kinds, "v1", "Pod"), object_ns(set), name);

	free(name);
	return pod && pod->owner == set ? pod : NULL;
}

static bool has_revision(const struct object *pod, const char *revision)
{
	const char *label = jx_label(pod->json, HASH_LABEL);

	return label && strcmp(label, revision) == 0;
}

static void make_claims(struct sim *sim, struct object *set, int64_t ordinal)
{
	const struct kind *kind = kinds_by_kind(&sim->kinds, "v1", "PersistentVolumeClaim");
	const json_t *templates = jx_get(set->json, "spec.volumeClaimTemplates");

	for (size_t i = 0; i < json_array_size(templates); i++) {
		const json_t *template = json_array_get(templates, i);
		const char *part = jx_str(template, "metadata.name");
		json_t *claim = json_is_object(template) ? json_deep_copy(template) : json_object();
		char *name = xasprintf(
			"%s-%s-%lld", part ? part : "data", object_name(set), (long long)ordinal);

		if (store_find(&sim->store, kind, object_ns(set), name)) {
			json_decref(claim);
		} else {
			object_meta_map(claim, "labels");
			json_object_set_new(
				json_object_get(claim, "metadata"), "name", json_string(name));
			store_add(sim, kind, object_ns(set), claim, NULL);
			event_emit(sim, set, "Normal", "SuccessfulCreate",
				"create Claim %s Pod %s-%lld in StatefulSet %s success", name,
				object_name(set), (long long)ordinal, object_name(set));
		}
		free(name);
	}
}

static void make_pod(struct sim *sim, struct object *set, int64_t ordinal, const char *revision)
{
	char *name = xasprintf("%s-%lld", object_name(set), (long long)ordinal), index[24];
	json_t *template = template_with_label(
		jx_get(set->json, "spec.template"), HASH_LABEL, revision);
	json_t *labels = object_meta_map(template, "labels");

	snprintf(index, sizeof(index), "%lld", (long long)ordinal);
	json_object_set_new(labels, "statefulset.kubernetes.io/pod-name", json_string(name));
	json_object_set_new(labels, "apps.kubernetes.io/pod-index", json_string(index));
	make_claims(sim, set, ordinal);
	pod_create(sim, set, template, name);
	event_emit(sim, set, "Normal", "SuccessfulCreate",
		"create Pod %s in StatefulSet %s successful", name, object_name(set));
	json_decref(template);
	free(name);
}

/* Whether every Pod up to `want` is there and ready; with OrderedReady the first that is not holds
 * up the rest. */
static bool fill(struct sim *sim, struct object *set, int64_t want, const char *revision)
{
	const char *policy = jx_str(set->json, "spec.podManagementPolicy");
	bool ordered = !policy || strcmp(policy, "Parallel") != 0, all = true;

	for (int64_t i = 0; i < want; i++) {
		struct object *pod = find_pod(sim, set, i);

		if (!pod)
			make_pod(sim, set, i, revision);
		else if (pod_ended(pod))
			store_delete(sim, pod);
		if (!pod || !pod_is_ready(pod)) {
			all = false;
			if (ordered)
				return false;
		}
	}
	return all;
}

static struct object *highest_beyond(const struct object *set, int64_t want)
{
	struct object *found = NULL;
	int64_t highest = want - 1;
	size_t prefix = strlen(object_name(set)) + 1;

	for (struct object *pod = set->children; pod; pod = pod->sibling) {
		int64_t ordinal;

		if (pod->gone || !kind_is(pod->kind, "", "Pod") ||
		    strlen(object_name(pod)) <= prefix)
			continue;
		ordinal = strtoll(object_name(pod) + prefix, NULL, 10);
		if (ordinal > highest) {
			highest = ordinal;
			found = pod;
		}
	}
	return found;
}

/* Takes down the highest Pod of an old revision, when all of them are ready. */
static void update(struct sim *sim, struct object *set, int64_t want, const char *revision)
{
	const char *type = jx_str(set->json, "spec.updateStrategy.type");
	int64_t partition = jx_int(set->json, "spec.updateStrategy.rollingUpdate.partition", 0);

	if (type && strcmp(type, "OnDelete") == 0)
		return;
	for (int64_t i = want - 1; i >= partition && i >= 0; i--) {
		struct object *pod = find_pod(sim, set, i);

		if (!pod || object_terminating(pod))
			return;
		if (!has_revision(pod, revision)) {
			event_emit(sim, set, "Normal", "SuccessfulDelete",
				"delete Pod %s in StatefulSet %s successful", object_name(pod),
				object_name(set));
			store_delete(sim, pod);
			return;
		}
		if (!pod_is_ready(pod))
			return;
	}
}

static void report(struct sim *sim, struct object *set, const char *revision)
{
	struct pod_counts pods = count_pods(sim, set);
	const char *was = jx_str(set->json, "status.currentRevision");
	int64_t updated = 0, current = 0;
	json_t *status = observed(set);

	for (struct object *pod = set->children; pod; pod = pod->sibling) {
		if (!kind_is(pod->kind, "", "Pod") || object_terminating(pod))
			continue;
		updated += has_revision(pod, revision);
		current += was && has_revision(pod, was);
	}
	if (!was || (updated == pods.pods && pods.ready == pods.pods && pods.pods == wanted(set))) {
		was = revision;
		current = updated;
	}
	json_object_set_new(status, "replicas", json_integer(pods.pods));
	set_count(status, "readyReplicas", pods.ready);
	set_count(status, "currentReplicas", current);
	set_count(status, "updatedReplicas", updated);
	json_object_set_new(status, "currentRevision", json_string(was));
	json_object_set_new(status, "updateRevision", json_string(revision));
	json_object_set_new(status, "collisionCount", json_integer(0));
	json_object_set_new(status, "availableReplicas", json_integer(pods.available));
	store_set_status(sim, set, status);
}

void statefulset_tick(struct sim *sim, struct object *set)
{
	int64_t want = wanted(set);
	struct object *surplus;
	char hash[HASH_SIZE], *revision;

	if (object_terminating(set) || !controller_sees(sim, set))
		return;
	template_hash(jx_get(set->json, "spec.template"), hash);
	keep_revision(sim, set, jx_get(set->json, "spec.template"), hash);
	revision = xasprintf("%s-%s", object_name(set), hash); /* a Pod's label is the whole name */
	surplus = highest_beyond(set, want);
	if (surplus)
		store_delete(sim, surplus);
	else if (fill(sim, set, want, revision))
		update(sim, set, want, revision);
	report(sim, set, revision);
	free(revision);
}
