/* SPDX-License-Identifier: Apache-2.0 */
/* ksettle import FILE: an Octopus deployment process as a plan. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "cmd/command.h"
#include "cmd/plan_files.h"
#include "cmd/session.h"
#include "import/import.h"
#include "import/octopus.h"

#define PROCESS_MAX ((size_t)4 << 20)

static bool read_process(struct import *import, const char *file, struct error *err)
{
	const char *name = strcmp(file, "-") == 0 ? "standard input" : file;
	struct buf text;
	bool good;

	buf_init(&text, PROCESS_MAX);
	good = file_read(file, &text, err) &&
		octopus_import(import, buf_str(&text), text.len, name, err);
	buf_release(&text);
	return good;
}

/* How many things were left out. */
static size_t say_remarks(const struct import *import, const char *file)
{
	size_t left_out = 0;

	for (size_t i = 0; i < import->remarks.n; i++) {
		const struct remark *r = &import->remarks.items[i];

		fprintf(stderr, "%s:%d:%d: %s: %s\n", file, r->line, r->column,
			r->left_out ? "left out" : "note", r->text);
		left_out += r->left_out;
	}
	return left_out;
}

static void print_plan(const struct import *import)
{
	fwrite(buf_str(&import->plan), 1, import->plan.len, stdout);
}

static bool write_import(const struct args *args, const struct import *import, struct error *err)
{
	if (args->plan_file)
		return plan_files_write(import, args->plan_file, args->force, err);
	if (import->nfiles)
		return error_set(err, ERROR_USAGE,
			"%s: it holds YAML of its own, which goes into files beside the plan: say where with -o FOLDER/plan.yaml",
			args->rest.items[0]);
	print_plan(import);
	return true;
}

static int run(const struct args *args)
{
	struct import import = { 0 };
	struct error err = { 0 };
	const char *file = args->rest.n == 1 ? args->rest.items[0] : NULL;
	const char *name = file && strcmp(file, "-") == 0 ? "standard input" : file;
	size_t left_out = 0;

	if (!file) {
		fprintf(stderr,
			"ksettle: import takes one file, a deployment process in OCL; see '%s import --help'\n",
			program_name());
		return 2;
	}
	if (!read_process(&import, file, &err) || !write_import(args, &import, &err)) {
		/* Where nothing is left of it, each thing is said why. */
		if (!import.steps)
			say_remarks(&import, name);
		fprintf(stderr, "ksettle: %s\n", err.text);
		import_release(&import);
		return 2;
	}
	left_out = say_remarks(&import, name);
	if (left_out)
		fprintf(stderr,
			"ksettle: %zu thing%s could not be carried over; each stands in the plan as a comment, too\n",
			left_out, left_out == 1 ? "" : "s");
	import_release(&import);
	return left_out > 0;
}

const struct command command_import = {
	.name = "import",
	.usage = "import FILE [-o PLAN]",
	.summary = "a plan from an Octopus deployment process (OCL)",
	.example = "import .octopus/deployment_process.ocl -o plan.yaml",
	.bit = FOR_IMPORT,
	.run = run,
};
