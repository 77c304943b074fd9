/* SPDX-License-Identifier: Apache-2.0 */
/* ksettle watch -f FILE…: verify what something else deployed; applies nothing. */
#include <stdio.h>

#include "base/error.h"
#include "cmd/command.h"
#include "cmd/session.h"

static int run(const struct args *args)
{
	struct errors errs = { 0 };
	struct plan plan;

	if (args->rest.n || !args->files.n) {
		fprintf(stderr,
			"ksettle: watch takes its objects from -f FILE (TYPE/NAME and selectors follow in a later version); "
			"see '%s watch --help'\n",
			program_name());
		return 2;
	}
	return session_run_read(args,
		plan_of_files(&plan, "watch", STEP_WATCH, args->files.items, &args->verify, &errs),
		&plan, &errs);
}

const struct command command_watch = {
	.name = "watch",
	.usage = "watch -f FILE... [flags]",
	.summary = "watch objects settle; applies nothing",
	.example = "watch -f k8s/ --timeout none",
	.bit = FOR_WATCH,
	.run = run,
};
