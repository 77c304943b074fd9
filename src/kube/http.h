/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct http_result;
struct loop;

/* HTTP and TLS to one server: one connection pool, HTTP/2 where the server has it, gzip. The
 * only file that uses libcurl. Nothing blocks; callbacks come from the loop, never from inside
 * http_send(). */
struct http;
struct http_call;

struct http_tls {
	const char *ca_pem;      /* NULL: the system's roots; else these alone (DESIGN.md §10) */
	bool insecure;
	const char *server_name; /* SNI and verification name, NULL: the host's */
	const char *cert_pem, *key_pem;
};

struct http_request {
	const char *method;       /* "GET", "PATCH", "POST" */
	const char *url;
	const char *const *headers; /* NULL-terminated "Name: value", or NULL; copied */
	const char *body;         /* copied; NULL: none */
	size_t body_len;
	int64_t timeout_ms;       /* whole request, 0: none */
	bool compress;            /* ask for gzip */
	/* Body bytes as they come, decoded; only of a 2xx answer. Returning false ends the request
	 * with ERROR_CANCELED. NULL: the body is kept (up to max_body) and comes with the result.
	 */
	bool (*data)(void *arg, const char *bytes, size_t len);
	size_t max_body;          /* 0: 4 MiB */
	void (*done)(
		void *arg, const struct http_result *result); /* once; never after http_cancel() */
	void *arg;
};

/* Borrowed until the callback returns. */
struct http_result {
	struct error error; /* ERROR_NONE when an HTTP answer came, whatever its status;
			     * else ERROR_NETWORK, ERROR_TLS, ERROR_TIMEOUT, ERROR_LIMIT or
			     * ERROR_CANCELED */
	int status;
	const char *content_type; /* "" when absent */
	const char *body; /* kept body, with a NUL behind; of a non-2xx answer always kept, up to 64
			     KiB */
	size_t body_len;
	int64_t retry_after_ms;  /* -1 when absent */
	const char *const *warnings; /* NULL-terminated texts of `Warning: 299 - "text"` headers,
					display text */
};

struct http *http_new(struct loop *loop, struct error *err);
void http_free(struct http *http); /* cancels what is open */
/* Takes effect for later requests; connections that were made with other settings are not used for
 * them. Copies. */
void http_set_tls(struct http *http, const struct http_tls *tls);
struct http_call *http_send(struct http *http, const struct http_request *request);
void http_cancel(struct http_call *call); /* no callback; accepts NULL */

/* Bytes received on the wire so far, and requests sent; for the bench. */
struct http_stats { uint64_t bytes_in, requests; };
struct http_stats http_stats(const struct http *http);
