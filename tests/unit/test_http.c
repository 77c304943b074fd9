/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP against servers that behave well and badly: answers, data as it comes, cancels. */
#include "kube/http.h"

#include "base/clock.h"
#include "http_servers.h"
#include "kube/http_answer.h"
#include "kube/http_url.h"

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

static void run_tests(void)
{
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
}

int main(int argc, char **argv)
{
	return http_test(argc, argv, NULL, run_tests);
}
