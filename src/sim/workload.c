/* SPDX-License-Identifier: Apache-2.0 */
/* What the workload controllers share. */

#include "sim/workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/map.h"
#include "base/xalloc.h"
#include "sim/pod.h"
#include "sim/world.h"

/* More than anyone means; a mistyped number must not fill the memory. */
#define REPLICAS_MAX 20000
#define SECONDS_MAX INT32_MAX

controller_fn *controller_of(const struct kind *kind)
{
	static const struct {
		const char *group, *kind;
		controller_fn *tick;
	} controllers[] = {
		{ "apps", "Deployment", deployment_tick },
		{ "apps", "ReplicaSet", replicaset_tick },
		{ "", "ReplicationController", replicaset_tick },
		{ "apps", "StatefulSet", statefulset_tick },
		{ "apps", "DaemonSet", daemonset_tick },
		{ "batch", "Job", job_tick },
		{ "", "Pod", pod_tick },
		{ "", "Service", service_tick },
		{ "", "PersistentVolumeClaim", claim_tick },
		{ "", "Namespace", namespace_tick },
		{ "apiextensions.k8s.io", "CustomResourceDefinition", crd_tick },
		{ "policy", "PodDisruptionBudget", budget_tick },
		{ "autoscaling", "HorizontalPodAutoscaler", autoscaler_tick },
		{ "apiregistration.k8s.io", "APIService", apiservice_tick },
	};

	for (size_t i = 0; i < ARRAY_LEN(controllers); i++) {
		if (kind_is(kind, controllers[i].group, controllers[i].kind))
			return controllers[i].tick;
	}
	return NULL;
}

bool controller_sees(const struct sim *sim, const struct object *obj)
{
	return sim->now - obj->changed >= sim->scenario.lag;
}

void template_hash(const json_t *template, char out[static HASH_SIZE])
{
	static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";
	char *text = template ? json_dumps(template, JSON_COMPACT | JSON_SORT_KEYS) : xstrdup("");
	uint64_t hash = hash_str(HASH_SEED, text);

	free(text);
	for (size_t i = 0; i < HASH_SIZE - 1; i++) {
		out[i] = letters[hash % (sizeof(letters) - 1)];
		hash /= sizeof(letters) - 1;
	}
	out[HASH_SIZE - 1] = '\0';
}

json_t *template_with_label(const json_t *template, const char *key, const char *value)
{
	json_t *copy = json_is_object(template) ? json_deep_copy(template) : json_object();

	json_object_set_new(object_meta_map(copy, "labels"), key, json_string(value));
	return copy;
}

int64_t int_or_percent(const json_t *value, int64_t of, bool up, int64_t fallback)
{
	const char *text = json_string_value(value);
	char *end;
	long long percent;

	if (json_is_integer(value) && llabs(json_integer_value(value)) <= REPLICAS_MAX)
		return json_integer_value(value);
	if (!text)
		return fallback;
	percent = strtoll(text, &end, 10);
	if (strcmp(end, "%") != 0 || percent < 0 || percent > 100000)
		return fallback;
	return (percent * of + (up ? 99 : 0)) / 100;
}

struct pod_counts count_pods(const struct sim *sim, const struct object *owner)
{
	int64_t min_ready = seconds_ms(owner->json, "spec.minReadySeconds", 0);
	struct pod_counts counts = { 0 };

	for (struct object *pod = owner->children; pod; pod = pod->sibling) {
		if (!kind_is(pod->kind, "", "Pod") || object_terminating(pod) || pod_ended(pod))
			continue;
		counts.pods++;
		counts.ready += pod_is_ready(pod);
		counts.available += pod_is_available(sim, pod, min_ready);
	}
	return counts;
}

int64_t seconds_ms(const json_t *object, const char *path, int64_t fallback)
{
	json_int_t seconds = jx_int(object, path, fallback);

	return (seconds < -1 ? -1 : seconds > SECONDS_MAX ? SECONDS_MAX : seconds) * 1000;
}

int64_t wanted(const struct object *obj)
{
	json_int_t n = jx_int(obj->json, "spec.replicas", 1);

	return n < 0 ? 0 : n > REPLICAS_MAX ? REPLICAS_MAX : n;
}

void set_count(json_t *status, const char *key, int64_t value)
{
	if (value)
		json_object_set_new(status, key, json_integer(value));
}

json_t *observed(const struct object *obj)
{
	return json_pack(
		"{s:I}", "observedGeneration", jx_int(obj->json, "metadata.generation", 1));
}

void keep_revision(struct sim *sim, struct object *owner, const json_t *template, const char *hash)
{
	const struct kind *kind = kinds_by_kind(&sim->kinds, "apps/v1", "ControllerRevision");
	json_t *labels;
	json_int_t last = 0;

	for (struct object *revision = owner->children; revision; revision = revision->sibling) {
		const char *has = jx_label(revision->json, "controller-revision-hash");

		if (revision->kind != kind)
			continue;
		if (has && strcmp(has, hash) == 0)
			return;
		last++;
	}
	labels = json_deep_copy(jx_get(owner->json, "spec.selector.matchLabels"));
	if (!json_is_object(labels)) {
		json_decref(labels);
		labels = json_object();
	}
	json_object_set_new(labels, "controller-revision-hash", json_string(hash));
	store_add(sim, kind, object_ns(owner),
		json_pack("{s:{s:o,s:o},s:{s:{s:O*}},s:I}", "metadata", "name",
			json_sprintf("%s-%s", object_name(owner), hash), "labels", labels, "data",
			"spec",
			"template", template, "revision", last + 1),
		owner);
}
