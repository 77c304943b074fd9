/* SPDX-License-Identifier: Apache-2.0 */
/* Requests: headers, credentials, 401, lost connections, cancelling. */
#include "kube/client.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "tests/unit/fake_api.h"
#include "tests/unit/tap.h"

#define EXEC_API "client.authentication.k8s.io/v1"

static struct loop *loop;

struct seen {
	bool done, dropped;
	int status;
	struct error error;
	char body[256];
};

static void on_done(void *arg, const struct kube_answer *answer)
{
	struct seen *seen = arg;

	seen->done = true;
	seen->status = answer->status;
	seen->error = answer->error;
	snprintf(seen->body, sizeof(seen->body), "%s", answer->body);
}

static void on_dropped(void *arg)
{
	((struct seen *)arg)->dropped = true;
}

static struct kube_call *send_to(struct kube *kube, struct seen *seen, const char *path)
{
	return kube_send(kube,
		&(struct kube_request){
			.path = path,
			.what = "ask",
			.done = on_done,
			.dropped = on_dropped,
			.arg = seen,
		});
}

/* A plugin that counts its runs in `count` and prints what `print` makes of the number N. */
static struct kube_exec *make_plugin(const char *script)
{
	struct kube_exec *exec = xcalloc(1, sizeof(*exec));

	exec->api_version = xstrdup(EXEC_API);
	exec->command = xstrdup("sh");
	exec->interactive_mode = xstrdup("Never");
	exec->args = xcalloc(3, sizeof(char *));
	exec->args[0] = xstrdup("-c");
	exec->args[1] = xstrdup(script);
	return exec;
}

static void test_headers(void)
{
	static const struct fake_route routes[] = {
		{ .request = "GET /prefix/a", .status = 200, .body = "{}" }, { 0 }
	};
	struct fake_api api = fake_api_start(routes);
	struct kube_config config = { .token = xstrdup("tok"),
		.impersonate_user = xstrdup("jane") };
	struct kube *kube;
	struct seen seen = { 0 };
	char *log;

	config.impersonate_groups = xcalloc(3, sizeof(char *));
	config.impersonate_groups[0] = xstrdup("ops");
	config.impersonate_groups[1] = xstrdup("dev");
	kube = fake_api_client(&api, loop, &config);
	ok(!config.token, "the config was taken over");
	send_to(kube, &seen, "/prefix/a");
	fake_turn_until(loop, &seen.done);
	is_int(seen.error.code, ERROR_NONE, "an answer");
	kube_free(kube);
	log = fake_api_end(&api);
	ok(strstr(log, "\r\nAuthorization: Bearer tok\r\n"), "the token is sent");
	ok(strstr(log, "\r\nUser-Agent: ksettle/"), "User-Agent");
	ok(strstr(log, "\r\nAccept: application/json\r\n"), "Accept");
	ok(strstr(log, "\r\nImpersonate-User: jane\r\n"), "Impersonate-User");
	ok(strstr(log, "\r\nImpersonate-Group: ops\r\n")
			&& strstr(log, "\r\nImpersonate-Group: dev\r\n"),
		"both groups");
	free(log);
}

static void test_refused_token(void)
{
	static const struct fake_route routes[] = {
		{ .request = "GET /a",
			.status = 401,
			.sticky = true,
			.body = "{\"kind\":\"Status\",\"message\":\"Unauthorized\"}" },
		{ 0 }
	};
	struct fake_api api = fake_api_start(routes);
	struct kube_config config = { .token = xstrdup("tok") };
	struct kube *kube = fake_api_client(&api, loop, &config);
	struct seen seen = { 0 };
	char *log;

	send_to(kube, &seen, "/a");
	fake_turn_until(loop, &seen.done);
	is_int(seen.error.code, ERROR_UNAUTHORIZED, "401");
	is_str(seen.error.text, "ask: Unauthorized", "its sentence");
	kube_free(kube);
	log = fake_api_end(&api);
	is_int(fake_count(log, "GET /a"), 1, "a fixed token is not tried again");
	free(log);
}

/* The plugin's first token is refused once; three calls wait for one run. */
static void test_plugin(void)
{
	static const struct fake_route routes[] = {
		{ .request = "GET /old", .status = 401, .needs = "Bearer t1" },
		{ .request = "GET /", .status = 200, .body = "good", .sticky = true }, { 0 }
	};
	struct fake_api api = fake_api_start(routes);
	struct kube_config config = { 0 };
	struct kube *kube;
	struct seen seen[4] = { 0 };
	struct error err = { 0 };
	char *log, dir[] = "/tmp/ksettle-client-XXXXXX", *script;

	if (!mkdtemp(dir))
		exit(99);
	script = xasprintf(
		"echo x >>%s/n; printf '{\"kind\":\"ExecCredential\",\"apiVersion\":\"" EXEC_API
		"\",\"status\":{\"token\":\"t%%d\"}}' $(wc -l <%s/n)",
		dir, dir);
	config.exec = make_plugin(script);
	free(script);
	kube = fake_api_client(&api, loop, &config);
	for (int i = 0; i < 3; i++)
		send_to(kube, &seen[i], "/x");
	for (int i = 0; i < 3; i++)
		fake_turn_until(loop, &seen[i].done);
	ok(kube_login(kube, false, &err), "a login that was made already");
	send_to(kube, &seen[3], "/old");
	fake_turn_until(loop, &seen[3].done);
	is_str(seen[3].body, "good",
		"after a 401 the plugin runs again and the request is repeated");
	ok(!kube_login_trouble(kube), "no trouble");
	kube_free(kube);
	log = fake_api_end(&api);
	is_int(fake_count(log, "Bearer t1"), 4, "one run served all that waited");
	is_int(fake_count(log, "Bearer t2"), 1, "the second run's token");
	free(log);
	script = xasprintf("%s/n", dir);
	remove(script);
	remove(dir);
	free(script);
}

/* The first token is refused, and the plugin has no second. */
static void test_refused_then_failed(void)
{
	static const struct fake_route routes[] = {
		{ .request = "GET /", .status = 401, .sticky = true }, { 0 }
	};
	struct fake_api api = fake_api_start(routes);
	char dir[] = "/tmp/ksettle-client-XXXXXX", *script;
	struct kube_config config = { 0 };
	struct kube *kube;
	struct seen seen = { 0 };

	if (!mkdtemp(dir))
		exit(99);
	script = xasprintf("rmdir %s 2>/dev/null || exit 4; echo '{\"kind\":\"ExecCredential\","
		"\"apiVersion\":\"" EXEC_API "\",\"status\":{\"token\":\"t\"}}'", dir);
	config.exec = make_plugin(script);
	free(script);
	kube = fake_api_client(&api, loop, &config);
	send_to(kube, &seen, "/");
	fake_turn_until(loop, &seen.done);
	is_int(seen.error.code, ERROR_UNAUTHORIZED, "refused by the server");
	is_str(seen.error.text, "ask: the server refused the credentials (401), and "
		"the credential plugin sh failed with exit code 4", "both causes are told");
	kube_free(kube);
	free(fake_api_end(&api));
}

/* A plugin whose tokens are always refused: asked once more, and no further. */
static void test_refused_plugin(void)
{
	static const struct fake_route routes[] = {
		{ .request = "GET /", .status = 401, .body = "no", .sticky = true }, { 0 }
	};
	struct fake_api api = fake_api_start(routes);
	struct kube_config config = { .exec = make_plugin("echo '{\"kind\":\"ExecCredential\","
		"\"apiVersion\":\"" EXEC_API "\",\"status\":{\"token\":\"t\"}}'") };
	struct kube *kube = fake_api_client(&api, loop, &config);
	struct seen seen = { 0 };
	char *log;

	send_to(kube, &seen, "/");
	fake_turn_until(loop, &seen.done);
	is_int(seen.error.code, ERROR_UNAUTHORIZED, "refused twice");
	kube_free(kube);
	log = fake_api_end(&api);
	is_int(fake_count(log, "GET /"), 2, "two requests");
	free(log);
}

static const struct {
	const char *script, *text;
	enum error_code code;
} bad_plugins[] = {
	{ "echo hello; echo 'fetching' >&2; printf 'run \\033[1mlogin\\n\\n' >&2; exit 3",
		"the credential plugin sh failed with exit code 3: run \xef\xbf\xbd[1mlogin",
		ERROR_UNAUTHORIZED },
	{ "echo secret", "the credential plugin sh printed something else than JSON",
		ERROR_CONFIG },
	{ "echo '{}'", "the credential plugin sh printed no ExecCredential", ERROR_CONFIG },
	{ "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\"}'",
		"the credential plugin sh answered in client.authentication.k8s.io/v1beta1, but its entry asks for " EXEC_API,
		ERROR_CONFIG },
	{ "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"" EXEC_API "\",\"status\":{}}'",
		"the credential plugin sh brought neither a token nor a certificate",
		ERROR_CONFIG },
	{ "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"" EXEC_API
	  "\",\"status\":{\"clientKeyData\":\"x\"}}'",
		"the credential plugin sh brought a client key without its certificate",
		ERROR_CONFIG },
	{ "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"" EXEC_API
	  "\",\"status\":{\"token\":\"a b \"}}'",
		"the credential plugin sh brought a token with a blank or a control character in it",
		ERROR_CONFIG },
	{ "test -n \"$KUBERNETES_EXEC_INFO\" && exit 7",
		"the credential plugin sh failed with exit code 7", ERROR_UNAUTHORIZED },
	{ "case $KUBERNETES_EXEC_INFO in *'\"interactive\":false'*) exit 8;; esac",
		"the credential plugin sh failed with exit code 8", ERROR_UNAUTHORIZED },
	{ "read line && exit 1; exit 9", "the credential plugin sh failed with exit code 9",
		ERROR_UNAUTHORIZED },
};

static void test_bad_plugins(void)
{
	static const struct fake_route routes[] = { { 0 } };
	struct fake_api api = fake_api_start(routes);

	for (size_t i = 0; i < ARRAY_LEN(bad_plugins); i++) {
		struct kube_config config = { .exec = make_plugin(bad_plugins[i].script) };
		struct kube *kube = fake_api_client(&api, loop, &config);
		struct error err = { 0 };
		struct seen seen = { 0 };
		char *said = xasprintf("ask: %s", bad_plugins[i].text);

		ok(!kube_login(kube, false, &err), "login fails");
		is_str(err.text, bad_plugins[i].text, "why");
		is_int(err.code, bad_plugins[i].code, "its class");
		send_to(kube, &seen, "/");
		fake_turn_until(loop, &seen.done);
		is_str(seen.error.text, said, "and so do requests");
		free(said);
		kube_free(kube);
	}
	free(fake_api_end(&api));
}

static void test_missing_plugin(void)
{
	struct kube_config config = { .server = xstrdup("https://127.0.0.1:1"),
		.exec = make_plugin("") };
	struct error err = { 0 };
	struct kube *kube;

	free(config.exec->command);
	config.exec->command = xstrdup("no-such-plugin-anywhere");
	config.exec->install_hint = xstrdup("get it\nfrom \033[31mhere");
	kube = kube_new(loop, &config, &err);
	ok(!kube_login(kube, false, &err), "a plugin that is not there");
	ok(strstr(err.text, "no-such-plugin-anywhere")
			&& strstr(err.text, "get it from \xef\xbf\xbd[31mhere"),
		err.text);
	is_int(err.code, ERROR_CONFIG, "is a wrong configuration");
	kube_free(kube);
}

/* A token that expired is replaced before the request; a plugin that fails then is weather. */
static void test_expiry(void)
{
	static const struct fake_route routes[] = {
		{ .request = "GET /", .status = 200, .body = "good", .sticky = true }, { 0 }
	};
	struct fake_api api = fake_api_start(routes);
	struct kube_config config = { 0 };
	char dir[] = "/tmp/ksettle-client-XXXXXX", *script;
	struct kube *kube;
	struct error err = { 0 };
	struct seen seen = { 0 };

	if (!mkdtemp(dir))
		exit(99);
	script = xasprintf(
		"rmdir %s 2>/dev/null || { echo expired >&2; exit 1; }; echo '{\"kind\":\"ExecCredential\","
		"\"apiVersion\":\"" EXEC_API
		"\",\"status\":{\"token\":\"t\",\"expirationTimestamp\":\"2001-01-01T00:00:00Z\"}}'",
		dir);
	config.exec = make_plugin(script);
	free(script);
	kube = fake_api_client(&api, loop, &config);
	ok(kube_login(kube, false, &err), "login");
	send_to(kube, &seen, "/");
	fake_turn_until(loop, &seen.done);
	is_int(seen.error.code, ERROR_NETWORK, "a later failure may heal");
	is_str(kube_login_trouble(kube),
		"login expired: the credential plugin sh failed with exit code 1: expired",
		"banner");
	kube_free(kube);
	free(fake_api_end(&api));
}

static void write_token(const char *path, const char *token)
{
	FILE *file = fopen(path, "w");

	fprintf(file, "%s\n", token);
	fclose(file);
}

static void test_token_file(void)
{
	static const struct fake_route routes[] = {
		{ .request = "GET /a", .status = 401, .needs = "Bearer one" },
		{ .request = "GET /a", .status = 200, .body = "good", .needs = "Bearer two" },
		{ .request = "GET /b", .status = 401, .body = "", .sticky = true }, { 0 }
	};
	struct fake_api api = fake_api_start(routes);
	char dir[] = "/tmp/ksettle-client-XXXXXX";
	struct kube_config config = { .token = xstrdup("one") };
	struct kube *kube;
	struct seen seen = { 0 };
	char *log;

	if (!mkdtemp(dir))
		exit(99);
	config.token_file = xasprintf("%s/t", dir);
	write_token(config.token_file, "two");
	kube = fake_api_client(&api, loop, &config);
	send_to(kube, &seen, "/a");
	fake_turn_until(loop, &seen.done);
	is_str(seen.body, "good", "after a 401 the token file is read again");
	seen = (struct seen){ 0 };
	send_to(kube, &seen, "/b");
	fake_turn_until(loop, &seen.done);
	is_int(seen.error.code, ERROR_UNAUTHORIZED, "the same token is not tried twice");
	remove(kube_config(kube)->token_file);
	remove(dir);
	kube_free(kube);
	log = fake_api_end(&api);
	is_int(fake_count(log, "GET /b"), 1, "once");
	free(log);
}

static void test_lost_connection(void)
{
	static const struct fake_route routes[] = {
		{ .request = "GET /first", .status = 200, .body = "{}" },
		{ .request = "GET /a", .status = 0 },
		{ .request = "GET /a", .status = 200, .body = "good" },
		{ .request = "PATCH /a", .status = 0, .sticky = true },
		{ .request = "GET /b", .status = 0, .sticky = true }, { 0 }
	};
	struct fake_api api = fake_api_start(routes);
	struct kube_config config = { 0 };
	struct kube *kube = fake_api_client(&api, loop, &config);
	struct seen seen[4] = { 0 };
	char *log;

	send_to(kube, &seen[0], "/first");
	fake_turn_until(loop, &seen[0].done);
	send_to(kube, &seen[1], "/a");
	fake_turn_until(loop, &seen[1].done);
	is_str(seen[1].body, "good", "a GET is repeated once");
	send_to(kube, &seen[2], "/b");
	fake_turn_until(loop, &seen[2].done);
	is_int(seen[2].error.code, ERROR_NETWORK, "but not for ever");
	kube_send(kube,
		&(struct kube_request){ .method = "PATCH",
			.path = "/a",
			.body = "x",
			.body_len = 1,
			.what = "patch",
			.done = on_done,
			.arg = &seen[3] });
	fake_turn_until(loop, &seen[3].done);
	is_int(seen[3].error.code, ERROR_NETWORK, "a write is not repeated");
	kube_free(kube);
	log = fake_api_end(&api);
	is_int(fake_count(log, "PATCH /a"), 1, "it was sent once");
	free(log);
}

static void test_cancel(void)
{
	static const struct fake_route routes[] = {
		{ .request = "GET /", .status = 200, .sticky = true }, { 0 }
	};
	struct fake_api api = fake_api_start(routes);
	struct kube_config config = { .exec = make_plugin("sleep 100") };
	struct kube *kube = fake_api_client(&api, loop, &config);
	struct seen seen[2] = { 0 };
	struct error err = { 0 };

	kube_cancel(send_to(kube, &seen[0], "/"));
	send_to(kube, &seen[1], "/");
	loop_turn(loop, 0, &err);
	kube_free(kube);
	loop_turn(loop, 0, &err);
	ok(!seen[0].done && !seen[0].dropped, "a cancelled call says nothing");
	ok(!seen[1].done && seen[1].dropped, "freeing the client drops the rest");
	kube_cancel(NULL);
	kube_free(NULL);
	free(fake_api_end(&api));
}

struct freeing {
	struct kube *kube;
	bool done;
};

static void free_client(void *arg, const struct kube_answer *answer)
{
	struct freeing *freeing = arg;

	kube_free(freeing->kube);
	freeing->done = answer->status == 200 || answer->error.code == ERROR_CONFIG;
}

/* From the callback of an answer, and from that of a call that could not be sent. */
static void test_free_in_callback(void)
{
	static const struct fake_route routes[] = {
		{ .request = "GET /", .status = 200, .sticky = true }, { 0 }
	};
	struct fake_api api = fake_api_start(routes);

	for (int i = 0; i < 2; i++) {
		struct kube_config config = { .exec = i ? make_plugin("echo no") : NULL };
		struct freeing freeing = { .kube = fake_api_client(&api, loop, &config) };
		struct kube_request request = {
			.path = "/", .what = "ask", .done = free_client, .arg = &freeing
		};
		struct seen seen = { 0 };

		kube_send(freeing.kube, &request);
		send_to(freeing.kube, &seen, "/");
		fake_turn_until(loop, &freeing.done);
		ok(!seen.done || !seen.dropped, "freed inside a callback");
	}
	free(fake_api_end(&api));
}

static void test_escape(void)
{
	struct buf out;

	buf_init(&out, 0);
	kube_escape(&out, "a-b_c.d~/?&=%\x80 ");
	is_str(buf_str(&out), "a-b_c.d~%2F%3F%26%3D%25%80%20", "percent-encoding");
	buf_release(&out);
}

int main(void)
{
	struct error err = { 0 };

	loop = loop_new(&err);
	if (!loop)
		return 99;
	test_headers();
	test_refused_token();
	test_plugin();
	test_refused_plugin();
	test_refused_then_failed();
	test_bad_plugins();
	test_missing_plugin();
	test_expiry();
	test_token_file();
	test_lost_connection();
	test_cancel();
	test_free_in_callback();
	test_escape();
	loop_free(loop);
	return tap_done();
}
