/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct object;
struct pod_rule;
struct sim;

/* What a Pod is doing. */
enum pod_step {
	STEP_UNSCHEDULABLE,
	STEP_CREATING,
	STEP_PULL_ERROR,
	STEP_PULL_BACKOFF,
	STEP_CONFIG_ERROR,
	STEP_STARTED,        /* running, not ready */
	STEP_READY,
	STEP_DIED,           /* terminated, to be restarted */
	STEP_BACKOFF,        /* CrashLoopBackOff */
	STEP_SUCCEEDED,
	STEP_FAILED,
};

struct pod_moment {
	enum pod_step step;
	int restarts;
};

/* What a Pod of that age (ms) does by that rule: pure. restart_policy is the Pod's. */
struct pod_moment pod_moment(const struct pod_rule *rule, int64_t age, const char *restart_policy);

/* A Pod made from a template for its owner, or a stand-alone one that a user created: finds its
 * rule. */
struct object *pod_create(
	struct sim *sim, struct object *owner, const json_t *template, const char *name);
void pod_adopt_rule(struct sim *sim, struct object *pod);
/* The kubelet and the scheduler: brings the Pod's status up to date. */
void pod_tick(struct sim *sim, struct object *pod);
/* Its status for a moment; a new reference. pod_status.c */
json_t *pod_status(struct sim *sim, const struct object *pod, struct pod_moment moment);

bool pod_is_ready(const struct object *pod);
bool pod_is_available(const struct sim *sim, const struct object *pod, int64_t min_ready_ms);
bool pod_ended(const struct object *pod); /* Succeeded or Failed */
