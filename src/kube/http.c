/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP over libcurl's multi interface, driven by the loop. */
#include "kube/http.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "kube/http_answer.h"
#include "kube/http_socket.h"
#include "kube/http_trouble.h"
#include "kube/http_url.h"

#define CONNECT_TIMEOUT_MS 10000
/* For servers without HTTP/2. Watches hold a connection each for minutes, so a small
 * number would starve everything else. */
#define MAX_CONNECTIONS 32L
#define RECEIVE_BUFFER 32768L

/* curl does not end a call that waits for another one's connection; what passes its timeout by
 * this is ended by us. It also counts the time that the machine was suspended. */
#define OVERDUE_MS 100

enum call_state {
	CALL_QUEUED,   /* curl does not know it yet */
	CALL_ACTIVE,
	CALL_FINISHED, /* its done function runs */
};

struct http_call {
	struct http *http;
	struct http_call *prev, *next;
	enum call_state state;
	CURL *easy;
	struct http_shared_tls *tls; /* of when it was sent: curl uses its strings in place */
	struct curl_slist *headers, *connect_to;
	char trouble[CURL_ERROR_SIZE];

	struct http_answer answer;
	void (*done)(void *arg, const struct http_result *result);
	void *arg;
	int64_t timeout_ms;
	struct loop_timer *overdue;
	bool is_overdue;
};

struct http {
	struct loop *loop;
	CURLM *multi;
	struct loop_timer *timer; /* curl's */
	struct loop_timer *kick;  /* starts what was queued, drops what was canceled */
	struct http_shared_tls *tls;
	struct http_call *first, *last;
	struct http_stats stats;
	int busy;   /* callbacks under way: nothing may be taken from under them */
	bool dying; /* freed inside of one */
};

/* --- TLS --- */

void http_set_tls(struct http *http, const struct http_tls *tls)
{
	http_tls_unref(http->tls);
	http->tls = http_tls_share(tls);
}

static void set_blob(CURL *easy, CURLoption option, const char *pem)
{
	struct curl_blob blob = {
		.data = (char *)pem, .len = strlen(pem), .flags = CURL_BLOB_NOCOPY
	};

	curl_easy_setopt(easy, option, &blob);
}

static void set_tls(CURL *easy, const struct http_tls *tls)
{
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	/* Without a passphrase OpenSSL would ask for one at the terminal, and wait. */
	curl_easy_setopt(easy, CURLOPT_KEYPASSWD, "");
	if (tls->insecure) {
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (tls->ca_pem) {
		set_blob(easy, CURLOPT_CAINFO_BLOB, tls->ca_pem);
		curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
	if (tls->cert_pem && tls->key_pem) {
		set_blob(easy, CURLOPT_SSLCERT_BLOB, tls->cert_pem);
		set_blob(easy, CURLOPT_SSLKEY_BLOB, tls->key_pem);
	}
}

/* --- calls --- */

static CURL *new_handle(void)
{
	CURL *easy = curl_easy_init();

	if (!easy)
		xmalloc(SIZE_MAX); /* says that memory ended, and ends */
	return easy;
}

static void count_bytes(struct http_stats *stats, CURL *easy)
{
	curl_off_t body = 0;
	long headers = 0;

	curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &body);
	curl_easy_getinfo(easy, CURLINFO_HEADER_SIZE, &headers);
	stats->bytes_in += (uint64_t)body + (uint64_t)headers;
}

/* Takes the call from curl and frees it. */
static void call_free(struct http_call *call)
{
	struct http *http = call->http;

	if (call->state != CALL_QUEUED) {
		count_bytes(&http->stats, call->easy);
		curl_multi_remove_handle(http->multi, call->easy);
	}
	curl_easy_cleanup(call->easy);
	*(call->prev ? &call->prev->next : &http->first) = call->next;
	*(call->next ? &call->next->prev : &http->last) = call->prev;
	curl_slist_free_all(call->headers);
	curl_slist_free_all(call->connect_to);
	http_tls_unref(call->tls);
	http_answer_release(&call->answer);
	loop_timer_remove(call->overdue);
	free(call);
}

static int status_of(const struct http_call *call)
{
	long status = 0;

	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	return (int)status;
}

static size_t on_header(char *bytes UNUSED, size_t size, size_t n, void *arg)
{
	struct http_call *call = arg;

	return http_answer_header(&call->answer, size * n) ? size * n : CURL_WRITEFUNC_ERROR;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct http_call *call = arg;
	bool wanted = http_answer_body(&call->answer, status_of(call), bytes, size * n);

	return wanted ? size * n : CURL_WRITEFUNC_ERROR;
}

static int on_socket_made(void *arg UNUSED, curl_socket_t fd, curlsocktype purpose UNUSED)
{
	http_keep_alive(fd);
	return CURL_SOCKOPT_OK;
}

static void set_connection(struct http_call *call)
{
	CURL *easy = call->easy;

	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* a hung resolver would block us */
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket_made);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_BUFFER);
	curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 16384L);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->trouble);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
}

static void add_header(struct http_call *call, const char *line)
{
	struct curl_slist *longer;

	/* curl sends it as it is: a line break would start a header of its own. */
	if (strpbrk(line, "\r\n")) {
		error_set(&call->answer.error, ERROR_CONFIG, "a request header holds a line break");
		return;
	}
	longer = curl_slist_append(call->headers, line);
	if (longer)
		call->headers = longer;
}

/* The name to verify stands in the URL, the connection goes to the URL's own host, and so
 * does the Host header: that is how a certificate's name can differ from the address. */
static void set_server_name(struct http_call *call, char **url)
{
	char *target = xasprintf("::%s", call->answer.place),
	     *host = xasprintf("Host: %s", call->answer.place);
	char *named = http_url_rename(*url, call->tls->tls.server_name);

	if (strpbrk(call->tls->tls.server_name, "/?#@%"))
		error_set(&call->answer.error, ERROR_CONFIG, "the TLS server name is no host name");
	call->connect_to = curl_slist_append(NULL, target);
	curl_easy_setopt(call->easy, CURLOPT_CONNECT_TO, call->connect_to);
	add_header(call, host);
	free(target);
	free(host);
	free(*url);
	*url = named;
}

static void set_url(struct http_call *call, const char *text)
{
	char *url = xstrdup(text);

	if (call->tls->tls.server_name)
		set_server_name(call, &url);
	curl_easy_setopt(call->easy, CURLOPT_URL, url);
	free(url);
}

static void set_request(struct http_call *call, const struct http_request *request)
{
	CURL *easy = call->easy;

	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
	if (request->compress)
		curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	if (request->body) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
		curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body);
	}
	if (strcmp(request->method, "HEAD") == 0)
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	else if (request->body || strcmp(request->method, "GET") != 0)
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
	add_header(call, "Expect:");
	for (size_t i = 0; request->headers && request->headers[i]; i++)
		add_header(call, request->headers[i]);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->headers);
}

static void on_overdue(void *arg);

struct http_call *http_send(struct http *http, const struct http_request *request)
{
	struct http_call *call = xcalloc(1, sizeof(*call));

	*call = (struct http_call){
		.http = http,
		.prev = http->last,
		.easy = new_handle(),
		.tls = http->tls,
		.done = request->done,
		.arg = request->arg,
		.timeout_ms = request->timeout_ms,
	};
	call->tls->refs++;
	*(http->last ? &http->last->next : &http->first) = call;
	http->last = call;
	http_answer_init(&call->answer, request);
	call->overdue = loop_timer_add(http->loop, on_overdue, call);
	if (call->timeout_ms)
		loop_timer_set(call->overdue, call->timeout_ms + OVERDUE_MS);
	set_connection(call);
	set_tls(call->easy, &call->tls->tls);
	set_url(call, request->url);
	set_request(call, request);
	http->stats.requests++;
	loop_timer_set(http->kick, 0);
	return call;
}

void http_cancel(struct http_call *call)
{
	if (!call || call->state == CALL_FINISHED)
		return;
	call->answer.canceled = true;
	loop_timer_set(call->http->kick, 0);
}

/* --- ends of calls --- */

static const struct {
	CURLcode code;
	enum http_trouble trouble;
} troubles[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, HTTP_RESOLVE },
	{ CURLE_COULDNT_CONNECT, HTTP_CONNECT },
	{ CURLE_OPERATION_TIMEDOUT, HTTP_TIMEOUT },
	{ CURLE_SEND_ERROR, HTTP_BROKEN },
	{ CURLE_RECV_ERROR, HTTP_BROKEN },
	{ CURLE_GOT_NOTHING, HTTP_TORN },
	{ CURLE_PARTIAL_FILE, HTTP_TORN },
	{ CURLE_HTTP2_STREAM, HTTP_TORN },
	{ CURLE_HTTP2, HTTP_BROKEN },
	{ CURLE_WEIRD_SERVER_REPLY, HTTP_NOT_HTTP },
	{ CURLE_UNSUPPORTED_PROTOCOL, HTTP_NOT_HTTP }, /* HTTP/0.9, see trouble_of() */
	{ CURLE_BAD_CONTENT_ENCODING, HTTP_BAD_BODY },
	{ CURLE_WRITE_ERROR, HTTP_BAD_BODY }, /* of its decoder: ours were told apart before */
	{ CURLE_SSL_CONNECT_ERROR, HTTP_HANDSHAKE },
	{ CURLE_PEER_FAILED_VERIFICATION, HTTP_CERTIFICATE },
	{ CURLE_SSL_CERTPROBLEM, HTTP_CLIENT_CERTIFICATE },
	{ CURLE_SSL_CACERT_BADFILE, HTTP_CA },
	{ CURLE_URL_MALFORMAT, HTTP_ADDRESS },
	{ CURLE_LOGIN_DENIED, HTTP_ADDRESS },
};

static enum http_trouble trouble_of(CURLcode code, const struct http_fault *fault)
{
	if (code == CURLE_UNSUPPORTED_PROTOCOL && !fault->connected)
		return HTTP_ADDRESS;
	for (size_t i = 0; i < ARRAY_LEN(troubles); i++)
		if (troubles[i].code == code)
			return troubles[i].trouble;
	return HTTP_OTHER;
}

static curl_off_t elapsed_us(CURL *easy, CURLINFO until)
{
	curl_off_t us = 0;

	curl_easy_getinfo(easy, until, &us);
	return us;
}

/* What curl knows about a failed call. */
static void describe(struct http_call *call, CURLcode code)
{
	struct http_fault fault = {
		.place = call->answer.place,
		.server_name = call->tls->tls.server_name,
		.own_ca = call->tls->tls.ca_pem != NULL,
		.detail = call->trouble,
		.summary = curl_easy_strerror(code),
		.timeout_ms = call->timeout_ms,
		.resolving = strstr(call->trouble, "Resolving") != NULL,
		.connected = elapsed_us(call->easy, CURLINFO_PRETRANSFER_TIME_T) > 0,
		.answering = status_of(call) != 0,
	};

	curl_easy_getinfo(call->easy, CURLINFO_OS_ERRNO, &fault.os_errno);
	curl_easy_getinfo(call->easy, CURLINFO_SSL_VERIFYRESULT, &fault.verify);
	if (!call->timeout_ms ||
		(!call->is_overdue &&
			elapsed_us(call->easy, CURLINFO_TOTAL_TIME_T) / 1000 < call->timeout_ms))
		fault.timeout_ms = CONNECT_TIMEOUT_MS;
	fault.trouble = trouble_of(code, &fault);
	http_describe(&call->answer.error, &fault);
}

/* Headers of the answer itself: those of 1xx answers before it and trailers do not count.
 * The index counts those of one name; NULL behind the last. Borrowed until the next look. */
static const char *header_of(const struct http_call *call, const char *name, size_t index)
{
	struct curl_header *header;

	return curl_easy_header(call->easy, name, index, CURLH_HEADER, -1, &header) ? NULL
										    : header->value;
}

static void report(struct http_call *call)
{
	static const char *const no_warnings[] = { NULL };
	struct http_warnings warnings = { 0 };
	const char *value = header_of(call, "Retry-After", 0);
	char *type;
	int64_t retry_after_ms;

	retry_after_ms = value ? http_retry_after(value, clock_wall_ms()) : -1;
	for (size_t i = 0; (value = header_of(call, "Warning", i)); i++)
		http_warnings_add(&warnings, value);
	value = header_of(call, "Content-Type", 0);
	type = xstrdup(value ? value : "");
	call->done(call->arg, &(struct http_result){
		.error = call->answer.error,
		.status = status_of(call),
		.content_type = type,
		.body = buf_str(&call->answer.body),
		.body_len = call->answer.body.len,
		.retry_after_ms = retry_after_ms,
		.warnings = warnings.n ? (const char *const *)warnings.texts : no_warnings,
	});
	http_warnings_release(&warnings);
	free(type);
}

/* Nothing of curl runs here, so the done function may do as it likes. */
static void finish(struct http_call *call, CURLcode code)
{
	bool aborted_by_us = call->answer.enough && code == CURLE_WRITE_ERROR;

	if (call->answer.refused)
		error_set(&call->answer.error, ERROR_CANCELED, "the request to %s was ended",
			call->answer.place);
	else if (code != CURLE_OK && !aborted_by_us)
		describe(call, code);
	if (!call->answer.canceled) {
		call->state = CALL_FINISHED;
		loop_timer_stop(call->overdue);
		report(call);
	}
	call_free(call);
}

/* --- the loop --- */

static void destroy(struct http *http)
{
	while (http->first)
		call_free(http->first);
	curl_multi_cleanup(http->multi);
	loop_timer_remove(http->timer);
	loop_timer_remove(http->kick);
	http_tls_unref(http->tls);
	free(http);
	curl_global_cleanup();
}

/* The end of every way from the loop into this file. */
static void leave(struct http *http)
{
	if (--http->busy == 0 && http->dying)
		destroy(http);
}

/* Ends what curl is done with. */
static void reap(struct http *http)
{
	struct CURLMsg *message;
	int left;

	while (!http->dying && (message = curl_multi_info_read(http->multi, &left))) {
		CURLcode code = message->data.result;
		struct http_call *call = NULL;

		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&call);
		if (message->msg == CURLMSG_DONE && call->state == CALL_ACTIVE)
			finish(call, code);
	}
}

static void act(struct http *http, curl_socket_t fd, int what)
{
	int running;

	http->busy++;
	curl_multi_socket_action(http->multi, fd, what, &running);
	reap(http);
	leave(http);
}

static void on_fd(void *arg, int fd, short revents)
{
	int what = 0;

	if (revents & (POLLIN | POLLHUP))
		what |= CURL_CSELECT_IN;
	if (revents & POLLOUT)
		what |= CURL_CSELECT_OUT;
	if (revents & (POLLERR | POLLNVAL))
		what |= CURL_CSELECT_ERR;
	act(arg, fd, what);
}

static void on_overdue(void *arg)
{
	struct http_call *call = arg;
	struct http *http = call->http;

	http->busy++;
	call->is_overdue = true;
	finish(call, CURLE_OPERATION_TIMEDOUT);
	leave(http);
}

static void on_timer(void *arg)
{
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

/* Drops or starts one call that waits for it; false if there is none. */
static bool kick_one(struct http *http)
{
	for (struct http_call *call = http->first; call; call = call->next) {
		if (call->answer.canceled && call->state != CALL_FINISHED) {
			call_free(call);
			return true;
		}
		if (call->state != CALL_QUEUED)
			continue;
		call->state = CALL_ACTIVE;
		curl_multi_add_handle(http->multi, call->easy);
		if (call->answer.error.code)
			finish(call, CURLE_OK);
		return true;
	}
	return false;
}

static void on_kick(void *arg)
{
	struct http *http = arg;

	http->busy++;
	while (!http->dying && kick_one(http))
		;
	leave(http);
}

static int on_curl_timer(CURLM *multi UNUSED, long timeout_ms, void *arg)
{
	struct http *http = arg;

	if (timeout_ms < 0)
		loop_timer_stop(http->timer);
	else
		loop_timer_set(http->timer, timeout_ms);
	return 0;
}

static int on_curl_socket(
	CURL *easy UNUSED, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	static const short events[] = {
		[CURL_POLL_IN] = POLLIN,
		[CURL_POLL_OUT] = POLLOUT,
		[CURL_POLL_INOUT] = POLLIN | POLLOUT,
		[CURL_POLL_REMOVE] = 0,
	};
	struct http *http = arg;
	struct loop_fd *watch = socket_arg;

	if (what == CURL_POLL_REMOVE) {
		loop_fd_remove(watch);
		watch = NULL;
	} else if (watch) {
		loop_fd_events(watch, events[what]);
	} else {
		watch = loop_fd_add(http->loop, fd, events[what], on_fd, http);
	}
	curl_multi_assign(http->multi, fd, watch);
	return 0;
}

struct http *http_new(struct loop *loop, struct error *err)
{
	struct http *http;

	if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
		error_set(err, ERROR_IO, "libcurl cannot be started");
		return NULL;
	}
	http = xcalloc(1, sizeof(*http));
	http->loop = loop;
	http->tls = http_tls_share(&(struct http_tls){ 0 });
	http->multi = curl_multi_init();
	http->timer = loop_timer_add(loop, on_timer, http);
	http->kick = loop_timer_add(loop, on_kick, http);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
	curl_multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS, MAX_CONNECTIONS);
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, MAX_CONNECTIONS);
	return http;
}

void http_free(struct http *http)
{
	if (!http)
		return;
	http->dying = true;
	if (http->busy) {
		for (struct http_call *call = http->first; call; call = call->next)
			call->answer.canceled = true;
		return;
	}
	destroy(http);
}

struct http_stats http_stats(const struct http *http)
{
	struct http_stats stats = http->stats;

	for (const struct http_call *call = http->first; call; call = call->next)
		if (call->state != CALL_QUEUED)
			count_bytes(&stats, call->easy);
	return stats;
}
