/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "kube/discovery.h"

/* What the discovery documents say, before it becomes the known state. */

/* One group and version. `known` false: its resources could not be read (yet). */
struct discovery_version {
	char *group, *version;
	bool known, stale;
	struct kube_resource **resources; /* owned */
	size_t n, cap;
};

struct discovery_set {
	struct discovery_version *items; /* in the server's order, preferred versions first */
	size_t n, cap;
};

void discovery_set_release(struct discovery_set *set);
void discovery_resource_free(struct kube_resource *r);

/* APIGroupDiscoveryList: everything at once. False: it is none. */
bool discovery_parse_aggregated(struct discovery_set *set, const json_t *doc);
/* APIVersions (of /api) and APIGroupList (of /apis): names of groups and versions only. */
bool discovery_parse_groups(struct discovery_set *set, const json_t *doc);
/* APIResourceList of one group and version. */
bool discovery_parse_resources(struct discovery_version *version, const json_t *doc);

/* All that is known, in the server's order; borrowed. */
const struct kube_resource *const *discovery_resources(const struct kube_discovery *d, size_t *n);
