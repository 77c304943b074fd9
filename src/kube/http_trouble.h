/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct error;

/* Why no complete answer came. */
enum http_trouble {
	HTTP_RESOLVE,     /* the host's name has no address */
	HTTP_CONNECT,
	HTTP_BROKEN,      /* a connection that stood before */
	HTTP_TORN,        /* the answer ended before its end */
	HTTP_NOT_HTTP,
	HTTP_BAD_BODY,    /* gzip or chunks that cannot be read */
	HTTP_TIMEOUT,
	HTTP_HANDSHAKE,
	HTTP_CERTIFICATE, /* the server's certificate was refused by us */
	HTTP_CLIENT_CERTIFICATE, /* ours, or its key, cannot be used */
	HTTP_CA,          /* the CA certificate that we were given cannot be read */
	HTTP_ADDRESS,     /* the URL */
	HTTP_OTHER,
};

/* What is known about it. Strings are borrowed and never NULL unless it is said. */
struct http_fault {
	enum http_trouble trouble;
	const char *place;       /* "HOST:PORT" */
	const char *server_name; /* what the certificate should name; NULL: the host */
	bool own_ca;             /* not the system's roots */
	long os_errno;           /* 0: unknown */
	long verify; /* OpenSSL's X509_V_ERR number; 0: the chain is good, the name is not */
	const char *detail;      /* the TLS library's words: only searched, never shown */
	const char *summary;     /* shown for HTTP_OTHER */
	int64_t timeout_ms;      /* for HTTP_TIMEOUT: which one it was */
	bool resolving, connected, answering; /* how far it came */
};

/* The class and the sentence. */
void http_describe(struct error *err, const struct http_fault *fault);
