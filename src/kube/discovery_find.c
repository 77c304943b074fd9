/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a kind among those that the server has, as kubectl reads its names. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/nearest.h"
#include "base/xalloc.h"
#include "kube/client.h"
#include "kube/discovery.h"
#include "kube/discovery_parse.h"

const struct kube_resource *kube_find_kind(
	const struct kube_discovery *d, const char *api_version, const char *kind)
{
	size_t n;
	const struct kube_resource *const *all = discovery_resources(d, &n), *second = NULL;
	const char *slash = strchr(api_version, '/');
	const char *version = slash ? slash + 1 : api_version;
	size_t group_len = slash ? (size_t)(slash - api_version) : 0;

	for (size_t i = 0; i < n; i++) {
		const struct kube_resource *r = all[i];

		if (strlen(r->group) != group_len || memcmp(r->group, api_version, group_len) != 0
			|| strcmp(r->version, version) != 0 || strcmp(r->kind, kind) != 0)
			continue;
		/* Review kinds can only be created; a readable one of the same kind is meant. */
		if (r->can_get)
			return r;
		second = second ? second : r;
	}
	return second;
}

const struct kube_resource *kube_find_group_kind(
	const struct kube_discovery *d, const char *group, const char *kind)
{
	size_t n;
	const struct kube_resource *const *all = discovery_resources(d, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i]->group, group) == 0 && strcmp(all[i]->kind, kind) == 0)
			return all[i];
	return NULL;
}

static bool named_exactly(const struct kube_resource *r, const char *name)
{
	return strcasecmp(r->plural, name) == 0
		|| (*r->singular && strcasecmp(r->singular, name) == 0);
}

static bool is_among(char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcasecmp(*names, name) == 0)
			return true;
	return false;
}

static bool named_shortly(const struct kube_resource *r, const char *name)
{
	return is_among(r->short_names, name);
}

static bool named_by_kind(const struct kube_resource *r, const char *name)
{
	return strcasecmp(r->kind, name) == 0;
}

/* A NULL version or group matches any. A group may be shortened, as with kubectl: an exact one
 * goes first. */
static const struct kube_resource *find(
	const struct kube_discovery *d, const char *name, const char *version, const char *group)
{
	static bool (*const named[])(const struct kube_resource *, const char *) = {
		named_exactly,
		named_shortly,
		named_by_kind,
	};
	size_t n;
	const struct kube_resource *const *all = discovery_resources(d, &n);

	for (size_t prefix = 0; prefix < (group && *group && !version ? 2 : 1); prefix++)
		for (size_t how = 0; how < ARRAY_LEN(named); how++)
			for (size_t i = 0; i < n; i++) {
				const struct kube_resource *r = all[i];

				if (version && strcmp(r->version, version) != 0)
					continue;
				if (group
					&& (prefix ? strncmp(r->group, group, strlen(group))
						   : strcmp(r->group, group))
						!= 0)
					continue;
				if (named[how](r, name))
					return r;
			}
	return NULL;
}

const struct kube_resource *kube_find_type(const struct kube_discovery *d, const char *type)
{
	const struct kube_resource *found = NULL;
	char *name = xstrdup(type), *first = strchr(name, '.'),
	     *second = first ? strchr(first + 1, '.') : NULL;

	if (!first) {
		found = find(d, name, NULL, NULL);
	} else {
		/* "deployments.v1.apps" is tried before "ingresses.networking.k8s.io". */
		*first = '\0';
		if (second) {
			*second = '\0';
			found = find(d, name, first + 1, second + 1);
			*second = '.';
		}
		if (!found)
			found = find(d, name, NULL, first + 1);
	}
	free(name);
	return found;
}

/* Another version of the type stands before it. */
static bool is_other_version(const struct kube_resource *const *all, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(all[k]->group, all[i]->group) == 0 &&
			strcmp(all[k]->plural, all[i]->plural) == 0)
			return true;
	return false;
}

const struct kube_resource **kube_find_category(
	const struct kube_discovery *d, const char *category)
{
	size_t n, used = 0;
	const struct kube_resource *const *all = discovery_resources(d, &n);
	const struct kube_resource **found = xcalloc(n + 1, sizeof(*found));

	for (size_t i = 0; i < n; i++)
		if (all[i]->can_list && is_among(all[i]->categories, category) &&
			!is_other_version(all, i))
			found[used++] = all[i];
	if (used)
		return found;
	free(found);
	return NULL;
}

const char *kube_nearest_type(const struct kube_discovery *d, const char *type)
{
	size_t n, used = 0, cap = 0;
	const struct kube_resource *const *all = discovery_resources(d, &n);
	char *name = xstrndup(type, strcspn(type, "."));
	const char **words = NULL, *near;

	for (size_t i = 0; i < n; i++) {
		char **lists[] = { (char *[]){ all[i]->plural, NULL },
			(char *[]){ all[i]->singular, NULL }, all[i]->short_names,
			all[i]->categories };

		for (size_t k = 0; k < ARRAY_LEN(lists); k++)
			for (char **s = lists[k]; *s; s++) {
				VEC_GROW(words, used, cap);
				words[used++] = *s;
			}
	}
	VEC_GROW(words, used, cap);
	words[used] = NULL;
	near = nearest_word(name, words);
	free(words);
	free(name);
	return near && *near ? near : NULL;
}

char *kube_api_version(const struct kube_resource *r)
{
	return *r->group ? xasprintf("%s/%s", r->group, r->version) : xstrdup(r->version);
}

static void add_segment(struct buf *out, const char *s)
{
	buf_addch(out, '/');
	/* "." and ".." would be folded away by whoever normalises the path. */
	if (strcmp(s, ".") == 0 || strcmp(s, "..") == 0)
		buf_addstr(out, s[1] ? "%2E%2E" : "%2E");
	else
		kube_escape(out, s);
}

void kube_path(struct buf *out, const struct kube_resource *r, const char *ns, const char *name)
{
	buf_addstr(out, *r->group ? "/apis" : "/api");
	if (*r->group)
		add_segment(out, r->group);
	add_segment(out, r->version);
	if (ns && r->namespaced) {
		buf_addstr(out, "/namespaces");
		add_segment(out, ns);
	}
	add_segment(out, r->plural);
	if (name)
		add_segment(out, name);
}
