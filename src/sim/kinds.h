/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum kind_flags {
	KIND_NAMESPACED = 1,
	KIND_GENERATION = 2, /* the server counts metadata.generation for it */
	KIND_STATUS = 4,     /* has the subresource status */
	KIND_SCALE = 8,
	KIND_ALL = 32,       /* of the category "all" */
	KIND_CUSTOM = 16,    /* defined by a CustomResourceDefinition; strings are owned */
};

struct kind {
	const char *group, *version, *kind, *plural, *singular;
	const char *short_names; /* separated by spaces; "" for none */
	unsigned flags;
};

/* The kinds this server serves, grouped: the entries of one group version stand together. */
struct kinds {
	const struct kind **items;
	size_t n, cap;
};

void kinds_init(struct kinds *kinds);
void kinds_release(struct kinds *kinds);
/* Serves the kinds of an established CustomResourceDefinition; those already served are left alone.
 */
void kinds_add_crd(struct kinds *kinds, const json_t *crd);
/* Borrowed, valid as long as the kinds; NULL if unknown. */
const struct kind *kinds_by_resource(
	const struct kinds *kinds, const char *group, const char *version, const char *plural);
const struct kind *kinds_by_kind(
	const struct kinds *kinds, const char *api_version, const char *kind);
/* "apps/v1" or "v1"; a new reference. */
json_t *kind_api_version(const struct kind *kind);
bool kind_is(const struct kind *kind, const char *group, const char *name);
/* "deployments.apps", "pods": how messages name a resource. size as for snprintf. */
void kind_resource_name(const struct kind *kind, char *out, size_t size);
