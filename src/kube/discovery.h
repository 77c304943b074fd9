/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct buf;
struct kube;

/* Where a kind lives on the server. Owned by the discovery; pointers stay valid until it is
 * freed, also over a refresh. */
struct kube_resource {
	char *group, *version, *kind, *plural, *singular;
	char **short_names, **categories; /* NULL-terminated */
	bool namespaced;
	bool can_list, can_get, can_patch, can_watch;
};

/* Every kind of one server: aggregated discovery v2 (two requests), else the older
 * documents, one per group version. */
struct kube_discovery;

struct kube_discovery *kube_discovery_new(struct kube *kube);
void kube_discovery_free(struct kube_discovery *d);

/* Asks the server (again). done comes once, with ERROR_NONE or why; a group whose own API is down
 * is a warning, not an error. What was known stays known when a refresh fails. One refresh at a
 * time: a call while one is open joins it. */
typedef void kube_discovery_fn(void *arg, const struct error *err);
void kube_discover(struct kube_discovery *d, kube_discovery_fn *done, void *arg);
void kube_discover_cancel(
	struct kube_discovery *d, void *arg); /* drops the callbacks with that arg */
bool kube_discovery_done(const struct kube_discovery *d); /* at least one answer came */
/* Texts of groups that could not be read ("metrics.k8s.io/v1beta1 is stale"); NULL-terminated,
 * borrowed. */
const char *const *kube_discovery_warnings(const struct kube_discovery *d);

/* By exact group/version and kind. NULL: the server does not know it. */
const struct kube_resource *kube_find_kind(
	const struct kube_discovery *d, const char *api_version, const char *kind);
/* By group ("" = core) and kind in whatever version the server prefers; for children. */
const struct kube_resource *kube_find_group_kind(
	const struct kube_discovery *d, const char *group, const char *kind);
/* As kubectl reads TYPE arguments: "deploy", "deployments.apps", "Deployment.v1.apps". */
const struct kube_resource *kube_find_type(const struct kube_discovery *d, const char *type);

/* The types of a category ("all"), each once, in the server's order, only those that can be listed.
 * NULL-terminated, to free(); NULL: there is no such category. */
const struct kube_resource **kube_find_category(
	const struct kube_discovery *d, const char *category);
/* The type or category that was probably meant; NULL: none is near. Borrowed. */
const char *kube_nearest_type(const struct kube_discovery *d, const char *type);

/* "apps/v1" or "v1", to free(). */
char *kube_api_version(const struct kube_resource *r);
/* Appends "/apis/apps/v1/namespaces/shop/deployments[/web]". ns NULL or cluster-scoped: no
 * namespace part. name NULL: the collection. */
void kube_path(struct buf *out, const struct kube_resource *r, const char *ns, const char *name);
/* The server's version ("v1.34.4"), asked for with the discovery; NULL if it did not say. */
const char *kube_server_version(const struct kube_discovery *d);
