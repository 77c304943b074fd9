/* SPDX-License-Identifier: Apache-2.0 */
/* Liveness of connections: a watch is silent for minutes, and silence proves nothing. */
#include "kube/http_socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#define IDLE_S 30
#define INTERVAL_S 5
#define PROBES 3

static void set_option(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value));
}

void http_keep_alive(int fd)
{
	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
#ifdef TCP_KEEPIDLE
	set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, IDLE_S);
#endif
#ifdef TCP_KEEPINTVL
	set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, INTERVAL_S);
#endif
#ifdef TCP_KEEPCNT
	set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, PROBES);
#endif
#ifdef TCP_USER_TIMEOUT /* the same for what was sent and never acknowledged */
	set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (IDLE_S + INTERVAL_S * PROBES) * 1000);
#endif
}
