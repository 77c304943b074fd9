/* SPDX-License-Identifier: Apache-2.0 */
/* Server-side apply and create. */

#include "sim/apply.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "sim/ownership.h"
#include "sim/reply.h"
#include "sim/world.h"

void object_spec_changed(struct sim *sim, struct object *obj)
{
	obj->changed = sim->now;
	obj->progressed = sim->now;
	if (obj->kind->flags & KIND_GENERATION)
		json_object_set_new(json_object_get(obj->json, "metadata"), "generation",
			json_integer(jx_int(obj->json, "metadata.generation", 0) + 1));
}

static bool same_word(const char *has, const char *want)
{
	return has && want && strcmp(has, want) == 0;
}

/* What the body says about itself must agree with where it was sent. */
static bool check_identity(const struct apply *a, struct reply *reply)
{
	const char *ns = jx_str(a->body, "metadata.namespace"),
		   *name = jx_str(a->body, "metadata.name");
	json_t *version = kind_api_version(a->kind);
	bool right = same_word(jx_str(a->body, "apiVersion"), json_string_value(version)) &&
		     same_word(jx_str(a->body, "kind"), a->kind->kind);

	if (!right)
		reply_bad_request(reply, "invalid object type: %s, Kind=%s",
			jx_str(a->body, "apiVersion") ? jx_str(a->body, "apiVersion") : "",
			jx_str(a->body, "kind") ? jx_str(a->body, "kind") : "");
	json_decref(version);
	if (!right)
		return false;
	if (!same_word(name, a->name)) {
		reply_bad_request(reply,
			"the name of the object (%s) does not match the name on the URL (%s)",
			name ? name : "", a->name);
		return false;
	}
	if (ns && a->ns && strcmp(ns, a->ns) != 0) {
		reply_bad_request(reply,
			"the namespace of the provided object does not match the namespace sent on "
			"the request");
		return false;
	}
	return true;
}

static bool check_namespace(const struct sim *sim, const struct apply *a, struct reply *reply)
{
	const struct kind *kind = kinds_by_kind(&sim->kinds, "v1", "Namespace");

	if (!a->ns || store_find(&sim->store, kind, NULL, a->ns))
		return true;
	reply_not_found(reply, kind, a->ns);
	return false;
}

/* 409 with a cause for each of the conflicts [{manager, field}]. */
static void refuse_conflict(
	const struct apply *a UNUSED, const json_t *conflicts, struct reply *reply)
{
	size_t n = json_array_size(conflicts);
	json_t *causes = json_array();
	struct buf text = { 0 };
	const char *last = "";

	for (size_t i = 0; i < n; i++) {
		const json_t *one = json_array_get(conflicts, i);
		const char *manager = jx_str(one, "manager"), *field = jx_str(one, "field");

		json_array_append_new(causes,
			json_pack("{s:s,s:o,s:s}", "reason", "FieldManagerConflict", "message",
				json_sprintf("conflict with \"%s\"", manager), "field", field));
		if (n == 1)
			buf_printf(&text, "conflict with \"%s\": %s", manager, field);
		else if (strcmp(manager, last) != 0)
			buf_printf(&text, "%sconflicts with \"%s\":\n- %s", i ? "\n" : "", manager,
				field);
		else
			buf_printf(&text, "\n- %s", field);
		last = manager;
	}
	reply_status(reply, 409, "Conflict", json_pack("{s:o}", "causes", causes),
		"Apply failed with %zu conflict%s: %s", n, n == 1 ? "" : "s",
		buf_str(&text));
	buf_release(&text);
}

static void refuse_by_rule(
	const struct apply *a, const struct apply_rule *rule, struct reply *reply)
{
	const char *message = rule->message ? rule->message : "refused by the scenario";
	/* A 500 without a reason is how the real server refuses a field it does not know. */
	const char *reason = rule->reason || rule->code == 500 ? rule->reason
							       : reply_reason((int)rule->code);
	char resource[256];

	kind_resource_name(a->kind, resource, sizeof(resource));
	if (rule->code == 422)
		reply_invalid(reply, a->kind, a->name, rule->field ? rule->field : "spec", message);
	else if (rule->code == 403)
		reply_status(reply, 403, reason, reply_details(a->kind, a->name),
			"%s \"%s\" is forbidden: %s", resource, a->name, message);
	else
		reply_status(reply, (int)rule->code, reason, NULL, "%s", message);
}

static void conflict_by_rule(
	const struct apply *a, const struct apply_rule *rule, struct reply *reply)
{
	json_t *list = json_array();

	for (char **field = rule->fields; field && *field; field++)
		json_array_append_new(
			list, json_pack("{s:s,s:s}", "manager", rule->conflict, "field", *field));
	if (!json_array_size(list))
		json_array_append_new(list,
			json_pack(
				"{s:s,s:s}", "manager", rule->conflict, "field", ".spec.replicas"));
	refuse_conflict(a, list, reply);
	json_decref(list);
}

/* What the scenario says about this apply; false when it was refused. */
static bool ask_scenario(struct sim *sim, const struct apply *a, struct reply *reply)
{
	for (size_t i = 0; i < sim->scenario.napplies; i++) {
		struct apply_rule *rule = &sim->scenario.applies[i];

		if (!glob_match(rule->match.kind, a->kind->kind) ||
		    !glob_match(rule->match.name, a->name) ||
		    !glob_match(rule->match.ns, a->ns ? a->ns : "") ||
		    (rule->times && rule->used >= rule->times))
			continue;
		rule->used++;
		if (rule->warn)
			reply->warnings = rule->warn;
		if (rule->code) {
			refuse_by_rule(a, rule, reply);
			return false;
		}
		if (rule->conflict && !a->force) {
			conflict_by_rule(a, rule, reply);
			return false;
		}
	}
	return true;
}

static void merge(json_t *into, const json_t *from)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)from, key, value) {
		json_t *has = json_object_get(into, key);

		if (json_is_object(has) && json_is_object(value))
			merge(has, value);
		else if (json_is_null(value))
			json_object_del(into, key);
		else
			json_object_set_new(into, key, json_deep_copy(value));
	}
}

/* Equal in everything but metadata and status? */
static bool same_spec(const json_t *a, const json_t *b)
{
	json_t *x = json_copy((json_t *)a), *y = json_copy((json_t *)b);
	bool same;

	json_object_del(x, "metadata");
	json_object_del(x, "status");
	json_object_del(y, "metadata");
	json_object_del(y, "status");
	same = json_equal(x, y);
	json_decref(x);
	json_decref(y);
	return same;
}

/* The first field of an existing object that may not change and would; NULL if there is none. */
static const char *changed_immutable(
	const struct kind *kind, const json_t *before, const json_t *after)
{
	static const struct {
		const char *kind, *path;
	} immutable[] = {
		{ "Deployment", "spec.selector" },
		{ "ReplicaSet", "spec.selector" },
		{ "DaemonSet", "spec.selector" },
		{ "StatefulSet", "spec.selector" },
		{ "StatefulSet", "spec.serviceName" },
		{ "Job", "spec.selector" },
		{ "Job", "spec.template" },
		{ "Job", "spec.completions" },
		{ "StorageClass", "provisioner" },
		{ "RoleBinding", "roleRef" },
		{ "ClusterRoleBinding", "roleRef" },
	};

	for (size_t i = 0; i < ARRAY_LEN(immutable); i++) {
		const json_t *was = jx_get(before, immutable[i].path),
			     *is = jx_get(after, immutable[i].path);

		if (strcmp(immutable[i].kind, kind->kind) == 0 && was && !json_equal(was, is))
			return immutable[i].path;
	}
	return NULL;
}

static void refuse_immutable(
	const struct apply *a, const char *path, const json_t *live, struct reply *reply)
{
	const json_t *value = jx_get(live, path);
	char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
	char *message = xasprintf("Invalid value: %s: field is immutable", text ? text : "null");

	reply_invalid(reply, a->kind, a->name, path, message);
	free(message);
	free(text);
}

static json_t *clean_body(struct sim *sim, const struct apply *a)
{
	json_t *body = json_deep_copy(a->body), *meta = json_object_get(body, "metadata");

	if (!(a->kind->flags & KIND_CUSTOM) || a->kind->flags & KIND_STATUS)
		json_object_del(body, "status");
	json_object_del(meta, "managedFields");
	json_object_del(meta, "creationTimestamp");
	json_object_del(meta, "resourceVersion");
	json_object_del(meta, "uid");
	if (kind_is(a->kind, "", "Secret"))
		defaults_set(sim, a->kind, body);
	return body;
}

static struct object *create(struct sim *sim, const struct apply *a, const json_t *body)
{
	json_t *json = json_deep_copy(body), *status;
	struct object *obj;

	json_object_del(json, "apiVersion");
	json_object_del(json, "kind");
	defaults_set(sim, a->kind, json);
	status = defaults_status(a->kind);
	if (status)
		json_object_set_new(json, "status", status);
	obj = store_add(sim, a->kind, a->ns, json, NULL);
	ownership_record(obj, a->manager, body);
	return obj;
}

static void create_dry(
	struct sim *sim, const struct apply *a, const json_t *body, struct reply *reply)
{
	json_t *json = json_deep_copy(body);

	defaults_set(sim, a->kind, json);
	reply_object(reply, 201, json);
	json_decref(json);
}

static void update(struct sim *sim, struct object *obj, const struct apply *a, const json_t *body,
	struct reply *reply)
{
	json_t *before = json_object_get(obj->managers, a->manager),
	       *live = json_deep_copy(obj->json);
	const char *fixed;

	if (before)
		ownership_prune(live, before, body);
	merge(live, body);
	defaults_set(sim, a->kind, live);
	fixed = changed_immutable(a->kind, obj->json, live);
	if (fixed) {
		refuse_immutable(a, fixed, live, reply);
		json_decref(live);
		return;
	}
	if (a->dry) {
		reply_object(reply, 200, live);
		json_decref(live);
		return;
	}
	if (a->force)
		ownership_seize(obj, body, a->manager);
	if (!json_equal(live, obj->json) || !before) {
		bool spec = !same_spec(live, obj->json);

		json_decref(obj->json);
		obj->json = json_incref(live);
		if (spec)
			object_spec_changed(sim, obj);
		ownership_record(obj, a->manager, body);
		store_touch(sim, obj);
	}
	json_decref(live);
	reply_object(reply, 200, obj->json);
}

void apply_object(struct sim *sim, const struct apply *a, struct reply *reply)
{
	struct object *obj;
	json_t *body, *conflicts;

	if (!check_identity(a, reply) || !check_namespace(sim, a, reply) ||
	    (!a->foreign && !ask_scenario(sim, a, reply)))
		return;
	obj = store_find(&sim->store, a->kind, a->ns, a->name);
	body = clean_body(sim, a);
	conflicts = obj && !a->force ? ownership_conflicts(obj, body, a->manager) : NULL;
	if (!obj && a->dry)
		create_dry(sim, a, body, reply);
	else if (!obj)
		reply_object(reply, 201, create(sim, a, body)->json);
	else if (json_array_size(conflicts))
		refuse_conflict(a, conflicts, reply);
	else
		update(sim, obj, a, body, reply);
	json_decref(conflicts);
	json_decref(body);
}

void apply_create(struct sim *sim, const struct apply *a, struct reply *reply)
{
	json_t *body;

	if (!check_identity(a, reply) || !check_namespace(sim, a, reply) ||
	    (!a->foreign && !ask_scenario(sim, a, reply)))
		return;
	if (store_find(&sim->store, a->kind, a->ns, a->name)) {
		char resource[256];

		kind_resource_name(a->kind, resource, sizeof(resource));
		reply_status(reply, 409, "AlreadyExists", reply_details(a->kind, a->name),
			"%s \"%s\" already exists", resource, a->name);
		return;
	}
	body = clean_body(sim, a);
	reply_object(reply, 201, create(sim, a, body)->json);
	json_decref(body);
}

void apply_foreign(struct sim *sim, const json_t *object, const char *manager)
{
	const char *version = jx_str(object, "apiVersion"), *name = jx_str(object, "kind");
	struct apply a = { .name = jx_str(object, "metadata.name"),
		.manager = manager,
		.force = true,
		.foreign = true };
	struct reply reply = { 0 };

	a.kind = version && name ? kinds_by_kind(&sim->kinds, version, name) : NULL;
	if (!a.kind || !a.name)
		return;
	a.body = json_deep_copy(object);
	if (a.kind->flags & KIND_NAMESPACED)
		a.ns = jx_str(object, "metadata.namespace") ? jx_str(object, "metadata.namespace")
							    : "default";
	apply_object(sim, &a, &reply);
	json_decref(a.body);
	reply_release(&reply);
}
