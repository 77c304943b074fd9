/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct buf;
struct http_stats;
struct kube_answer;
struct kube_config;
struct loop;

/* One cluster as one user: credentials, retries of 401, the server's errors as sentences.
 * Callbacks come from the loop. Freeing cancels every open call without a callback, and frees every
 * open kube_list and kube_apply with it: their pointers are dead then, as those of calls are.
 * Do not free it from inside `data` or a list's `item`. */
struct kube;
struct kube_call;

/* Takes the config over (also when it fails; then NULL and a sentence). */
struct kube *kube_new(struct loop *loop, struct kube_config *config_take, struct error *err);
void kube_free(struct kube *kube);
const struct kube_config *kube_config(const struct kube *kube); /* borrowed */
struct http_stats kube_stats(const struct kube *kube); /* http.h */

/* Runs the exec credential plugin for the first time, if there is one, before the screen starts:
 * it may then talk to the user (stdin and stderr are inherited when interactive is true and its
 * mode allows it). Turns the loop until it ended. true at once when there is none. */
bool kube_login(struct kube *kube, bool interactive, struct error *err);
/* A line for a banner ("login expired: …") while a later plugin run keeps failing; NULL when all
 * is well. */
const char *kube_login_trouble(const struct kube *kube);

struct kube_request {
	const char *method;       /* NULL: "GET" */
	const char *path;         /* "/api/v1/…?limit=500", below the server's own prefix */
	const char *content_type; /* of the body */
	const char *accept;       /* NULL: "application/json" */
	const char *body;
	size_t body_len;
	int64_t timeout_ms;       /* 0: the configured request timeout */
	size_t max_body;          /* 0: 4 MiB */
	const char *what; /* for the sentence: "apply Deployment shop/web", "list pods in shop" */
	bool (*data)(void *arg, const char *bytes, size_t len); /* as in struct http_request */
	void (*done)(void *arg, const struct kube_answer *answer);
	/* Instead of done when kube_free() ends the call, so that the caller can let go of arg;
	 * may be NULL. */
	void (*dropped)(void *arg);
	void *arg;
};

/* Borrowed until the callback returns. */
struct kube_answer {
	struct error error; /* ERROR_NONE for 2xx; else "WHAT: the server's Status message" by class
			       (error.h) */
	int status;               /* 0 when no HTTP answer came */
	const char *content_type;
	const char *body;         /* NUL behind it */
	size_t body_len;
	const json_t *status_object; /* the parsed Status of a refusal; NULL if there was none */
	int64_t retry_after_ms;   /* -1: absent */
	const char *const *warnings; /* NULL-terminated, display text */
};

/* A 401 refreshes the credentials once and repeats the request; a second one is
 * ERROR_UNAUTHORIZED. GETs that fail on a connection that was reused are repeated once. */
struct kube_call *kube_send(struct kube *kube, const struct kube_request *request);
void kube_cancel(struct kube_call *call); /* no callback; accepts NULL */

/* Percent-encodes a path segment or query value into out. */
void kube_escape(struct buf *out, const char *s);
/* Adds key=value to a path's query; nothing where value is NULL. */
void kube_query(struct buf *path, const char *key, const char *value);
