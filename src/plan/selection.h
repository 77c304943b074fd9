/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct error;
struct errors;
struct kube_discovery;
struct kube_resource;

/* What words and flags of a command line select in a cluster, as kubectl reads them: TYPE/NAME…,
 * TYPE NAME…, TYPE[,TYPE…] with or without selectors; and helm:RELEASE. Strings are owned. */

struct selected { char *type, *name; }; /* name NULL: all of the type that the selectors match */

struct selection {
	struct selected *items; size_t n, cap;
	char **releases; size_t nreleases, releases_cap; /* of helm */
	char *labels, *fields;    /* NULL: none */
	bool all_namespaces;
};

/* The flags beside the words; NULL or false: not given. */
struct selection_flags {
	const char *labels, *fields; /* -l, --field-selector */
	bool all_namespaces, all;
};

/* false with a sentence (ERROR_USAGE), and nothing to release. */
bool selection_parse(struct selection *s, const char *const *words, size_t n,
	const struct selection_flags *flags, struct error *err);
void selection_release(struct selection *s); /* a zeroed one, too */

/* One question to the cluster. */
struct target {
	const struct kube_resource *resource;
	const char *name;         /* NULL: a list */
	const char *ns;           /* NULL: cluster scope, or every namespace */
};
struct targets { struct target *items; size_t n, cap; };

/* With the types that the server knows; the same thing twice is one. ns is the namespace of what is
 * not asked for in all of them. Each unknown type is a sentence in errs (ERROR_USAGE). Borrows from
 * all its arguments. targets_release() in any case. */
bool selection_resolve(const struct selection *s, const struct kube_discovery *discovery,
	const char *ns, struct targets *out, struct errors *errs);
void targets_release(struct targets *targets);

/* "deployments, statefulsets with -l app=web in shop": what the lists among the targets are of. To
 * free(). */
char *selection_words(
	const struct selection *s, const struct targets *targets, const char *ns);
