/* SPDX-License-Identifier: Apache-2.0 */
/* What can be known of a plan before its first apply. */
#include "cmd/preflight.h"

#include <string.h>

#include "base/error.h"
#include "base/jx.h"
#include "kube/discovery.h"

static bool mistake(
	const struct manifest *m, struct errors *errs, const char *text, const char *word)
{
	return errors_add(errs, ERROR_CONFIG, "%s:%d:%d: %s %s: %s%s", m->file, m->line, m->column,
		m->kind, m->name, text, word);
}

/* A CRD that an earlier (or the same) step applies makes its kind known in time. */
static bool defines(const struct manifest *crd, const struct manifest *m)
{
	char group[GROUP_SIZE];
	const char *defined = jx_str(crd->object, "spec.group"),
		   *kind = jx_str(crd->object, "spec.names.kind");

	group_of(m->api_version, group);
	return strcmp(crd->kind, "CustomResourceDefinition") == 0 && defined && kind &&
		strcmp(defined, group) == 0 && strcmp(kind, m->kind) == 0;
}

bool preflight_defined(const struct plan *plan, size_t step, const struct manifest *m)
{
	for (size_t i = 0; i <= step; i++)
		for (size_t k = 0; k < plan->steps[i].manifests.n; k++)
			if (defines(&plan->steps[i].manifests.items[k], m))
				return true;
	return false;
}

static void check(const struct plan *plan, size_t step, const struct manifest *m,
	const struct kube_discovery *discovery, const char *ns, bool ns_required,
	struct errors *errs)
{
	const struct kube_resource *resource = kube_find_kind(discovery, m->api_version, m->kind);

	if (!resource) {
		if (plan->steps[step].type != STEP_WATCH && !preflight_defined(plan, step, m))
			mistake(m, errs, "the server does not know this kind in ", m->api_version);
	} else if (!resource->namespaced && m->ns) {
		mistake(m, errs,
			"this kind belongs to no namespace; drop metadata.namespace: ", m->ns);
	} else if (resource->namespaced && ns_required && m->ns && strcmp(m->ns, ns) != 0) {
		mistake(m, errs, "its namespace differs from the one given with -n: ", m->ns);
	}
}

bool preflight(const struct plan *plan, const struct kube_discovery *discovery, const char *ns,
	bool ns_required, struct errors *errs)
{
	size_t before = errs->n;

	for (size_t i = 0; i < plan->n; i++) {
		const struct manifests *list = &plan->steps[i].manifests;

		for (size_t k = 0; k < list->n; k++)
			check(plan, i, &list->items[k], discovery, ns, ns_required, errs);
		manifests_check_duplicates(list, ns, errs);
	}
	return errs->n == before;
}

const char *preflight_ns(
	const struct kube_discovery *discovery, const struct manifest *m, const char *ns)
{
	const struct kube_resource *resource = kube_find_kind(discovery, m->api_version, m->kind);

	if (resource && !resource->namespaced)
		return NULL;
	return m->ns ? m->ns : ns;
}
