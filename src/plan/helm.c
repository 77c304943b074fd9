/* SPDX-License-Identifier: Apache-2.0 */
/* Which helm there is. */
#include "plan/helm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/process.h"
#include "base/process_run.h"
#include "base/text.h"
#include "base/xalloc.h"

#define VERSION_MS 20000

/* The first that knows --wait-for-jobs. */
#define OLDEST_MAJOR 3
#define OLDEST_MINOR 5

static void free_list(char **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

void helm_release_free(struct helm_release *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->nsets; i++) {
		free(r->sets[i].key);
		if (r->sets[i].value)
			explicit_bzero(r->sets[i].value, strlen(r->sets[i].value));
		free(r->sets[i].value);
	}
	free(r->sets);
	free_list(r->values, r->nvalues);
	free_list(r->args, r->nargs);
	free(r->name);
	free(r->version);
	free(r->repo);
	free(r->chart);
	free(r);
}

void helm_tool_release(struct helm_tool *tool)
{
	free(tool->program);
	free(tool->version);
	*tool = (struct helm_tool){ 0 };
}

struct asked {
	struct helm_tool *tool;
	struct error *err;
	bool good;
};

static void on_version(void *arg, const struct process_result *result)
{
	struct asked *a = arg;
	struct helm_tool *tool = a->tool;

	if (result->timed_out) {
		error_set(a->err, ERROR_CONFIG, "%s version did not end within 20s", tool->program);
		return;
	}
	if (result->exit_code != 0 ||
		sscanf(result->out, "v%d.%d", &tool->major, &tool->minor) != 2) {
		error_set(a->err, ERROR_CONFIG, "%s does not tell its version: is it helm?",
			tool->program);
		return;
	}
	tool->version = text_display(result->out, strcspn(result->out, " \r\n"), TEXT_LINE);
	a->good = tool->major > OLDEST_MAJOR ||
		(tool->major == OLDEST_MAJOR && tool->minor >= OLDEST_MINOR) ||
		error_set(a->err, ERROR_CONFIG,
			"%s is %s, which is too old: v%d.%d or newer is needed",
			tool->program, tool->version, OLDEST_MAJOR, OLDEST_MINOR);
}

bool helm_tool_find(struct helm_tool *tool, struct error *err)
{
	const char *own = getenv("KSETTLE_HELM"), *name = own && *own ? own : "helm";
	const char *argv[] = { name, "version", "--template", "{{.Version}}", NULL };
	struct process_spec spec = { .argv = argv, .timeout_ms = VERSION_MS };
	struct asked asked = { tool, err, false };
	char *path = process_find(name);

	*tool = (struct helm_tool){ .program = xstrdup(name) };
	if (path && access(path, X_OK) == 0)
		process_run(&spec, on_version, &asked, err);
	else if (own && *own)
		error_set(err, ERROR_CONFIG, "KSETTLE_HELM names %s, which is not there", name);
	else
		error_set(err, ERROR_CONFIG,
			"helm is not on PATH; install it, or name it in KSETTLE_HELM");
	free(path);
	if (!asked.good)
		helm_tool_release(tool);
	return asked.good;
}
