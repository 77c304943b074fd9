/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of the simulated cluster, and what the server writes into every one of them. */

#include "sim/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "sim/workload.h"
#include "sim/world.h"

/* How long a Pod takes to end, simulated. */
#define TERMINATION_MS 1000

static void object_free(struct object *obj)
{
	json_decref(obj->json);
	json_decref(obj->managers);
	free(obj);
}

void store_release(struct store *store)
{
	for (size_t i = 0; i < store->n; i++)
		object_free(store->items[i]);
	free(store->items);
	memset(store, 0, sizeof(*store));
}

uint64_t store_random(struct store *store)
{
	uint64_t z = store->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

void store_suffix(struct store *store, char *out, size_t len)
{
	static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";

	for (size_t i = 0; i < len; i++)
		out[i] = letters[store_random(store) % (sizeof(letters) - 1)];
	out[len] = '\0';
}

const char *object_name(const struct object *obj)
{
	const char *name = jx_str(obj->json, "metadata.name");

	return name ? name : "";
}

const char *object_ns(const struct object *obj)
{
	return jx_str(obj->json, "metadata.namespace");
}

const char *object_uid(const struct object *obj)
{
	const char *uid = jx_str(obj->json, "metadata.uid");

	return uid ? uid : "";
}

bool object_terminating(const struct object *obj)
{
	return obj->gone || obj->ends || jx_get(obj->json, "metadata.deletionTimestamp");
}

json_t *object_meta_map(json_t *json, const char *name)
{
	json_t *meta = json_object_get(json, "metadata"), *map;

	if (!json_is_object(meta)) {
		meta = json_object();
		json_object_set_new(json, "metadata", meta);
	}
	map = json_object_get(meta, name);
	if (!json_is_object(map)) {
		map = json_object();
		json_object_set_new(meta, name, map);
	}
	return map;
}

struct object *store_find(
	const struct store *store, const struct kind *kind, const char *ns, const char *name)
{
	for (size_t i = 0; i < store->n; i++) {
		const struct object *obj = store->items[i];
		const char *obj_ns;

		if (obj->gone || obj->kind != kind || strcmp(object_name(obj), name) != 0)
			continue;
		obj_ns = object_ns(obj);
		if (!(kind->flags & KIND_NAMESPACED) || (ns && obj_ns && strcmp(ns, obj_ns) == 0))
			return store->items[i];
	}
	return NULL;
}

static json_t *new_uid(struct store *store)
{
	uint64_t a = store_random(store), b = store_random(store);

	return json_sprintf("%08x-%04x-4%03x-a%03x-%012llx", (unsigned)(a >> 32),
		(unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff), (unsigned)(b >> 48 & 0xfff),
		(unsigned long long)(b & 0xffffffffffffu));
}

static json_t *owner_references(const struct object *owner)
{
	return json_pack("[{s:o,s:s,s:s,s:s,s:b,s:b}]", "apiVersion", kind_api_version(owner->kind),
		"kind", owner->kind->kind, "name", object_name(owner), "uid", object_uid(owner),
		"controller", 1, "blockOwnerDeletion", 1);
}

static void adopt(struct object *obj, struct object *owner)
{
	obj->owner = owner;
	obj->sibling = owner ? owner->children : NULL;
	if (owner)
		owner->children = obj;
}

struct object *store_add(struct sim *sim, const struct kind *kind, const char *ns,
	json_t *json_take, struct object *owner)
{
	struct object *obj = xcalloc(1, sizeof(*obj));
	json_t *meta;

	obj->kind = kind;
	obj->json = json_pack(
		"{s:s,s:o}", "kind", kind->kind, "apiVersion", kind_api_version(kind));
	json_object_update(obj->json, json_take);
	json_decref(json_take);
	object_meta_map(obj->json, "labels");
	meta = json_object_get(obj->json, "metadata");
	if (json_object_size(json_object_get(meta, "labels")) == 0)
		json_object_del(meta, "labels");
	if (ns && (kind->flags & KIND_NAMESPACED))
		json_object_set_new(meta, "namespace", json_string(ns));
	json_object_set_new(meta, "uid", new_uid(&sim->store));
	json_object_set_new(meta, "creationTimestamp", sim_stamp());
	if (kind->flags & KIND_GENERATION)
		json_object_set_new(meta, "generation", json_integer(1));
	if (owner)
		json_object_set_new(meta, "ownerReferences", owner_references(owner));
	adopt(obj, owner);
	obj->tick = controller_of(kind);
	obj->created = obj->changed = obj->progressed = sim->now;
	obj->ready_at = -1;
	obj->step = -1;
	store_touch(sim, obj);
	VEC_GROW(sim->store.items, sim->store.n, sim->store.cap);
	return sim->store.items[sim->store.n++] = obj;
}

void store_touch(struct sim *sim, struct object *obj)
{
	json_object_set_new(json_object_get(obj->json, "metadata"), "resourceVersion",
		json_sprintf("%lld", ++sim->store.version));
}

void store_set_status(struct sim *sim, struct object *obj, json_t *status_take)
{
	if (json_equal(json_object_get(obj->json, "status"), status_take)) {
		json_decref(status_take);
		return;
	}
	json_object_set_new(obj->json, "status", status_take);
	store_touch(sim, obj);
}

void store_delete(struct sim *sim, struct object *obj)
{
	json_t *meta = json_object_get(obj->json, "metadata");
	bool pod = kind_is(obj->kind, "", "Pod");

	if (object_terminating(obj))
		return;
	if (pod || jx_len(obj->json, "metadata.finalizers")) {
		json_object_set_new(meta, "deletionTimestamp", sim_stamp());
		json_object_set_new(meta, "deletionGracePeriodSeconds", json_integer(pod ? 30 : 0));
		store_touch(sim, obj);
		obj->ends = sim->now + (pod ? TERMINATION_MS : 0);
		if (pod)
			event_emit(sim, obj, "Normal", "Killing", "Stopping container %s", "main");
	} else {
		obj->gone = true;
		sim->store.version++;
	}
	for (size_t i = 0; i < sim->store.n; i++) {
		struct object *other = sim->store.items[i];

		if (other->owner == obj ||
		    (kind_is(obj->kind, "", "Namespace") && object_ns(other) &&
		    strcmp(object_ns(other), object_name(obj)) == 0))
			store_delete(sim, other);
	}
}

void store_sweep(struct sim *sim)
{
	struct store *store = &sim->store;
	size_t kept = 0, gone = 0;

	for (size_t i = 0; i < store->n; i++) {
		struct object *obj = store->items[i];

		if (obj->ends && sim->now >= obj->ends && !jx_len(obj->json, "metadata.finalizers"))
			obj->gone = true;
		gone += obj->gone;
	}
	if (!gone)
		return;
	/* An owner stands before what it owns: its list is empty by then. */
	for (size_t i = 0; i < store->n; i++) {
		struct object *obj = store->items[i];

		obj->children = NULL;
		if (!obj->gone)
			adopt(obj, obj->owner && !obj->owner->gone ? obj->owner : NULL);
	}
	for (size_t i = 0; i < store->n; i++) {
		if (store->items[i]->gone)
			object_free(store->items[i]);
		else
			store->items[kept++] = store->items[i];
	}
	store->n = kept;
}

json_t *object_condition(const struct object *obj, const char *type, bool status,
	const char *reason, const char *message)
{
	const json_t *before = jx_condition(obj->json, type);
	const char *word = status ? "True" : "False", *was = jx_str(before, "status");
	bool same = was && strcmp(was, word) == 0;
	json_t *now = json_pack("{s:s,s:s}", "type", type, "status", word);

	json_object_set_new(now, "lastTransitionTime", same && jx_str(before, "lastTransitionTime")
			? json_string(jx_str(before, "lastTransitionTime")) : sim_stamp());
	if (reason)
		json_object_set_new(now, "reason", json_string(reason));
	if (message)
		json_object_set_new(now, "message", json_string(message));
	return now;
}
