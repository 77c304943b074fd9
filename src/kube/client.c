/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to one cluster as one user. */
#include "kube/client.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/loop.h"
#include "base/xalloc.h"
#include "kube/credentials.h"
#include "kube/http.h"
#include "kube/kubeconfig.h"
#include "kube/status_error.h"

struct kube_call {
	struct kube *kube;
	struct kube_call *prev, *next;
	struct kube_request request; /* its strings are our copies */
	char *url;
	struct http_call
		*http;       /* NULL while it waits for credentials or for its failure to be told */
	unsigned generation; /* of the credentials it was sent with */
	bool waiting;        /* for a plugin */
	bool rejected;       /* has had its 401 */
	bool repeated;       /* after a lost connection */
	bool got_bytes;
	struct error failure;
};

struct kube {
	struct loop *loop;
	struct kube_config config;
	struct http *http;
	struct credentials *credentials;
	unsigned tls_generation;  /* of the credentials whose certificate http has */
	struct loop_timer *timer; /* moves waiting calls on, and tells failures from the loop */
	struct kube_call *first, *last;
	bool reached; /* an answer has come, so there may be reused connections */
};

static void unlink_call(struct kube_call *call)
{
	struct kube *kube = call->kube;

	*(call->prev ? &call->prev->next : &kube->first) = call->next;
	*(call->next ? &call->next->prev : &kube->last) = call->prev;
}

static void free_call(struct kube_call *call)
{
	free((char *)call->request.method);
	free((char *)call->request.content_type);
	free((char *)call->request.accept);
	free((char *)call->request.body);
	free((char *)call->request.what);
	free(call->url);
	free(call);
}

/* The last thing that happens to a call: nothing of it or of kube is touched after the
 * callback, which may free the kube, but the call itself. */
static void finish(struct kube_call *call, const struct kube_answer *answer)
{
	unlink_call(call);
	call->request.done(call->request.arg, answer);
	free_call(call);
}

static void finish_failed(struct kube_call *call)
{
	struct kube_answer answer = { .content_type = "", .body = "", .retry_after_ms = -1 };
	static const char *const none[] = { NULL };

	answer.warnings = none;
	error_set(&answer.error, call->failure.code, "%s: %s", call->request.what,
		call->failure.text);
	finish(call, &answer);
}

static void set_tls(struct kube *kube)
{
	const struct kube_config *config = &kube->config;
	struct http_tls tls = {
		.ca_pem = config->ca_pem,
		.insecure = config->insecure,
		.server_name = config->tls_server_name,
		.cert_pem = config->cert_pem,
		.key_pem = config->key_pem,
	};

	credentials_certificate(kube->credentials, &tls.cert_pem, &tls.key_pem);
	http_set_tls(kube->http, &tls);
	kube->tls_generation = credentials_generation(kube->credentials);
}

static void add_header(char ***list, size_t *n, size_t *cap, char *header_take)
{
	VEC_GROW(*list, *n, *cap);
	(*list)[(*n)++] = header_take;
}

/* NULL-terminated; the Authorization header is the first. */
static char **make_headers(const struct kube *kube, const struct kube_request *request)
{
	const struct kube_config *config = &kube->config;
	const char *token = credentials_token(kube->credentials);
	char **list = NULL;
	size_t n = 0, cap = 0;

	if (token)
		add_header(&list, &n, &cap, xasprintf("Authorization: Bearer %s", token));
	add_header(&list, &n, &cap, xstrdup("User-Agent: ksettle/" PACKAGE_VERSION));
	add_header(&list, &n, &cap, xasprintf("Accept: %s", request->accept));
	if (request->content_type)
		add_header(&list, &n, &cap, xasprintf("Content-Type: %s", request->content_type));
	if (config->impersonate_user)
		add_header(&list, &n, &cap,
			xasprintf("Impersonate-User: %s", config->impersonate_user));
	for (char **group = config->impersonate_groups; group && *group; group++)
		add_header(&list, &n, &cap, xasprintf("Impersonate-Group: %s", *group));
	add_header(&list, &n, &cap, NULL);
	return list;
}

static void free_headers(char **list)
{
	explicit_bzero(list[0], strlen(list[0]));
	for (char **header = list; *header; header++)
		free(*header);
	free(list);
}

static bool on_data(void *arg, const char *bytes, size_t len)
{
	struct kube_call *call = arg;

	call->got_bytes = true;
	return call->request.data(call->request.arg, bytes, len);
}

static void on_http_done(void *arg, const struct http_result *result);

static void send_http(struct kube_call *call)
{
	struct kube *kube = call->kube;
	char **headers = make_headers(kube, &call->request);
	struct http_request request = {
		.method = call->request.method,
		.url = call->url,
		.headers = (const char *const *)headers,
		.body = call->request.body,
		.body_len = call->request.body_len,
		.timeout_ms = call->request.timeout_ms,
		.compress = !kube->config.no_compression,
		.data = call->request.data ? on_data : NULL,
		.max_body = call->request.max_body,
		.done = on_http_done,
		.arg = call,
	};

	call->waiting = false;
	call->generation = credentials_generation(kube->credentials);
	if (call->generation != kube->tls_generation)
		set_tls(kube);
	call->http = http_send(kube->http, &request);
	free_headers(headers);
}

/* Sends the call, lets it wait for a plugin, or notes why it cannot be sent; calls nobody back. */
static void advance(struct kube_call *call)
{
	struct error why = { 0 };

	call->waiting = false;
	switch (credentials_get(call->kube->credentials, &why)) {
	case CREDENTIALS_GOOD:
		send_http(call);
		break;
	case CREDENTIALS_WAIT:
		call->waiting = true;
		break;
	case CREDENTIALS_FAILED:
		if (call->rejected)
			error_set(&call->failure, ERROR_UNAUTHORIZED,
				"the server refused the credentials (401), and %s", why.text);
		else
			call->failure = why;
		loop_timer_set(call->kube->timer, 0);
		break;
	}
}

static void on_timer(void *arg)
{
	struct kube *kube = arg;
	struct kube_call *call, *failed = NULL;

	for (call = kube->first; call; call = call->next)
		if (call->waiting)
			advance(call);
	for (call = kube->first; call && !failed; call = call->next)
		if (call->failure.code != ERROR_NONE)
			failed = call;
	if (!failed)
		return;
	/* One a turn: the callback may cancel others, or free the kube. */
	loop_timer_set(kube->timer, 0);
	finish_failed(failed);
}

static void on_credentials_ready(void *arg)
{
	struct kube *kube = arg;

	loop_timer_set(kube->timer, 0);
}

/* A connection that the server had closed meanwhile shows itself only when it is used. */
static bool may_repeat(const struct kube_call *call, const struct http_result *result)
{
	return result->error.code == ERROR_NETWORK && call->kube->reached && !call->repeated
		&& !call->got_bytes && strcmp(call->request.method, "GET") == 0;
}

static void on_http_done(void *arg, const struct http_result *result)
{
	struct kube_call *call = arg;
	const char *body = result->body ? result->body : "";
	struct kube_answer answer = {
		.status = result->status,
		.content_type = result->content_type ? result->content_type : "",
		.body = body,
		.body_len = result->body ? result->body_len : 0,
		.retry_after_ms = result->retry_after_ms,
		.warnings = result->warnings,
	};
	struct status_answer refusal = { call->request.what, result->status, answer.content_type,
		body, answer.body_len };
	json_t *status = NULL;
	bool http_ok = result->error.code == ERROR_NONE;

	call->http = NULL;
	if (http_ok && result->status == 401 && !call->rejected
		&& credentials_reject(call->kube->credentials, call->generation)) {
		call->rejected = true;
		advance(call);
		return;
	}
	if (may_repeat(call, result)) {
		call->repeated = true;
		advance(call);
		return;
	}
	call->kube->reached |= http_ok;
	if (!http_ok)
		error_set(&answer.error, result->error.code, "%s: %s", call->request.what,
			result->error.text);
	else if (result->status < 200 || result->status > 299
		|| (strncasecmp(answer.content_type, "text/html", 9) == 0))
		status = status_error(&answer.error, &refusal);
	answer.status_object = status;
	finish(call, &answer);
	json_decref(status);
}

struct kube *kube_new(struct loop *loop, struct kube_config *config_take, struct error *err)
{
	struct kube *kube = xcalloc(1, sizeof(*kube));

	kube->loop = loop;
	kube->config = *config_take;
	*config_take = (struct kube_config){ 0 };
	kube->http = http_new(loop, err);
	kube->timer = loop_timer_add(loop, on_timer, kube);
	kube->credentials = credentials_new(loop, &kube->config, on_credentials_ready, kube);
	if (!kube->http) {
		kube_free(kube);
		return NULL;
	}
	set_tls(kube);
	return kube;
}

void kube_free(struct kube *kube)
{
	struct kube_call *call;

	if (!kube)
		return;
	while ((call = kube->first)) {
		unlink_call(call);
		http_cancel(call->http);
		if (call->request.dropped)
			call->request.dropped(call->request.arg);
		free_call(call);
	}
	credentials_free(kube->credentials);
	loop_timer_remove(kube->timer);
	http_free(kube->http);
	kube_config_release(&kube->config);
	free(kube);
}

const struct kube_config *kube_config(const struct kube *kube)
{
	return &kube->config;
}

struct http_stats kube_stats(const struct kube *kube)
{
	return http_stats(kube->http);
}

bool kube_login(struct kube *kube, bool interactive, struct error *err)
{
	return credentials_login(kube->credentials, interactive, err);
}

const char *kube_login_trouble(const struct kube *kube)
{
	return credentials_trouble(kube->credentials);
}

struct kube_call *kube_send(struct kube *kube, const struct kube_request *request)
{
	struct kube_call *call = xcalloc(1, sizeof(*call));

	call->kube = kube;
	call->request = *request;
	call->request.method = xstrdup(request->method ? request->method : "GET");
	call->request.path = NULL;
	call->request.content_type = xstrdup_or_null(request->content_type);
	call->request.accept = xstrdup(request->accept ? request->accept : "application/json");
	call->request.what = xstrdup(request->what ? request->what : "request");
	call->request.body = NULL;
	if (request->body) {
		char *copy = xmalloc(request->body_len + 1);

		memcpy(copy, request->body, request->body_len);
		copy[request->body_len] = '\0';
		call->request.body = copy;
	}
	if (!request->timeout_ms)
		call->request.timeout_ms = kube->config.request_timeout_ms;
	call->url = xasprintf("%s%s", kube->config.server, request->path);
	call->prev = kube->last;
	*(kube->last ? &kube->last->next : &kube->first) = call;
	kube->last = call;
	advance(call);
	return call;
}

void kube_cancel(struct kube_call *call)
{
	if (!call)
		return;
	unlink_call(call);
	http_cancel(call->http);
	free_call(call);
}

void kube_escape(struct buf *out, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~",
			    c)) {
			buf_addch(out, *s);
			continue;
		}
		buf_addch(out, '%');
		buf_addch(out, hex[c >> 4]);
		buf_addch(out, hex[c & 15]);
	}
}

void kube_query(struct buf *path, const char *key, const char *value)
{
	if (!value)
		return;
	buf_addch(path, memchr(path->data, '?', path->len) ? '&' : '?');
	buf_printf(path, "%s=", key);
	kube_escape(path, value);
}
