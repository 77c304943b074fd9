/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "rules/read.h"
#include "rules/rule.h"

/* A container of a Pod: its entry in the status joined with that in the spec by name. Borrowed. */
enum container_role { CONTAINER_MAIN, CONTAINER_INIT, CONTAINER_SIDECAR };
struct container {
	const json_t *status, *spec; /* spec may be NULL */
	enum container_role role;
	const json_t *waiting, *running, *terminated; /* of its state: at most one is not NULL */
	json_int_t restarts;
	bool ready;
};

/* The i-th container of the status, init containers first; false behind the last. */
bool pod_container(const json_t *pod, size_t i, struct container *out);

/* What `kubectl get pods` prints of one: its STATUS word ("Init:CrashLoopBackOff"), READY and
 * RESTARTS. */
struct pod_words {
	char status[96];
	json_int_t ready, containers; /* main containers and sidecars */
	json_int_t restarts;          /* as kubectl counts: init containers only while they run */
	json_int_t all_restarts;
};
struct pod_words pod_words(const json_t *pod);

/* The word as a reason: "Init:CrashLoopBackOff" is CrashLoopBackOff, "Init:1/2" PodInitializing.
 * Returns out. */
const char *pod_reason(char out[static 96], const struct pod_words *words);

/* `container "web"`, `init container "setup"`, `sidecar "proxy"`. Returns out. */
#define CONTAINER_TITLE_SIZE (SHOWN_SIZE + 24)
const char *container_title(char out[static CONTAINER_TITLE_SIZE], const struct container *c);

/* "exits with code 1", "is killed out of memory (limit 128Mi)": how an ended container ended.
 * Returns out. */
#define CONTAINER_END_SIZE (SHOWN_SIZE + 64)
const char *container_end(
	char out[static CONTAINER_END_SIZE], const struct container *c, const json_t *terminated);

/* Names the container that the judgement is about, for who fetches its log. */
void pod_blame(struct judgement *out, const struct container *c);

/* The first container that is in Error, hard before soft, as the Error of the Pod; false if none
 * is. */
bool judge_pod_trouble(struct judgement *out, const json_t *pod);

/* What keeps a Pod that runs or is starting from being ready: In progress. */
void judge_pod_pending(struct judgement *out, const json_t *pod, const struct pod_words *words);
void judge_pod_not_ready(struct judgement *out, const json_t *pod);
