/* SPDX-License-Identifier: Apache-2.0 */
/* Objects that are given by selectors: their sets are what the answers say. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/jx.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "kube/discovery.h"
#include "kube/list.h"
#include "track/descend.h"
#include "track/source.h"
#include "track/tracker.h"
#include "track/tree.h"

void set_free(struct set *set)
{
	if (!set)
		return;
	free(set->labels);
	free(set->fields);
	free(set);
}

void poller_select(struct poller *p, const struct kube_resource *resource, const char *ns,
	const char *labels, const char *fields)
{
	struct group *g = group_new(p, resource, resource->namespaced ? ns : NULL);

	g->set = xcalloc(1, sizeof(*g->set));
	g->set->labels = xstrdup_or_null(labels);
	g->set->fields = xstrdup_or_null(fields);
	g->outdated = true;
}

/* Owners are asked for first: Pods that come before their Deployment would be taken for given ones.
 */
static size_t rank_of(const struct poller *p, const struct group *g)
{
	size_t rank = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct group *above = p->groups[i];

		if (above->set && above != g && above->set->rank >= rank &&
			descends_to(above->resource, g->resource))
			rank = above->set->rank + 1;
	}
	return rank;
}

void poller_selected(struct poller *p, const char *words)
{
	bool moved = true;

	p->selected = xstrdup(words);
	while (moved) {
		moved = false;
		for (size_t i = 0; i < p->n; i++) {
			struct set *set = p->groups[i]->set;
			size_t rank = set ? rank_of(p, p->groups[i]) : 0;

			moved |= set && rank != set->rank;
			if (set)
				set->rank = rank;
		}
	}
}

static bool is_complete(const struct group *g)
{
	return g->nsources && g->sources[0]->good_since >= 0;
}

bool set_may_ask(const struct group *g)
{
	const struct poller *p = g->poller;

	for (size_t i = 0; i < p->n; i++) {
		const struct group *other = p->groups[i];

		if (other->set && other->set->rank < g->set->rank && !is_complete(other))
			return false;
	}
	return true;
}

void sets_tell(struct poller *p)
{
	size_t matches = 0;
	char *why;

	if (!p->selected)
		return;
	for (size_t i = 0; i < p->n; i++) {
		if (!p->groups[i]->set)
			continue;
		if (!is_complete(p->groups[i]))
			return;
		matches += p->groups[i]->set->matches;
	}
	why = matches ? NULL : xasprintf("nothing matches %s", p->selected);
	tracker_waits_for(p->tracker, why, false, clock_now_ms());
	free(why);
}

static struct tracked *add(struct source *s, const json_t *object)
{
	static const char *const paths[] = { "apiVersion", "kind", "metadata.namespace",
		"metadata.name" };
	char *words[ARRAY_LEN(paths)];
	struct tracked *o;

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		const char *raw = jx_str(object, paths[i]);

		words[i] = raw ? text_display(raw, strlen(raw), TEXT_LINE) : NULL;
	}
	o = words[0] && words[1] && words[3]
		? tracker_add(s->poller->tracker, words[0], words[1], words[2], words[3],
			  APPLIED_NONE, NULL, NULL, NULL, NULL, NULL, clock_now_ms())
		: NULL;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		free(words[i]);
	if (!o)
		return NULL;
	o->selected = true;
	group_add(s->group, o, NULL);
	return o;
}

/* The question for a member by its name. */
static struct source *question_for(const struct group *g, const struct tracked *o)
{
	for (size_t i = 1; i < g->nsources; i++)
		if (g->sources[i]->target == o)
			return g->sources[i];
	return NULL;
}

static void come_back(const struct group *g, struct tracked *o)
{
	struct source *question = question_for(g, o);

	o->left = false;
	if (question)
		question->over = true;
}

bool set_takes(struct source *s, const json_t *object)
{
	struct group *g = s->group;
	struct tracker *t = s->poller->tracker;
	struct tracked *o = tree_find(t, object);

	if (o && o->applied) {
		if (map64_get(&g->index, o->serial)) {
			come_back(g, o);
			return true;
		}
		s->matches++;
		return false; /* it is asked for already */
	}
	if (g->set->rank > 0 && tree_owner(t, object))
		return true;
	return add(s, object) != NULL;
}

/* It was deleted, or it does not match any more: the answer does not say which. */
void set_sweep(struct source *s)
{
	struct group *g = s->group;

	g->set->matches = s->matches;
	for (size_t i = 0; i < g->n; i++) {
		struct tracked *o = g->members[i];

		if (o->given_look == s->look || o->left)
			continue;
		if (s->unnamed) {
			tracker_trouble(s->poller->tracker, o, "Unreadable",
				"an object of its kind in the cluster's answer cannot be read");
			continue;
		}
		o->left = true;
		o->given_look = 0;
		group_add_source(g, o, NULL);
		source_ask_in(g->sources[g->nsources - 1], 0);
	}
}

/* If it comes back, the set's own answer has it. */
void set_lost(struct source *s, struct tracked *o, int64_t now)
{
	s->over = true;
	if (o->owned)
		o->success_since = now;
}

void set_tidy(struct group *g)
{
	for (size_t i = g->nsources; i-- > 0;) {
		struct source *s = g->sources[i];

		if (!s->over)
			continue;
		if (s->target->source == s)
			s->target->source = NULL;
		source_free(s);
		memmove(&g->sources[i], &g->sources[i + 1],
			(g->nsources - i - 1) * sizeof(struct source *));
		g->nsources--;
	}
}
