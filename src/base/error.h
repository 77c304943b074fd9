/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What kind of thing went wrong; callers decide by it (retry, exit code), people
 * read the text. The API classes follow the Kubernetes API conventions,
 * "HTTP Status codes" and "Response Status Kind". */
enum error_code {
	ERROR_NONE,
	ERROR_USAGE, /* the command line */
	ERROR_CONFIG, /* plan, manifest, kubeconfig, rules file: exit 2 */
	ERROR_IO, /* a local file or process */
	ERROR_LIMIT, /* larger than we are willing to hold */
	ERROR_PARSE, /* an answer or a record that cannot be read */
	ERROR_NETWORK, /* no connection: resolver, refused, reset, proxy */
	ERROR_TLS, /* the handshake or the certificate */
	ERROR_TIMEOUT, /* no answer in time */
	ERROR_UNAUTHORIZED, /* 401 */
	ERROR_RBAC, /* 403 whose message is RBAC's: User "…" cannot VERB … */
	ERROR_REFUSED, /* any other 403, 400, 422, a typed-patch 500: admission, quota, bad manifest
			*/
	ERROR_NOT_FOUND, /* 404 */
	ERROR_CONFLICT, /* 409 */
	ERROR_GONE, /* 410: a continue token or resourceVersion is too old */
	ERROR_THROTTLED, /* 429 */
	ERROR_SERVER, /* other 5xx */
	ERROR_CANCELED, /* by us */
};

/* A finished sentence, safe to show: display text (base/text.h), no newline and
 * no full stop at its end. Owned by the caller; zero it before use. */
struct error {
	enum error_code code;
	char text[1024];
};

/* Sets *err unless it already holds an error (the first one wins) and returns
 * false, so that a function can say `return error_set(…);`. `err` may be NULL.
 * The formatted text is made display text here. */
bool error_set(struct error *err, enum error_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void error_clear(struct error *err);

/* Several mistakes of one input, in order; for plans and manifests, where all of
 * them are listed. Zero it before use; items are owned. */
struct errors {
	struct error *items;
	size_t n, cap;
};

bool errors_add(struct errors *list, enum error_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4))); /* always false */
bool errors_add_error(struct errors *list, const struct error *err); /* copies; always false */
void errors_release(struct errors *list);
