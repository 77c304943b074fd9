/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "plan/plan.h"

struct clusters;
struct errors;
struct kube_discovery;

/* What can be known of a step before the plan's first apply: that its server knows every kind (or
 * that something in the plan may define it), that no object stands in the wrong scope or, with -n,
 * in another namespace, and that none is there twice. Each mistake is one sentence with
 * file:line:column. Returns whether there was none. */
bool preflight(const struct plan *plan, const struct clusters *clusters, size_t step,
	struct errors *errs);

/* The plan may make the object's kind known to the step's server: by a CRD, or by an earlier helm
 * step. */
bool preflight_may_appear(const struct plan *plan, const struct clusters *clusters, size_t step,
	const struct manifest *m);

/* The namespace an object lives in: its own, else ns; NULL for cluster scope. Borrowed. An unknown
 * kind counts as namespaced. */
const char *preflight_ns(
	const struct kube_discovery *discovery, const struct manifest *m, const char *ns);
