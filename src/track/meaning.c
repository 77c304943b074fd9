/* SPDX-License-Identifier: Apache-2.0 */
/* What a judgement means over time (DESIGN.md §6), and the events that say so. */
#include "track/meaning.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/jx.h"
#include "base/map.h"
#include "base/xalloc.h"
#include "record/event.h"
#include "record/journal.h"
#include "record/model.h"
#include "track/containers.h"
#include "track/hook.h"
#include "track/why.h"

/* An object without a status is given at least this long (DESIGN.md §6). */
#define NO_STATUS_MS 10000

static void set(struct meaning *m, enum status status, const char *reason, const char *message)
{
	free(m->message);
	m->status = status;
	m->severity = SEVERITY_NONE;
	m->reason = reason;
	m->message = xstrdup_or_null(message);
}

static void add_note(struct meaning *m, const char *note)
{
	char *joined;

	if (!note)
		return;
	joined = m->note ? xasprintf("%s; %s", m->note, note) : xstrdup(note);
	free(m->note);
	m->note = joined;
}

/* The name of a Pod that could not be made is another one at each attempt. */
static bool same_but_for_a_name(const char *a, const char *b)
{
	const char *name_a = strchr(a, '"'), *name_b = strchr(b, '"');
	const char *end_a = name_a ? strchr(name_a + 1, '"') : NULL;
	const char *end_b = name_b ? strchr(name_b + 1, '"') : NULL;

	return end_a && end_b && name_a - a == name_b - b &&
		strncmp(a, b, (size_t)(name_a - a)) == 0 && strcmp(end_a, end_b) == 0;
}

static void drop_repeated_note(struct meaning *m)
{
	if (!m->note || !m->message ||
		!(strstr(m->message, m->note) || same_but_for_a_name(m->message, m->note)))
		return;
	free(m->note);
	m->note = NULL;
}

static void add_words(struct meaning *m, const char *words)
{
	char *joined;

	if (!words)
		return;
	joined = m->message ? xasprintf("%s; %s", m->message, words) : xstrdup(words);
	free(m->message);
	m->message = joined;
}

/* The Deployment's own deadline counts only when this run has seen it pass: the condition may be
 * left over. Returns since when it does; INT64_MAX: it does not. */
static int64_t deadline_since(const struct tracker *t, const struct tracked *o, int64_t now)
{
	int64_t passed = t->applied_at + o->judged.deadline_s * 1000;

	if (o->generation_progressing == o->judged.generation && o->judged.generation > 0)
		return o->trouble_since;
	if (t->applied_at < 0 || o->judged.deadline_s <= 0 || now < passed)
		return INT64_MAX;
	return passed > o->trouble_since ? passed : o->trouble_since;
}

static void of_deadline(
	struct meaning *m, const struct tracker *t, const struct tracked *o, int64_t now)
{
	if (m->severity != SEVERITY_DEADLINE || t->once)
		return;
	m->error_since = deadline_since(t, o, now);
	if (m->error_since != INT64_MAX)
		return;
	m->status = STATUS_IN_PROGRESS;
	m->severity = SEVERITY_NONE;
	add_note(m,
		"its progress deadline was exceeded before this run; waiting for the controller");
}

/* A Job that is waited for fails with its Pods' reason when that reason cannot end by itself: an
 * image that cannot be pulled never counts against its backoffLimit. Failed Pods and crashes are
 * the backoffLimit's to judge. */
static const struct tracked *job_blocker(
	const struct tracker *t, const struct tracked *job, int64_t now)
{
	for (size_t i = 0; i < job->nchildren; i++) {
		const struct tracked *pod = job->children[i];
		int64_t since = tracked_trouble_since(pod, now);

		if (pod->judged.finished || pod->judged.terminating || pod->gone || since < 0 ||
		    pod->family == FAMILY_CRASH || pod->family == FAMILY_OTHER)
			continue;
		if (pod->judged.severity == SEVERITY_HARD || now - since >= t->verify.grace_ms)
			return pod;
	}
	return NULL;
}

static void of_job(struct meaning *m, const struct tracker *t, const struct tracked *o, int64_t now)
{
	const struct tracked *pod;

	if (!(t->verify.wait_for_jobs || o->hook) || m->status != STATUS_IN_PROGRESS)
		return;
	pod = job_blocker(t, o, now);
	if (!pod)
		return;
	m->status = STATUS_ERROR;
	m->severity = SEVERITY_HARD;
	m->reason = pod->judged.reason;
	m->error_since = tracked_trouble_since(pod, now);
}

/* The cause that events know, where the object itself tells none better. */
static bool wants_cause(const struct tracked *o)
{
	return o->cause && o->judged.status == STATUS_IN_PROGRESS &&
		o->judged.family == FAMILY_NONE && !o->judged.note;
}

/* The cause from below goes before the rule's own sentence. */
static void of_children(struct meaning *m, const struct tracked *o, int64_t now)
{
	struct why why;

	why_find(&why, o, now);
	m->pods_failing = why.failing > 0 && why.failing == why.pods && tracked_is_workload(o);
	m->pods_failing_since = why.failing_since;
	if (why.message && m->severity == SEVERITY_DEADLINE) {
		/* The deadline's own words say least. */
		char *own = m->message;

		m->message = why.message;
		why.message = NULL;
		m->reason = why.reason ? why.reason : m->reason;
		add_words(m, own);
		free(own);
	} else if (why.message && o->judged.status == STATUS_ERROR &&
		o->judged.severity != SEVERITY_DEADLINE) {
		add_words(m, why.message);
	} else if (why.message && m->status != STATUS_SUCCESS) {
		free(m->message);
		m->message = why.message;
		why.message = NULL;
		m->reason = why.reason ? why.reason : m->reason;
	}
	if (m->status == STATUS_IN_PROGRESS && wants_cause(o) &&
		(int64_t)why.pods < (o->judged.wanted > 1 ? o->judged.wanted : 1)) {
		m->reason = o->cause_reason;
		add_words(m, o->cause);
	}
	why_release(&why);
	drop_repeated_note(m); /* the same was said by a child */
	add_note(m, o->children_trouble);
}

/* Pods and their like come and go with what their owners decide. */
static bool is_replaceable(const struct tracked *o)
{
	return o->selected && o->owned &&
		(tracked_is(o, "", "Pod") || tracked_is(o, "apps", "ReplicaSet") ||
			tracked_is(o, "batch", "Job"));
}

static void went(struct meaning *m, const struct tracker *t, const struct tracked *o)
{
	if (is_replaceable(o) && !tracker_wants_end(o)) {
		set(m, STATUS_SUCCESS, "Removed", "gone; its owner decides what takes its place");
		m->success_since = o->success_since;
	} else if (!tracker_wants_end(o) && t->deployer.ended && !t->deployer.well) {
		set(m, STATUS_IN_PROGRESS, "Deleted", "deleted while helm was at work");
	} else if (!tracker_wants_end(o)) {
		set(m, STATUS_IN_PROGRESS, "Deleted", "deleted; waiting for it to come back");
	} else if (t->verify.wait_for_jobs || !o->fresh) {
		set(m, STATUS_IN_PROGRESS, "RemovedByTTL",
			"removed by its TTL before its end was seen");
	} else {
		set(m, STATUS_SUCCESS, "NotAwaited",
			"gone before its end was seen, not waited for");
		m->success_since =
			o->success_since > o->first_look ? o->success_since : o->first_look;
	}
}

static void not_there(struct meaning *m, const struct tracker *t, const struct tracked *o)
{
	if (o->trouble)
		set(m, STATUS_IN_PROGRESS, o->trouble_reason, o->trouble);
	else if (o->gone && o->uid)
		went(m, t, o);
	else if (o->gone && t->deployer.since && t->applied_at < 0)
		set(m, STATUS_IN_PROGRESS, "NotFound", "not there yet");
	else if (o->gone && t->deployer.ended && !t->deployer.well)
		set(m, STATUS_IN_PROGRESS, "NotFound", "not made: helm ended before");
	else if (o->gone)
		set(m, STATUS_IN_PROGRESS, "NotFound", "not found in the cluster");
	else
		set(m, STATUS_IN_PROGRESS, "NotSeenYet", "not seen in the cluster yet");
}

static void as_judged(
	struct meaning *m, const struct tracker *t, const struct tracked *o, int64_t now)
{
	const struct judgement *j = &o->judged;

	m->status = j->status;
	m->severity = j->severity;
	m->reason = j->reason;
	m->message = o->rule->children ? xstrdup_or_null(j->message) : meaning_of_leaf(o);
	add_note(m, j->note);
	m->success_since = o->success_since;
	if (o->fresh && m->success_since < o->first_look)
		m->success_since = o->first_look;
	m->error_since = tracked_trouble_since(o, now);
	of_deadline(m, t, o, now);
	if (j->finished)
		add_words(m, o->before_run);
	add_note(m, o->rivals);
	if (j->no_status && o->fresh && m->status == STATUS_IN_PROGRESS) {
		int64_t wait = t->verify.stabilization_ms > NO_STATUS_MS
			? t->verify.stabilization_ms
			: NO_STATUS_MS;

		if (now - o->first_look >= wait) {
			set(m, STATUS_SUCCESS, NULL, NULL);
			m->success_since = o->first_look;
			add_note(m, "it has no status to judge by");
		}
	}
}

/* What it says is of before. */
static void not_yet(struct meaning *m, const struct tracker *t)
{
	if (t->deployer.since)
		set(m, STATUS_IN_PROGRESS, "Unchanged", "as it was before, so far; helm is at work");
	else
		set(m, STATUS_IN_PROGRESS, "NotSeenYet", "waiting for a look after the apply");
}

/* helm has failed before it had made or changed it, and perhaps because it could not. */
static void of_failure(struct meaning *m, const struct tracker *t, const struct tracked *o)
{
	if (o->blamed && (o->as_before || (o->gone && !o->uid))) {
		set(m, STATUS_ERROR, "Refused", t->deployer.said);
		m->severity = SEVERITY_HARD;
	} else if (o->as_before && m->status == STATUS_SUCCESS)
		add_words(m, "as it was before: helm did not change it");
}

void meaning_find(struct meaning *m, const struct tracker *t, const struct tracked *o, int64_t now)
{
	bool ended = o->gone && o->judged.finished &&
		!(o->judged.transient && is_replaceable(o));

	*m = (struct meaning){ 0 };
	if (o->hook && hook_meaning(m, t, o, now))
		return;
	if (!o->seen || o->trouble || (o->gone && !ended)) {
		not_there(m, t, o);
		of_failure(m, t, o);
		return;
	}
	as_judged(m, t, o, now);
	if (o->applied && !o->fresh && m->status == STATUS_SUCCESS &&
		!(t->deployer.since && o->judged.by_existence))
		not_yet(m, t);
	if (o->applied && tracked_is(o, "batch", "Job"))
		of_job(m, t, o, now);
	if (o->rule->children)
		of_children(m, o, now);
	if (o->hook)
		hook_add_label(m, o);
	else
		of_failure(m, t, o);
}

void meaning_release(struct meaning *m)
{
	free(m->message);
	free(m->note);
	*m = (struct meaning){ 0 };
}

static uint64_t hash_words(const struct tracked *o, const struct meaning *m)
{
	uint64_t h = hash_str(o->details_hash ^ (uint64_t)m->status, m->reason);

	h = hash_str(h, m->message);
	h = hash_str(h ^ (uint64_t)(o->shown_outdated * 4 + o->replaced * 2 + o->stale), m->note);
	return h ? h : 1;
}

static void forget_details(struct tracked *o)
{
	json_decref(o->columns);
	json_decref(o->conditions);
	json_decref(o->pod);
	o->columns = o->conditions = o->pod = NULL;
}

/* They are not kept here once they were emitted, the model has them: there may be ten thousand
 * rows. */
static void take_details(struct status_words *words, const struct tracker *t, struct tracked *o)
{
	const struct model_object *row;

	if (o->columns) {
		words->columns_take = json_incref(o->columns);
		words->conditions_take = json_incref(o->conditions);
		words->pod_take = json_incref(o->pod);
		forget_details(o);
		return;
	}
	row = model_find(recorder_model(t->recorder), t->step, o->id);
	words->columns_take = json_object();
	for (size_t i = 0; row && i < row->ncolumns; i++)
		json_object_set_new(words->columns_take, row->columns[i].name,
			jx_string(row->columns[i].value));
	if (row && row->conditions)
		words->conditions_take = json_loads(row->conditions, 0, NULL);
	if (row && row->pod)
		words->pod_take = json_loads(row->pod, 0, NULL);
}

void meaning_emit(struct tracker *t, struct tracked *o, const struct meaning *m)
{
	uint64_t hash;
	struct status_words words = {
		.status = m->status,
		.reason = m->reason,
		.message = m->message,
		.note = m->note,
		.replaced = o->replaced,
		.stale = o->stale,
		.outdated = !tracked_current(o),
	};

	o->shown_outdated = words.outdated;
	hash = hash_words(o, m);
	if (hash == o->shown_hash) {
		forget_details(o);
		return;
	}
	take_details(&words, t, o);
	o->shown_hash = hash;
	o->shown = m->status;
	recorder_emit(t->recorder, event_object_status(t->step, o->id, &words));
}

/* Of a condition what is emitted. */
static uint64_t hash_conditions(uint64_t h, const json_t *list)
{
	static const char *const members[] = {
		"type", "status", "reason", "message", "lastTransitionTime"
	};

	for (size_t i = 0; i < json_array_size(list); i++)
		for (size_t k = 0; k < ARRAY_LEN(members); k++)
			h = hash_str(h, jx_str(json_array_get(list, i), members[k]));
	return h;
}

/* The containers of a Pod that is in trouble; of any other Pod its node. */
static json_t *pod_details(const struct tracked *o, const json_t *object)
{
	const char *node = jx_str(object, "spec.nodeName");
	json_t *pod = NULL;

	if (!tracked_is(o, "", "Pod"))
		return NULL;
	if (o->judged.status != STATUS_SUCCESS)
		pod = containers_in_trouble(object);
	return pod || !node ? pod
			    : json_pack("{s:o, s:[]}", "node", jx_string(node), "containers");
}

void meaning_keep_details(struct tracked *o, const json_t *object)
{
	struct judgement *j = &o->judged;
	uint64_t h = HASH_SEED;

	forget_details(o);
	o->columns = json_object();
	for (size_t i = 0; i < j->ncolumns; i++) {
		const struct column_value *c = &j->columns[i];

		h = hash_str(hash_str(h, c->name), c->value);
		json_object_set_new(o->columns, c->name, jx_string(c->value));
	}
	judgement_drop_columns(j);
	o->conditions = json_incref((json_t *)jx_get(object, "status.conditions"));
	o->pod = pod_details(o, object);
	o->details_hash = containers_hash(hash_conditions(h, o->conditions), o->pod);
}

char *meaning_of_cause(const struct tracked *o)
{
	/* The Pod itself says which probe, the event what it answered. */
	if (strcmp(o->cause_reason, "Unhealthy") == 0 && o->judged.message)
		return xasprintf("%s; %s", o->judged.message, o->cause);
	return xstrdup(o->cause);
}

void meaning_drop_details(struct tracked *o)
{
	forget_details(o);
	o->columns = json_object();
	o->details_hash = 0;
}

char *meaning_of_leaf(const struct tracked *o)
{
	const struct judgement *j = &o->judged;
	char *cause, *text;

	if (wants_cause(o)) {
		cause = meaning_of_cause(o);
		text = xasprintf("%s: %s", o->cause_reason, cause);
		free(cause);
		return text;
	}
	if (o->last_log && j->status == STATUS_ERROR && j->message)
		return xasprintf("%s; last log line: %s", j->message, o->last_log);
	return xstrdup_or_null(j->message);
}

void meaning_leaf(struct tracker *t, struct tracked *o)
{
	struct meaning m = {
		.status = o->judged.status,
		.reason = o->judged.reason,
	};

	m.message = meaning_of_leaf(o);
	add_note(&m, o->judged.note);
	drop_repeated_note(&m); /* that of a Pod that waits for a node is for its owner's row */
	meaning_emit(t, o, &m);
	meaning_release(&m);
}

void meaning_failed_apply(struct tracker *t, struct tracked *o, const char *reason, const char *why)
{
	struct meaning m = { .status = STATUS_ERROR, .reason = reason };

	if (t->verify.mode == VERIFY_NONE)
		m.status = STATUS_NONE;
	m.message = xstrdup_or_null(why);
	meaning_emit(t, o, &m);
	meaning_release(&m);
}
