/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "base/error.h"

struct kube;
struct kube_resource;

/* Whether the user may do something: one SelfSubjectAccessReview. */
struct kube_access;

struct kube_access_question {
	const struct kube_resource *resource;
	const char *ns;           /* NULL: cluster scope, or all namespaces */
	const char *verb;
};

/* allowed counts only with ERROR_NONE. */
typedef void kube_access_fn(void *arg, const struct error *err, bool allowed);
struct kube_access *kube_access_ask(struct kube *kube, const struct kube_access_question *question,
	kube_access_fn *done, void *arg);
void kube_access_cancel(struct kube_access *access); /* no callback; accepts NULL */
