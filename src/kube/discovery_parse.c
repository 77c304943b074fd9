/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the three forms of discovery documents. */
#include "kube/discovery_parse.h"

#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/text.h"
#include "base/xalloc.h"

#define NAME_LEN_MAX 253

static void free_names(char **names)
{
	for (char **name = names; name && *name; name++)
		free(*name);
	free(names);
}

void discovery_resource_free(struct kube_resource *r)
{
	free_names(r->short_names);
	free_names(r->categories);
	free(r->group);
	free(r->version);
	free(r->kind);
	free(r->plural);
	free(r->singular);
	free(r);
}

void discovery_set_release(struct discovery_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		struct discovery_version *version = &set->items[i];

		for (size_t j = 0; j < version->n; j++)
			discovery_resource_free(version->resources[j]);
		free(version->resources);
		free(version->group);
		free(version->version);
	}
	free(set->items);
	*set = (struct discovery_set){ 0 };
}

/* Names go into paths and onto screens: one that is not plain is not known to us. */
static bool is_name(const char *s)
{
	return s && *s && strlen(s) <= NAME_LEN_MAX && text_is_display(s, TEXT_LINE)
		&& !strchr(s, '/');
}

static struct discovery_version *add_version(
	struct discovery_set *set, const char *group, const char *version)
{
	if (!is_name(version) || (*group && !is_name(group)))
		return NULL;
	VEC_GROW(set->items, set->n, set->cap);
	set->items[set->n] =
		(struct discovery_version){ .group = xstrdup(group), .version = xstrdup(version) };
	return &set->items[set->n++];
}

static char **copy_names(const json_t *list)
{
	size_t n = json_array_size(list), used = 0;
	char **names = xcalloc(n + 1, sizeof(char *));

	for (size_t i = 0; i < n; i++) {
		const char *name = json_string_value(json_array_get(list, i));

		if (is_name(name))
			names[used++] = xstrdup(name);
	}
	return names;
}

static void add_resource(struct discovery_version *version, const json_t *item, const char *plural,
	const char *kind, const char *singular, bool namespaced)
{
	const json_t *verbs = jx_get(item, "verbs");
	struct kube_resource *r;

	if (!is_name(plural) || !is_name(kind))
		return;
	r = xcalloc(1, sizeof(*r));
	*r = (struct kube_resource){
		.group = xstrdup(version->group),
		.version = xstrdup(version->version),
		.kind = xstrdup(kind),
		.plural = xstrdup(plural),
		.singular = xstrdup(is_name(singular) ? singular : ""),
		.short_names = copy_names(jx_get(item, "shortNames")),
		.categories = copy_names(jx_get(item, "categories")),
		.namespaced = namespaced,
	};
	for (size_t i = 0; i < json_array_size(verbs); i++) {
		const char *verb = json_string_value(json_array_get(verbs, i));

		r->can_list |= verb && strcmp(verb, "list") == 0;
		r->can_get |= verb && strcmp(verb, "get") == 0;
		r->can_patch |= verb && strcmp(verb, "patch") == 0;
		r->can_watch |= verb && strcmp(verb, "watch") == 0;
	}
	VEC_GROW(version->resources, version->n, version->cap);
	version->resources[version->n++] = r;
}

static bool is_kind(const json_t *doc, const char *kind)
{
	const char *have = jx_str(doc, "kind");

	return have && strcmp(have, kind) == 0;
}

static void parse_aggregated_version(
	struct discovery_set *set, const char *group, const json_t *doc)
{
	const char *name = jx_str(doc, "version"), *freshness = jx_str(doc, "freshness");
	const json_t *resources = jx_get(doc, "resources");
	struct discovery_version *version = name ? add_version(set, group, name) : NULL;

	if (!version)
		return;
	version->stale = freshness && strcmp(freshness, "Stale") == 0;
	version->known = !version->stale || json_array_size(resources);
	for (size_t i = 0; i < json_array_size(resources); i++) {
		const json_t *item = json_array_get(resources, i);
		const char *scope = jx_str(item, "scope");

		add_resource(version, item, jx_str(item, "resource"),
			jx_str(item, "responseKind.kind"), jx_str(item, "singularResource"),
			scope && strcmp(scope, "Namespaced") == 0);
	}
}

bool discovery_parse_aggregated(struct discovery_set *set, const json_t *doc)
{
	const json_t *groups = jx_get(doc, "items");

	if (!is_kind(doc, "APIGroupDiscoveryList") || (groups && !json_is_array(groups)))
		return false;
	for (size_t i = 0; i < json_array_size(groups); i++) {
		const json_t *group = json_array_get(groups, i);
		const json_t *versions = jx_get(group, "versions");
		const char *name = jx_str(group, "metadata.name");

		for (size_t j = 0; j < json_array_size(versions); j++)
			parse_aggregated_version(
				set, name ? name : "", json_array_get(versions, j));
	}
	return true;
}

static bool parse_core(struct discovery_set *set, const json_t *doc)
{
	const json_t *versions = jx_get(doc, "versions");

	for (size_t i = 0; i < json_array_size(versions); i++) {
		const char *version = json_string_value(json_array_get(versions, i));

		if (version)
			add_version(set, "", version);
	}
	return true;
}

bool discovery_parse_groups(struct discovery_set *set, const json_t *doc)
{
	const json_t *groups = jx_get(doc, "groups");

	if (is_kind(doc, "APIVersions"))
		return parse_core(set, doc);
	if (!is_kind(doc, "APIGroupList"))
		return false;
	for (size_t i = 0; i < json_array_size(groups); i++) {
		const json_t *group = json_array_get(groups, i),
			     *versions = jx_get(group, "versions");
		const char *name = jx_str(group, "name"),
			   *preferred = jx_str(group, "preferredVersion.version");

		if (name && preferred)
			add_version(set, name, preferred);
		for (size_t j = 0; name && j < json_array_size(versions); j++) {
			const char *version = jx_str(json_array_get(versions, j), "version");

			if (version && !(preferred && strcmp(version, preferred) == 0))
				add_version(set, name, version);
		}
	}
	return true;
}

bool discovery_parse_resources(struct discovery_version *version, const json_t *doc)
{
	const json_t *resources = jx_get(doc, "resources");

	if (!is_kind(doc, "APIResourceList"))
		return false;
	for (size_t i = 0; i < json_array_size(resources); i++) {
		const json_t *item = json_array_get(resources, i);

		/* "pods/log": is_name() refuses the slash, so subresources are left out. */
		add_resource(version, item, jx_str(item, "name"), jx_str(item, "kind"),
			jx_str(item, "singularName"), jx_bool(item, "namespaced"));
	}
	version->known = true;
	return true;
}
