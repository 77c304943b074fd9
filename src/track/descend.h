/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

#include <stdbool.h>

struct kube_discovery;
struct kube_resource;

/* Calls fn for every kind that may stand below an object (by its rule: a Deployment's ReplicaSets,
 * and their Pods), with what selects them on the server: to free(), NULL: all of the namespace.
 * Kinds that the server does not have are left out. */
typedef void descend_fn(void *arg, const struct kube_resource *resource, char *selector_take);
void descend(const struct kube_discovery *discovery, const json_t *object, descend_fn *fn,
	void *arg);

/* By its rule, an object of that kind may stand below one of the other. */
bool descends_to(const struct kube_resource *from, const struct kube_resource *to);
