/* SPDX-License-Identifier: Apache-2.0 */
/* Objects judged together by one look. */
#include "track/once.h"

#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/map.h"
#include "base/text.h"
#include "base/verify.h"
#include "base/xalloc.h"
#include "manifest/manifest.h"
#include "track/events.h"
#include "track/judging.h"
#include "track/meaning.h"
#include "track/tracker.h"
#include "track/tree.h"

/* Whatever is the case has been so for ever: nothing waits for its time to be told … */
#define NOW_MS (INT64_C(1) << 50)
/* … but a grace that only time can end. */
#define GRACE_MS (INT64_C(1) << 60)

struct item {
	json_t *object;
	bool asked;
	const char *reason; /* it cannot be read, for this reason … */
	char *why;          /* … told by this sentence; both NULL: it can */
};

/* Objects of one kind, which rules ask for. */
struct kin {
	const char *group, *kind;
	bool known;
	const json_t **objects;
	size_t n, cap;
};

enum { PODS, CLASSES, CLAIMS, KINS };

struct once {
	bool wait_for_jobs;
	struct item *items;
	size_t n, cap;
	struct kin kin[KINS];
	struct map uids;       /* of the items */
	bool events_known;
	struct map events;     /* uid of an object → json array of its events */
	struct once_row *rows;
	size_t nrows;
};

struct once *once_new(bool wait_for_jobs)
{
	struct once *o = xcalloc(1, sizeof(*o));

	o->wait_for_jobs = wait_for_jobs;
	o->kin[PODS] = (struct kin){ .group = "", .kind = "Pod" };
	o->kin[CLAIMS] = (struct kin){ .group = "", .kind = "PersistentVolumeClaim" };
	o->kin[CLASSES] = (struct kin){ .group = "storage.k8s.io", .kind = "StorageClass" };
	return o;
}

static void forget_rows(struct once *o)
{
	for (size_t i = 0; i < o->nrows; i++) {
		struct once_row *row = &o->rows[i];

		free(row->api_version);
		free(row->kind);
		free(row->ns);
		free(row->name);
		free(row->reason);
		free(row->message);
		free(row->note);
		column_values_free(row->columns, row->ncolumns);
	}
	free(o->rows);
	o->rows = NULL;
	o->nrows = 0;
}

void once_free(struct once *o)
{
	if (!o)
		return;
	forget_rows(o);
	for (size_t i = 0; i < o->n; i++) {
		json_decref(o->items[i].object);
		free(o->items[i].why);
	}
	for (size_t i = 0; i < KINS; i++)
		free(o->kin[i].objects);
	for (size_t i = 0; i < o->events.cap; i++)
		json_decref(o->events.slots[i].value);
	map_release(&o->events);
	map_release(&o->uids);
	free(o->items);
	free(o);
}

static bool is_of(const json_t *object, const char *group, const char *kind)
{
	const char *have = jx_str(object, "kind"), *api_version = jx_str(object, "apiVersion");
	char have_group[GROUP_SIZE];

	if (!have || !api_version || strcmp(have, kind) != 0)
		return false;
	group_of(api_version, have_group);
	return strcmp(have_group, group) == 0;
}

static void add_event(struct once *o, const json_t *event)
{
	const char *uid = jx_str(event, "involvedObject.uid");
	json_t *list = uid ? map_get(&o->events, uid) : NULL;

	o->events_known = true;
	if (!uid)
		return;
	if (!list) {
		list = json_array();
		map_set(&o->events, uid, list);
	}
	json_array_append(list, (json_t *)event);
}

static void add_kin(struct once *o, const json_t *object)
{
	for (size_t i = 0; i < KINS; i++) {
		struct kin *kin = &o->kin[i];

		if (!is_of(object, kin->group, kin->kind))
			continue;
		kin->known = true;
		VEC_GROW(kin->objects, kin->n, kin->cap);
		kin->objects[kin->n++] = object;
	}
	if (is_of(object, "", "Event"))
		add_event(o, object);
}

void once_add(struct once *o, const json_t *object, bool asked)
{
	const char *uid = jx_str(object, "metadata.uid");

	if (uid && !asked && map_get(&o->uids, uid))
		return; /* it is a relative already, with a row of its own */
	if (uid)
		map_set(&o->uids, uid, o);
	VEC_GROW(o->items, o->n, o->cap);
	o->items[o->n++] =
		(struct item){ .object = json_incref((json_t *)object), .asked = asked };
	add_kin(o, object);
}

void once_add_missing(struct once *o, const json_t *object, const char *reason, const char *why)
{
	VEC_GROW(o->items, o->n, o->cap);
	o->items[o->n++] = (struct item){ .object = json_incref((json_t *)object),
		.asked = true,
		.reason = reason,
		.why = xstrdup(why) };
}

void once_knows(struct once *o, const char *kind)
{
	for (size_t i = 0; i < KINS; i++)
		o->kin[i].known |= strcmp(o->kin[i].kind, kind) == 0;
	o->events_known |= strcmp(kind, "Event") == 0;
}

static char *shown(const json_t *object, const char *path)
{
	const char *s = jx_str(object, path);

	return s ? text_display(s, strlen(s), TEXT_LINE) : NULL;
}

/* The row of one object in the tree, judged by its rule alone. */
static void judge_item(const struct once *o, const struct item *item, struct tracked *row,
	int64_t wall_ms, int64_t since_ms)
{
	const char *uid = jx_str(item->object, "metadata.uid");
	const json_t *events = uid ? map_get(&o->events, uid) : NULL;
	const json_t **list = xcalloc(json_array_size(events) + 1, sizeof(*list));
	struct related related[KINS + 1];
	struct judge_options options = { .wait_for_jobs = o->wait_for_jobs,
		.look_once = true,
		.related = related,
		.nrelated = KINS + 1 };
	struct event_digest digest;

	for (size_t i = 0; i < KINS; i++)
		related[i] = (struct related){
			o->kin[i].kind, o->kin[i].known, o->kin[i].objects, o->kin[i].n };
	for (size_t i = 0; i < json_array_size(events); i++)
		list[i] = json_array_get(events, i);
	related[KINS] = (struct related){
		"Event", o->events_known, list, json_array_size(events) };
	judge(&row->judged, item->object, &options, wall_ms);
	free(list);
	row->family = row->judged.family;
	judging_claims(row, item->object);
	event_digest(&digest, events, since_ms);
	if (digest.cause && strcmp(digest.reason, row->judged.reason ? row->judged.reason : "") != 0) {
		row->cause_reason = xstrdup(digest.reason);
		row->cause = xstrdup(digest.cause);
	} /* else the rule has said so itself */
	event_digest_release(&digest);
}

static struct tracked *add_to_tree(struct tracker *t, const struct item *item)
{
	char *api_version = shown(item->object, "apiVersion");
	char *kind = shown(item->object, "kind"), *ns = shown(item->object, "metadata.namespace");
	char *name = shown(item->object, "metadata.name");
	struct tracked *row = tree_add(t, api_version ? api_version : "", kind ? kind : "", ns,
		name ? name : "",
		object_id(0, api_version ? api_version : "", kind ? kind : "", ns,
			name ? name : ""));
	const char *uid = jx_str(item->object, "metadata.uid");

	free(api_version);
	free(kind);
	free(ns);
	free(name);
	if (uid && !map_get(&t->by_uid, uid))
		tree_set_uid(t, row, uid);
	row->applied = row->fresh = row->seen = true;
	row->first_look = NOW_MS;
	row->trouble_reason = item->reason;
	row->trouble = xstrdup_or_null(item->why);
	return row;
}

static void fill_row(struct once_row *to, const struct tracker *t, const struct item *item,
	struct tracked *row)
{
	struct meaning m;

	meaning_find(&m, t, row, NOW_MS);
	*to = (struct once_row){
		.object = item->object,
		.api_version = shown(item->object, "apiVersion"),
		.kind = shown(item->object, "kind"),
		.ns = shown(item->object, "metadata.namespace"),
		.name = shown(item->object, "metadata.name"),
		.status = m.status,
		.reason = xstrdup_or_null(m.reason),
		.message = m.message,
		.note = m.note,
	};
	m.message = m.note = NULL;
	meaning_release(&m);
	to->columns = row->judged.columns;
	to->ncolumns = row->judged.ncolumns;
	row->judged.columns = NULL;
	row->judged.ncolumns = 0;
}

static struct tracked *find_claim(
	const struct tracker *t, const struct tracked *pod, const char *name)
{
	char *id = object_id(0, "v1", "PersistentVolumeClaim", pod->ns, name);
	struct tracked *claim = map_get(&t->by_id, id);

	free(id);
	return claim;
}

/* The first of a Pod's claims that is in its way. */
static char *blame_claim(const struct once *o, const struct tracker *t, const struct tracked *pod)
{
	char *why = NULL;

	for (size_t i = 0; !why && i < json_array_size(pod->claims->names); i++) {
		const char *name = json_string_value(json_array_get(pod->claims->names, i));
		const struct tracked *claim = find_claim(t, pod, name);

		if (claim && !claim->trouble)
			why = judging_claim_words(name, &claim->judged);
		else if (claim || o->kin[CLAIMS].known)
			why = xasprintf("claim \"%s\" is not there", name);
	}
	return why;
}

static void explain_volumes(const struct once *o, struct tracker *t)
{
	for (size_t i = 0; i < t->n; i++) {
		char *why;

		if (!t->objects[i]->claims)
			continue;
		why = blame_claim(o, t, t->objects[i]);
		tracker_claim(t, t->objects[i], why);
		free(why);
	}
}

void once_judge(struct once *o, int64_t wall_ms, int64_t since_ms)
{
	const struct verify verify = {
		.mode = VERIFY_OBJECTS, .wait_for_jobs = o->wait_for_jobs, .grace_ms = GRACE_MS };
	struct tracker *t = tracker_new(NULL, 0, &verify, 0);
	struct tracked **tree = xcalloc(o->n + 1, sizeof(struct tracked *));

	t->once = true;
	forget_rows(o);
	o->rows = xcalloc(o->n + 1, sizeof(*o->rows));
	for (size_t i = 0; i < o->n; i++)
		tree[i] = add_to_tree(t, &o->items[i]);
	for (size_t i = 0; i < o->n; i++) {
		if (tree[i]->uid) /* else it is there twice, or was never in a cluster */
			tree_link(t, tree[i], o->items[i].object);
		if (!o->items[i].reason)
			judge_item(o, &o->items[i], tree[i], wall_ms, since_ms);
	}
	explain_volumes(o, t);
	for (size_t i = 0; i < o->n; i++)
		if (o->items[i].asked)
			fill_row(&o->rows[o->nrows++], t, &o->items[i], tree[i]);
	free(tree);
	tracker_free(t);
}

const struct once_row *once_rows(const struct once *o, size_t *n)
{
	*n = o->nrows;
	return o->rows;
}
