/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct kind;
struct reply;
struct sim;

struct query {
	char *key, *value;
};

/* One HTTP request, decoded. Everything is borrowed. */
struct request {
	const char *method, *path;
	const struct query *query;
	size_t nquery;
	const char *full;          /* path?query, for the scenario's patterns */
	const char *accept, *content_type, *authorization; /* "" when absent */
	const char *body;
	size_t body_len;
};

const char *request_query(const struct request *request, const char *key); /* NULL if absent */

/* Where a path leads. */
struct route {
	const struct kind *kind;
	char *ns, *name, *subresource; /* owned, NULL if not named */
};

/* Answers a request as an API server does: faults of the scenario first, then who asks, whether he
 * may, and what. */
void api_answer(struct sim *sim, const struct request *request, struct reply *reply);

/* list.c */
void api_list(struct sim *sim, const struct request *request, const struct route *route,
	struct reply *reply);
/* discovery.c; whether the path was one of its. */
bool api_discovery(struct sim *sim, const struct request *request, struct reply *reply);
/* review.c; a SelfSubjectAccessReview: whether the path was that. */
bool api_review(struct sim *sim, const struct request *request, struct reply *reply);
/* RBAC: everything is allowed that the scenario does not forbid. ns "" is cluster scope, or all. */
bool api_allows(const struct sim *sim, const char *verb, const char *group, const char *resource,
	const char *ns);
/* What was sent, a new reference; NULL: it is no object, and the reply says so. */
json_t *api_body(const struct request *request, struct reply *reply);
/* log.c */
void api_log(struct sim *sim, const struct request *request, const struct route *route,
	struct reply *reply);
