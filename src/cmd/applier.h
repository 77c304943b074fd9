/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/error.h"
#include "plan/plan.h"

struct kube;
struct kube_discovery;
struct loop;
struct verification;

/* Applies the objects of one step: Namespaces and CustomResourceDefinitions first (and waits until
 * those are established), then the rest as written. What fails for weather is tried again until the
 * verification's deadline; a refusal stops it. Every object gets a row in the verification:
 * applied, failed or not tried. */
struct applier;

struct applier_spec {
	struct loop *loop;
	struct kube *kube;
	struct kube_discovery *discovery;
	struct verification *verification;
	const struct plan *plan;
	size_t index;             /* of the step in the plan */
	const char *ns;
	void (*done)(void *arg,
		const struct error *err); /* ERROR_NONE when all were applied; from the loop */
	void *arg;
};

struct applier *applier_start(const struct applier_spec *spec);
void applier_give_up(struct applier *a); /* what is left becomes "not tried"; done is not called */
void applier_free(struct applier *a);    /* accepts NULL */
