/* SPDX-License-Identifier: Apache-2.0 */
/* StorageClasses for claims, and claims for Pods that wait for them. */
#include "track/claims.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/jx.h"
#include "base/map.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "kube/discovery.h"
#include "kube/list.h"
#include "track/judging.h"
#include "track/tracker.h"

#define AGAIN_MS 10000
#define OPEN_MAX 4 /* questions open at a time */

/* One claim that a Pod waits for, by "namespace/name". */
struct claim {
	struct claims *all;
	char *key, *ns, *name;
	struct kube_list *call;
	int64_t due;
	char *why; /* the sentence; NULL: nothing is wrong with it, or it is not known */
};

struct claims {
	struct kube *kube;
	struct kube_discovery *discovery;
	struct tracker *tracker;
	void (*changed)(void *arg);
	void *arg;
	struct kube_list *classes_call;
	json_t *incoming;
	int64_t classes_due;
	struct map claims;
	size_t open;
};

struct claims *claims_new(struct kube *kube, struct kube_discovery *discovery,
	struct tracker *tracker, void (*changed)(void *arg), void *arg)
{
	struct claims *c = xcalloc(1, sizeof(*c));

	*c = (struct claims){ .kube = kube,
		.discovery = discovery,
		.tracker = tracker,
		.changed = changed,
		.arg = arg };
	return c;
}

static void claim_free(struct claim *claim)
{
	kube_list_cancel(claim->call);
	free(claim->key);
	free(claim->ns);
	free(claim->name);
	free(claim->why);
	free(claim);
}

void claims_free(struct claims *c)
{
	if (!c)
		return;
	kube_list_cancel(c->classes_call);
	json_decref(c->incoming);
	for (size_t i = 0; i < c->claims.cap; i++)
		if (c->claims.slots[i].value)
			claim_free(c->claims.slots[i].value);
	map_release(&c->claims);
	free(c);
}

static void class_seen(void *arg, const json_t *object, uint64_t hash UNUSED)
{
	struct claims *c = arg;

	json_array_append(c->incoming, (json_t *)object);
}

static void classes_done(void *arg, const struct error *err, int64_t remaining UNUSED,
	int64_t retry_after_ms UNUSED)
{
	struct claims *c = arg;

	c->classes_call = NULL;
	c->open--;
	if (err->code != ERROR_NONE)
		return;
	if (!c->tracker->classes)
		for (size_t i = 0; i < c->claims.cap; i++) /* they can be judged better now */
			if (c->claims.slots[i].value)
				((struct claim *)c->claims.slots[i].value)->due = 0;
	tracker_classes(c->tracker, c->incoming);
	c->changed(c->arg);
}

static void ask_classes(struct claims *c, int64_t now)
{
	struct kube_list_query query = {
		.resource = kube_find_group_kind(c->discovery, "storage.k8s.io", "StorageClass"),
	};
	struct kube_list_handler handler = { .item = class_seen, .done = classes_done, .arg = c };

	if (!query.resource || c->classes_call || now < c->classes_due || c->open >= OPEN_MAX)
		return;
	c->classes_due = now + AGAIN_MS;
	json_decref(c->incoming);
	c->incoming = json_array();
	c->open++;
	c->classes_call = kube_list(c->kube, &query, &handler);
}

static void set_why(struct claim *claim, char *why_take)
{
	free(claim->why);
	claim->why = why_take;
}

static void claim_seen(void *arg, const json_t *object, uint64_t hash UNUSED)
{
	struct claim *claim = arg;
	struct judgement j;

	tracker_judge(claim->all->tracker, object, &j);
	set_why(claim, judging_claim_words(claim->name, &j));
	judgement_release(&j);
}

static void claim_done(void *arg, const struct error *err, int64_t remaining UNUSED,
	int64_t retry_after_ms UNUSED)
{
	struct claim *claim = arg;

	claim->call = NULL;
	claim->all->open--;
	if (err->code == ERROR_NOT_FOUND)
		set_why(claim, xasprintf("claim \"%s\" is not there", claim->name));
	claim->all->changed(claim->all->arg);
}

static void ask_claim(struct claim *claim, int64_t now)
{
	struct claims *c = claim->all;
	const struct kube_resource *resource =
		kube_find_group_kind(c->discovery, "", "PersistentVolumeClaim");
	struct kube_list_handler handler = {
		.item = claim_seen, .done = claim_done, .arg = claim
	};

	if (!resource || claim->call || now < claim->due || c->open >= OPEN_MAX)
		return;
	claim->due = now + AGAIN_MS;
	c->open++;
	claim->call = kube_get_object(c->kube, resource, claim->ns, claim->name, &handler);
}

static struct claim *claim_for(struct claims *c, const char *ns, const char *name)
{
	char *key = xasprintf("%s/%s", ns, name);
	struct claim *claim = map_get(&c->claims, key);

	if (claim) {
		free(key);
		return claim;
	}
	claim = xcalloc(1, sizeof(*claim));
	*claim = (struct claim){ .all = c,
		.key = key,
		.ns = xstrdup(ns),
		.name = xstrdup(name) };
	map_set(&c->claims, claim->key, claim);
	return claim;
}

/* The first of the Pod's claims that is in the way. */
static void look_at_pod(struct claims *c, struct tracked *pod, int64_t now)
{
	const char *why = NULL;

	for (size_t i = 0; i < json_array_size(pod->claims->names); i++) {
		const char *name = json_string_value(json_array_get(pod->claims->names, i));
		struct claim *claim = claim_for(c, pod->ns ? pod->ns : "", name);

		ask_claim(claim, now);
		why = why ? why : claim->why;
	}
	tracker_claim(c->tracker, pod, why);
}

void claims_look(struct claims *c, int64_t now)
{
	const struct tracker *t = c->tracker;
	bool waits = false;

	for (size_t i = 0; i < t->n; i++) {
		struct tracked *o = t->objects[i];

		if (o->claims)
			look_at_pod(c, o, now);
		waits |= o->claims ||
			(o->applied && o->seen && o->judged.status != STATUS_SUCCESS &&
				tracked_is(o, "", "PersistentVolumeClaim"));
	}
	if (waits)
		ask_classes(c, now);
}
