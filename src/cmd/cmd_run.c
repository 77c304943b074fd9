/* SPDX-License-Identifier: Apache-2.0 */
/* ksettle run PLAN: apply each step, verify it, end with a snapshot. */
#include <stdio.h>

#include "base/error.h"
#include "cmd/check.h"
#include "cmd/command.h"
#include "cmd/session.h"

static int run(const struct args *args)
{
	struct errors errs = { 0 };
	struct plan plan;
	bool read;
	int code;

	if (args->rest.n != 1) {
		fprintf(stderr, "ksettle: run takes one plan file; see '%s run --help'\n",
			program_name());
		return 2;
	}
	if (args->offline && !args->check) {
		fprintf(stderr, "ksettle: --offline goes with --check\n");
		return 2;
	}
	read = plan_load(&plan, args->rest.items[0], &args->verify, args->set.items, &errs);
	if (!args->check || !read)
		return session_run_read(args, read, &plan, &errs);
	code = check_run(args, &plan);
	plan_release(&plan);
	return code;
}

const struct command command_run = {
	.name = "run",
	.usage = "run PLAN [flags]",
	.summary = "apply each step of a plan, verify it, end with a snapshot",
	.example = "run plan.yaml --timeout 5m --snapshot out.json",
	.bit = FOR_RUN,
	.run = run,
};
