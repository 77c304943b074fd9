/* SPDX-License-Identifier: Apache-2.0 */
/* What a step needs to be allowed to do. */
#include "cmd/check_rights.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "cmd/clusters.h"
#include "cmd/preflight.h"
#include "kube/discovery.h"
#include "rules/rule.h"

enum verb { PATCH, CREATE, GET, LIST, DELETE, VERBS };

static const char *const words[VERBS] = { "patch", "create", "get", "list", "delete" };

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Whether it is new. */
static bool add(
	struct rights *rights, const struct kube_resource *resource, const char *ns, bool own)
{
	for (size_t i = 0; i < rights->n; i++)
		if (rights->items[i].resource == resource && same(rights->items[i].ns, ns)) {
			rights->items[i].own |= own;
			return false;
		}
	VEC_GROW(rights->items, rights->n, rights->cap);
	rights->items[rights->n++] =
		(struct right){ resource, ns, own, false, { true, true, true, true, true } };
	return true;
}

static void removes(struct rights *rights, const struct kube_resource *resource, const char *ns)
{
	for (size_t i = 0; i < rights->n; i++)
		if (rights->items[i].resource == resource && same(rights->items[i].ns, ns))
			rights->items[i].removes = true;
}

/* The kinds below a kind, and those below them. */
static void add_children(struct rights *rights, const struct kube_discovery *discovery,
	const struct rule *rule, const char *ns)
{
	for (size_t i = 0; rule->children && rule->children[i]; i++) {
		const char *slash = strchr(rule->children[i], '/');
		char *group = xstrndup(rule->children[i], (size_t)(slash - rule->children[i]));
		const struct kube_resource *child =
			kube_find_group_kind(discovery, group, slash + 1);

		if (child && add(rights, child, ns, false))
			add_children(rights, discovery, rule_find(group, slash + 1), ns);
		free(group);
	}
}

void rights_of_step(struct rights *rights, const struct plan *plan,
	const struct clusters *clusters, size_t step)
{
	const struct kube_discovery *discovery = clusters_of(clusters, step)->discovery;
	const struct plan_step *what = &plan->steps[step];
	const struct kube_resource *events = kube_find_group_kind(discovery, "", "Event");

	*rights = (struct rights){ 0 };
	for (size_t i = 0; i < what->manifests.n; i++) {
		const struct manifest *m = &what->manifests.items[i];
		const struct kube_resource *resource =
			kube_find_kind(discovery, m->api_version, m->kind);
		const char *ns = preflight_ns(discovery, m, clusters_ns(clusters, plan, step));

		if (!resource)
			continue;
		add(rights, resource, ns, true);
		if (what->blue_green.name && strcmp(m->name, what->blue_green.deployment) == 0)
			removes(rights, resource, ns);
		if (what->verify.mode == VERIFY_NONE)
			continue;
		add_children(rights, discovery, rule_find(resource->group, resource->kind), ns);
		if (events && ns)
			add(rights, events, ns, false);
	}
}

void rights_release(struct rights *rights)
{
	free(rights->items);
	*rights = (struct rights){ 0 };
}

/* Of what only explains, lists are asked for and nothing else. */
static bool is_asked(const struct rights *rights, size_t at)
{
	if (at % VERBS == DELETE)
		return rights->items[at / VERBS].removes;
	return rights->items[at / VERBS].own || at % VERBS == LIST;
}

bool rights_next(const struct rights *rights, struct kube_access_question *question)
{
	const struct right *right = &rights->items[rights->next / VERBS];

	if (rights->next >= rights->n * VERBS)
		return false;
	*question = (struct kube_access_question){ right->resource, right->ns,
		words[rights->next % VERBS] };
	return true;
}

static void skip_unasked(struct rights *rights)
{
	while (rights->next < rights->n * VERBS && !is_asked(rights, rights->next))
		rights->next++;
}

void rights_answer(struct rights *rights, bool allowed)
{
	rights->items[rights->next / VERBS].allowed[rights->next % VERBS] = allowed;
	rights->next++;
	skip_unasked(rights);
}

void rights_skip(struct rights *rights)
{
	rights->next = rights->n * VERBS;
}

/* "deployments.apps in shop" */
static char *place_of(const struct right *right)
{
	const struct kube_resource *r = right->resource;

	return xasprintf("%s%s%s%s%s", r->plural, *r->group ? "." : "", r->group,
		right->ns ? " in " : "", right->ns ? right->ns : "");
}

char *rights_trouble(const struct right *right, bool verified, bool *barred)
{
	const bool *may = right->allowed;
	char *place = place_of(right), *text = NULL;

	*barred = false;
	if (!right->own && !may[LIST])
		text = xasprintf("note: you may not list %s: they cannot say why something does "
				 "not settle", place);
	else if (!may[PATCH])
		text = xasprintf("forbidden: you may not patch %s, which an apply is", place);
	else if (verified && !may[GET] && !may[LIST])
		text = xasprintf("forbidden: you may neither get nor list %s: nobody could see "
				 "them settle", place);
	else if (!may[CREATE])
		text = xasprintf("note: you may not create %s: only what is there can be changed",
			place);
	else if (!may[GET] || !may[LIST])
		text = xasprintf("note: you may not %s %s", may[GET] ? "list" : "get", place);
	else if (!may[DELETE])
		text = xasprintf("note: you may not delete %s: the other colour will stay", place);
	*barred = text && strncmp(text, "forbidden", 9) == 0;
	free(place);
	return text;
}
