/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct error;
struct sim;
struct tls;

/* HTTPS on loopback, without threads: the caller polls server_fd() and calls server_run(). The only
 * file that uses libmicrohttpd. */
struct server;

/* port 0: any free one. sim and tls must outlive it. */
struct server *server_start(
	struct sim *sim, const struct tls *tls, uint16_t port, struct error *err);
uint16_t server_port(const struct server *server);
int server_fd(const struct server *server);
/* How long the caller may wait, at most max_ms. */
int server_wait_ms(const struct server *server, int max_ms);
void server_run(struct server *server);
void server_stop(struct server *server); /* accepts NULL; requests that hang are cut */
