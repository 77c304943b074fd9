/* SPDX-License-Identifier: Apache-2.0 */
/* One question to the cluster, asked again and again, and what its answers mean. */
#include "track/source.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/jx.h"
#include "base/loop.h"
#include "base/xalloc.h"
#include "kube/discovery.h"
#include "kube/list.h"
#include "track/tracker.h"

#define CROWD 20 /* a LIST that brings so many times more than what is ours is worse than GETs … \
		  */
#define CROWD_MAX 50             /* … of so many */
#define QUICK_MS 500             /* the first answers are followed up sooner: 500 ms, 1 s, 2 s … */
#define CALM_AFTER_MS 60000      /* nothing changed for so long: ask less often */
#define OVERDUE_MS                                                                                 \
	10000 /* an answer that is later than this, beyond twice its usual time, is missing */

/* Something may swallow what a watch would say. */
#define REST_MS 30000

static void ask(void *arg);

struct source *source_new(struct group *g, struct tracked *target, const char *selector)
{
	struct source *s = xcalloc(1, sizeof(*s));

	s->poller = g->poller;
	s->group = g;
	s->target = target;
	s->selector = xstrdup_or_null(selector);
	s->good_since = -1;
	s->born_at = s->changed_at = s->expected_at = clock_now_ms();
	s->due = loop_timer_add(g->poller->loop, ask, s);
	return s;
}

void source_free(struct source *s)
{
	kube_list_cancel(s->call);
	source_stop_listening(s);
	loop_timer_remove(s->due);
	map64_release(&s->known);
	map64_release(&s->next);
	free(s->selector);
	free(s->version);
	free(s);
}

static void set_due(struct source *s, int64_t at)
{
	s->due_at = at;
	loop_timer_set(s->due, at - clock_now_ms());
}

/* A look that is wanted soon after `at`, or before it, is worth a question of its own time: one
 * asked a moment too early proves nothing. */
static int64_t fit_look(const struct source *s, int64_t at)
{
	int64_t look_at = s->poller->look_at, now = clock_now_ms();

	if (s->look == 0 || s->asked_at >= look_at || look_at >= at + QUICK_MS)
		return at;
	return look_at > now ? look_at : now;
}

void source_fit_look(struct source *s)
{
	if (s->call || s->error.code != ERROR_NONE)
		return;
	set_due(s, fit_look(s, s->due_at));
	s->expected_at = s->due_at;
}

void source_ask_in(struct source *s, int64_t delay_ms)
{
	set_due(s, fit_look(s, clock_now_ms() + delay_ms));
	s->expected_at = s->due_at;
}

void source_wake(struct source *s)
{
	if (s->watch && !s->call && s->error.code == ERROR_NONE)
		source_ask_in(s, 0);
}

void source_ask_again_in(struct source *s, int64_t delay_ms)
{
	set_due(s, clock_now_ms() + delay_ms);
}

bool source_overdue(const struct source *s, int64_t now)
{
	return !s->off && now - s->expected_at > OVERDUE_MS + 2 * s->took;
}

/* An item's bytes are those of the last answer: it says nothing new. */
static bool known(void *arg, uint64_t hash)
{
	struct source *s = arg;
	struct tracker *t = s->poller->tracker;
	void **slot = map64_get(&s->known, hash);
	uint64_t serial = slot ? (uint64_t)(uintptr_t)*slot : 0;
	struct tracked *o = serial ? tracker_by_serial(t, serial) : NULL;

	s->items++;
	if (!slot || (serial ? !o : s->born != t->born))
		return false;
	if (o) {
		s->matches++;
		tracker_same(t, o, s->asked_at, clock_now_ms());
		o->source = s;
		o->look = s->look;
		if (!s->group->children)
			o->given_look = s->look;
	}
	map64_set(&s->next, hash, (void *)(uintptr_t)serial);
	return true;
}

static void set_version(void *arg, const char *version)
{
	struct source *s = arg;

	free(s->version);
	s->version = xstrdup_or_null(version);
}

static void seen(void *arg, const json_t *object, uint64_t hash)
{
	struct source *s = arg;
	struct tracked *o;

	s->changed = true;
	if (s->target)
		set_version(s, jx_str(object, "metadata.resourceVersion"));
	if (s->group->set && !s->target && !set_takes(s, object))
		return;
	o = tracker_seen(s->poller->tracker, object, s->asked_at, clock_now_ms());
	map64_set(&s->next, hash, (void *)(uintptr_t)(o ? o->serial : 0));
	if (!o)
		return;
	s->matches++;
	o->source = s;
	o->look = s->look;
	if (!s->group->children)
		o->given_look = s->look;
	if (o->applied && o->rule->children)
		poller_wants_children(s->poller, o, object);
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool of_kind(const struct source *s, const struct tracked *o)
{
	const struct kube_resource *r = s->group->resource;

	return tracked_is(o, r->group, r->kind) &&
		(!s->group->ns || same_text(o->ns, s->group->ns));
}

/* Its row, if it has one, stays and says so. */
static void unreadable(void *arg, const char *ns, const char *name, const struct error *err)
{
	struct source *s = arg;
	struct tracker *t = s->poller->tracker;

	s->unnamed += name == NULL;
	for (size_t i = 0; name && i < t->n; i++) {
		struct tracked *o = t->objects[i];

		if (strcmp(o->name, name) != 0 || (ns && !same_text(o->ns, ns)) || !of_kind(s, o))
			continue;
		tracker_trouble(t, o, "Unreadable", err->text);
		o->source = s;
		o->look = s->look;
		if (!s->group->children)
			o->given_look = s->look;
	}
}

static void restart(void *arg)
{
	struct source *s = arg;

	map64_release(&s->next);
	s->items = s->unnamed = s->matches = 0;
	s->look++;
}

/* A given object that the answer does not have is gone, unless it is the one that could not be
 * read. */
static void sweep_given(struct source *s, int64_t now)
{
	struct group *g = s->group;
	struct tracker *t = s->poller->tracker;

	for (size_t i = 0; i < (s->target ? 1 : g->n); i++) {
		struct tracked *o = s->target ? s->target : g->members[i];

		if (o->given_look == s->look)
			continue;
		if (s->unnamed) {
			tracker_trouble(t, o, "Unreadable",
				"an object of its kind in the cluster's answer cannot be read");
			continue;
		}
		tracker_gone(t, o, now);
		if (g->set)
			set_lost(s, o, now);
		if (tracker_wants_end(o))
			job_end_ask(s->poller, o);
	}
}

/* Every question of the group was answered since it was first asked: together they have all there
 * is. */
static bool group_complete(const struct group *g)
{
	for (size_t i = 0; i < g->nsources; i++)
		if (g->sources[i]->good_since < 0)
			return false;
	return true;
}

/* The children that this question, or one that was there before it, had and a complete answer no
 * longer has. */
static void sweep_children(struct source *s, int64_t now)
{
	struct tracker *t = s->poller->tracker;
	bool all = s->group->children && group_complete(s->group);

	if (s->target || s->unnamed)
		return;
	for (size_t i = t->n; i-- > 0;) {
		struct tracked *o = i < t->n ? t->objects[i] : NULL;

		if (!o || o->applied)
			continue;
		if (o->source == s ? o->look != s->look : all && !o->source && of_kind(s, o))
			tracker_gone(t, o, now);
	}
}

int64_t source_next_wait(const struct source *s, int64_t now)
{
	int64_t poll = s->poller->tracker->verify.poll_ms, wait = poll;

	if (now - s->changed_at > CALM_AFTER_MS)
		wait = poll * 5 / 2;
	else if (s->answers < 8 && QUICK_MS << (s->answers - 1) < poll)
		wait = QUICK_MS << (s->answers - 1);
	return wait > s->took * 4 ? wait : s->took * 4;
}

/* A new owner makes somebody's of what was nobody's: that wants another look. */
static bool rests(struct source *s)
{
	return !s->changed && !s->rang && s->born == s->poller->tracker->born && source_listen(s);
}

static void good(struct source *s, int64_t remaining, int64_t now)
{
	struct group *g = s->group;
	int64_t took = now - s->asked_at;

	s->good_since = s->asked_at;
	s->took = took > s->took / 2 ? took : s->took / 2;
	s->answers++;
	s->backoff_ms = 0;
	s->off = false;
	error_clear(&s->error);
	map64_release(&s->known);
	s->known = s->next;
	s->next = (struct map64){ 0 };
	s->born = s->asked_born;
	if (s->changed)
		s->changed_at = now;
	if (g->set && !s->target)
		set_sweep(s);
	else if (!g->children)
		sweep_given(s, now);
	sweep_children(s, now);
	source_ask_in(s, rests(s) ? REST_MS : source_next_wait(s, now));
	if (g->children && g->list_forbidden) {
		g->list_forbidden = false; /* what another kind's question said stays */
		for (size_t i = 0; i < g->n; i++)
			tracker_children_trouble(s->poller->tracker, g->members[i], NULL);
	}
	if (!g->children && !g->set && !s->target && !g->crowded && !g->get_forbidden && g->n <= CROWD_MAX &&
	    (s->items + (size_t)remaining) / CROWD > g->n)
		g->crowded = g->outdated = true;
}

/* Plans anew at its end, which may free s: nothing touches it after that. */
static void answered(void *arg, const struct error *err, int64_t remaining, int64_t retry_after_ms)
{
	struct source *s = arg;
	struct poller *p = s->poller;

	s->call = NULL;
	if (err->code != ERROR_NETWORK && err->code != ERROR_TIMEOUT && err->code != ERROR_TLS)
		p->reached = true;
	if (err->code == ERROR_NOT_FOUND && s->target)
		set_version(s, NULL);
	if (err->code == ERROR_NONE || (err->code == ERROR_NOT_FOUND && s->target)) {
		good(s, remaining, clock_now_ms());
	} else {
		s->error = *err;
		map64_release(&s->next);
		source_failed(s, retry_after_ms);
	}
	poller_plan(p);
	sets_tell(p);
	p->handler.answer(p->handler.arg);
}

static void ask(void *arg)
{
	struct source *s = arg;
	struct group *g = s->group;
	struct kube_list_query query = {
		.resource = g->resource,
		.ns = g->ns,
		.label_selector = s->selector,
		.field_selector = g->set ? g->set->fields : NULL,
	};
	struct kube_list_handler handler = {
		.known = known,
		.item = seen,
		.unreadable = unreadable,
		.restart = restart,
		.version = set_version,
		.done = answered,
		.managed_fields = !g->children,
		.arg = s,
	};

	if (s->call)
		return;
	s->asked_at = clock_now_ms();
	s->look++;
	s->items = s->unnamed = s->matches = 0;
	s->changed = s->rang = false;
	s->asked_born = s->poller->tracker->born;
	if (s->target)
		s->call = kube_get_object(
			s->poller->kube, g->resource, s->target->ns, s->target->name, &handler);
	else
		s->call = kube_list(s->poller->kube, &query, &handler);
}
