/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "rules/rule.h"

/* What the generic rule tries when no condition of the conventional names is there. Each is false
 * where it finds nothing that says anything. */

/* Conditions by the words of their types: "ReleaseFailed", "InstallPlanPending", "ClusterReady". */
bool judge_by_types(struct judgement *out, const json_t *object);

/* The failures among them alone. */
bool judge_failed_types(struct judgement *out, const json_t *object);

/* The words of status.phase, state, status, health; else those of fields that end so
 * (applicationState.state, PostgresClusterStatus); else status.ready and the like, true or false.
 * What counts of replicas say less than what the words do is believed. */
bool judge_by_words(struct judgement *out, const json_t *object);

/* spec.replicas and what status has of them. */
bool judge_by_counts(struct judgement *out, const json_t *object);

/* Conditions in the elements of a list: a route's parents, a policy's ancestors. */
bool judge_by_answers(struct judgement *out, const json_t *object);
