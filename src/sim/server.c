/* SPDX-License-Identifier: Apache-2.0 */
/* HTTPS on loopback: libmicrohttpd in, api.c out. */

#include "sim/server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "sim/api.h"
#include "sim/reply.h"
#include "sim/tls.h"
#include "sim/world.h"

#define BODY_MAX ((size_t)8 << 20)
/* Where a torn answer ends. */
#define TEAR_AFTER 20

/* One request while it comes in. */
struct exchange {
	struct buf body;
	struct query *query;
	size_t nquery, cap;
	bool cut;                       /* hang is over: close */
	struct MHD_Connection *hanging; /* suspended */
	struct exchange *next;
};

struct server {
	struct sim *sim;
	struct MHD_Daemon *daemon;
	struct exchange *exchanges;     /* all that are open */
	int fd;
	uint16_t port;
};

static enum MHD_Result keep_query(
	void *cls, enum MHD_ValueKind kind UNUSED, const char *key, const char *value)
{
	struct exchange *x = cls;

	VEC_GROW(x->query, x->nquery, x->cap);
	x->query[x->nquery++] = (struct query){ xstrdup(key), xstrdup(value ? value : "") };
	return MHD_YES;
}

static struct exchange *exchange_new(struct server *server)
{
	struct exchange *x = xcalloc(1, sizeof(*x));

	buf_init(&x->body, BODY_MAX);
	x->next = server->exchanges;
	server->exchanges = x;
	return x;
}

static void exchange_free(struct server *server, struct exchange *x)
{
	struct exchange **at = &server->exchanges;

	while (*at && *at != x)
		at = &(*at)->next;
	if (*at)
		*at = x->next;
	for (size_t i = 0; i < x->nquery; i++) {
		free(x->query[i].key);
		free(x->query[i].value);
	}
	free(x->query);
	buf_release(&x->body);
	free(x);
}

static void completed(void *cls, struct MHD_Connection *connection UNUSED, void **con_cls,
	enum MHD_RequestTerminationCode code UNUSED)
{
	if (*con_cls)
		exchange_free(cls, *con_cls);
	*con_cls = NULL;
}

/* A body that breaks off: half of it, then an error, which closes the connection. */
static ssize_t torn_body(void *cls UNUSED, uint64_t pos, char *out, size_t max)
{
	size_t n = TEAR_AFTER - (size_t)pos < max ? TEAR_AFTER - (size_t)pos : max;

	if (pos >= TEAR_AFTER)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	memset(out, ' ', n);
	return (ssize_t)n;
}

static struct MHD_Response *torn_response(void)
{
	struct MHD_Response *response = MHD_create_response_from_callback(
		1000, 256, torn_body, NULL, NULL);

	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	return response;
}

static void add_headers(struct MHD_Response *response, const struct reply *reply)
{
	const char *type = reply->content_type;
	char number[24];

	if (!type)
		type = reply->json ? "application/json" : "text/plain; charset=utf-8";
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache, private");
	for (char **warning = reply->warnings; warning && *warning; warning++) {
		struct buf value = { 0 };

		buf_addstr(&value, "299 - \"");
		for (const char *p = *warning; *p; p++)
			buf_printf(&value, "%s%c", *p == '"' || *p == '\\' ? "\\" : "", *p);
		buf_addch(&value, '"');
		MHD_add_response_header(response, MHD_HTTP_HEADER_WARNING, buf_str(&value));
		buf_release(&value);
	}
	if (reply->retry_after) {
		snprintf(number, sizeof(number), "%lld", reply->retry_after);
		MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, number);
	}
}

static enum MHD_Result send_reply(struct MHD_Connection *connection, const struct reply *reply)
{
	char *body = reply->json ? json_dumps(reply->json, JSON_COMPACT)
				 : xstrdup(reply->text ? reply->text : "");
	struct MHD_Response *response;
	enum MHD_Result result;

	if (reply->tear) {
		free(body);
		response = torn_response();
	} else {
		response = MHD_create_response_from_buffer(
			body ? strlen(body) : 0, body, MHD_RESPMEM_MUST_FREE);
		add_headers(response, reply);
	}
	result = MHD_queue_response(
		connection, reply->tear ? 200 : (unsigned)reply->code, response);
	MHD_destroy_response(response);
	return result;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
	const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);

	return value ? value : "";
}

/* Lists may be asked for with several Accept headers or one; the parts do not matter here. */
static enum MHD_Result answer(struct server *server, struct MHD_Connection *connection,
	struct exchange *x, const char *path, const char *method)
{
	struct request request = { .method = method,
		.path = path,
		.query = x->query,
		.nquery = x->nquery,
		.accept = header(connection, "Accept"),
		.content_type = header(connection, "Content-Type"),
		.authorization = header(connection, "Authorization"),
		.body = buf_str(&x->body),
		.body_len = x->body.len };
	struct reply reply = { 0 };
	struct buf full = { 0 };
	enum MHD_Result result = MHD_YES;

	buf_addstr(&full, path);
	for (size_t i = 0; i < x->nquery; i++)
		buf_printf(&full, "%c%s=%s", i ? '&' : '?', x->query[i].key, x->query[i].value);
	request.full = buf_str(&full);
	if (x->body.full)
		reply_status(&reply, 413, "RequestEntityTooLarge", NULL,
			"Request entity too large: limit is 8388608");
	else
		api_answer(server->sim, &request, &reply);
	if (reply.hang) {
		x->hanging = connection;
		MHD_suspend_connection(connection);
	} else {
		result = send_reply(connection, &reply);
	}
	reply_release(&reply);
	buf_release(&full);
	return result;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *path,
	const char *method, const char *version UNUSED, const char *upload, size_t *upload_size,
	void **con_cls)
{
	struct server *server = cls;
	struct exchange *x = *con_cls;

	if (!x) {
		*con_cls = x = exchange_new(server);
		MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, keep_query, x);
		return MHD_YES;
	}
	if (*upload_size) {
		buf_add(&x->body, upload, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	}
	return x->cut ? MHD_NO : answer(server, connection, x, path, method);
}

struct server *server_start(
	struct sim *sim, const struct tls *tls, uint16_t port, struct error *err)
{
	struct server *server = xcalloc(1, sizeof(*server));
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const union MHD_DaemonInfo *info;

	server->sim = sim;
	server->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_TLS | MHD_ALLOW_SUSPEND_RESUME,
		port, NULL, NULL, on_request, server, MHD_OPTION_SOCK_ADDR,
		(struct sockaddr *)&address, MHD_OPTION_HTTPS_MEM_KEY, tls->key,
		MHD_OPTION_HTTPS_MEM_CERT, tls->cert, MHD_OPTION_NOTIFY_COMPLETED, completed,
		server, MHD_OPTION_CONNECTION_LIMIT, 64u, MHD_OPTION_END);
	if (!server->daemon) {
		free(server);
		error_set(err, ERROR_IO, "the simulated cluster cannot listen on 127.0.0.1:%u",
			(unsigned)port);
		return NULL;
	}
	info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	server->fd = info->epoll_fd;
	info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
	server->port = info->port;
	return server;
}

uint16_t server_port(const struct server *server)
{
	return server->port;
}

int server_fd(const struct server *server)
{
	return server->fd;
}

int server_wait_ms(const struct server *server, int max_ms)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(server->daemon, &ms) == MHD_YES && ms < (MHD_UNSIGNED_LONG_LONG)max_ms)
		return (int)ms;
	return max_ms;
}

void server_run(struct server *server)
{
	MHD_run(server->daemon);
}

void server_stop(struct server *server)
{
	if (!server)
		return;
	for (struct exchange *x = server->exchanges; x; x = x->next) {
		x->cut = true;
		if (x->hanging)
			MHD_resume_connection(x->hanging);
		x->hanging = NULL;
	}
	MHD_run(server->daemon);
	MHD_stop_daemon(server->daemon);
	while (server->exchanges)
		exchange_free(server, server->exchanges);
	free(server);
}
