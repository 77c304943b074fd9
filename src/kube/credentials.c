/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens and certificates: where they come from, and when they are fetched anew. */
#include "kube/credentials.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/loop.h"
#include "base/process.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "kube/exec_credential.h"
#include "kube/kubeconfig.h"
#include "kube/kubeconfig_parts.h"

#define TOKEN_FILE_MS    60000  /* a rotated token is noticed that late, as with client-go */
#define PLUGIN_MS        60000  /* behind the screen nobody can answer its questions */
#define LOGIN_MS         300000 /* a person with a browser and a phone */
#define RETRY_FIRST_MS   5000
#define RETRY_LAST_MS    30000
#define STDERR_SHOWN_MAX 300

struct credentials {
	struct loop *loop;
	const struct kube_config *config;
	credentials_ready_fn *ready;
	void *arg;
	unsigned generation;
	char *file_token;
	int64_t file_read_ms;
	bool have;
	struct exec_credential plugin;
	struct process *process;
	struct error failure; /* of the latest run; ERROR_NONE after a good one */
	int failures;         /* in a row */
	int64_t retry_at_ms;
	char *trouble;
};

struct credentials *credentials_new(
	struct loop *loop, const struct kube_config *config, credentials_ready_fn *ready, void *arg)
{
	struct credentials *c = xcalloc(1, sizeof(*c));

	*c = (struct credentials){ .loop = loop, .config = config, .ready = ready, .arg = arg };
	c->file_read_ms = config->token ? clock_now_ms() : INT64_MIN / 2;
	return c;
}

void credentials_free(struct credentials *c)
{
	if (!c)
		return;
	process_abandon(c->process);
	exec_credential_release(&c->plugin);
	kubeconfig_secret_free(c->file_token);
	free(c->trouble);
	free(c);
}

/* The last line that says something: what a person would quote. To free(). */
static char *last_line(const char *bytes, size_t len)
{
	char *block = text_display(bytes, len, TEXT_BLOCK), *line, *end = block + strlen(block),
	     *copy;

	while (end > block && (end[-1] == '\n' || end[-1] == ' '))
		*--end = '\0';
	line = strrchr(block, '\n');
	line = line ? line + 1 : block;
	copy = xmalloc(STDERR_SHOWN_MAX);
	text_copy(copy, STDERR_SHOWN_MAX, line);
	free(block);
	return copy;
}

static void note_failure(struct credentials *c, const struct error *failure)
{
	int64_t delay = (int64_t)RETRY_FIRST_MS << (c->failures < 3 ? c->failures : 3);

	c->failures++;
	c->failure = *failure;
	c->retry_at_ms = clock_now_ms() + (delay < RETRY_LAST_MS ? delay : RETRY_LAST_MS);
	if (c->generation == 0)
		return;
	free(c->trouble);
	c->trouble = xasprintf("login expired: %s", failure->text);
}

static void note_success(struct credentials *c, const struct exec_credential *fresh)
{
	exec_credential_release(&c->plugin);
	c->plugin = *fresh;
	c->have = true;
	c->generation++;
	c->failures = 0;
	error_clear(&c->failure);
	free(c->trouble);
	c->trouble = NULL;
}

static bool check_result(
	const struct credentials *c, const struct process_result *result, struct error *err)
{
	const char *command = c->config->exec->command;
	char *said;

	if (result->timed_out)
		return error_set(err, ERROR_UNAUTHORIZED,
			"the credential plugin %s gave no answer in time", command);
	if (result->exit_code == 0 && result->truncated)
		return error_set(err, ERROR_CONFIG,
			"the credential plugin %s printed more than 1 MiB", command);
	if (result->exit_code == 0)
		return true;
	said = last_line(result->err ? result->err : "", result->err_len);
	if (result->exit_code < 0)
		error_set(err, ERROR_UNAUTHORIZED,
			"the credential plugin %s was ended by signal %d", command, result->signal);
	else
		error_set(err, ERROR_UNAUTHORIZED,
			"the credential plugin %s failed with exit code %d%s%s", command,
			result->exit_code, *said ? ": " : "", said);
	free(said);
	return false;
}

static void on_plugin_done(void *arg, const struct process_result *result)
{
	struct credentials *c = arg;
	struct exec_credential fresh = { 0 };
	struct error err = { 0 };

	c->process = NULL;
	if (check_result(c, result, &err)
		&& exec_credential_parse(
			&fresh, c->config->exec, result->out, result->out_len, &err))
		note_success(c, &fresh);
	else
		note_failure(c, &err);
	c->ready(c->arg);
}

/* May the plugin read from the user's terminal? false with a sentence if it must and cannot. */
static bool decide_stdin(
	const struct kube_exec *exec, bool interactive, bool *use, struct error *err)
{
	bool available = interactive && isatty(STDIN_FILENO);

	*use = available && strcmp(exec->interactive_mode, "Never") != 0;
	if (available || strcmp(exec->interactive_mode, "Always") != 0)
		return true;
	return error_set(err, ERROR_UNAUTHORIZED,
		"the credential plugin %s must ask you something (interactiveMode "
		"Always), and there is no terminal for it; log in anew",
		exec->command);
}

static bool start_plugin(struct credentials *c, bool interactive, struct error *err)
{
	const struct kube_exec *exec = c->config->exec;
	struct process_spec spec = { .inherit_stderr = interactive };
	struct error trouble = { 0 };
	const char **argv, **env;
	char *info;
	size_t nargs = 0, nenv = 0;

	if (!decide_stdin(exec, interactive, &spec.inherit_stdin, err))
		return false;
	while (exec->args && exec->args[nargs])
		nargs++;
	while (exec->env && exec->env[nenv])
		nenv++;
	argv = xcalloc(nargs + 2, sizeof(*argv));
	env = xcalloc(nenv + 2, sizeof(*env));
	info = exec_credential_info(c->config, spec.inherit_stdin);
	argv[0] = exec->command;
	for (size_t i = 0; i < nargs; i++)
		argv[i + 1] = exec->args[i];
	for (size_t i = 0; i < nenv; i++)
		env[i] = exec->env[i];
	env[nenv] = info;
	spec.argv = argv;
	spec.env = env;
	/* Who shares our terminal is ended by the user's Ctrl-C. */
	spec.timeout_ms = spec.inherit_stdin ? 0 : interactive ? LOGIN_MS : PLUGIN_MS;
	c->process = process_start(c->loop, &spec, on_plugin_done, c, &trouble);
	free(info);
	free(env);
	free(argv);
	if (c->process)
		return true;
	return error_set(err, ERROR_CONFIG, "the credential plugin %s cannot be started: %s%s%s",
		exec->command, trouble.text, exec->install_hint ? "; " : "",
		exec->install_hint ? exec->install_hint : "");
}

static void read_file_if_due(struct credentials *c)
{
	struct error ignored = { 0 };
	const char *old = credentials_token(c);
	char *token;

	if (clock_now_ms() - c->file_read_ms < TOKEN_FILE_MS)
		return;
	c->file_read_ms = clock_now_ms();
	/* While the file is being replaced, the last good token serves. */
	token = kubeconfig_read_token(c->config->token_file, &ignored);
	if (!token || (old && strcmp(old, token) == 0)) {
		kubeconfig_secret_free(token);
		return;
	}
	kubeconfig_secret_free(c->file_token);
	c->file_token = token;
	c->generation++;
}

enum credentials_state credentials_get(struct credentials *c, struct error *err)
{
	struct error failure = { 0 };

	if (c->config->token_file)
		read_file_if_due(c);
	if (!c->config->exec || (c->have && clock_wall_ms() < c->plugin.expires_ms))
		return CREDENTIALS_GOOD;
	if (c->process)
		return CREDENTIALS_WAIT;
	if (c->failures == 0 || clock_now_ms() >= c->retry_at_ms) {
		if (start_plugin(c, false, &failure))
			return CREDENTIALS_WAIT;
		note_failure(c, &failure);
	}
	/* Once it has worked, a plugin that fails is weather: the user may log in anew
	 * meanwhile. */
	error_set(err, c->generation ? ERROR_NETWORK : c->failure.code, "%s", c->failure.text);
	return CREDENTIALS_FAILED;
}

const char *credentials_token(const struct credentials *c)
{
	if (c->config->exec)
		return c->plugin.token;
	return c->file_token ? c->file_token : c->config->token;
}

bool credentials_certificate(
	const struct credentials *c, const char **cert_pem, const char **key_pem)
{
	if (!c->plugin.cert_pem)
		return false;
	*cert_pem = c->plugin.cert_pem;
	*key_pem = c->plugin.key_pem;
	return true;
}

unsigned credentials_generation(const struct credentials *c)
{
	return c->generation;
}

bool credentials_reject(struct credentials *c, unsigned generation)
{
	if (generation != c->generation)
		return true;
	if (c->config->exec) {
		c->have = false;
		return true;
	}
	if (!c->config->token_file)
		return false;
	c->file_read_ms = INT64_MIN / 2;
	read_file_if_due(c);
	return generation != c->generation;
}

bool credentials_login(struct credentials *c, bool interactive, struct error *err)
{
	if (!c->config->exec || c->have)
		return true;
	if (!c->process && !start_plugin(c, interactive, err))
		return false;
	while (c->process)
		if (!loop_turn(c->loop, -1, err))
			return false;
	if (c->have)
		return true;
	return error_set(err, c->failure.code, "%s", c->failure.text);
}

const char *credentials_trouble(const struct credentials *c)
{
	return c->trouble;
}
