/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

/* An HTTP answer that is not what was asked for, as an error: its class (error.h) and
 * "WHAT: the server's own message". Everything in it is display text of bounded length. */
struct status_answer {
	const char *what;
	int http_status;
	const char *content_type;
	const char *body;
	size_t body_len;
};

/* Fills *err. Returns the Kubernetes Status object of the body (a new reference), or NULL
 * if there was none: a proxy, a login page, plain text. */
json_t *status_error(struct error *err, const struct status_answer *answer);

/* The class of a refusal by HTTP code and Status (may be NULL). */
enum error_code status_error_class(int http_status, const json_t *status);
/* Its message made readable: field validation is "unknown field "spec.foo"", a full stop
 * at the end goes. Raw text, to free(); NULL when the Status has no message. */
char *status_error_message(const json_t *status);
/* True for a body that is somebody's web page and no API answer. */
bool status_error_is_page(const char *content_type, const char *body, size_t len);
