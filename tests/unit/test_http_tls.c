/* SPDX-License-Identifier: Apache-2.0 */
/* Whom HTTP connections trust, how they are made, and what is said when they are not. */
#include "kube/http.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "http_servers.h"

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

static int inside(char **argv)
{
	return strcmp(argv[1], "trust") == 0 ? inside_trust(atoi(argv[3])) : inside_mute_dns();
}

static void run_tests(void)
{
	char *port = xasprintf("%d", port_of("other"));

	test_tls();
	test_tls_change();
	test_no_connection();
	test_surroundings("trust", port, "with a CA of the cluster the system's CAs are not trusted");
	test_surroundings("mute-dns", "0", "a resolver that hangs holds up nothing");
	free(port);
}

int main(int argc, char **argv)
{
	return http_test(argc, argv, inside, run_tests);
}
