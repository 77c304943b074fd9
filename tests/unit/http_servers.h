/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* HTTP clients against small servers that behave well and badly (http_server.py). */

#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/loop.h"
#include "base/process.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "kube/http.h"
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

static inline void on_announce(void *arg UNUSED, int stream, const char *bytes, size_t len)
{
	if (stream == 1)
		buf_add(&announced, bytes, len);
}

static inline void on_servers_end(void *arg UNUSED, const struct process_result *result UNUSED)
{
	servers_ended = true;
}

static inline void turn(void)
{
	struct error err = { 0 };

	if (!loop_turn(loop, 20000, &err))
		printf("# %s\n", err.text);
}

/* Skips the whole test where python3 or openssl is missing. */
static inline bool start_servers(void)
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
static inline int port_of(const char *name)
{
	char *line = xasprintf("%s ", name);
	const char *at = strstr(buf_str(&announced), line);
	int port = at ? atoi(at + strlen(line)) : 0;

	free(line);
	return port;
}

static inline char *slurp(const char *name)
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

static inline void on_done(void *arg, const struct http_result *result)
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

static inline void release(struct seen *seen)
{
	free(seen->body);
	free(seen->type);
	free(seen->warnings);
	*seen = (struct seen){ 0 };
}

static inline char *url_of(const char *server, const char *path)
{
	bool plain = !strcmp(server, "plain") || !strcmp(server, "closed");

	return xasprintf("%s://%s:%d/%s", plain ? "http" : "https", strcmp(server, "ipv6") ? "127.0.0.1" : "[::1]",
		port_of(server), path);
}

static inline struct http_call *send_to(const char *server, const char *path, struct http_request request)
{
	char *url = url_of(server, path);
	struct http_call *call;

	request.method = request.method ? request.method : "GET";
	request.url = url;
	call = http_send(http, &request);
	free(url);
	return call;
}

static inline void fetch(struct seen *seen, const char *server, const char *path, struct http_request request)
{
	release(seen);
	request.done = on_done;
	request.arg = seen;
	send_to(server, path, request);
	while (!seen->calls)
		turn();
}

/* Sentences with ports in them are compared with "PORT" in their place. */
static inline char *without_port(const struct error *err, const char *server)
{
	char *port = xasprintf(":%d", port_of(server)), *at = strstr(err->text, port), *text;

	text = at ? xasprintf("%.*s:PORT%s", (int)(at - err->text), err->text, at + strlen(port)) : xstrdup(err->text);
	free(port);
	return text;
}

static inline void new_http(void)
{
	struct error err = { 0 };

	http = http_new(loop, &err);
}

static inline int remove_entry(const char *path, const struct stat *st UNUSED, int type UNUSED, struct FTW *ftw UNUSED)
{
	return remove(path);
}

/* Runs the tests, or with arguments of our own what inside() does in other surroundings. */
static inline int http_test(int argc, char **argv, int (*inside)(char **argv), void (*run_tests)(void))
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
		result = inside(argv);
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
