/* SPDX-License-Identifier: Apache-2.0 */
/* What can be known of a plan before its first apply. */
#include "cmd/preflight.h"

#include <string.h>

#include "base/error.h"
#include "base/jx.h"
#include "cmd/clusters.h"
#include "kube/discovery.h"
#include "plan/selection.h"

static bool mistake(
	const struct manifest *m, struct errors *errs, const char *text, const char *word)
{
	return errors_add(errs, ERROR_CONFIG, "%s:%d:%d: %s %s: %s%s", m->file, m->line, m->column,
		m->kind, m->name, text, word);
}

static bool defines(const struct manifest *crd, const struct manifest *m)
{
	char group[GROUP_SIZE];
	const char *defined = jx_str(crd->object, "spec.group"),
		   *kind = jx_str(crd->object, "spec.names.kind");

	group_of(m->api_version, group);
	return strcmp(crd->kind, "CustomResourceDefinition") == 0 && defined && kind &&
		strcmp(defined, group) == 0 && strcmp(kind, m->kind) == 0;
}

static bool step_defines(const struct plan_step *step, const struct manifest *m)
{
	for (size_t i = 0; i < step->manifests.n; i++)
		if (defines(&step->manifests.items[i], m))
			return true;
	return false;
}

static bool is_behind(
	const struct plan *plan, const struct clusters *clusters, size_t other, size_t step)
{
	return other != step && clusters_of(clusters, other) == clusters_of(clusters, step) &&
		plan_waits_for(plan, other, step);
}

/* The step that defines the kind, but waits for this one. NULL: there is none. */
static const char *defined_too_late(const struct plan *plan, const struct clusters *clusters,
	size_t step, const struct manifest *m)
{
	for (size_t i = 0; i < plan->n; i++)
		if (is_behind(plan, clusters, i, step) && step_defines(&plan->steps[i], m))
			return plan->steps[i].name;
	return NULL;
}

static bool unknown_kind(const struct plan *plan, const struct clusters *clusters, size_t step,
	const struct manifest *m, struct errors *errs)
{
	const char *late = defined_too_late(plan, clusters, step, m);

	return mistake(m, errs,
		late ? "the server does not know this kind, and the step that defines it comes "
		       "later: "
		     : "the server does not know this kind in ",
		late ? late : m->api_version);
}

bool preflight_may_appear(const struct plan *plan, const struct clusters *clusters, size_t step,
	const struct manifest *m)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct plan_step *other = &plan->steps[i];

		if (clusters_of(clusters, i) != clusters_of(clusters, step))
			continue;
		if (is_behind(plan, clusters, i, step))
			continue; /* it comes too late */
		if (other->type == STEP_HELM && (i < step || plan_waits_for(plan, step, i)))
			return true;
		if (step_defines(other, m))
			return true;
	}
	return false;
}

static void check_selection(const struct selection *selection,
	const struct kube_discovery *discovery, const char *ns, struct errors *errs)
{
	struct targets targets;

	selection_resolve(selection, discovery, ns, &targets, errs);
	targets_release(&targets);
}

bool preflight(const struct plan *plan, const struct clusters *clusters, size_t step,
	struct errors *errs)
{
	const struct kube_discovery *discovery = clusters_of(clusters, step)->discovery;
	const struct manifests *list = &plan->steps[step].manifests;
	const char *ns = clusters_ns(clusters, plan, step);
	size_t before = errs->n;

	for (size_t i = 0; i < list->n; i++) {
		const struct manifest *m = &list->items[i];
		const struct kube_resource *resource =
			kube_find_kind(discovery, m->api_version, m->kind);

		if (!resource && plan->steps[step].type != STEP_WATCH &&
			!preflight_may_appear(plan, clusters, step, m))
			unknown_kind(plan, clusters, step, m, errs);
		else if (resource && !resource->namespaced && m->ns)
			mistake(m, errs,
				"this kind belongs to no namespace; drop metadata.namespace: ",
				m->ns);
		else if (resource && resource->namespaced && m->ns && strcmp(m->ns, ns) != 0 &&
			clusters_ns_required(clusters, step))
			mistake(m, errs,
				"its namespace differs from the one given with -n: ", m->ns);
	}
	manifests_check_duplicates(list, ns, errs);
	if (plan->steps[step].selection)
		check_selection(plan->steps[step].selection, discovery, ns, errs);
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
