/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "kube/http.h"

/* An answer as it arrives, kept within its limits. */
struct http_answer {
	char *place; /* "HOST:PORT" of the URL, for sentences */
	bool (*data)(void *arg, const char *bytes, size_t len);
	void *arg;
	struct buf body;
	size_t max_body, header_bytes, header_count;
	bool canceled; /* by the caller: no more callbacks */
	bool refused;  /* the data function returned false */
	bool enough;   /* of a refusal's body: the rest is not waited for */
	struct error error;
};

void http_answer_init(struct http_answer *a, const struct http_request *request);
void http_answer_release(struct http_answer *a);
/* Both return false when nothing more of the answer is wanted. */
bool http_answer_header(struct http_answer *a, size_t len);
bool http_answer_body(struct http_answer *a, int status, const char *bytes, size_t len);

/* Texts of Warning headers, as display text; a NULL-terminated array (NULL while empty).
 * Zero it before use. */
struct http_warnings {
	char **texts;
	size_t n;
};

/* Adds the texts of one header's value: `299 - "text"`, several of them separated by
 * commas, each perhaps followed by a date. Other codes, empty texts, and what stands
 * behind a mistake are left out; so is everything beyond 64 texts an answer, and of a
 * text everything beyond 4 KiB. */
void http_warnings_add(struct http_warnings *w, const char *value);
void http_warnings_release(struct http_warnings *w);

/* Retry-After in ms from now: seconds or an HTTP date, at most a day; -1 if it is neither. */
int64_t http_retry_after(const char *value, int64_t wall_ms);

/* Our copy of TLS settings, shared by the calls that were sent with them. */
struct http_shared_tls {
	unsigned refs;
	struct http_tls tls; /* its strings are owned */
};

struct http_shared_tls *http_tls_share(const struct http_tls *tls); /* copies; one reference */
void http_tls_unref(struct http_shared_tls *shared); /* accepts NULL */
