/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "rules/rule.h"

/* What the owners of interchangeable Pods share: Deployment, ReplicaSet, ReplicationController,
 * StatefulSet, Rollout. */
struct counts {
	json_int_t want, replicas, updated, ready, available;
	const char *bad; /* path of the first one that is no count, or NULL */
};
struct counts counts_of(const json_t *object);

/* Too few updated, or old ones left: In progress. false: neither. */
bool judge_updated(struct judgement *out, const struct counts *n);

/* Too many, too few ready, too few available: In progress. false: none of it. */
bool judge_replicas(struct judgement *out, const struct counts *n);

/* Condition ReplicaFailure is True: never Success, and a note with its cause. A quota or an
 * admission policy may be changed, so it is no Error. */
void judge_replica_failure(struct judgement *out, const json_t *object);

/* OnDelete and `old` Pods of the old revision: nothing will happen by itself, so it is a note. */
void note_on_delete(struct judgement *out, json_int_t old);
