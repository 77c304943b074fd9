/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cmd/cluster.h"
#include "kube/kubeconfig.h"
#include "plan/plan.h"

/* The clusters of a plan: one for each context that its steps name. */
struct clusters {
	struct cluster **items;   /* in the order of the steps that name them first */
	size_t n;
	size_t *of_step;          /* index into items, one for each step of the plan */
	size_t open;              /* so many have not answered */
	struct error *answers;    /* ERROR_NONE or why not, one for each */
	void (*connected)(void *arg);
	void *arg;
};

/* Reads the kubeconfig for each context and logs in where a plugin asks for it. false with a
 * sentence: a usage or configuration error; release it all the same. */
bool clusters_open(struct clusters *c, struct loop *loop, const struct plan *plan,
	const struct kube_flags *flags, struct error *err);
void clusters_release(struct clusters *c);

/* Asks all of them side by side; connected comes once, from the loop, when each has answered or
 * has been given up. */
void clusters_connect(struct clusters *c, void (*connected)(void *arg), void *arg);
void clusters_connect_cancel(struct clusters *c);

struct cluster *clusters_of(const struct clusters *c, size_t step);
bool clusters_first_use(const struct clusters *c, size_t step); /* no step before it is there */
const struct error *clusters_answer(const struct clusters *c, size_t step);
/* Where a step's objects without a namespace go: -n, the step's own, the context's. */
const char *clusters_ns(const struct clusters *c, const struct plan *plan, size_t step);
/* -n was given: another namespace in a manifest is a mistake. */
bool clusters_ns_required(const struct clusters *c, size_t step);
