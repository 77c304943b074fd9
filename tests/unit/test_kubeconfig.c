/* SPDX-License-Identifier: Apache-2.0 */
/* Runs tests/kubeconfig/cases.txt: files and flags in, fields or the exact message out. */
#include "kube/kubeconfig.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "kube/kubeconfig_write.h"
#include "tests/unit/tap.h"

#define GROUPS_MAX 8

struct test_case {
	char *title;
	struct kube_flags flags;
	const char *groups[GROUPS_MAX + 1];
	size_t ngroups;
	char *options; /* the text that flags point into */
	char *error;   /* wanted, or NULL */
	struct buf fields;
	FILE *file; /* being written */
};

static struct kube_config config;
static char scratch[] = "/tmp/ksettle-kubeconfig-XXXXXX";

static char *join(char **list)
{
	struct buf out;

	buf_init(&out, 0);
	for (; list && *list; list++)
		buf_printf(&out, "%s%s", out.len ? "," : "", *list);
	return buf_take(&out);
}

/* The value of a field by the name that cases use; to free(). Blanks become '_' and ends are
 * trimmed. */
static char *field(const char *name)
{
	const struct kube_exec *exec = config.exec;
	const struct {
		const char *name, *value;
	} strings[] = {
		{ "context", config.context },
		{ "cluster", config.cluster },
		{ "user", config.user },
		{ "ns", config.ns },
		{ "server", config.server },
		{ "ca", config.ca_pem },
		{ "cert", config.cert_pem },
		{ "key", config.key_pem },
		{ "token", config.token },
		{ "token_file", config.token_file },
		{ "tls", config.tls_server_name },
		{ "as", config.impersonate_user },
		{ "insecure", config.insecure ? "1" : "0" },
		{ "explicit", config.ns_explicit ? "1" : "0" },
		{ "exec", exec ? exec->command : NULL },
		{ "mode", exec ? exec->interactive_mode : NULL },
		{ "config", exec ? exec->cluster_config : NULL },
	};
	char *value = NULL;

	if (strcmp(name, "groups") == 0)
		return join(config.impersonate_groups);
	if (exec && strcmp(name, "args") == 0)
		return join(exec->args);
	if (exec && strcmp(name, "env") == 0)
		return join(exec->env);
	for (size_t i = 0; i < ARRAY_LEN(strings); i++)
		if (strcmp(strings[i].name, name) == 0)
			value = xstrdup(strings[i].value ? strings[i].value : "");
	for (char *c = value; c && *c; c++)
		if (*c == '\n')
			*c = '\0';
		else if (*c == ' ')
			*c = '_';
	return value ? value : xstrdup("(no such field)");
}

static void check_fields(struct test_case *test)
{
	char *save = NULL;

	for (char *word = strtok_r(test->fields.data, " ", &save); word;
		word = strtok_r(NULL, " ", &save)) {
		char *equals = strchr(word, '='), *got, *label;

		*equals = '\0';
		got = field(word);
		label = xasprintf("%s: %s", test->title, word);
		is_str(got, equals + 1, label);
		free(label);
		free(got);
	}
}

/* What is written for another program says the same; paths of it are whole. */
static void check_written(const struct test_case *test)
{
	static const char *const names[] = { "ns", "server", "ca", "cert", "key", "token", "token_file", "tls", "as", "groups",
		"insecure", "exec", "args", "env", "mode", "config" };
	struct kube_flags flags = { .kubeconfig = "written/kubeconfig" };
	char *before[ARRAY_LEN(names)], *folder = getcwd(NULL, 0);
	json_t *written = kubeconfig_write(&config);
	struct error err = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		before[i] = field(names[i]);
	kube_config_release(&config);
	mkdir("written", 0700);
	json_dump_file(written, flags.kubeconfig, 0);
	if (!ok(kube_config_load(&config, &flags, &err), test->title))
		printf("# written anew: %s\n", err.text);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		bool path = strcmp(names[i], "token_file") == 0 || (strcmp(names[i], "exec") == 0 && strchr(before[i], '/'));
		char *after = field(names[i]), *want = path && *before[i] && *before[i] != '/'
			? xasprintf("%s/%s", folder, before[i]) : xstrdup(before[i]);

		if (strcmp(after, want) != 0)
			is_str(after, want, names[i]);
		free(before[i]);
		free(after);
		free(want);
	}
	json_decref(written);
	free(folder);
}

static void run_case(struct test_case *test)
{
	struct error err = { 0 };
	bool loaded;

	if (!test->title)
		return;
	test->flags.as_groups = test->ngroups ? test->groups : NULL;
	loaded = kube_config_load(&config, &test->flags, &err);
	if (test->error) {
		is_str(loaded ? "loaded" : err.text, test->error, test->title);
		is_int(err.code, ERROR_CONFIG, test->title);
	} else if (!ok(loaded, test->title)) {
		printf("# %s\n", err.text);
	} else {
		check_fields(test);
		check_written(test);
	}
	if (loaded)
		kube_config_release(&config);
}

static void end_case(struct test_case *test)
{
	if (test->file)
		fclose(test->file);
	run_case(test);
	free(test->title);
	free(test->error);
	free(test->options);
	buf_release(&test->fields);
	*test = (struct test_case){ 0 };
}

/* Every case has a folder of its own, which is the current one while it runs. */
static void begin_case(struct test_case *test, const char *title)
{
	static int count;
	char *name;

	if (!count && !mkdtemp(scratch))
		exit(99);
	name = xasprintf("%s/%d", scratch, ++count);
	if (mkdir(name, 0700) != 0 || chdir(name) != 0)
		exit(99);
	free(name);
	unsetenv("KUBECONFIG");
	unsetenv("HOME");
	unsetenv("KUBERNETES_SERVICE_HOST");
	unsetenv("KUBERNETES_SERVICE_PORT");
	unsetenv("POD_NAMESPACE");
	test->title = xstrdup(title);
}

static void set_option(struct test_case *test, char *word)
{
	struct kube_flags *flags = &test->flags;
	const struct {
		const char *name;
		const char **value;
	} known[] = {
		{ "--kubeconfig", &flags->kubeconfig },
		{ "--context", &flags->context },
		{ "--cluster", &flags->cluster },
		{ "--user", &flags->user },
		{ "--namespace", &flags->ns },
		{ "--server", &flags->server },
		{ "--token", &flags->token },
		{ "--certificate-authority", &flags->certificate_authority },
		{ "--client-certificate", &flags->client_certificate },
		{ "--client-key", &flags->client_key },
		{ "--tls-server-name", &flags->tls_server_name },
		{ "--as", &flags->as },
		{ "--service-account", &flags->service_account }, /* no flag of ours: a folder */
	};
	char *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : strlen(word);

	if (strcmp(word, "--insecure-skip-tls-verify") == 0) {
		flags->insecure_skip_tls_verify = true;
	} else if (strncmp(word, "--as-group=", 11) == 0) {
		if (test->ngroups < GROUPS_MAX)
			test->groups[test->ngroups++] = equals + 1;
	} else if (*word != '-') {
		*equals = '\0';
		setenv(word, equals + 1, 1);
	}
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strlen(known[i].name) == len && memcmp(known[i].name, word, len) == 0)
			*known[i].value = equals + 1;
}

static void open_file(struct test_case *test, char *path)
{
	char *slash;

	for (slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	if (test->file)
		fclose(test->file);
	test->file = fopen(path, "w");
	if (!test->file)
		exit(99);
}

static void read_line(struct test_case *test, char *line)
{
	char *save = NULL;

	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "== ", 3) == 0) {
		end_case(test);
		begin_case(test, line + 3);
	} else if (*line == '\t') {
		fprintf(test->file, "%s\n", line + 1);
	} else if (strncmp(line, "file ", 5) == 0) {
		open_file(test, line + 5);
	} else if (strncmp(line, "=> error ", 9) == 0) {
		test->error = xstrdup(line + 9);
	} else if (strncmp(line, "=> ", 3) == 0) {
		buf_printf(&test->fields, "%s ", line + 3);
	} else if (strncmp(line, "$ ", 2) == 0) {
		test->options = xstrdup(line + 2);
		for (char *word = strtok_r(test->options, " ", &save); word;
			word = strtok_r(NULL, " ", &save))
			set_option(test, word);
	}
}

static int remove_one(const char *path, const struct stat *info UNUSED, int type UNUSED, struct FTW *walk UNUSED)
{
	return remove(path);
}

int main(void)
{
	const char *srcdir = getenv("srcdir");
	char *path = xasprintf("%s/tests/kubeconfig/cases.txt", srcdir ? srcdir : "."),
	     *line = NULL;
	FILE *cases = fopen(path, "r");
	struct test_case test = { 0 };
	size_t cap = 0;

	free(path);
	if (!cases)
		return 99;
	while (getline(&line, &cap, cases) > 0)
		read_line(&test, line);
	end_case(&test);
	free(line);
	fclose(cases);
	nftw(scratch, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return tap_done();
}
