/* SPDX-License-Identifier: Apache-2.0 */
/* Which questions to ask the cluster for what a tracker follows, and how they fare. */
#include "track/poll.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/xalloc.h"
#include "kube/discovery.h"
#include "track/descend.h"
#include "track/selector.h"
#include "track/source.h"
#include "track/tracker.h"

#define FEW 5 /* so many GETs, or selector LISTs, are cheaper than one LIST of a namespace */
#define UNION_MAX 4000           /* bytes of a selector in a URL */
#define UNKNOWN_MS 10000 /* a kind that the server does not know is asked for again after this */

static void discover(void *arg);

struct poller *poller_new(struct loop *loop, struct kube *kube, struct kube_discovery *discovery,
	struct tracker *tracker, const struct poller_handler *handler)
{
	struct poller *p = xcalloc(1, sizeof(*p));

	p->loop = loop;
	p->kube = kube;
	p->discovery = discovery;
	p->tracker = tracker;
	p->handler = *handler;
	p->look_at = -1;
	p->discover = loop_timer_add(loop, discover, p);
	return p;
}

/* Rows that a source saw last must not be mistaken for another's that is born at the same address.
 */
static void group_clear_sources(struct group *g)
{
	const struct tracker *t = g->poller->tracker;

	for (size_t i = 0; g->nsources && i < t->n; i++) {
		const struct source *s = t->objects[i]->source;

		if (s && s->group == g)
			t->objects[i]->source = NULL;
	}
	for (size_t i = 0; i < g->nsources; i++)
		source_free(g->sources[i]);
	g->nsources = 0;
}

static void group_free(struct group *g)
{
	group_clear_sources(g);
	for (size_t i = 0; i < g->n; i++)
		free(g->selectors[i]);
	map64_release(&g->index);
	set_free(g->set);
	free(g->selectors);
	free(g->members);
	free(g->sources);
	free(g->ns);
	free(g);
}

void poller_free(struct poller *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++)
		group_free(p->groups[i]);
	job_ends_free(p);
	kube_discover_cancel(p->discovery, p);
	loop_timer_remove(p->discover);
	free(p->groups);
	free(p->selected);
	free(p->unknown);
	free(p);
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

struct group *group_new(struct poller *p, const struct kube_resource *resource, const char *ns)
{
	struct group *g = xcalloc(1, sizeof(*g));

	g->poller = p;
	g->resource = resource;
	g->ns = xstrdup_or_null(ns);
	VEC_GROW(p->groups, p->n, p->cap);
	p->groups[p->n++] = g;
	return g;
}

static struct group *group_for(
	struct poller *p, const struct kube_resource *resource, const char *ns, bool children)
{
	struct group *g;

	ns = resource->namespaced ? ns : NULL;
	for (size_t i = 0; i < p->n; i++) {
		g = p->groups[i];
		if (g->resource == resource && g->children == children && !g->set &&
			same_text(g->ns, ns))
			return g;
	}
	g = group_new(p, resource, ns);
	g->children = children;
	return g;
}

/* A member that is there already may have got another selector: it was deleted and made anew. */
void group_add(struct group *g, struct tracked *member, char *selector_take)
{
	void **place = map64_get(&g->index, member->serial);

	if (place) {
		char **selector = &g->selectors[(uintptr_t)*place - 1];

		g->outdated |= !same_text(*selector, selector_take);
		free(*selector);
		*selector = selector_take;
		return;
	}
	if (g->n == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 4;
		g->members = xreallocarray(g->members, g->cap, sizeof(struct tracked *));
		g->selectors = xreallocarray(g->selectors, g->cap, sizeof(char *));
	}
	g->members[g->n] = member;
	g->selectors[g->n++] = selector_take;
	map64_set(&g->index, member->serial, (void *)(uintptr_t)g->n);
	g->outdated |= !g->set;
}

void group_add_source(struct group *g, struct tracked *target, const char *selector)
{
	VEC_GROW(g->sources, g->nsources, g->sources_cap);
	g->sources[g->nsources++] = source_new(g, target, selector);
}

static bool wants_gets(const struct group *g)
{
	if (g->get_forbidden)
		return false;
	return g->list_forbidden || g->crowded || g->n <= FEW;
}

static void plan_given(struct group *g)
{
	bool gets = wants_gets(g);

	for (size_t i = 0; i < g->n; i++) {
		if (gets || i == 0)
			group_add_source(g, gets ? g->members[i] : NULL, NULL);
		g->members[i]->source = g->sources[g->nsources - 1];
		g->members[i]->given_look = 0;
	}
}

/* One LIST if the server can be told whose children are meant, or if they are many; else one for
 * each owner. */
static void plan_children(struct group *g)
{
	size_t have = 0;
	char *merged = NULL;

	for (size_t i = 0; i < g->n; i++)
		have += g->selectors[i] != NULL;
	if (have == g->n)
		merged = selector_union((const char *const *)g->selectors, g->n, UNION_MAX);
	if (merged || have < g->n || g->n > FEW)
		group_add_source(g, NULL, merged);
	else
		for (size_t i = 0; i < g->n; i++)
			group_add_source(g, NULL, g->selectors[i]);
	free(merged);
}

/* The questions that serve all members; the old ones end unanswered. */
static void group_plan(struct group *g)
{
	group_clear_sources(g);
	if (g->set)
		group_add_source(g, NULL, g->set->labels);
	else if (g->children)
		plan_children(g);
	else
		plan_given(g);
	for (size_t i = 0; i < g->nsources; i++)
		source_ask_in(g->sources[i], 0);
	g->outdated = false;
}

/* What was nobody's may be somebody's now. */
static void wake_children(struct group *g)
{
	for (size_t i = 0; i < g->nsources; i++)
		if (g->sources[i]->born != g->poller->tracker->born)
			source_wake(g->sources[i]);
}

void poller_plan(struct poller *p)
{
	for (size_t i = 0; p->started && i < p->n; i++) {
		struct group *g = p->groups[i];

		wake_children(g);
		if (g->set)
			set_tidy(g);
		if (g->outdated && (!g->set || set_may_ask(g)))
			group_plan(g);
	}
}

void poller_add(struct poller *p, struct tracked *target)
{
	const struct kube_resource *resource =
		kube_find_kind(p->discovery, target->api_version, target->kind);

	if (!resource) {
		tracker_trouble(
			p->tracker, target, "UnknownKind", "the server does not know this kind");
		VEC_GROW(p->unknown, p->nunknown, p->unknown_cap);
		p->unknown[p->nunknown++] = target;
		loop_timer_set(p->discover, UNKNOWN_MS);
		return;
	}
	group_add(group_for(p, resource, target->ns, false), target, NULL);
}

static void discovered(void *arg, const struct error *err)
{
	struct poller *p = arg;
	size_t n = p->nunknown;

	(void)err; /* asked again as long as something is unknown */
	p->nunknown = 0;
	for (size_t i = 0; i < n; i++) {
		tracker_trouble(p->tracker, p->unknown[i], NULL, NULL);
		poller_add(p, p->unknown[i]);
	}
	if (p->nunknown < n) {
		poller_start(p);
		p->handler.answer(p->handler.arg);
	}
}

static void discover(void *arg)
{
	struct poller *p = arg;

	kube_discover(p->discovery, discovered, p);
}

void poller_start(struct poller *p)
{
	p->started = true;
	poller_plan(p);
}

struct wish {
	struct poller *poller;
	struct tracked *root;
};

static void wish_for(void *arg, const struct kube_resource *resource, char *selector_take)
{
	const struct wish *w = arg;

	group_add(group_for(w->poller, resource, w->root->ns, true), w->root, selector_take);
}

void poller_wants_children(struct poller *p, struct tracked *root, const json_t *object)
{
	struct wish w = { p, root };

	descend(p->discovery, object, wish_for, &w);
}

void poller_seen_by_apply(struct poller *p, struct tracked *target, const json_t *object)
{
	if (target->rule->children)
		poller_wants_children(p, target, object);
}

int64_t poller_fresh_since(const struct poller *p)
{
	int64_t fresh = INT64_MAX;

	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < p->groups[i]->nsources; k++) {
			const struct source *s = p->groups[i]->sources[k];

			if (s->off)
				continue;
			if (s->good_since < fresh)
				fresh = s->good_since;
		}
	return fresh == INT64_MAX ? -1 : fresh;
}

struct poller_health poller_health(const struct poller *p, int64_t now)
{
	struct poller_health health = { 0 };

	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < p->groups[i]->nsources; k++) {
			const struct source *s = p->groups[i]->sources[k];
			int64_t since = s->good_since < 0 ? s->born_at : s->good_since;
			bool late = source_overdue(s, now);

			if (s->off || (s->error.code == ERROR_NONE && !late))
				continue;
			health.retrying = true;
			health.stale |= late;
			if (!health.since || since < health.since) {
				health.since = since;
				health.message = s->error.code ? s->error.text
							       : "no answer from the cluster";
			}
		}
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; !p->groups[i]->children && k < p->groups[i]->n; k++) {
			struct tracked *o = p->groups[i]->members[k];

			tracker_stale(p->tracker, o, o->source && source_overdue(o->source, now));
		}
	return health;
}

bool poller_reached(const struct poller *p)
{
	return p->reached;
}

void poller_look_at(struct poller *p, int64_t at)
{
	if (at == p->look_at)
		return;
	p->look_at = at;
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < p->groups[i]->nsources; k++)
			source_fit_look(p->groups[i]->sources[k]);
}
