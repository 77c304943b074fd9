/* SPDX-License-Identifier: Apache-2.0 */
/* What the server has: /version, aggregated discovery v2, and the older documents. */

#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "sim/api.h"
#include "sim/reply.h"
#include "sim/world.h"

#define AGGREGATED "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

/* No watch: this server answers lists only. */
static json_t *verbs(void)
{
	return json_pack("[s,s,s,s,s]", "create", "delete", "get", "list", "patch");
}

static json_t *short_names(const struct kind *kind)
{
	char *copy = xstrdup(kind->short_names), *rest = NULL;
	json_t *list = json_array();

	for (char *s = strtok_r(copy, " ", &rest); s; s = strtok_r(NULL, " ", &rest))
		json_array_append_new(list, json_string(s));
	free(copy);
	return list;
}

static void add_categories(json_t *resource, const struct kind *kind)
{
	if (kind->flags & KIND_ALL)
		json_object_set_new(resource, "categories", json_pack("[s]", "all"));
}

/* The real server leaves group and version empty where they are those of the entry around; but not
 * for custom kinds. */
static json_t *response_kind(const struct kind *kind)
{
	bool full = kind->flags & KIND_CUSTOM;

	return json_pack("{s:s,s:s,s:s}", "group", full ? kind->group : "", "version",
		full ? kind->version : "", "kind", kind->kind);
}

static void add_subresource(json_t *list, const char *name, json_t *kind, const char *verb)
{
	json_array_append_new(list,
		json_pack("{s:s,s:o,s:[s]}", "subresource", name, "responseKind", kind, "verbs",
			verb));
}

static json_t *aggregated_resource(const struct kind *kind)
{
	json_t *names = short_names(kind), *subresources = json_array();
	json_t *resource = json_pack("{s:s,s:o,s:s,s:s,s:o}", "resource", kind->plural,
		"responseKind", response_kind(kind), "scope",
		kind->flags & KIND_NAMESPACED ? "Namespaced" : "Cluster", "singularResource",
		kind->singular, "verbs", verbs());

	if (json_array_size(names))
		json_object_set(resource, "shortNames", names);
	add_categories(resource, kind);
	if (kind_is(kind, "", "Pod"))
		add_subresource(subresources, "log", response_kind(kind), "get");
	if (kind->flags & KIND_STATUS)
		add_subresource(subresources, "status", response_kind(kind), "get");
	if (json_array_size(subresources))
		json_object_set(resource, "subresources", subresources);
	json_decref(names);
	json_decref(subresources);
	return resource;
}

/* The entry of a group in a discovery list, made when first asked for. */
static json_t *group_entry(json_t *list, const char *group)
{
	json_t *entry;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = jx_str(json_array_get(list, i), "metadata.name");

		if (strcmp(name ? name : "", group) == 0)
			return json_array_get(list, i);
	}
	entry = json_pack("{s:{},s:[]}", "metadata", "versions");
	if (*group)
		json_object_set_new(json_object_get(entry, "metadata"), "name", json_string(group));
	json_array_append_new(list, entry);
	return entry;
}

static json_t *version_entry(json_t *group, const char *version, const char *freshness)
{
	json_t *versions = json_object_get(group, "versions"), *entry;

	for (size_t i = 0; i < json_array_size(versions); i++) {
		entry = json_array_get(versions, i);
		if (strcmp(jx_str(entry, "version"), version) == 0)
			return json_object_get(entry, "resources");
	}
	entry = json_pack(
		"{s:s,s:[],s:s}", "version", version, "resources", "freshness", freshness);
	json_array_append_new(versions, entry);
	return json_object_get(entry, "resources");
}

static void add_stale(const struct sim *sim, json_t *list)
{
	for (char **stale = sim->scenario.stale_groups; stale && *stale; stale++) {
		char *slash = strchr(*stale, '/');
		char *group = slash ? xstrndup(*stale, (size_t)(slash - *stale)) : xstrdup(*stale);

		version_entry(group_entry(list, group), slash ? slash + 1 : "v1", "Stale");
		free(group);
	}
}

static void answer_aggregated(const struct sim *sim, bool core, struct reply *reply)
{
	json_t *list = json_array();

	for (size_t i = 0; i < sim->kinds.n; i++) {
		const struct kind *kind = sim->kinds.items[i];

		if ((*kind->group == '\0') == core)
			json_array_append_new(version_entry(group_entry(list, kind->group),
						      kind->version, "Current"),
				aggregated_resource(kind));
	}
	if (!core)
		add_stale(sim, list);
	reply->code = 200;
	reply->content_type = AGGREGATED;
	reply->json = json_pack("{s:s,s:s,s:{},s:o}", "kind", "APIGroupDiscoveryList", "apiVersion",
		"apidiscovery.k8s.io/v2", "metadata", "items", list);
}

static json_t *old_group(const char *group)
{
	return json_pack("{s:s,s:[]}", "name", group, "versions");
}

static void add_old_version(json_t *groups, const char *group, const char *version)
{
	json_t *entry = json_array_get(groups, json_array_size(groups) - 1), *versions, *one;
	const char *last;

	if (!entry || strcmp(jx_str(entry, "name"), group) != 0) {
		entry = old_group(group);
		json_array_append_new(groups, entry);
	}
	versions = json_object_get(entry, "versions");
	last = jx_str(json_array_get(versions, json_array_size(versions) - 1), "version");
	if (last && strcmp(last, version) == 0)
		return;
	one = json_pack("{s:o,s:s}", "groupVersion", json_sprintf("%s/%s", group, version),
		"version", version);
	json_array_append_new(versions, one);
	if (!json_object_get(entry, "preferredVersion"))
		json_object_set(entry, "preferredVersion", one);
}

static void answer_groups(const struct sim *sim, struct reply *reply)
{
	json_t *groups = json_array();

	for (size_t i = 0; i < sim->kinds.n; i++) {
		if (*sim->kinds.items[i]->group)
			add_old_version(
				groups, sim->kinds.items[i]->group, sim->kinds.items[i]->version);
	}
	for (char **stale = sim->scenario.stale_groups; stale && *stale; stale++) {
		char *group = xstrdup(*stale), *slash = strchr(group, '/');

		if (slash) {
			*slash = '\0';
			add_old_version(groups, group, slash + 1);
		}
		free(group);
	}
	reply->code = 200;
	reply->json = json_pack(
		"{s:s,s:s,s:o}", "kind", "APIGroupList", "apiVersion", "v1", "groups", groups);
}

static json_t *old_resource(const struct kind *kind)
{
	json_t *names = short_names(kind);
	json_t *resource = json_pack("{s:s,s:s,s:b,s:s,s:o}", "name", kind->plural, "singularName",
		kind->singular, "namespaced", kind->flags & KIND_NAMESPACED, "kind", kind->kind,
		"verbs", verbs());

	if (json_array_size(names))
		json_object_set(resource, "shortNames", names);
	add_categories(resource, kind);
	json_decref(names);
	return resource;
}

static void add_old_subresource(json_t *list, const struct kind *kind, const char *name)
{
	json_array_append_new(list, json_pack("{s:o,s:s,s:b,s:s,s:[s]}", "name",
		json_sprintf("%s/%s", kind->plural, name), "singularName", "", "namespaced",
		kind->flags & KIND_NAMESPACED, "kind", kind->kind, "verbs", "get"));
}

/* /api/v1 and /apis/G/V; false if no kind is there. */
static bool answer_resources(
	const struct sim *sim, const char *group, const char *version, struct reply *reply)
{
	json_t *list = json_array();

	for (size_t i = 0; i < sim->kinds.n; i++) {
		const struct kind *kind = sim->kinds.items[i];

		if (strcmp(kind->group, group) != 0 || strcmp(kind->version, version) != 0)
			continue;
		json_array_append_new(list, old_resource(kind));
		if (kind_is(kind, "", "Pod"))
			add_old_subresource(list, kind, "log");
		if (kind->flags & KIND_STATUS)
			add_old_subresource(list, kind, "status");
	}
	if (!json_array_size(list)) {
		json_decref(list);
		return false;
	}
	reply->code = 200;
	/* The core group's own list names no apiVersion, as on the real server. */
	reply->json = json_pack("{s:s,s:s*,s:o,s:o}", "kind", "APIResourceList", "apiVersion",
		*group ? "v1" : NULL, "groupVersion",
		*group ? json_sprintf("%s/%s", group, version) : json_string(version), "resources",
		list);
	return true;
}

static bool answer_group_version(const struct sim *sim, const char *rest, struct reply *reply)
{
	const char *slash = strchr(rest, '/');
	char *group;
	bool found;

	if (!slash || !slash[1] || strchr(slash + 1, '/'))
		return false;
	for (char **stale = sim->scenario.stale_groups; stale && *stale; stale++) {
		if (strcmp(*stale, rest) == 0) {
			reply->code = 503;
			reply->text = xstrdup("service unavailable\n");
			return true;
		}
	}
	group = xstrndup(rest, (size_t)(slash - rest));
	found = answer_resources(sim, group, slash + 1, reply);
	free(group);
	return found;
}

static void answer_version(struct reply *reply)
{
	reply->code = 200;
	reply->json = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "major", "1", "minor",
		"34", "gitVersion", "v1.34.0+sim", "gitCommit",
		"0000000000000000000000000000000000000000", "gitTreeState", "clean", "buildDate",
		"2025-08-27T00:00:00Z", "goVersion", "none", "compiler", "none", "platform",
		"simulated");
}

bool api_discovery(struct sim *sim, const struct request *request, struct reply *reply)
{
	const char *path = request->path;
	bool aggregated = !sim->scenario.old_discovery &&
		strstr(request->accept, "apidiscovery.k8s.io;v=v2;as=");

	if (strcmp(request->method, "GET") != 0)
		return false;
	if (strcmp(path, "/version") == 0) {
		answer_version(reply);
	} else if (aggregated && (strcmp(path, "/api") == 0 || strcmp(path, "/apis") == 0)) {
		answer_aggregated(sim, path[4] == '\0', reply);
	} else if (strcmp(path, "/api") == 0) {
		reply->code = 200;
		reply->json = json_pack("{s:s,s:[s],s:[{s:s,s:s}]}", "kind", "APIVersions",
			"versions", "v1", "serverAddressByClientCIDRs", "clientCIDR", "0.0.0.0/0",
			"serverAddress", "127.0.0.1");
	} else if (strcmp(path, "/apis") == 0) {
		answer_groups(sim, reply);
	} else if (strcmp(path, "/api/v1") == 0) {
		answer_resources(sim, "", "v1", reply);
	} else if (strncmp(path, "/apis/", 6) == 0) {
		return answer_group_version(sim, path + 6, reply);
	} else {
		return false;
	}
	return true;
}
