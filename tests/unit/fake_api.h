/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/xalloc.h"
#include "kube/client.h"
#include "kube/kubeconfig.h"

/* An API server made of a table, in a child process: a request takes the first route that
 * fits it and is not used up, so an order of routes is a story. */
#define FAKE_HANG (-1)
struct fake_route {
	const char *request; /* how "GET /path?query" must begin */
	int status;          /* 0: the connection is closed without an answer; FAKE_HANG: an answer without an end */
	const char *body;
	const char *type;    /* NULL: application/json */
	const char *headers; /* more of them, each with its \r\n; NULL: none */
	const char *needs;   /* must stand in the request's headers; NULL: anything */
	bool sticky;         /* never used up */
};

struct fake_api {
	int port, log;
	pid_t pid;
};

static inline void fake_write(int fd, const char *bytes, size_t len)
{
	ssize_t sent;

	for (; len; bytes += sent, len -= (size_t)sent)
		if ((sent = send(fd, bytes, len, MSG_NOSIGNAL)) <= 0)
			return;
}

/* Reads one request with its body; false when the client went away. */
static inline bool fake_read(int fd, char *text, size_t size)
{
	size_t len = 0, body = 0;
	char *end = NULL, *length;
	ssize_t got;

	for (text[0] = '\0'; !end || (size_t)(end + 4 - text) + body > len; text[len] = '\0') {
		got = read(fd, text + len, size - 1 - len);
		if (got <= 0)
			return false;
		len += (size_t)got;
		text[len] = '\0';
		end = strstr(text, "\r\n\r\n");
		length = end ? strcasestr(text, "\r\nContent-Length:") : NULL;
		body = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
	}
	return true;
}

/* Closes fd when it is done with it. */
static inline void fake_serve(int fd, int log, const struct fake_route *routes, bool *used)
{
	static char text[1 << 20];
	const struct fake_route *route = routes;
	char *head;

	if (!fake_read(fd, text, sizeof(text))) {
		close(fd);
		return;
	}
	for (; route->request; route++)
		if (!used[route - routes]
			&& strncmp(text, route->request, strlen(route->request)) == 0
			&& (!route->needs || strstr(text, route->needs)))
			break;
	used[route - routes] = route->request && !route->sticky;
	dprintf(log, "%s\n", text);
	if (route->request && route->status == FAKE_HANG) {
		dprintf(fd, "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n");
		return;
	}
	if (route->request && route->status == 0) {
		close(fd);
		return;
	}
	head = xasprintf(
		"HTTP/1.1 %d X\r\nConnection: close\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s\r\n",
		route->request ? route->status : 404,
		route->type ? route->type : "application/json",
		route->body ? strlen(route->body) : 0, route->headers ? route->headers : "");
	fake_write(fd, head, strlen(head));
	free(head);
	if (route->body)
		fake_write(fd, route->body, strlen(route->body));
	close(fd);
}

/* routes end with an empty one. */
static inline struct fake_api fake_api_start(const struct fake_route *routes)
{
	struct fake_api api = { .log = memfd_create("log", 0) };
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd;
	bool used[64] = { false };

	if (bind(listener, (struct sockaddr *)&at, len) != 0 || listen(listener, 64) != 0
		|| getsockname(listener, (struct sockaddr *)&at, &len) != 0)
		exit(99);
	api.port = ntohs(at.sin_port);
	fflush(stdout);
	api.pid = fork();
	if (api.pid != 0) {
		close(listener);
		return api;
	}
	while ((fd = accept(listener, NULL, NULL)) >= 0)
		fake_serve(fd, api.log, routes, used);
	_exit(0);
}

/* Ends the server; returns all requests it saw, to free(). */
static inline char *fake_api_end(struct fake_api *api)
{
	off_t len;
	char *text;

	kill(api->pid, SIGKILL);
	waitpid(api->pid, NULL, 0);
	len = lseek(api->log, 0, SEEK_END);
	text = xcalloc(1, (size_t)len + 1);
	if (pread(api->log, text, (size_t)len, 0) != len)
		exit(99);
	close(api->log);
	return text;
}

static inline int fake_count(const char *log, const char *what)
{
	int n = 0;

	for (; (log = strstr(log, what)); log++)
		n++;
	return n;
}

/* A client of that server, by plain http. */
static inline struct kube *fake_api_client(
	const struct fake_api *api, struct loop *loop, struct kube_config *config)
{
	struct error err = { 0 };
	struct kube *kube;

	config->server = xasprintf("http://127.0.0.1:%d", api->port);
	config->request_timeout_ms = 20000;
	kube = kube_new(loop, config, &err);
	if (!kube)
		exit(99);
	return kube;
}

static inline void fake_turn_until(struct loop *loop, const bool *done)
{
	struct error err = { 0 };

	while (!*done)
		if (!loop_turn(loop, 30000, &err))
			exit(99);
}
