/* SPDX-License-Identifier: Apache-2.0 */
/* ksettle: the list of commands. */
#include <fcntl.h>
#include <jansson.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/error.h"
#include "base/nearest.h"
#include "base/xalloc.h"
#include "cmd/command.h"

static const struct command *const commands[] = {
	&command_run, &command_watch, &command_status, &command_show, &command_demo,
	&command_import, &command_init, &command_sim,
};

static bool as_plugin;

const char *program_name(void)
{
	return as_plugin ? "kubectl settle" : "ksettle";
}

static void print_usage(FILE *out)
{
	fprintf(out,
		"ksettle deploys a plan to Kubernetes, or watches what something else deployed, and says when\n"
		"every object has settled at its desired state, or why it has not.\n\n");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (commands[i]->summary)
			fprintf(out, "  %s %-28s %s\n", program_name(), commands[i]->usage,
				commands[i]->summary);
	fprintf(out, "  %s %-28s %s\n\nFlags of a command: %s COMMAND --help\n", program_name(),
		"version", "print the version", program_name());
}

static void print_command(const struct command *c)
{
	printf("%s\n\nusage: %s %s\n", c->summary ? c->summary : c->name, program_name(), c->usage);
	if (c->example)
		printf("for example: %s %s\n", program_name(), c->example);
	printf("\n");
	args_help(stdout, c->bit);
}

static int unknown_command(const char *name)
{
	const char *names[ARRAY_LEN(commands) + 1] = { NULL }, *near;

	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		names[i] = commands[i]->name;
	near = nearest_word(name, names);
	fprintf(stderr, "ksettle: unknown command '%s'%s%s%s; see '%s --help'\n", name,
		near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "", program_name());
	return 2;
}

static int run_command(const struct command *c, int argc, char **argv)
{
	struct error err = { 0 };
	struct args args;
	int code;

	if (c->raw)
		return c->raw(argc + 1, argv - 1);
	if (!args_parse(&args, argc, argv, c->bit, &err)) {
		fprintf(stderr, "ksettle: %s; see '%s %s --help'\n", err.text, program_name(),
			c->name);
		return 2;
	}
	if (args.help) {
		print_command(c);
		code = 0;
	} else {
		code = c->run(&args);
	}
	args_release(&args);
	return code;
}

/* Secrets pass through this process: no core file; and 0, 1 and 2 are taken, so that no file of
 * ours becomes one of them. */
static void prepare_process(void)
{
	struct rlimit none = { 0, 0 };
	int fd;

	setrlimit(RLIMIT_CORE, &none);
	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C");
	json_set_alloc_funcs(xmalloc, free);
}

int main(int argc, char **argv)
{
	const char *base = argc ? strrchr(argv[0], '/') : NULL;
	const char *name = argc > 1 ? argv[1] : "--help";

	prepare_process();
	base = base ? base + 1 : argc ? argv[0] : "";
	as_plugin = strncmp(base, "kubectl-", 8) == 0;
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
		print_usage(stdout);
		return 0;
	}
	if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0) {
		printf("ksettle %s\n", PACKAGE_VERSION);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return run_command(commands[i], argc - 2, argv + 2);
	return unknown_command(name);
}
