/* SPDX-License-Identifier: Apache-2.0 */
/* Where the children of an object are found. */
#include "track/descend.h"

#include <stdio.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "kube/discovery.h"
#include "manifest/manifest.h"
#include "rules/rule.h"
#include "track/selector.h"

struct descent {
	const struct kube_discovery *discovery;
	const json_t *object;     /* at its top */
	char group[GROUP_SIZE];
	const char *kind;
	descend_fn *fn;
	void *arg;
};

static bool is_top(const struct descent *d, const char *group, const char *kind)
{
	return strcmp(d->group, group) == 0 && strcmp(d->kind, kind) == 0;
}

static char *children_selector(const struct descent *d, const char *kind)
{
	const char *name = jx_str(d->object, "metadata.name");

	if (is_top(d, "batch", "CronJob"))
		return strcmp(kind, "Pod") == 0 ? xstrdup("job-name") : NULL;
	if (is_top(d, "", "Service"))
		return xasprintf("kubernetes.io/service-name=%s", name ? name : "");
	return selector_text(d->object);
}

/* "apps/ReplicaSet": the kind, and its group. */
static const char *split(const char *child, char group[static GROUP_SIZE])
{
	const char *slash = strchr(child, '/');

	snprintf(group, GROUP_SIZE, "%.*s", (int)(slash - child), child);
	return slash + 1;
}

static void descend_from(const struct descent *d, const struct rule *rule)
{
	for (const char *const *child = rule->children; child && *child; child++) {
		const struct kube_resource *resource;
		char group[GROUP_SIZE];
		const char *kind = split(*child, group);

		resource = kube_find_group_kind(d->discovery, group, kind);
		if (!resource)
			continue;
		d->fn(d->arg, resource, children_selector(d, kind));
		descend_from(d, rule_find(group, kind));
	}
}

void descend(const struct kube_discovery *discovery, const json_t *object, descend_fn *fn,
	void *arg)
{
	const char *api_version = jx_str(object, "apiVersion"), *kind = jx_str(object, "kind");
	struct descent d = {
		.discovery = discovery, .object = object, .kind = kind, .fn = fn, .arg = arg };

	if (!api_version || !kind)
		return;
	group_of(api_version, d.group);
	descend_from(&d, rule_find(d.group, kind));
}

static bool reaches(const struct rule *rule, const struct kube_resource *to)
{
	for (const char *const *child = rule->children; child && *child; child++) {
		char group[GROUP_SIZE];
		const char *kind = split(*child, group);

		if (strcmp(group, to->group) == 0 && strcmp(kind, to->kind) == 0)
			return true;
		if (reaches(rule_find(group, kind), to))
			return true;
	}
	return false;
}

bool descends_to(const struct kube_resource *from, const struct kube_resource *to)
{
	return reaches(rule_find(from->group, from->kind), to);
}
