/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of a step's objects as a tree. */
#include "track/tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "manifest/manifest.h"
#include "track/judging.h"
#include "track/hook.h"
#include "track/rivals.h"

bool tracked_is(const struct tracked *o, const char *group, const char *kind)
{
	char have[GROUP_SIZE];

	if (strcmp(o->kind, kind) != 0)
		return false;
	group_of(o->api_version, have);
	return strcmp(have, group) == 0;
}

bool tracked_is_workload(const struct tracked *o)
{
	static const char *const kinds[][2] = {
		{ "apps", "Deployment" }, { "apps", "ReplicaSet" }, { "", "ReplicationController" },
		{ "apps", "StatefulSet" }, { "apps", "DaemonSet" }, { "argoproj.io", "Rollout" },
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (tracked_is(o, kinds[i][0], kinds[i][1]))
			return true;
	return false;
}

struct tracked *tracked_root(struct tracked *o)
{
	while (o && !o->applied)
		o = o->owner;
	return o;
}

bool tracked_current(const struct tracked *o)
{
	for (; o->owner; o = o->owner) {
		const char *want = o->owner->judged.current_revision, *have = o->judged.revision;

		if (o->judged.stale_old || (want && have && strcmp(want, have) != 0))
			return false;
	}
	return true;
}

struct tracked *tracker_by_serial(const struct tracker *t, uint64_t serial)
{
	return serial > 0 && serial <= t->serials ? t->by_serial[serial - 1] : NULL;
}

/* Ten thousand rows are of the same few kinds and namespaces. */
static const char *share(struct tracker *t, const char *text)
{
	char *word = text ? map_get(&t->words, text) : NULL;

	if (text && !word) {
		word = xstrdup(text);
		map_set(&t->words, word, word);
	}
	return word;
}

/* The end of an id is the name, nearly always: then it takes no memory of its own. */
static const char *share_name(struct tracker *t, const char *id, const char *name)
{
	size_t all = strlen(id), len = strlen(name);

	return len <= all && strcmp(id + all - len, name) == 0 ? id + all - len : share(t, name);
}

struct tracked *tree_add(struct tracker *t, const char *api_version, const char *kind,
	const char *ns, const char *name, char *id_take)
{
	struct tracked *o = xcalloc(1, sizeof(*o));
	char group[GROUP_SIZE];

	group_of(api_version, group);
	o->id = id_take;
	o->api_version = share(t, api_version);
	o->kind = share(t, kind);
	o->ns = share(t, ns);
	o->name = share_name(t, id_take, name);
	o->rule = rule_find(group, kind);
	VEC_GROW(t->objects, t->n, t->cap);
	t->objects[t->n++] = o;
	map_set(&t->by_id, o->id, o);
	VEC_GROW(t->by_serial, t->serials, t->serials_cap);
	t->by_serial[t->serials++] = o;
	o->serial = t->serials;
	return o;
}

static void unlink_from_owner(struct tracked *o)
{
	struct tracked *owner = o->owner;

	for (size_t i = 0; owner && i < owner->nchildren; i++)
		if (owner->children[i] == o) {
			memmove(&owner->children[i], &owner->children[i + 1],
				(owner->nchildren - i - 1) * sizeof(struct tracked *));
			owner->nchildren--;
			break;
		}
	o->owner = NULL;
}

static void link_to_owner(struct tracked *o, struct tracked *owner)
{
	if (o->owner == owner || owner == o)
		return;
	for (struct tracked *up = owner; up; up = up->owner)
		if (up == o)
			return; /* a ring of owners: somebody is lying */
	unlink_from_owner(o);
	VEC_GROW(owner->children, owner->nchildren, owner->children_cap);
	owner->children[owner->nchildren++] = o;
	o->owner = owner;
}

static void unlink_children(struct tracked *o)
{
	for (size_t i = 0; i < o->nchildren; i++)
		o->children[i]->owner = NULL;
	o->nchildren = 0;
}

struct tracked *tree_owner(const struct tracker *t, const json_t *object)
{
	const json_t *refs = jx_get(object, "metadata.ownerReferences");
	struct tracked *any = NULL;

	for (size_t i = 0; i < json_array_size(refs); i++) {
		const json_t *ref = json_array_get(refs, i);
		const char *uid = jx_str(ref, "uid");
		struct tracked *owner = uid ? map_get(&t->by_uid, uid) : NULL;

		if (owner && jx_bool(ref, "controller"))
			return owner;
		any = any ? any : owner;
	}
	return any;
}

static void follow_owner(struct tracked *o, struct tracked *owner, const json_t *object)
{
	o->owned = jx_len(object, "metadata.ownerReferences") > 0;
	if (owner)
		link_to_owner(o, owner);
	else if (!o->owned)
		unlink_from_owner(o); /* its owner let go of it */
}

void tree_link(struct tracker *t, struct tracked *o, const json_t *object)
{
	follow_owner(o, tree_owner(t, object), object);
}

/* NULL: it names none. To free(). */
static char *id_of(const struct tracker *t, const json_t *object)
{
	const char *api_version = jx_str(object, "apiVersion"), *kind = jx_str(object, "kind");
	const char *name = jx_str(object, "metadata.name");
	char *raw, *id;

	if (!api_version || !kind || !name)
		return NULL;
	raw = object_id(t->step, api_version, kind, jx_str(object, "metadata.namespace"), name);
	id = text_display(raw, strlen(raw), TEXT_LINE);
	free(raw);
	return id;
}

static struct tracked *find(const struct tracker *t, const char *id, const json_t *object)
{
	const char *uid = jx_str(object, "metadata.uid");
	struct tracked *o = map_get(&t->by_id, id);

	return o || !uid ? o : map_get(&t->by_uid, uid);
}

struct tracked *tree_find(const struct tracker *t, const json_t *object)
{
	char *id = id_of(t, object);
	struct tracked *o = id ? find(t, id, object) : NULL;

	free(id);
	return o;
}

static struct tracked *add_child(struct tracker *t, const json_t *object, char *id_take)
{
	const char *name = jx_str(object, "metadata.name");
	char *shown = text_display(name, strlen(name), TEXT_LINE);
	struct tracked *o = tree_add(t, jx_str(object, "apiVersion"), jx_str(object, "kind"),
		jx_str(object, "metadata.namespace"), shown, id_take);

	free(shown);
	return o;
}

struct tracked *tree_row(struct tracker *t, const json_t *object)
{
	char *id = id_of(t, object);
	struct tracked *owner = tree_owner(t, object), *o;

	if (!id)
		return NULL;
	o = find(t, id, object);
	if (o || !owner)
		free(id);
	else
		o = add_child(t, object, id);
	if (o)
		follow_owner(o, owner, object);
	return o;
}

static void forget_uid(struct tracker *t, const struct tracked *o)
{
	if (o->uid && map_get(&t->by_uid, o->uid) == o)
		map_remove(&t->by_uid, o->uid);
}

/* Its children were the old object's: those that the new one adopts will say so. */
static void forget_old_object(struct tracker *t, struct tracked *o)
{
	forget_uid(t, o);
	unlink_children(o);
	o->replaced = o->applied;
	o->fresh = false;
	o->first_look = 0;
	o->family = FAMILY_NONE;
	o->calm_since = 0;
	o->generation_progressing = 0;
	rivals_forget(o);
	free(o->before_run);
	free(o->cause_reason);
	free(o->cause);
	free(o->last_log);
	o->before_run = o->cause_reason = o->cause = o->last_log = NULL;
}

void tree_set_uid(struct tracker *t, struct tracked *o, const char *uid)
{
	if (o->uid && strcmp(o->uid, uid) == 0)
		return;
	if (o->uid)
		forget_old_object(t, o);
	free(o->uid);
	o->uid = xstrdup(uid);
	o->announced = false;
	o->seen = false;
	map_set(&t->by_uid, o->uid, o);
	t->born += o->applied || o->rule->children;
}

static void tracked_free(struct tracked *o)
{
	judgement_release(&o->judged);
	rivals_forget(o);
	judging_forget(o);
	json_decref(o->columns);
	json_decref(o->conditions);
	json_decref(o->pod);
	json_decref(o->manifest);
	free(o->children);
	free(o->trouble);
	free(o->cause_reason);
	free(o->cause);
	free(o->last_log);
	free(o->children_trouble);
	free(o->before_run);
	hook_free(o->hook);
	free(o->id);
	free(o->uid);
	free(o);
}

void tree_drop(struct tracker *t, struct tracked *o)
{
	unlink_from_owner(o);
	unlink_children(o);
	map_remove(&t->by_id, o->id);
	forget_uid(t, o);
	t->by_serial[o->serial - 1] = NULL;
	for (size_t i = t->n; i-- > 0;)
		if (t->objects[i] == o) {
			memmove(&t->objects[i], &t->objects[i + 1],
				(t->n - i - 1) * sizeof(*t->objects));
			t->n--;
			break;
		}
	tracked_free(o);
}

void tree_release(struct tracker *t)
{
	for (size_t i = 0; i < t->n; i++)
		tracked_free(t->objects[i]);
	free(t->objects);
	map_release(&t->by_uid);
	map_release(&t->by_id);
	free(t->by_serial);
	for (size_t i = 0; i < t->words.cap; i++)
		free(t->words.slots[i].value);
	map_release(&t->words);
}
