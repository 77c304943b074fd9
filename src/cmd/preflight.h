/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "plan/plan.h"

struct errors;
struct kube_discovery;

/* What can be known of a plan before its first apply: that the server knows every kind (or a CRD of
 * the plan will define it), that no object stands in the wrong scope or, with ns_required, in
 * another namespace, and that none is there twice. Each mistake is one sentence with
 * file:line:column. Returns whether there was none. */
bool preflight(const struct plan *plan, const struct kube_discovery *discovery, const char *ns,
	bool ns_required, struct errors *errs);

/* A CRD of that step or of one before it defines the object's kind. */
bool preflight_defined(const struct plan *plan, size_t step, const struct manifest *m);

/* The namespace an object lives in: its own, else ns; NULL for cluster scope. Borrowed. An unknown
 * kind counts as namespaced. */
const char *preflight_ns(
	const struct kube_discovery *discovery, const struct manifest *m, const char *ns);
