/* SPDX-License-Identifier: Apache-2.0 */
/* ksettle status -f FILE|-: one judgement of the objects in a file; needs no cluster. */
#include <stdio.h>

#include "base/clock.h"
#include "base/error.h"
#include "cmd/command.h"
#include "cmd/session.h"
#include "cmd/status.h"
#include "rules/data.h"
#include "track/once.h"

static int exit_code(const struct once_row *rows, size_t n)
{
	int code = 0;

	for (size_t i = 0; i < n; i++) {
		if (rows[i].status == STATUS_ERROR)
			return 1;
		if (rows[i].status == STATUS_IN_PROGRESS)
			code = 3;
	}
	return code;
}

static int judge_and_print(struct once *once, enum output_kind output)
{
	const struct once_row *rows;
	size_t n;

	once_judge(once, clock_wall_ms(), 0);
	rows = once_rows(once, &n);
	if (output == OUTPUT_JSON)
		status_print_json(rows, n);
	else
		status_print_table(rows, n);
	return exit_code(rows, n);
}

static int run(const struct args *args)
{
	struct errors errs = { 0 };
	struct once *once;
	int code = 2;

	if (args->rest.n || !args->files.n) {
		fprintf(stderr,
			"ksettle: status takes its objects from -f FILE or -f - (the cluster's own follow in a later version); "
			"see '%s status --help'\n",
			program_name());
		return 2;
	}
	if (args->output != OUTPUT_AUTO && args->output != OUTPUT_TABLE &&
		args->output != OUTPUT_JSON) {
		fprintf(stderr, "ksettle: status: --output takes table or json\n");
		return 2;
	}
	if (!session_load_rules())
		return 2;
	once = once_new(args->verify.values.wait_for_jobs);
	if (status_read_files(once, args, &errs))
		code = judge_and_print(once, args->output);
	session_complain(&errs);
	errors_release(&errs);
	once_free(once);
	rules_forget();
	return code;
}

const struct command command_status = {
	.name = "status",
	.usage = "status -f FILE|- [flags]",
	.summary = "judge the objects in a file once; needs no cluster",
	.example = "status -f objects.json -o json",
	.bit = FOR_STATUS,
	.run = run,
};
