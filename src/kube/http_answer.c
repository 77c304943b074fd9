/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept of an answer, and of TLS settings: the part of HTTP that needs no curl. */
#include "kube/http_answer.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "kube/http_url.h"

#define MAX_BODY ((size_t)4 << 20)
#define MAX_REFUSAL_BODY ((size_t)64 << 10)
#define MAX_HEADER_BYTES ((size_t)256 << 10)
#define MAX_HEADERS 1000

void http_answer_init(struct http_answer *a, const struct http_request *request)
{
	*a = (struct http_answer){
		.place = http_url_place(request->url),
		.data = request->data,
		.arg = request->arg,
		.max_body = request->max_body ? request->max_body : MAX_BODY,
	};
	/* One that is refused is kept even where the caller wants little. */
	buf_init(&a->body, a->max_body > MAX_REFUSAL_BODY ? a->max_body : MAX_REFUSAL_BODY);
}

void http_answer_release(struct http_answer *a)
{
	buf_release(&a->body);
	free(a->place);
}

/* curl keeps every header; a hostile server must not fill the memory with them. */
bool http_answer_header(struct http_answer *a, size_t len)
{
	a->header_bytes += len;
	a->header_count++;
	if (a->header_bytes <= MAX_HEADER_BYTES && a->header_count <= MAX_HEADERS)
		return true;
	return error_set(&a->error, ERROR_LIMIT, "%s sends too many headers", a->place);
}

static bool keep_refusal(struct http_answer *a, const char *bytes, size_t len)
{
	size_t room = MAX_REFUSAL_BODY - a->body.len;

	buf_add(&a->body, bytes, len < room ? len : room);
	a->enough = len > room;
	return !a->enough;
}

bool http_answer_body(struct http_answer *a, int status, const char *bytes, size_t len)
{
	if (a->canceled)
		return false;
	if (status / 100 != 2)
		return keep_refusal(a, bytes, len);
	if (a->data) {
		a->refused = !a->data(a->arg, bytes, len);
		return !a->refused && !a->canceled;
	}
	if (len <= a->max_body - a->body.len)
		return buf_add(&a->body, bytes, len);
	return error_set(&a->error, ERROR_LIMIT, "the answer of %s is larger than %zu bytes",
		a->place, a->max_body);
}

struct http_shared_tls *http_tls_share(const struct http_tls *tls)
{
	struct http_shared_tls *shared = xcalloc(1, sizeof(*shared));

	shared->refs = 1;
	shared->tls = (struct http_tls){
		.ca_pem = xstrdup_or_null(tls->ca_pem),
		.insecure = tls->insecure,
		.server_name = xstrdup_or_null(tls->server_name),
		.cert_pem = xstrdup_or_null(tls->cert_pem),
		.key_pem = xstrdup_or_null(tls->key_pem),
	};
	return shared;
}

void http_tls_unref(struct http_shared_tls *shared)
{
	if (!shared || --shared->refs)
		return;
	if (shared->tls.key_pem)
		explicit_bzero((char *)shared->tls.key_pem, strlen(shared->tls.key_pem));
	free((char *)shared->tls.ca_pem);
	free((char *)shared->tls.server_name);
	free((char *)shared->tls.cert_pem);
	free((char *)shared->tls.key_pem);
	free(shared);
}
