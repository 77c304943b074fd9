/* SPDX-License-Identifier: Apache-2.0 */
/* Deployments and ReplicaSets: rolling updates, scaling, and what they say about it. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "sim/pod.h"
#include "sim/workload.h"
#include "sim/world.h"

#define REVISION "deployment.kubernetes.io/revision"
#define HASH_LABEL "pod-template-hash"
/* As many Pods the real controller makes in one go. */
#define BURST 500

/* The ReplicaSets of one Deployment, added up. */
struct rollout {
	struct object *current;       /* of the present template; NULL if there is none yet */
	int64_t spec, old_spec;       /* wanted replicas: of all, of the old ones */
	int64_t replicas, updated, ready, available; /* as their statuses say */
	long long revision;           /* highest */
};

static int64_t status_of(const struct object *rs, const char *field)
{
	return jx_int(json_object_get(rs->json, "status"), field, 0);
}

/* 0 until it has one. */
static long long revision_of(const struct object *rs)
{
	const char *revision = jx_annotation(rs->json, REVISION);

	return revision ? strtoll(revision, NULL, 10) : 0;
}

static struct rollout look(const struct object *dep, const char *hash)
{
	struct rollout r = { 0 };

	for (struct object *rs = dep->children; rs; rs = rs->sibling) {
		const char *label = jx_label(rs->json, HASH_LABEL);

		if (rs->gone || !kind_is(rs->kind, "apps", "ReplicaSet"))
			continue;
		if (revision_of(rs) > r.revision)
			r.revision = revision_of(rs);
		r.spec += wanted(rs);
		r.replicas += status_of(rs, "replicas");
		r.ready += status_of(rs, "readyReplicas");
		r.available += status_of(rs, "availableReplicas");
		if (label && strcmp(label, hash) == 0) {
			r.current = rs;
			r.updated = status_of(rs, "replicas");
		} else {
			r.old_spec += wanted(rs);
		}
	}
	return r;
}

static void set_annotation(struct sim *sim, struct object *obj, const char *key, const char *value)
{
	const char *has = jx_annotation(obj->json, key);

	if (has && strcmp(has, value) == 0)
		return;
	json_object_set_new(object_meta_map(obj->json, "annotations"), key, json_string(value));
	store_touch(sim, obj);
}

static void scale(struct sim *sim, struct object *dep, struct object *rs, int64_t to)
{
	int64_t from = wanted(rs);

	if (from == to)
		return;
	json_object_set_new(json_object_get(rs->json, "spec"), "replicas", json_integer(to));
	json_object_set_new(json_object_get(rs->json, "metadata"), "generation",
		json_integer(jx_int(rs->json, "metadata.generation", 1) + 1));
	rs->changed = sim->now;
	store_touch(sim, rs);
	event_emit(sim, dep, "Normal", "ScalingReplicaSet",
		"Scaled %s replica set %s from %lld to %lld", to > from ? "up" : "down",
		object_name(rs), (long long)from, (long long)to);
}

static struct object *new_replicaset(struct sim *sim, struct object *dep, const char *hash)
{
	const struct kind *kind = kinds_by_kind(&sim->kinds, "apps/v1", "ReplicaSet");
	json_t *template = template_with_label(
		jx_get(dep->json, "spec.template"), HASH_LABEL, hash);
	json_t *selector = json_deep_copy(jx_get(dep->json, "spec.selector"));
	json_t *labels = json_deep_copy(jx_get(template, "metadata.labels"));

	if (!json_is_object(selector)) {
		json_decref(selector);
		selector = json_object();
	}
	if (!json_is_object(json_object_get(selector, "matchLabels")))
		json_object_set_new(selector, "matchLabels", json_object());
	json_object_set_new(
		json_object_get(selector, "matchLabels"), HASH_LABEL, json_string(hash));
	dep->progressed = sim->now;
	return store_add(sim, kind, object_ns(dep),
		json_pack("{s:{s:o,s:o,s:{s:o}},s:{s:i,s:o,s:o},s:{s:i}}", "metadata", "name",
			json_sprintf("%s-%s", object_name(dep), hash), "labels", labels,
			"annotations", "deployment.kubernetes.io/desired-replicas",
			json_sprintf("%lld", (long long)wanted(dep)), "spec", "replicas", 0,
			"selector", selector, "template", template, "status", "replicas", 0),
		dep);
}

/* Takes `most` replicas at most off the old ReplicaSets; `broken`: only ones that are not
 * available. */
static int64_t shrink_old(struct sim *sim, struct object *dep, const struct object *current,
	int64_t most, bool broken)
{
	int64_t taken = 0;

	for (struct object *rs = dep->children; rs && taken < most; rs = rs->sibling) {
		int64_t here;

		if (rs == current || rs->gone || !kind_is(rs->kind, "apps", "ReplicaSet"))
			continue;
		here = broken ? wanted(rs) - status_of(rs, "availableReplicas") : wanted(rs);
		if (here > most - taken)
			here = most - taken;
		if (here > 0)
			scale(sim, dep, rs, wanted(rs) - here);
		taken += here > 0 ? here : 0;
	}
	return taken;
}

static void roll(struct sim *sim, struct object *dep, struct rollout r)
{
	const json_t *rolling = jx_get(dep->json, "spec.strategy.rollingUpdate");
	int64_t want = wanted(dep), have = wanted(r.current), surge, spare, most;
	int64_t unavailable;

	surge = int_or_percent(json_object_get(rolling, "maxSurge"), want, true, (want + 3) / 4);
	spare = int_or_percent(json_object_get(rolling, "maxUnavailable"), want, false, want / 4);
	if (!surge && !spare)
		spare = 1;
	if (have > want || !r.old_spec) {
		scale(sim, dep, r.current, want);
	} else if (have < want && want + surge > r.spec) {
		int64_t more = want + surge - r.spec;

		scale(sim, dep, r.current, have + more < want ? have + more : want);
		r.spec += wanted(r.current) - have;
	}
	unavailable = wanted(r.current) - status_of(r.current, "availableReplicas");
	most = r.spec - (want - spare) - unavailable;
	if (most <= 0 || !r.old_spec)
		return;
	if (shrink_old(sim, dep, r.current, most, true) == 0 && r.available > want - spare)
		shrink_old(sim, dep, r.current, r.available - (want - spare), false);
}

static void recreate(struct sim *sim, struct object *dep, const struct rollout *r)
{
	if (r->old_spec)
		shrink_old(sim, dep, r->current, r->old_spec, false);
	else if (r->replicas == r->updated)
		scale(sim, dep, r->current, wanted(dep));
}

/* Condition Progressing; whether the deadline passed is seen from how long nothing moved. */
static json_t *progressing(
	struct sim *sim, struct object *dep, const struct rollout *r, bool created)
{
	int64_t deadline = seconds_ms(dep->json, "spec.progressDeadlineSeconds", 600);
	const char *name = r->current ? object_name(r->current) : "";
	const char *was = jx_str(jx_condition(dep->json, "Progressing"), "reason"), *reason, *text;
	bool complete = r->updated == wanted(dep) && r->replicas == r->updated &&
		r->available == r->updated;
	bool moved = r->updated != jx_int(dep->json, "status.updatedReplicas", 0) ||
		     r->ready > jx_int(dep->json, "status.readyReplicas", 0) ||
		     r->available > jx_int(dep->json, "status.availableReplicas", 0);
	json_t *condition;
	char *message;
	bool ok = true;

	if (moved)
		dep->progressed = sim->now;
	/* Once done, a rollout stays done: losing Pods later does not start its clock again. */
	if (complete ||
	    (was && strcmp(was, "NewReplicaSetAvailable") == 0 && r->replicas == r->updated &&
	    !created)) {
		reason = "NewReplicaSetAvailable";
		text = "ReplicaSet \"%s\" has successfully progressed.";
	} else if (sim->now - dep->progressed >= deadline) {
		ok = false;
		reason = "ProgressDeadlineExceeded";
		text = "ReplicaSet \"%s\" has timed out progressing.";
	} else if (created) {
		reason = "NewReplicaSetCreated";
		text = "Created new replica set \"%s\"";
	} else {
		reason = "ReplicaSetUpdated";
		text = "ReplicaSet \"%s\" is progressing.";
	}
	message = xasprintf(
		"%.*s%s%s", (int)(strchr(text, '%') - text), text, name, strchr(text, '%') + 2);
	condition = object_condition(dep, "Progressing", ok, reason, message);
	free(message);
	return condition;
}

static json_t *available(const struct object *dep, const struct rollout *r)
{
	const json_t *rolling = jx_get(dep->json, "spec.strategy.rollingUpdate");
	int64_t want = wanted(dep);
	int64_t spare = int_or_percent(json_object_get(rolling, "maxUnavailable"), want, false, 0);
	bool enough = r->available >= want - spare;

	return object_condition(dep, "Available", enough,
		enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
		enough ? "Deployment has minimum availability."
		       : "Deployment does not have minimum availability.");
}

static json_t *paused(const struct object *dep)
{
	json_t *condition = object_condition(
		dep, "Progressing", false, "DeploymentPaused", "Deployment is paused");

	json_object_set_new(condition, "status", json_string("Unknown"));
	return condition;
}

/* Keeps lastUpdateTime while nothing else in the condition changed, as the controller does. */
static json_t *with_update_time(const struct object *dep, json_t *condition)
{
	const json_t *before = jx_condition(dep->json, jx_str(condition, "type"));
	const char *was = jx_str(before, "lastUpdateTime"), *reason = jx_str(before, "reason");
	bool same = was && reason && strcmp(reason, jx_str(condition, "reason")) == 0;

	json_object_set_new(condition, "lastUpdateTime", same ? json_string(was) : sim_stamp());
	return condition;
}

static void report(struct sim *sim, struct object *dep, const struct rollout *r, bool created)
{
	json_t *status = observed(dep), *progress;

	progress = jx_bool(dep->json, "spec.paused") ? paused(dep)
						     : progressing(sim, dep, r, created);
	set_count(status, "replicas", r->replicas);
	set_count(status, "updatedReplicas", r->updated);
	set_count(status, "readyReplicas", r->ready);
	set_count(status, "availableReplicas", r->available);
	set_count(
		status, "unavailableReplicas", r->spec > r->available ? r->spec - r->available : 0);
	json_object_set_new(status, "conditions", json_pack("[o,o]",
		with_update_time(dep, available(dep, r)), with_update_time(dep, progress)));
	store_set_status(sim, dep, status);
}

void deployment_tick(struct sim *sim, struct object *dep)
{
	const char *strategy = jx_str(dep->json, "spec.strategy.type");
	char hash[HASH_SIZE], revision[24];
	bool created = false;
	struct rollout r;

	if (object_terminating(dep) || !controller_sees(sim, dep))
		return;
	template_hash(jx_get(dep->json, "spec.template"), hash);
	r = look(dep, hash);
	if (jx_bool(dep->json, "spec.paused")) {
		report(sim, dep, &r, false);
		return;
	}
	if (!r.current) {
		r.current = new_replicaset(sim, dep, hash);
		created = true;
	}
	/* A template that comes back makes its old ReplicaSet the newest again. */
	if (created || revision_of(r.current) < r.revision)
		r.revision++;
	snprintf(revision, sizeof(revision), "%lld", r.revision);
	set_annotation(sim, r.current, REVISION, revision);
	set_annotation(sim, dep, REVISION, revision);
	if (strategy && strcmp(strategy, "Recreate") == 0)
		recreate(sim, dep, &r);
	else
		roll(sim, dep, r);
	r.spec = look(dep, hash).spec;
	report(sim, dep, &r, created);
}

static void remove_pods(struct sim *sim, struct object *rs, int64_t surplus)
{
	for (int ready = 0; ready <= 1; ready++) {
		for (struct object *pod = rs->children; pod && surplus > 0; pod = pod->sibling) {
			if (!kind_is(pod->kind, "", "Pod") || object_terminating(pod) ||
			    pod_ended(pod) || pod_is_ready(pod) != (ready == 1))
				continue;
			store_delete(sim, pod);
			event_emit(sim, rs, "Normal", "SuccessfulDelete", "Deleted pod: %s",
				object_name(pod));
			surplus--;
		}
	}
}

static void add_pods(struct sim *sim, struct object *rs, int64_t missing)
{
	const json_t *template = jx_get(rs->json, "spec.template");
	char suffix[6];

	for (int64_t burst = BURST; missing > 0 && burst > 0; missing--, burst--) {
		struct object *pod;
		char *name;

		store_suffix(&sim->store, suffix, sizeof(suffix) - 1);
		name = xasprintf("%s-%s", object_name(rs), suffix);
		pod = pod_create(sim, rs, template, name);
		json_object_set_new(json_object_get(pod->json, "metadata"), "generateName",
			json_sprintf("%s-", object_name(rs)));
		event_emit(sim, rs, "Normal", "SuccessfulCreate", "Created pod: %s", name);
		free(name);
	}
}

void replicaset_tick(struct sim *sim, struct object *rs)
{
	struct pod_counts pods = count_pods(sim, rs);
	json_t *status;

	/* A ReplicaSet of a Deployment is told of its change by the lag of the Deployment alone. */
	if (object_terminating(rs) || (!rs->owner && !controller_sees(sim, rs)))
		return;
	add_pods(sim, rs, wanted(rs) - pods.pods);
	remove_pods(sim, rs, pods.pods - wanted(rs));
	pods = count_pods(sim, rs);
	status = observed(rs);
	json_object_set_new(status, "replicas", json_integer(pods.pods));
	set_count(status, "fullyLabeledReplicas", pods.pods);
	set_count(status, "readyReplicas", pods.ready);
	set_count(status, "availableReplicas", pods.available);
	store_set_status(sim, rs, status);
}
