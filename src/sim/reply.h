/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct kind;

/* What is answered. Zero it before use. */
struct reply {
	int code;
	json_t *json;          /* owned, or */
	char *text;            /* owned; plain text */
	const char *content_type; /* NULL: application/json or text/plain */
	char **warnings;       /* borrowed, NULL-terminated; NULL: none */
	long long retry_after; /* seconds; 0: no header */
	bool hang, tear;       /* no answer; a cut connection */
};

void reply_release(struct reply *reply);
void reply_object(struct reply *reply, int code,
	const json_t *object); /* a deep copy is not needed: it is sent at once */
/* A Status. reason is a StatusReason; it and details (taken) may be NULL. */
void reply_status(struct reply *reply, int code, const char *reason, json_t *details_take,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* {name, group, kind: plural} of an object; name may be NULL. */
json_t *reply_details(const struct kind *kind, const char *name);
/* deployments.apps "web" not found */
void reply_not_found(struct reply *reply, const struct kind *kind, const char *name);
/* Deployment.apps "web" is invalid: … with one cause */
void reply_invalid(struct reply *reply, const struct kind *kind, const char *name,
	const char *field, const char *message);
void reply_bad_request(struct reply *reply, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The word a code goes with: 403 is "Forbidden". */
const char *reply_reason(int code);
