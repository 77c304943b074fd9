/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct kind;
struct object;
struct sim;

/* What the workload controllers share. A controller looks at its object once a tick and brings the
 * cluster one step nearer to it; it sees a user's change only after the scenario's lag. */
typedef void controller_fn(struct sim *sim, struct object *obj);

controller_fn deployment_tick, replicaset_tick, statefulset_tick, daemonset_tick, job_tick;
controller_fn service_tick, claim_tick, namespace_tick, crd_tick, budget_tick, autoscaler_tick,
	apiservice_tick;

/* The controller of that kind; NULL for kinds that just exist. */
controller_fn *controller_of(const struct kind *kind);
/* Whether the controller has seen the last change. */
bool controller_sees(const struct sim *sim, const struct object *obj);

/* Ten characters that stand for a Pod template. */
#define HASH_SIZE 11
void template_hash(const json_t *template, char out[static HASH_SIZE]);
/* The template with one more label; a new reference. */
json_t *template_with_label(const json_t *template, const char *key, const char *value);
/* "3" or "25%" of `of`, rounded up or down; fallback when absent. */
int64_t int_or_percent(const json_t *value, int64_t of, bool up, int64_t fallback);

struct pod_counts {
	int64_t pods, ready,
		available; /* Pods that are not ending; those that ended do not count */
};
struct pod_counts count_pods(const struct sim *sim, const struct object *owner);
/* A field in seconds as ms, within what can be added up. */
int64_t seconds_ms(const json_t *object, const char *path, int64_t fallback);
/* spec.replicas; 1 if absent. */
int64_t wanted(const struct object *obj);
/* Sets status[key] unless it is 0 (the API leaves out zero counts). */
void set_count(json_t *status, const char *key, int64_t value);
json_t *observed(const struct object *obj); /* {observedGeneration: …}, a new reference */
/* A ControllerRevision of a DaemonSet or StatefulSet, if it is not there yet. */
void keep_revision(struct sim *sim, struct object *owner, const json_t *template, const char *hash);
