/* SPDX-License-Identifier: Apache-2.0 */
/* The command: options, the kubeconfig, and the loop. */

#include "sim/sim.h"

#include <errno.h>
#include <getopt.h>
#include <gnutls/gnutls.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/jx.h"
#include "base/unused.h"
#include "base/yaml.h"
#include "sim/server.h"
#include "sim/tls.h"
#include "sim/world.h"

/* How often time passes, in simulated milliseconds, and the shortest real wait. */
#define TICK_MS 100
#define TICK_MIN_MS 10

struct options {
	const char *scenario, *kubeconfig;
	double speed;
	long port;
};

static volatile sig_atomic_t ended;

static void on_term(int signo UNUSED)
{
	ended = 1;
}

static bool read_number(const char *text, double least, double most, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && !*end && *out >= least && *out <= most;
}

static bool read_options(int argc, char **argv, struct options *o, struct error *err)
{
	static const struct option known[] = {
		{ "scenario", required_argument, NULL, 's' },
		{ "kubeconfig", required_argument, NULL, 'k' },
		{ "speed", required_argument, NULL, 'x' },
		{ "port", required_argument, NULL, 'p' },
		{ 0 },
	};
	double number;
	int c;

	*o = (struct options){ .speed = 1 };
	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, "+", known, NULL)) != -1) {
		if (c == 's') {
			o->scenario = optarg;
		} else if (c == 'k') {
			o->kubeconfig = optarg;
		} else if (c == 'x') {
			if (!read_number(optarg, 0.01, 1000, &o->speed))
				return error_set(err, ERROR_USAGE,
					"--speed is a number from 0.01 to 1000, not %s", optarg);
		} else if (c == 'p') {
			if (!read_number(optarg, 0, 65535, &number))
				return error_set(err, ERROR_USAGE,
					"--port is a number from 0 to 65535, not %s", optarg);
			o->port = (long)number;
		} else {
			return error_set(err, ERROR_USAGE, "unknown option %s", argv[optind - 1]);
		}
	}
	if (optind < argc)
		return error_set(err, ERROR_USAGE, "unexpected argument %s", argv[optind]);
	return o->kubeconfig || error_set(err, ERROR_USAGE, "--kubeconfig is missing");
}

static json_t *base64(const char *text)
{
	gnutls_datum_t in = { (unsigned char *)text, (unsigned)strlen(text) }, out;
	json_t *encoded;

	if (gnutls_base64_encode2(&in, &out) < 0)
		return json_null();
	encoded = json_stringn((const char *)out.data, out.size);
	gnutls_free(out.data);
	return encoded;
}

static bool write_kubeconfig(const struct sim *sim, const struct server *server,
	const struct tls *tls, const char *path, struct error *err)
{
	json_t *config = json_pack(
		"{s:s,s:s,s:[{s:s,s:{s:o,s:o}}],s:[{s:s,s:{s:s}}],s:[{s:s,s:{s:s,s:s,s:s}}],s:s}",
		"apiVersion", "v1", "kind", "Config", "clusters", "name", "demo", "cluster",
		"server", json_sprintf("https://127.0.0.1:%u", (unsigned)server_port(server)),
		"certificate-authority-data", base64(tls->ca), "users", "name", "demo", "user",
		"token", sim->token, "contexts", "name", "demo", "context", "cluster", "demo",
		"user", "demo", "namespace", "shop", "current-context", "demo");
	struct buf text = { 0 };
	bool ok;

	yaml_emit(&text, config);
	ok = file_replace(path, buf_str(&text), text.len, err);
	buf_release(&text);
	json_decref(config);
	return ok;
}

/* Whether standard input has ended; what comes there is dropped. */
static bool stdin_ended(short revents)
{
	char dropped[256];
	ssize_t n;

	if (!(revents & (POLLIN | POLLHUP | POLLERR | POLLNVAL)))
		return false;
	n = read(STDIN_FILENO, dropped, sizeof(dropped));
	return n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
}

static void serve(struct sim *sim, struct server *server)
{
	int64_t start = clock_now_ms(), tick = (int64_t)(TICK_MS / sim->speed), next = 0;
	struct pollfd fds[] = { { .fd = server_fd(server), .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN } };

	if (tick < TICK_MIN_MS)
		tick = TICK_MIN_MS;
	while (!ended) {
		int64_t real = clock_now_ms() - start;

		if (real >= next) {
			sim_tick(sim, (int64_t)((double)real * sim->speed));
			next = clock_now_ms() - start + tick;
		}
		sim->now = (int64_t)((double)real * sim->speed);
		if (poll(fds, 2, server_wait_ms(server, (int)(next - real))) < 0 && errno != EINTR)
			return;
		if (stdin_ended(fds[1].revents))
			return;
		server_run(server);
	}
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_term };

	sigaction(SIGTERM, &action, NULL);
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
}

static bool run(struct sim *sim, const struct options *o, struct error *err)
{
	struct server *server = NULL;
	struct tls tls = { 0 };
	bool ok;

	catch_signals();
	ok = tls_make(&tls, err) && tls_random_hex(sim->token, 16, err) &&
	     (server = server_start(sim, &tls, (uint16_t)o->port, err)) &&
	     write_kubeconfig(sim, server, &tls, o->kubeconfig, err);
	if (ok) {
		printf("ready https://127.0.0.1:%u\n", (unsigned)server_port(server));
		fflush(stdout);
		serve(sim, server);
	}
	server_stop(server);
	tls_release(&tls);
	return ok;
}

int sim_main(int argc, char **argv)
{
	struct error err = { 0 };
	struct options o;
	struct sim sim = { 0 };
	int code = 2;

	scenario_init(&sim.scenario);
	if (read_options(argc, argv, &o, &err) &&
	    (!o.scenario || scenario_load(&sim.scenario, o.scenario, &err))) {
		sim.speed = o.speed;
		sim_init(&sim);
		code = run(&sim, &o, &err) ? 0 : 1;
		sim_release(&sim);
	}
	if (err.code)
		fprintf(stderr, "ksettle sim: %s\n", err.text);
	return code;
}
