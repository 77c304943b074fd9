/* SPDX-License-Identifier: Apache-2.0 */
/* What holds before a kind's rule (STATUS-RULES.md §2.2): deletion, generations, Stalled,
 * Reconciling. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "rules/kinds.h"
#include "rules/read.h"

/* Kinds whose controllers always write status.observedGeneration: without it nothing was
 * observed. */
static const struct {
	const char *group, *kind;
} observers[] = {
	{ "apps", "DaemonSet" },
	{ "apps", "Deployment" },
	{ "apps", "ReplicaSet" },
	{ "apps", "StatefulSet" },
	{ "", "ReplicationController" },
	{ "policy", "PodDisruptionBudget" },
};

static bool always_observed(const struct rule *rule)
{
	for (size_t i = 0; i < ARRAY_LEN(observers); i++)
		if (same(rule->group, observers[i].group) && same(rule->kind, observers[i].kind))
			return true;
	return false;
}

/* Namespaces tell more about their own end than their finalizers do. */
static bool judges_own_deletion(const struct rule *rule)
{
	return same(rule->group, "") && same(rule->kind, "Namespace");
}

static void note_finalizers(struct judgement *out, const json_t *object)
{
	const json_t *finalizers = jx_get(object, "metadata.finalizers");
	struct buf list;
	char name[SHOWN_SIZE];

	buf_init(&list, 1024);
	for (size_t i = 0; i < json_array_size(finalizers) && i < 5; i++) {
		const char *finalizer = json_string_value(json_array_get(finalizers, i));

		if (finalizer)
			buf_printf(&list, "%s%s", list.len ? ", " : "", shown(name, finalizer));
	}
	if (list.len)
		judgement_note(out, "Terminating: waiting on %s", buf_str(&list));
	buf_release(&list);
}

/* A controller that gets stuck leaves its observedGeneration behind, often at Flux's -1, and tells
 * why in a condition that is dated: those words, then. */
static void explain_unobserved(struct judgement *out, const json_t *object, json_int_t generation)
{
	static const struct { const char *type; enum truth is; } tells[] = {
		{ "Stalled", TRUTH_TRUE },
		{ "Ready", TRUTH_FALSE },
		{ "Reconciling", TRUTH_TRUE },
	};
	char message[SHOWN_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(tells); i++) {
		const struct condition c = condition_of(object, tells[i].type);

		if (c.is != tells[i].is || !c.dated || !*shown(message, c.message))
			continue;
		judgement_set(out, STATUS_IN_PROGRESS,
			reason_or(c.reason, "GenerationNotObserved"), "%s", message);
		judgement_note(out, "generation %lld not observed yet", generation);
		return;
	}
}

/* False where the controller has seen the object as it is, or where there is no telling. */
static bool judge_generation(struct judgement *out, const json_t *object, const struct rule *rule)
{
	json_int_t generation = generation_of(object), observed = 0;

	switch (observed_generation(object, &observed)) {
	case OBSERVED_UNREADABLE: return judge_unreadable(out, "status.observedGeneration");
	case OBSERVED_ABSENT:
		if (!always_observed(rule))
			return false;
		judgement_set(out, STATUS_IN_PROGRESS, "GenerationNotObserved",
			"not seen by its controller yet");
		return true;
	case OBSERVED: break;
	}
	if (generation == GENERATION_UNREADABLE)
		return judge_unreadable(out, "metadata.generation");
	if (observed >= generation)
		return false;
	judgement_set(out, STATUS_IN_PROGRESS, "GenerationNotObserved",
		"generation %lld not observed yet", generation);
	explain_unobserved(out, object, generation);
	return true;
}

static bool judge_conventions(struct judgement *out, const json_t *object)
{
	const struct condition stalled = condition_of(object, "Stalled");
	const struct condition reconciling = condition_of(object, "Reconciling");
	char message[SHOWN_SIZE];

	if (stalled.is == TRUTH_TRUE) {
		shown(message, stalled.message);
		judgement_error(out, SEVERITY_HARD, FAMILY_OTHER,
			reason_or(stalled.reason, "Stalled"), "%s",
			*message ? message : "stalled: its controller has given up");
		return true;
	}
	if (reconciling.is == TRUTH_TRUE) {
		shown(message, reconciling.message);
		judgement_set(out, STATUS_IN_PROGRESS, reason_or(reconciling.reason, "Reconciling"),
			"%s", *message ? message : "being reconciled");
		return true;
	}
	return false;
}

/* The kind's own note stays only where the kind's own rule decides. */
static void judge_living(struct judgement *out, const json_t *object, const struct rule *rule)
{
	char *note = out->note;

	out->note = NULL;
	if ((!rule->own_generation && judge_generation(out, object, rule)) ||
		judge_conventions(out, object))
		free(note);
	else
		out->note = note;
}

void judge_general(struct judgement *out, const json_t *object, const struct rule *rule)
{
	if (out->finished)
		return; /* a Job or Pod that has ended stays so */
	if (out->terminating) {
		if (!judges_own_deletion(rule)) {
			free(out->note);
			out->note = NULL;
			judgement_set(out, STATUS_IN_PROGRESS, "Terminating", "being deleted");
		}
		note_finalizers(out, object);
	} else if (!out->asleep) {
		judge_living(out, object, rule);
	}
}
