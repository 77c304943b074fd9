/* SPDX-License-Identifier: Apache-2.0 */
/* Brings a step's rows up to date, and asks whether it has settled. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "record/event.h"
#include "record/journal.h"
#include "track/hook.h"
#include "track/judging.h"
#include "track/meaning.h"

/* So long a row that was only just applied waits for its first look before it says that there was
 * none. */
#define QUIET_MS 1500

static char *label_of(const struct tracked *o)
{
	return xasprintf("%s %s", o->kind, o->name);
}

/* Why the window is not what it was: whose doing, and what. */
static void why_unsettled(const struct tracker *t, const struct settle_look *look,
	struct tracked *const *applied, const char **id, const char **why)
{
	int64_t since = t->settle.window_since;

	*id = NULL;
	*why = look->stale                 ? "the connection to the cluster was lost"
		: t->settle.applied_at < 0 ? "it has settled, and more is applied now"
					   : "waiting for a fresh look at the cluster";
	if (look->stale || t->settle.applied_at < 0)
		return;
	for (size_t i = 0; i < look->n; i++) {
		const struct settle_object *o = &look->objects[i];

		if (since < 0 ? o->status == STATUS_SUCCESS : o->success_since != since)
			continue;
		*id = applied[i] ? applied[i]->id : NULL;
		*why = since >= 0 ? "it had left its desired state"
			: o->why  ? o->why
				  : "not at its desired state";
		break;
	}
	if (since >= 0 && since == t->disturbed_at) {
		*id = t->disturbed_id;
		*why = t->disturbed_why;
	}
}

/* Tells of a window that opened, shut, or began anew. */
static void tell_window(struct tracker *t, int64_t before, const struct settle_result *out,
	const struct settle_look *look, struct tracked *const *applied)
{
	int64_t since = t->settle.window_since;
	const char *id, *why;

	if (since == before || out->need_ms == 0)
		return;
	if (before >= 0) {
		why_unsettled(t, look, applied, &id, &why);
		recorder_emit(t->recorder, event_step_unsettled(t->step, id, why));
	}
	if (since >= 0)
		recorder_emit(t->recorder,
			event_step_stabilizing(t->step,
				clock_wall_ms() - (clock_now_ms() - since), out->need_ms));
}

static bool fails_alone(const struct tracker *t, const struct tracked *o)
{
	if (tracked_is(o, "", "Pod"))
		return !o->owned;
	return t->verify.wait_for_jobs && tracked_is(o, "batch", "Job");
}

static void fill(struct settle_object *to, const struct tracker *t, const struct tracked *o,
	struct meaning *m)
{
	*to = (struct settle_object){
		.status = m->status,
		.severity = m->severity,
		.success_since = m->success_since,
		.error_since = m->error_since,
		.fails_alone = fails_alone(t, o),
		.by_existence = o->judged.by_existence && o->seen,
		.pods_failing = m->pods_failing,
		.pods_failing_since = m->pods_failing_since,
		.label = label_of(o),
	};
	to->why = m->message;
	m->message = NULL;
}

/* A row that was only just applied keeps quiet until its first look, unless that does not come. */
static bool too_soon(const struct tracked *o, int64_t now)
{
	return o->applied && !o->fresh && !o->shown_hash && !o->gone && !o->trouble &&
		now - o->added_at < QUIET_MS;
}

/* Emits every row that has something below or that decides; fills what settling needs of the
 * latter. */
static size_t bring_up_to_date(
	struct tracker *t, struct settle_object *objects, struct tracked **applied, int64_t now)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n && t->verify.mode != VERIFY_NONE; i++) {
		struct tracked *o = t->objects[i];
		struct meaning m;

		if (o->refused || (!o->applied && !o->announced))
			continue;
		if (!o->applied && !o->rule->children) {
			/* It was emitted as it was seen; only its owner may have moved on. */
			if (o->shown_outdated == tracked_current(o))
				meaning_leaf(t, o);
			continue;
		}
		judging_again(t, o);
		meaning_find(&m, t, o, now);
		if (!too_soon(o, now))
			meaning_emit(t, o, &m);
		if (o->applied && objects && !o->hook) {
			applied[n] = o;
			fill(&objects[n++], t, o, &m);
		}
		meaning_release(&m);
	}
	return n;
}

void tracker_time_out(struct tracker *t, int64_t now)
{
	for (size_t i = 0; i < t->n && t->verify.mode != VERIFY_NONE; i++) {
		struct tracked *o = t->objects[i];
		struct meaning m;

		if (o->refused || (!o->announced && !o->applied))
			continue;
		meaning_find(&m, t, o, now);
		if (m.status == STATUS_IN_PROGRESS) {
			m.status = STATUS_TIMED_OUT;
			meaning_emit(t, o, &m);
		}
		meaning_release(&m);
	}
}

/* A Success that is not of what this run applied is not passed over in silence. */
static void tell_rivals(
	struct settle_result *out, struct tracked *const *applied, size_t n)
{
	size_t first = n, more = 0;
	char *text, and_more[64] = "";

	for (size_t i = 0; i < n; i++) {
		if (!applied[i]->rivals)
			continue;
		more += first < n;
		first = first < n ? first : i;
	}
	if (first == n)
		return;
	if (more)
		snprintf(and_more, sizeof(and_more), " (and %zu more)", more);
	text = xasprintf("%s; %s %s: %s%s", out->reason, applied[first]->kind,
		applied[first]->name, applied[first]->rivals, and_more);
	text_copy(out->reason, sizeof(out->reason), text);
	free(text);
}

static struct settle_object missing_object(const struct tracker *t)
{
	return (struct settle_object){
		.status = t->hopeless ? STATUS_ERROR : STATUS_IN_PROGRESS,
		.severity = t->hopeless ? SEVERITY_HARD : SEVERITY_NONE,
		.error_since = t->missing_since,
		.why = xstrdup(t->missing),
	};
}

void tracker_settle(
	struct tracker *t, int64_t fresh_since, bool stale, int64_t now, struct settle_result *out)
{
	struct settle_object *objects = xcalloc(t->napplied + 1, sizeof(*objects));
	struct tracked **applied = xcalloc(t->napplied + 1, sizeof(struct tracked *));
	struct settle_look look = {
		.objects = objects,
		.fresh_since = fresh_since,
		.stale = stale,
		.applying = t->applying,
		.disturbed_at = t->disturbed_at,
	};
	int64_t before = t->settle.window_since;

	look.n = bring_up_to_date(t, objects, applied, now);
	if (t->missing)
		objects[look.n++] = missing_object(t);
	settle_step(&t->settle, &look, now, out);
	tell_window(t, before, out, &look, applied);
	if (out->verdict == VERDICT_SUCCEEDED)
		tell_rivals(out, applied, look.n);
	if (out->verdict == VERDICT_TIMED_OUT ||
		(out->verdict == VERDICT_FAILED && settle_deadline(&t->settle) >= 0 &&
			now >= settle_deadline(&t->settle)))
		tracker_time_out(t, now);
	for (size_t i = 0; i < look.n; i++) {
		free((char *)objects[i].label);
		free((char *)objects[i].why);
	}
	free(objects);
	free(applied);
}

void tracker_refresh(struct tracker *t, int64_t now)
{
	bring_up_to_date(t, NULL, NULL, now);
}

enum which { OBJECTS_AND_HOOKS, OBJECTS, RUNNING_HOOKS };

static bool is_asked_for(const struct tracked *o, enum which which)
{
	return o->applied && (which == RUNNING_HOOKS ? hook_runs(o)
				: which == OBJECTS  ? !o->hook
						    : true);
}

/* What the program that applies has said itself need not be said again. */
static bool is_its_word(const struct tracker *t, const struct meaning *m)
{
	return t->deployer.said && m->message && strcmp(m->message, t->deployer.said) == 0;
}

/* The first applied row in that status. */
static char *first_in(
	struct tracker *t, enum status status, enum which which, int64_t now, size_t *n)
{
	char *first = NULL;

	*n = 0;
	for (size_t i = 0; i < t->n; i++) {
		struct tracked *o = t->objects[i];
		struct meaning m;

		if (!is_asked_for(o, which))
			continue;
		meaning_find(&m, t, o, now);
		if (m.status == status && !is_its_word(t, &m) && (*n)++ == 0)
			first = xasprintf("%s %s: %s", o->kind, o->name,
				m.message ? m.message : status == STATUS_ERROR ? "in error" : "still in progress");
		meaning_release(&m);
	}
	return first;
}

char *tracker_missing(struct tracker *t, bool errors_only, int64_t now)
{
	size_t errors, waiting = 0;
	char *error = first_in(t, STATUS_ERROR, OBJECTS_AND_HOOKS, now, &errors), *wait = NULL;
	const char *first;
	char *text = NULL;

	/* While a hook runs nothing else is worked at. */
	if (!errors_only)
		wait = first_in(t, STATUS_IN_PROGRESS, RUNNING_HOOKS, now, &waiting);
	if (!errors_only && !wait)
		wait = first_in(t, STATUS_IN_PROGRESS, OBJECTS, now, &waiting);
	first = error ? error : wait;
	if (errors + waiting > 1)
		text = xasprintf("%s (and %zu more)", first, errors + waiting - 1);
	else if (first)
		text = xstrdup(first);
	free(error);
	free(wait);
	return text;
}
