/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of a step's objects, and what is observed of them. */
#include "track/tracker.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "manifest/manifest.h"
#include "record/event.h"
#include "record/journal.h"
#include "track/blame.h"
#include "track/judging.h"
#include "track/hook.h"
#include "track/meaning.h"
#include "track/rivals.h"
#include "track/tree.h"

/* A crash is not over because the container runs for a moment (DESIGN.md §6). */
#define CALM_MS 10000

struct tracker *tracker_new(
	struct recorder *recorder, size_t step, const struct verify *verify, int64_t now)
{
	struct tracker *t = xcalloc(1, sizeof(*t));

	t->recorder = recorder;
	t->step = step;
	t->verify = *verify;
	t->applied_at = -1;
	t->disturbed_at = -1;
	settle_init(&t->settle, verify, now);
	return t;
}

void tracker_free(struct tracker *t)
{
	if (!t)
		return;
	tree_release(t);
	json_decref(t->classes);
	free(t->applying);
	free(t->deployer.said);
	free(t->missing);
	free(t->disturbed_id);
	free(t->disturbed_why);
	free(t);
}

int64_t tracked_trouble_since(const struct tracked *o, int64_t now)
{
	if (o->family == FAMILY_NONE && o->judged.status != STATUS_ERROR)
		return -1;
	if (o->calm_since && now - o->calm_since >= CALM_MS)
		return -1;
	return o->trouble_since;
}

static struct object_words words_of(const struct tracked *o)
{
	return (struct object_words){ o->id, o->api_version, o->kind, o->ns, o->name, o->uid };
}

static json_t *texts(const char *const *list)
{
	json_t *array = json_array();

	for (; list && *list; list++)
		json_array_append_new(array, jx_string(*list));
	return array;
}

struct tracked *tracker_add(struct tracker *t, const char *api_version, const char *kind,
	const char *ns, const char *name, enum applied applied, const json_t *manifest,
	const char *shown, const char *const *warnings, const char *reason, const char *why,
	int64_t now)
{
	char *id = object_id(t->step, api_version, kind, ns, name);
	struct tracked *o = map_get(&t->by_id, id);
	struct object_words words;

	if (o && o->applied) {
		free(id);
		return o;
	}
	if (o)
		free(id);
	else
		o = tree_add(t, api_version, kind, ns, name, id);
	o->applied = true;
	o->how = applied;
	o->added_at = now;
	o->manifest = manifest ? json_incref((json_t *)manifest) : NULL;
	t->napplied++;
	words = words_of(o);
	recorder_emit(t->recorder,
		event_object_applied(t->step, &words, applied, shown, texts(warnings)));
	o->refused = applied == APPLIED_FAILED || applied == APPLIED_NOT_TRIED;
	if (applied == APPLIED_FAILED)
		meaning_failed_apply(t, o, reason, why);
	return o;
}

void tracker_apply_waits(struct tracker *t, const char *why)
{
	char *text;

	if (why && (!t->applying || strcmp(t->applying, why) != 0)) {
		text = xasprintf("%s; trying again", why);
		recorder_emit(t->recorder, event_warning(t->step, NULL, text));
		free(text);
	}
	free(t->applying);
	t->applying = xstrdup_or_null(why);
}

void tracker_deploying(struct tracker *t, int64_t wall)
{
	t->deployer.since = wall;
}

void tracker_deployed(struct tracker *t, bool well, const char *said)
{
	t->deployer.ended = true;
	t->deployer.well = well;
	t->deployer.said = xstrdup_or_null(said);
	for (size_t i = 0; i < t->n && !well; i++) {
		struct tracked *o = t->objects[i];

		if (!o->applied)
			continue;
		o->as_before = !o->gone && !o->fresh;
		o->blamed = said && blame_names(said, o->kind, o->name);
	}
}

void tracker_hook(struct tracked *o, struct hook *hook_take)
{
	hook_free(o->hook);
	o->hook = hook_take;
}

void tracker_apply_ended(struct tracker *t, int64_t now)
{
	t->applied_at = now;
	settle_applied(&t->settle, now);
}

void tracker_apply_again(struct tracker *t)
{
	t->applied_at = -1;
	settle_apply_again(&t->settle);
}

/* Since when its family of reasons has lasted. */
static void follow_trouble(struct tracked *o, int64_t now)
{
	const struct judgement *j = &o->judged;
	enum family family = j->family;

	if (family == FAMILY_NONE && j->status == STATUS_ERROR)
		family = FAMILY_OTHER;
	if (family == FAMILY_NONE && o->family == FAMILY_CRASH && !j->ready && !j->finished) {
		o->calm_since = o->calm_since ? o->calm_since : now;
		return;
	}
	if (o->calm_since && now - o->calm_since >= CALM_MS)
		o->family = FAMILY_NONE;
	o->calm_since = 0;
	if (family != o->family)
		o->trouble_since = now;
	o->family = family;
}

static void disturb(struct tracker *t, const struct tracked *pod, const char *what,
	const char *reason, int64_t now)
{
	t->disturbed_at = now;
	free(t->disturbed_id);
	free(t->disturbed_why);
	t->disturbed_id = xstrdup(pod->id);
	t->disturbed_why = xasprintf("Pod %s %s%s", pod->name, what, reason ? reason : "");
}

/* Pods whose trouble breaks the window: current ones of applied workloads (DESIGN.md §6). */
static bool may_disturb(struct tracked *pod)
{
	const struct tracked *root = tracked_root(pod);

	return root && root != pod && !pod->judged.terminating && !pod->judged.transient &&
		tracked_current(pod) && tracked_is_workload(root);
}

static void follow_pod(struct tracker *t, struct tracked *o, enum status before, int64_t now)
{
	if (may_disturb(o)) {
		if (o->seen && o->judged.restarts > o->restarts)
			disturb(t, o, "restarted", NULL, now);
		else if (o->judged.status == STATUS_ERROR && before != STATUS_ERROR)
			disturb(t, o, "went into error: ", o->judged.reason, now);
	}
	o->restarts = o->judged.restarts;
}

static void announce(struct tracker *t, struct tracked *o, const json_t *object)
{
	struct object_words words = words_of(o);
	const char *owner = !o->applied && o->owner ? o->owner->id : NULL;

	recorder_emit(t->recorder, event_object_seen(t->step, &words, owner, o->applied,
		jx_str(object, "metadata.creationTimestamp")));
	o->announced = true;
}

static void drop(struct tracker *t, struct tracked *o, const char *why)
{
	if (o->announced)
		recorder_emit(t->recorder, event_object_removed(t->step, o->id, why));
	tree_drop(t, o);
}

/* An apply that changes nothing does not run a Job again: what it says is old. */
static void note_before_run(struct tracked *o, const json_t *object)
{
	const json_t *failed = jx_condition(object, "Failed");
	const char *status = jx_str(failed, "status"),
		   *at = jx_str(object, "status.completionTime");
	bool bad = status && strcmp(status, "True") == 0;
	char age[DURATION_SIZE] = "";
	int64_t at_ms;

	if (o->how != APPLIED_UNCHANGED || !o->judged.finished || !tracked_is(o, "batch", "Job"))
		return;
	if (!at && bad)
		at = jx_str(failed, "lastTransitionTime");
	if (at && clock_parse_stamp(at, &at_ms))
		duration_age(clock_wall_ms() - at_ms, age);
	free(o->before_run);
	o->before_run = xasprintf(
		"%s %s%sbefore this run", bad ? "failed" : "completed", age, *age ? " " : "");
}

/* An old ReplicaSet that is empty explains nothing: it has no row unless it is applied itself. */
static bool is_hidden(const struct tracked *o)
{
	return o->judged.stale_old && !o->announced && !o->applied;
}

static bool is_deploying(const struct tracker *t)
{
	return t->deployer.since && t->applied_at < 0;
}

/* The other program has written it. The server's clock may be behind ours, so what came, or moved
 * on, since we look counts, too. */
static bool is_deployed(const struct tracker *t, const struct tracked *o, const json_t *object,
	int64_t generation_before)
{
	return o->gone || (generation_before && o->judged.generation > generation_before) ||
		rivals_written_since(object, t->deployer.since);
}

/* What it has written is what the step is about. */
static void follow_deployer(const struct tracker *t, struct tracked *o, const json_t *object,
	int64_t generation_before, int64_t now)
{
	if (o->fresh || !is_deployed(t, o, object, generation_before))
		return;
	o->fresh = true;
	o->first_look = now;
}

struct tracked *tracker_seen(struct tracker *t, const json_t *object, int64_t asked_at, int64_t now)
{
	struct tracked *o = tree_row(t, object);
	const char *uid = jx_str(object, "metadata.uid");
	int64_t generation_before = o && o->seen ? o->judged.generation : 0;
	enum status before;
	char *reason;

	if (!o)
		return NULL;
	if (!o->applied && !o->owned) {
		drop(t, o, "released by its owner");
		return NULL;
	}
	if (uid)
		tree_set_uid(t, o, uid);
	before = o->seen && !o->gone && !o->trouble ? o->judged.status : STATUS_NONE;
	reason = xstrdup_or_null(before == STATUS_IN_PROGRESS ? o->judged.reason : NULL);
	judging_seen(t, o, object);
	if (!reason || !o->judged.reason || strcmp(reason, o->judged.reason) != 0)
		o->waits_since = now;
	free(reason);
	if (is_hidden(o))
		return o;
	if (o->judged.status == STATUS_SUCCESS && before != STATUS_SUCCESS)
		o->success_since = now;
	if (o->judged.progressing_ok)
		o->generation_progressing = o->judged.generation;
	follow_trouble(o, now);
	follow_pod(t, o, before, now);
	o->seen = true;
	o->expires = jx_has_int(object, "spec.ttlSecondsAfterFinished");
	if (!o->announced)
		announce(t, o, object);
	if (asked_at == TRACKER_APPLY) {
		note_before_run(o, object);
		rivals_of_apply(o, object);
	} else if (o->applied && is_deploying(t)) {
		follow_deployer(t, o, object, generation_before, now);
	} else if (o->applied) {
		o->as_before = o->as_before && !is_deployed(t, o, object, generation_before);
		/* Who is waited for is nobody's rival. */
		if (!t->missing)
			rivals_follow(o, object);
	}
	meaning_keep_details(o, object);
	tracker_same(t, o, asked_at, now);
	if (!o->applied && !o->rule->children)
		meaning_leaf(t, o);
	return o;
}

/* A look after the apply has told what there is. */
static void look_is_fresh(const struct tracker *t, struct tracked *o, int64_t now)
{
	if (t->applied_at < 0 || o->fresh)
		return;
	o->fresh = true;
	o->first_look = now;
}

void tracker_same(struct tracker *t, struct tracked *o, int64_t asked_at, int64_t now)
{
	if (o->gone || o->trouble) {
		o->gone = false;
		o->success_since = now;
		tracker_trouble(t, o, NULL, NULL);
	}
	if (asked_at >= t->applied_at)
		look_is_fresh(t, o, now);
}

void tracker_gone(struct tracker *t, struct tracked *o, int64_t now)
{
	const struct tracked *root = tracked_root(o);

	tracker_trouble(t, o, NULL, NULL);
	if (o->gone)
		return;
	if (o->applied) {
		o->gone = true;
		if (o->hook)
			meaning_drop_details(o);
		if (o->seen &&
			(o->judged.finished || (tracker_wants_end(o) && !t->verify.wait_for_jobs)))
			look_is_fresh(t, o, now);
		if (o->seen && !o->judged.finished)
			recorder_emit(t->recorder,
				event_object_removed(t->step, o->id,
					o->hook ? "a hook that helm removed" : "deleted"));
		return;
	}
	/* What a Job's Pod said when it ended stays: it is the record of what happened. */
	if (o->judged.finished && root &&
	    (tracked_is(root, "batch", "Job") || tracked_is(root, "batch", "CronJob"))) {
		o->gone = true;
		return;
	}
	drop(t, o, "deleted");
}

bool tracker_wants_end(const struct tracked *o)
{
	return o->gone && o->uid && o->expires && !o->judged.finished &&
		tracked_is(o, "batch", "Job");
}

void tracker_job_ended(
	struct tracker *t, struct tracked *o, const char *reason, const char *message, int64_t now)
{
	struct judgement *j = &o->judged;
	bool failed = strcmp(reason, "Completed") != 0;

	if (!tracker_wants_end(o))
		return;
	if (!failed)
		judgement_set(j, STATUS_SUCCESS, "Completed", "completed, and removed by its TTL");
	else if (t->verify.wait_for_jobs)
		judgement_error(j, SEVERITY_HARD, FAMILY_OTHER, reason, "%s",
			message ? message : "it has failed");
	else
		judgement_set(
			j, STATUS_SUCCESS, "NotAwaited", "failed: %s, not waited for", reason);
	j->finished = true;
	o->success_since = now;
	o->family = FAMILY_OTHER;
	o->trouble_since = now;
	look_is_fresh(t, o, now);
}

/* A Pod's row says at once what is known, unless it is well; the others are brought up to date with
 * the next look. */
void tracker_tell_leaf(struct tracker *t, struct tracked *o)
{
	if (!o->applied && !o->rule->children && o->announced && !o->gone &&
		o->judged.status != STATUS_SUCCESS)
		meaning_leaf(t, o);
}

static void set_text(char **slot, const char *text)
{
	char *copy = xstrdup_or_null(text);

	free(*slot);
	*slot = copy;
}

void tracker_trouble(struct tracker *t, struct tracked *o, const char *reason, const char *why)
{
	(void)t;
	o->trouble_reason = reason;
	set_text(&o->trouble, why);
}

void tracker_children_trouble(struct tracker *t, struct tracked *owner, const char *why)
{
	(void)t;
	set_text(&owner->children_trouble, why);
}

void tracker_waits_for(struct tracker *t, const char *why, bool hopeless, int64_t now)
{
	char *text;

	if (why && (!t->missing || strcmp(t->missing, why) != 0)) {
		t->missing_since = now;
		text = xasprintf("%s%s", why, hopeless ? "" : "; waiting");
		recorder_emit(t->recorder, event_warning(t->step, NULL, text));
		free(text);
	}
	free(t->missing);
	t->missing = xstrdup_or_null(why);
	t->hopeless = hopeless;
}

void tracker_stale(struct tracker *t, struct tracked *o, bool stale)
{
	(void)t;
	o->stale = stale;
}

void tracker_cause(struct tracker *t, struct tracked *o, const char *reason, const char *cause)
{
	set_text(&o->cause_reason, reason);
	set_text(&o->cause, cause);
	tracker_tell_leaf(t, o);
}

void tracker_last_log(struct tracker *t, struct tracked *o, const char *line)
{
	set_text(&o->last_log, line);
	tracker_tell_leaf(t, o);
}
