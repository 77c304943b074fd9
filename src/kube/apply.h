/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/status.h"

struct kube;
struct kube_resource;

/* Server-side apply of one object (fieldManager ksettle, fieldValidation Strict): a GET first,
 * so that created, changed and unchanged can be told apart; then the PATCH. */
struct kube_apply;

struct kube_apply_request {
	const struct kube_resource *resource;
	const char *ns, *name;    /* ns NULL for cluster scope */
	const char *body;         /* YAML or JSON, sent as it is */
	size_t body_len;
	bool force_conflicts;
	bool dry_run;             /* the server says what it would do, and does nothing */
	const json_t
		*secret; /* the object itself when it is a Secret, else NULL; we take a reference */
	/* Masks the Secret's values in a message, to free(); NULL: messages that may quote the
	 * object are left out. */
	char *(*mask)(const char *text, const json_t *secret);
};

struct kube_apply_result {
	struct error
		error; /* ERROR_NONE when the server took it. A 409 names fields and managers:
			* "conflict with manager helm over .spec.replicas; …" with the way out */
	enum applied applied;     /* CREATED, CHANGED, UNCHANGED or FAILED */
	const json_t *object; /* as the server returned it, with its managedFields (NULL on error);
				 borrowed until the callback returns */
	const char *const *warnings; /* NULL-terminated */
	bool retryable;           /* network, 429, 5xx: the same apply may be tried again */
	long long retry_after_ms; /* -1: absent */
};

typedef void kube_apply_fn(void *arg, const struct kube_apply_result *result);
struct kube_apply *kube_apply(struct kube *kube, const struct kube_apply_request *request,
	kube_apply_fn *done, void *arg);
void kube_apply_cancel(struct kube_apply *apply); /* no callback; accepts NULL */
