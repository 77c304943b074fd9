/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP and TLS against small servers that behave well and badly (http_server.py). */
#include "kube/http.h"

#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/loop.h"
#include "base/process.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "kube/http_answer.h"
#include "kube/http_url.h"
#include "tap.h"

static struct loop *loop;
static struct http *http;
static char dir[] = "/tmp/ksettle-http-XXXXXX";
static const char *self; /* how this test was called */
static char *script;     /* http_server.py */

/* --- the servers --- */

static struct buf announced;
static struct process *servers;
static bool servers_ended;

static void on_announce(void *arg UNUSED, int stream, const char *bytes, size_t len)
{
	if (stream == 1)
		buf_add(&announced, bytes, len);
}

static void on_servers_end(void *arg UNUSED, const struct process_result *result UNUSED)
{
	servers_ended = true;
}

static void turn(void)
{
	struct error err = { 0 };

	if (!loop_turn(loop, 20000, &err))
		printf("# %s\n", err.text);
}

/* Skips the whole test where python3 or openssl is missing. */
static bool start_servers(void)
{
	const char *argv[] = { "python3", script, "serve", dir, NULL };
	struct error err = { 0 };

	buf_init(&announced, 0);
	servers = process_start(loop, &(struct process_spec){ .argv = argv }, on_servers_end, NULL, &err);
	if (servers)
		process_on_output(servers, on_announce, NULL);
	while (servers && !servers_ended && !strstr(buf_str(&announced), "ready"))
		turn();
	return servers && !servers_ended;
}

/* 0: that server does not run. */
static int port_of(const char *name)
{
	char *line = xasprintf("%s ", name);
	const char *at = strstr(buf_str(&announced), line);
	int port = at ? atoi(at + strlen(line)) : 0;

	free(line);
	return port;
}

static char *slurp(const char *name)
{
	char *path = xasprintf("%s/%s", dir, name), bytes[4096];
	FILE *file = fopen(path, "r");
	struct buf text;
	size_t n;

	buf_init(&text, 0);
	while (file && (n = fread(bytes, 1, sizeof(bytes), file)) > 0)
		buf_add(&text, bytes, n);
	if (file)
		fclose(file);
	free(path);
	return buf_take(&text);
}

/* --- requests --- */

struct seen {
	int calls, status;
	struct error error;
	char *body, *type, *warnings;
	size_t body_len;
	int64_t retry_after_ms;
};

static void on_done(void *arg, const struct http_result *result)
{
	struct seen *seen = arg;
	struct buf warnings;

	buf_init(&warnings, 0);
	for (size_t i = 0; result->warnings[i]; i++)
		buf_printf(&warnings, "%s%s", i ? "|" : "", result->warnings[i]);
	seen->calls++;
	seen->status = result->status;
	seen->error = result->error;
	seen->body = xmalloc(result->body_len + 1);
	memcpy(seen->body, result->body, result->body_len + 1); /* with its NUL */
	seen->body_len = result->body_len;
	seen->type = xstrdup(result->content_type);
	seen->warnings = buf_take(&warnings);
	seen->retry_after_ms = result->retry_after_ms;
}

static void release(struct seen *seen)
{
	free(seen->body);
	free(seen->type);
	free(seen->warnings);
	*seen = (struct seen){ 0 };
}

static char *url_of(const char *server, const char *path)
{
	bool plain = !strcmp(server, "plain") || !strcmp(server, "closed");

	return xasprintf("%s://%s:%d/%s", plain ? "http" : "https", strcmp(server, "ipv6") ? "127.0.0.1" : "[::1]",
		port_of(server), path);
}

static struct http_call *send_to(const char *server, const char *path, struct http_request request)
{
	char *url = url_of(server, path);
	struct http_call *call;

	request.method = request.method ? request.method : "GET";
	request.url = url;
	call = http_send(http, &request);
	free(url);
	return call;
}

static void fetch(struct seen *seen, const char *server, const char *path, struct http_request request)
{
	release(seen);
	request.done = on_done;
	request.arg = seen;
	send_to(server, path, request);
	while (!seen->calls)
		turn();
}

/* Sentences with ports in them are compared with "PORT" in their place. */
static char *without_port(const struct error *err, const char *server)
{
	char *port = xasprintf(":%d", port_of(server)), *at = strstr(err->text, port), *text;

	text = at ? xasprintf("%.*s:PORT%s", (int)(at - err->text), err->text, at + strlen(port)) : xstrdup(err->text);
	free(port);
	return text;
}

/* --- answers --- */

static const struct {
	const char *path;
	int status;
	const char *body;
	enum error_code code;
	const char *text; /* of the error */
} answers[] = {
	{ "hello", 200, "hello", ERROR_NONE, "" },
	{ "status/201", 201, "no", ERROR_NONE, "" },
	{ "status/204", 204, "", ERROR_NONE, "" },
	{ "status/404", 404, "no", ERROR_NONE, "" },
	{ "status/500", 500, "no", ERROR_NONE, "" },
	{ "redirect", 302, "elsewhere", ERROR_NONE, "" },
	{ "chunked", 200, "one two three", ERROR_NONE, "" },
	{ "http10", 200, "old", ERROR_NONE, "" },
	{ "zip-bad", 200, NULL, ERROR_NETWORK, "the answer of 127.0.0.1:PORT is damaged" },
	{ "zip-torn", 200, NULL, ERROR_NETWORK, "127.0.0.1:PORT closed the connection before its answer was complete" },
	{ "zip-bomb", 200, NULL, ERROR_LIMIT, "the answer of 127.0.0.1:PORT is larger than 4194304 bytes" },
	{ "body/4194304", 200, NULL, ERROR_NONE, "" },
	{ "body/4194305", 200, NULL, ERROR_LIMIT, "the answer of 127.0.0.1:PORT is larger than 4194304 bytes" },
	{ "http09", 0, "", ERROR_NETWORK, "127.0.0.1:PORT does not answer in HTTP" },
	{ "close", 0, "", ERROR_NETWORK, "127.0.0.1:PORT closed the connection before its answer was complete" },
	{ "reset", 0, "", ERROR_NETWORK, "connection to 127.0.0.1:PORT was reset" },
	{ "torn", 200, NULL, ERROR_NETWORK, "127.0.0.1:PORT closed the connection before its answer was complete" },
	{ "chunked-torn", 200, NULL, ERROR_NETWORK, "127.0.0.1:PORT closed the connection before its answer was complete" },
	{ "chunked-bad", 200, NULL, ERROR_NETWORK, "connection to 127.0.0.1:PORT broke" },
	{ "many-headers/900", 200, "x", ERROR_NONE, "" },
	{ "many-headers/1100", 200, "", ERROR_LIMIT, "127.0.0.1:PORT sends too many headers" },
	{ "large-headers/10", 200, "", ERROR_LIMIT, "127.0.0.1:PORT sends too many headers" },
	{ "hang?token=hunter2", 0, "", ERROR_TIMEOUT, "no answer from 127.0.0.1:PORT within 300ms" },
	{ "drip", 200, NULL, ERROR_TIMEOUT, "the answer of 127.0.0.1:PORT was not complete within 300ms" },
};

static void test_answers(void)
{
	struct seen seen = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		bool times_out = answers[i].code == ERROR_TIMEOUT;
		char *text;

		fetch(&seen, "plain", answers[i].path,
			(struct http_request){ .timeout_ms = times_out ? 300 : 20000, .compress = true });
		text = without_port(&seen.error, "plain");
		is_int(seen.status, answers[i].status, answers[i].path);
		is_int(seen.error.code, answers[i].code, "  its class");
		is_str(text, answers[i].text, "  its sentence");
		if (answers[i].body)
			is_str(seen.body, answers[i].body, "  its body");
		free(text);
	}
	release(&seen);
}

static void test_headers(void)
{
	struct seen seen = { 0 };

	fetch(&seen, "plain", "hello", (struct http_request){ 0 });
	is_str(seen.type, "text/plain", "the content type comes with the answer");
	is_int(seen.retry_after_ms, -1, "no Retry-After");
	fetch(&seen, "plain", "early", (struct http_request){ 0 });
	is_int(seen.status, 200, "an early hint is not the answer");
	is_str(seen.warnings, "late", "its warnings do not count");
	is_str(seen.type, "", "nor its content type");
	is_int(seen.retry_after_ms, -1, "nor its Retry-After");
	fetch(&seen, "plain", "trailers", (struct http_request){ 0 });
	is_str(seen.warnings, "header", "warnings in trailers do not count");
	is_int(seen.retry_after_ms, -1, "nor does a Retry-After there");
	fetch(&seen, "plain", "warnings", (struct http_request){ 0 });
	is_str(seen.warnings, "one|t\"w\\o|three|four|five|esc \xef\xbf\xbd[31m", "warnings in every form");
	fetch(&seen, "plain", "many-warnings/500", (struct http_request){ 0 });
	is_int(strlen(seen.warnings), 10 * 2 + 54 * 3 + 63, "of five hundred, 64 are kept");
	fetch(&seen, "plain", "retry/12", (struct http_request){ 0 });
	is_int(seen.retry_after_ms, 12000, "Retry-After in seconds");
	fetch(&seen, "plain", "retry/Fri,_31_Dec_2199_23:59:59_GMT", (struct http_request){ 0 });
	is_int(seen.retry_after_ms, 86400000, "Retry-After as a far date is a day");
	fetch(&seen, "plain", "retry/soon", (struct http_request){ 0 });
	is_int(seen.retry_after_ms, -1, "Retry-After that is neither");
	release(&seen);
}

static void test_retry_after(void)
{
	static const struct { const char *value; int64_t ms; } values[] = {
		{ "0", 0 }, { "1", 1000 }, { "99999999999999999999", 86400000 }, { "-1", -1 }, { "1.5", -1 }, { "", -1 },
		{ "Sun, 06 Nov 1994 08:49:37 GMT", 37000 }, { "Sun, 06 Nov 1994 08:48:59 GMT", 0 },
		{ "Sun, 06 nov 1994 08:49:37 GMT", -1 }, { "Sun, 06 anF 1994 08:49:37 GMT", -1 },
		{ "Sun, 06 Nov 1994 08:49:37 CET", -1 }, { "Sunday", -1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		is_int(http_retry_after(values[i].value, 784111740000), values[i].ms, values[i].value);
}

static void test_urls(void)
{
	static const struct { const char *url, *place, *renamed; } urls[] = {
		{ "https://h:6443/p?q", "h:6443", "https://n:6443/p?q" },
		{ "https://h", "h:443", "https://n" },
		{ "http://h/p:9/", "h:80", "http://n/p:9/" },
		{ "https://[::1]:6443/", "[::1]:6443", "https://n:6443/" },
		{ "https://[::1]", "[::1]:443", "https://n" },
		{ "https://u:secret@h/", "h:443", "https://u:secret@n/" },
		{ "nonsense", "nonsense:443", "n" },
		{ "", ":443", "n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		char *place = http_url_place(urls[i].url), *renamed = http_url_rename(urls[i].url, "n");

		is_str(place, urls[i].place, urls[i].url);
		is_str(renamed, urls[i].renamed, "  with another host");
		free(place);
		free(renamed);
	}
}

static void test_requests(void)
{
	const char *const headers[] = { "Authorization: Bearer t", "X-Ours: a\tb", NULL };
	const char *const broken[] = { "X-Ours: a\r\nX-Theirs: b", NULL };
	struct seen seen = { 0 };

	fetch(&seen, "plain", "echo?a=b", (struct http_request){ .headers = headers });
	ok(strncmp(seen.body, "GET /echo?a=b HTTP/1.1\r\n", 24) == 0, "a request has its path and query");
	ok(strstr(seen.body, "\r\nAuthorization: Bearer t\r\n") && strstr(seen.body, "\r\nX-Ours: a\tb\r\n"), "its headers");
	ok(!strstr(seen.body, "Accept-Encoding"), "and asks for gzip only if it is told to");
	fetch(&seen, "plain", "echo/../x/%2e", (struct http_request){ .compress = true });
	ok(strstr(seen.body, "GET /echo/../x/%2e ") && strstr(seen.body, "\r\nAccept-Encoding: gzip\r\n"), "a path is sent as it is");
	fetch(&seen, "plain", "echo", (struct http_request){ .method = "PATCH", .body = "a\0b", .body_len = 3 });
	ok(strncmp(seen.body, "PATCH /echo ", 12) == 0 && strstr(seen.body, "\r\nContent-Length: 3\r\n"), "a body is sent");
	ok(memcmp(seen.body + seen.body_len - 3, "a\0b", 3) == 0, "  whole, whatever it holds");
	fetch(&seen, "plain", "echo", (struct http_request){ .method = "DELETE" });
	ok(strncmp(seen.body, "DELETE /echo ", 13) == 0, "any method");
	fetch(&seen, "plain", "echo", (struct http_request){ .headers = broken });
	is_int(seen.error.code, ERROR_CONFIG, "a header with a line break is refused");
	is_int(seen.status, 0, "  and nothing is sent");
	fetch(&seen, "plain", "zip", (struct http_request){ .compress = true });
	is_int(seen.body_len, 7000, "gzip is decoded");
	fetch(&seen, "plain", "zip", (struct http_request){ 0 });
	is_str(seen.body, "plain", "and not asked for otherwise");
	release(&seen);
}

static void test_refusals(void)
{
	struct seen seen = { 0 };

	fetch(&seen, "plain", "refusal/65536", (struct http_request){ .max_body = 10 });
	ok(seen.body_len == 65536 && seen.error.code == ERROR_NONE, "a refusal's body is kept up to 64 KiB");
	fetch(&seen, "plain", "refusal/200000", (struct http_request){ .max_body = 10 });
	ok(seen.body_len == 65536 && seen.error.code == ERROR_NONE, "what is beyond is no error");
	is_int(seen.status, 403, "  its status counts");
	fetch(&seen, "plain", "refusal-endless", (struct http_request){ 0 });
	ok(seen.body_len == 65536 && seen.status == 500, "one without an end is ended");
	release(&seen);
}

/* --- data as it comes --- */

struct reader {
	struct seen seen;
	struct http_call *call, *other;
	size_t bytes;
	int datas;
	bool refuse, cancel, free_all;
};

static bool on_data(void *arg, const char *bytes UNUSED, size_t len)
{
	struct reader *r = arg;

	r->datas++;
	r->bytes += len;
	http_cancel(r->other);
	r->other = NULL;
	if (r->cancel)
		http_cancel(r->call);
	if (r->free_all)
		http_free(http);
	return !r->refuse;
}

static void on_reader_done(void *arg, const struct http_result *result)
{
	struct reader *r = arg;

	on_done(&r->seen, result);
	http_cancel(r->other);
	r->other = NULL;
	http_cancel(r->call); /* its own: nothing happens */
	if (r->free_all)
		http_free(http);
}

static void read_from(struct reader *r, const char *path)
{
	r->call = send_to("plain", path, (struct http_request){ .data = on_data, .done = on_reader_done, .arg = r });
}

static void wait_for(const struct reader *r)
{
	while (!r->seen.calls)
		turn();
}

static void new_http(void)
{
	struct error err = { 0 };

	http = http_new(loop, &err);
}

static void test_data(void)
{
	struct reader r = { 0 };

	read_from(&r, "body/10000000");
	wait_for(&r);
	is_int(r.bytes, 10000000, "a body of any size goes to the data function");
	is_int(r.seen.body_len, 0, "  and is not kept");
	release(&r.seen);
	r = (struct reader){ 0 };
	read_from(&r, "refusal/100");
	wait_for(&r);
	ok(r.datas == 0 && r.seen.body_len == 100, "that of a refusal does not");
	release(&r.seen);
	r = (struct reader){ .refuse = true };
	read_from(&r, "body/10000000");
	wait_for(&r);
	is_int(r.seen.error.code, ERROR_CANCELED, "the data function may end the request");
	is_int(r.datas, 1, "  at once");
	release(&r.seen);
	r = (struct reader){ 0 };
	read_from(&r, "drip");
	while (!r.datas)
		turn();
	is_int(r.bytes, 4, "data come before the answer is complete");
	http_cancel(r.call);
	turn();
	is_int(r.seen.calls, 0, "a canceled call is not done");
}

/* --- cancels and frees from everywhere --- */

static void test_cancel(void)
{
	struct reader a = { 0 }, b = { 0 };
	struct seen seen = { 0 };

	read_from(&a, "hello");
	http_cancel(a.call);
	http_cancel(a.call);
	http_cancel(NULL);
	fetch(&seen, "plain", "hello", (struct http_request){ 0 });
	is_int(a.seen.calls + a.datas, 0, "a call canceled before it was started is never heard of");

	a = (struct reader){ .cancel = true };
	read_from(&a, "body/1000000");
	while (!a.datas)
		turn();
	fetch(&seen, "plain", "hello", (struct http_request){ 0 });
	ok(a.datas == 1 && a.seen.calls == 0, "a call may cancel itself when data come");

	a = (struct reader){ 0 };
	b = (struct reader){ 0 };
	read_from(&b, "drip");
	while (!b.datas)
		turn();
	read_from(&a, "body/100000");
	a.other = b.call;
	wait_for(&a);
	fetch(&seen, "plain", "hello", (struct http_request){ 0 });
	ok(b.seen.calls == 0, "or another one");
	release(&a.seen);

	a = (struct reader){ 0 };
	b = (struct reader){ 0 };
	read_from(&a, "status/404");
	read_from(&b, "status/404");
	a.other = b.call;
	b.other = a.call;
	while (!a.seen.calls && !b.seen.calls)
		turn();
	fetch(&seen, "plain", "hello", (struct http_request){ 0 });
	is_int(a.seen.calls + b.seen.calls, 1, "also when it is done, and the other one too");
	release(&a.seen);
	release(&b.seen);
	release(&seen);
}

static void test_free(void)
{
	struct reader r[3] = { 0 };

	for (int i = 0; i < 3; i++)
		read_from(&r[i], i ? "drip" : "hello");
	while (!r[1].datas)
		turn();
	read_from(&r[0], "hang");
	http_free(http);
	ok(r[1].seen.calls == 0 && r[2].seen.calls == 0, "what is open is canceled");
	release(&r[0].seen);
	new_http();
	r[0] = (struct reader){ .free_all = true };
	read_from(&r[0], "body/1000000");
	read_from(&r[1], "drip");
	while (!r[0].datas)
		turn();
	is_int(r[0].seen.calls, 0, "also when data come");
	new_http();
	r[0] = (struct reader){ .free_all = true };
	read_from(&r[0], "status/404");
	read_from(&r[1], "drip");
	wait_for(&r[0]);
	is_int(r[0].seen.calls, 1, "also when a call is done");
	release(&r[0].seen);
	new_http();
	http_free(NULL);
}

struct chain { struct seen seen; int left; };

static void on_link(void *arg, const struct http_result *result)
{
	struct chain *chain = arg;

	if (chain->left--)
		send_to("plain", "hello", (struct http_request){ .done = on_link, .arg = chain });
	else
		on_done(&chain->seen, result);
}

static void test_many(void)
{
	struct chain chain = { .left = 30 };
	struct seen many[100] = { 0 }, seen = { 0 };
	struct http_stats before = http_stats(http), after;
	int done = 0, good = 0;
	char *first;

	on_link(&chain, NULL);
	ok(!chain.seen.calls && chain.left == 29, "nothing calls back from inside of http_send()");
	while (!chain.seen.calls)
		turn();
	is_str(chain.seen.body, "hello", "a call may be made when one is done");
	after = http_stats(http);
	is_int(after.requests - before.requests, 30, "requests are counted");
	ok(after.bytes_in - before.bytes_in > 30 * 40, "and what came for them");
	fetch(&seen, "plain", "connection", (struct http_request){ 0 });
	first = xstrdup(seen.body);
	fetch(&seen, "plain", "connection", (struct http_request){ 0 });
	is_str(seen.body, first, "a connection is used again");
	for (int i = 0; i < 100; i++)
		send_to("plain", "hello", (struct http_request){ .done = on_done, .arg = &many[i] });
	while (done < 100) {
		turn();
		done = 0;
		for (int i = 0; i < 100; i++)
			done += many[i].calls;
	}
	for (int i = 0; i < 100; i++) {
		good += many[i].calls == 1 && many[i].status == 200 && !strcmp(many[i].body, "hello");
		release(&many[i]);
	}
	is_int(good, 100, "a hundred calls at once");
	fetch(&seen, "plain", "connection", (struct http_request){ 0 });
	ok(atoi(seen.body) - atoi(first) <= 32, "on at most 32 connections");
	release(&seen);
	release(&chain.seen);
	free(first);
}

/* --- TLS --- */

static const struct {
	const char *name, *server, *path;
	const char *ca, *server_name, *cert, *key;
	bool insecure;
	enum error_code code;
	const char *want; /* the body, or the sentence */
} tls_cases[] = {
	{ .name = "the cluster's CA", .server = "good", .path = "hello", .ca = "ca.pem", .want = "hello" },
	{ .name = "no CA", .server = "good", .path = "hello", .code = ERROR_TLS,
		.want = "certificate of 127.0.0.1 is not signed by a CA that this system trusts" },
	{ .name = "another CA", .server = "other", .path = "hello", .ca = "ca.pem", .code = ERROR_TLS,
		.want = "certificate of 127.0.0.1 is not signed by the cluster's CA" },
	{ .name = "the server's own certificate as its CA", .server = "good", .path = "hello", .ca = "good.pem", .want = "hello" },
	{ .name = "insecure", .server = "other", .path = "hello", .insecure = true, .want = "hello" },
	{ .name = "insecure, another name", .server = "named", .path = "hello", .insecure = true, .want = "hello" },
	{ .name = "another name", .server = "named", .path = "hello", .ca = "ca.pem", .code = ERROR_TLS,
		.want = "certificate of 127.0.0.1 is for another name" },
	{ .name = "a server name", .server = "named", .path = "hello", .ca = "ca.pem", .server_name = "kubernetes.test",
		.want = "hello" },
	{ .name = "a server name is asked for", .server = "named", .path = "sni", .ca = "ca.pem",
		.server_name = "kubernetes.test", .want = "kubernetes.test" },
	{ .name = "a server name that is an address", .server = "named", .path = "hello", .ca = "ca.pem",
		.server_name = "10.96.0.1", .want = "hello" },
	{ .name = "a server name that is an IPv6 address", .server = "named", .path = "hello", .ca = "ca.pem",
		.server_name = "fd00::1", .want = "hello" },
	{ .name = "a wrong server name", .server = "named", .path = "hello", .ca = "ca.pem", .server_name = "evil.test",
		.code = ERROR_TLS, .want = "certificate of 127.0.0.1:PORT is not for the name evil.test" },
	{ .name = "a wrong server address", .server = "named", .path = "hello", .ca = "ca.pem", .server_name = "10.96.0.2",
		.code = ERROR_TLS, .want = "certificate of 127.0.0.1:PORT is not for the name 10.96.0.2" },
	{ .name = "a server name that is none", .server = "named", .path = "hello", .ca = "ca.pem",
		.server_name = "kubernetes.test/x?", .code = ERROR_CONFIG, .want = "the TLS server name is no host name" },
	{ .name = "an expired certificate", .server = "expired", .path = "hello", .ca = "ca.pem", .code = ERROR_TLS,
		.want = "certificate of 127.0.0.1, or of its CA, has expired" },
	{ .name = "a CA that is none", .server = "good", .path = "hello", .ca = "good.ext", .code = ERROR_TLS,
		.want = "the CA certificate of the cluster cannot be read" },
	{ .name = "a client certificate", .server = "asking", .path = "peer", .ca = "ca.pem", .cert = "client.pem",
		.key = "client.key", .want = "((('commonName', 'client'),),)" },
	{ .name = "no client certificate", .server = "asking", .path = "hello", .ca = "ca.pem", .code = ERROR_TLS,
		.want = "127.0.0.1:PORT wants a client certificate" },
	{ .name = "a stranger's certificate", .server = "asking", .path = "hello", .ca = "ca.pem", .cert = "stranger.pem",
		.key = "stranger.key", .code = ERROR_TLS,
		.want = "127.0.0.1:PORT does not trust the CA of our client certificate" },
	{ .name = "a key of another certificate", .server = "asking", .path = "hello", .ca = "ca.pem", .cert = "client.pem",
		.key = "stranger.key", .code = ERROR_TLS, .want = "the client certificate and its key cannot be used: "
		"they are damaged, encrypted, or do not belong together" },
	{ .name = "a locked key asks nobody", .server = "asking", .path = "hello", .ca = "ca.pem", .cert = "client.pem",
		.key = "locked.key", .code = ERROR_TLS, .want = "the client certificate and its key cannot be used: "
		"they are damaged, encrypted, or do not belong together" },
	{ .name = "a server that says nothing", .server = "mute", .path = "hello", .ca = "ca.pem", .code = ERROR_TIMEOUT,
		.want = "no connection to 127.0.0.1:PORT within 400ms" },
	{ .name = "a server that hangs up", .server = "closing", .path = "hello", .ca = "ca.pem", .code = ERROR_NETWORK,
		.want = "connection to 127.0.0.1:PORT was closed during the TLS handshake" },
	{ .name = "IPv6", .server = "ipv6", .path = "hello", .ca = "ca.pem", .want = "hello" },
	{ .name = "an answer torn inside of TLS", .server = "good", .path = "torn", .ca = "ca.pem", .code = ERROR_NETWORK,
		.want = NULL },
};

static void set_tls(const char *ca, const char *name, const char *cert, const char *key, bool insecure)
{
	char *ca_pem = ca ? slurp(ca) : NULL, *cert_pem = cert ? slurp(cert) : NULL, *key_pem = key ? slurp(key) : NULL;

	http_set_tls(http, &(struct http_tls){ .ca_pem = ca_pem, .server_name = name, .cert_pem = cert_pem,
		.key_pem = key_pem, .insecure = insecure });
	free(ca_pem);
	free(cert_pem);
	free(key_pem);
}

static void test_tls(void)
{
	struct seen seen = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(tls_cases); i++) {
		const char *server = tls_cases[i].server;
		char *text;

		if (!port_of(server)) {
			printf("ok %d - %s # SKIP no such address here\n", ++tap_count, tls_cases[i].name);
			continue;
		}
		http_free(http); /* no connection is used again */
		new_http();
		set_tls(tls_cases[i].ca, tls_cases[i].server_name, tls_cases[i].cert, tls_cases[i].key, tls_cases[i].insecure);
		fetch(&seen, server, tls_cases[i].path,
			(struct http_request){ .timeout_ms = strcmp(server, "mute") ? 20000 : 400 });
		is_int(seen.error.code, tls_cases[i].code, tls_cases[i].name);
		text = without_port(&seen.error, server);
		if (tls_cases[i].want)
			is_str(seen.error.code ? text : seen.body, tls_cases[i].want, "  what came");
		free(text);
	}
	set_tls("ca.pem", "kubernetes.test", NULL, NULL, false);
	fetch(&seen, "named", "echo", (struct http_request){ 0 });
	ok(strstr(seen.body, "\r\nHost: 127.0.0.1:") != NULL, "with a server name the Host header is still the host's");
	release(&seen);
}

/* A connection is not used with other settings than it was made with. */
static void test_tls_change(void)
{
	struct seen seen = { 0 };

	set_tls("ca.pem", NULL, "client.pem", "client.key", false);
	fetch(&seen, "asking", "peer", (struct http_request){ 0 });
	ok(strstr(seen.body, "'client'") != NULL, "a client certificate is used");
	set_tls("ca.pem", NULL, NULL, NULL, false);
	fetch(&seen, "asking", "peer", (struct http_request){ 0 });
	is_int(seen.error.code, ERROR_TLS, "and no more when it was taken away");
	set_tls(NULL, NULL, NULL, NULL, true);
	fetch(&seen, "good", "hello", (struct http_request){ 0 });
	is_int(seen.error.code, ERROR_NONE, "an insecure connection");
	set_tls("other-ca.pem", NULL, NULL, NULL, false);
	fetch(&seen, "good", "hello", (struct http_request){ 0 });
	is_int(seen.error.code, ERROR_TLS, "does not serve a secure request");
	release(&seen);
}

static void test_no_connection(void)
{
	struct seen seen = { 0 }, waiting = { 0 };
	char *text;

	send_to("mute", "hello", (struct http_request){ .timeout_ms = 5000, .done = on_done, .arg = &waiting });
	fetch(&seen, "mute", "hello", (struct http_request){ .timeout_ms = 300 });
	text = without_port(&seen.error, "mute");
	is_str(text, "no connection to 127.0.0.1:PORT within 300ms", "one that waits for another's connection");
	free(text);
	http_free(http);
	new_http();
	is_int(waiting.calls, 0, "  goes before it");
	fetch(&seen, "closed", "hello", (struct http_request){ .timeout_ms = 5000 });
	text = without_port(&seen.error, "closed");
	is_str(text, "connection to 127.0.0.1:PORT refused", "a closed port");
	is_int(seen.error.code, ERROR_NETWORK, "  is a matter of the network");
	free(text);
	release(&seen);
	set_tls("ca.pem", NULL, NULL, NULL, false);
	http_send(http, &(struct http_request){ .method = "GET", .url = "ftp://127.0.0.1/", .done = on_done, .arg = &seen });
	while (!seen.calls)
		turn();
	is_int(seen.error.code, ERROR_CONFIG, "another scheme is refused");
	release(&seen);
}

/* --- in other surroundings: this test calls itself again --- */

/* Where the system trusts other-ca.pem: with a CA of our own, it must not matter. */
static int inside_trust(int port)
{
	struct seen seen = { 0 };
	int result = 0;

	buf_init(&announced, 0);
	buf_printf(&announced, "other %d\n", port);
	fetch(&seen, "other", "hello", (struct http_request){ 0 });
	if (seen.error.code)
		result = 77; /* this system keeps its CAs elsewhere */
	set_tls("ca.pem", NULL, NULL, NULL, false);
	fetch(&seen, "other", "hello", (struct http_request){ 0 });
	if (!result && seen.error.code != ERROR_TLS)
		result = 1;
	release(&seen);
	return result;
}

/* Where the resolver does not answer for a minute: neither a timeout nor the end waits for it. */
static int inside_mute_dns(void)
{
	int64_t start = clock_now_ms();
	struct seen seen = { 0 };
	bool good;

	http_send(http, &(struct http_request){ .method = "GET", .url = "http://host.test/", .timeout_ms = 500,
		.done = on_done, .arg = &seen });
	while (!seen.calls)
		turn();
	good = seen.error.code == ERROR_TIMEOUT && !strcmp(seen.error.text, "cannot resolve host host.test within 500ms");
	if (!good)
		printf("# %s\n", seen.error.text);
	http_free(http);
	loop_free(loop);
	release(&seen);
	if (clock_now_ms() - start > 15000)
		good = false;
	fflush(stdout);
	_exit(!good); /* a leak checker would count what the resolver's thread holds */
}

static void test_surroundings(const char *mode, const char *arg, const char *name)
{
	const char *argv[] = { "python3", script, mode, dir, self, mode, dir, arg, NULL };
	struct error err = { 0 };
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		execvp(argv[0], (char *const *)argv);
		_exit(77);
	}
	while (waitpid(pid, &status, 0) < 0 && !err.code)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		printf("ok %d - %s # SKIP needs namespaces\n", ++tap_count, name);
	else
		ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, name);
}

static int remove_entry(const char *path, const struct stat *st UNUSED, int type UNUSED, struct FTW *ftw UNUSED)
{
	return remove(path);
}

static void run_tests(void)
{
	char *port = xasprintf("%d", port_of("other"));

	test_retry_after();
	test_urls();
	test_answers();
	test_headers();
	test_requests();
	test_refusals();
	test_data();
	test_cancel();
	test_free();
	test_many();
	test_tls();
	test_tls_change();
	test_no_connection();
	test_surroundings("trust", port, "with a CA of the cluster the system's CAs are not trusted");
	test_surroundings("mute-dns", "0", "a resolver that hangs holds up nothing");
	free(port);
}

int main(int argc, char **argv)
{
	const char *srcdir = getenv("srcdir");
	struct error err = { 0 };
	int result;

	signal(SIGPIPE, SIG_IGN); /* as main() does */
	self = argv[0];
	script = xasprintf("%s/tests/unit/http_server.py", srcdir ? srcdir : ".");
	loop = loop_new(&err);
	new_http();
	if (argc == 4) {
		strcpy(dir, argv[2]); /* as long as ours: it is one of ours */
		result = strcmp(argv[1], "trust") == 0 ? inside_trust(atoi(argv[3])) : inside_mute_dns();
	} else if (!mkdtemp(dir) || !start_servers()) {
		printf("1..0 # SKIP needs python3 and openssl\n");
		result = 0;
	} else {
		run_tests();
		result = tap_done();
	}
	process_abandon(servers_ended ? NULL : servers);
	http_free(http);
	loop_free(loop);
	buf_release(&announced);
	free(script);
	if (argc != 4)
		nftw(dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	return result;
}
