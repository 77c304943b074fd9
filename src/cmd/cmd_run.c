/* SPDX-License-Identifier: Apache-2.0 */
/* ksettle run PLAN: apply each step, verify it, end with a snapshot. */
#include <stdio.h>

#include "base/error.h"
#include "cmd/command.h"
#include "cmd/session.h"

static int run(const struct args *args)
{
	struct errors errs = { 0 };
	struct plan plan;

	if (args->rest.n != 1) {
		fprintf(stderr, "ksettle: run takes one plan file; see '%s run --help'\n",
			program_name());
		return 2;
	}
	return session_run_read(
		args,
		plan_load(&plan, args->rest.items[0], &args->verify, args->set.items, &errs), &plan,
		&errs);
}

const struct command command_run = {
	.name = "run",
	.usage = "run PLAN [flags]",
	.summary = "apply each step of a plan, verify it, end with a snapshot",
	.example = "run plan.yaml --timeout 5m --snapshot out.json",
	.bit = FOR_RUN,
	.run = run,
};
