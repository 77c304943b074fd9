/* SPDX-License-Identifier: Apache-2.0 */
/* ksettle status: one judgement of objects, of a file's (needs no cluster) or of the cluster's. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/error.h"
#include "cmd/command.h"
#include "cmd/session.h"
#include "cmd/status.h"
#include "cmd/wanted.h"
#include "manifest/manifest.h"
#include "plan/kustomize_build.h"
#include "plan/selection.h"
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

static int print(const struct once *once, enum output_kind output)
{
	const struct once_row *rows;
	size_t n;

	rows = once_rows(once, &n);
	if (output == OUTPUT_JSON)
		status_print_json(rows, n);
	else
		status_print_table(rows, n);
	return exit_code(rows, n);
}

static int of_files(const struct args *args, struct once *once, struct errors *errs)
{
	if (!status_read_files(once, args, errs))
		return 2;
	once_judge(once, clock_wall_ms(), 0);
	return print(once, args->output);
}

/* What could be read is printed, whatever could not. Nothing at all is not what anybody waits for.
 */
static int of_cluster(const struct args *args, struct once *once,
	const struct status_source *source, struct errors *errs)
{
	char *nothing;
	int refused = status_read_cluster(once, source, &nothing, errs), code;
	size_t n;

	once_rows(once, &n);
	if (nothing) {
		errors_add(errs, ERROR_NOT_FOUND, "%s", nothing);
		free(nothing);
		if (args->output == OUTPUT_JSON)
			print(once, args->output);
		return 3;
	}
	code = n || !refused ? print(once, args->output) : 0;
	return refused ? refused : code;
}

static int of_words(const struct args *args, struct once *once, struct errors *errs)
{
	struct selection selection;
	struct status_source source = { .args = args, .selection = &selection };
	struct error err = { 0 };
	int code = 2;

	if (!wanted_selection(args, &selection, &err)) {
		errors_add_error(errs, &err);
		return 2;
	}
	if (selection.nreleases)
		errors_add(errs, ERROR_USAGE,
			"helm:%s: status takes no releases; '%s watch helm:%s' follows one",
			selection.releases[0], program_name(), selection.releases[0]);
	else
		code = of_cluster(args, once, &source, errs);
	selection_release(&selection);
	return code;
}

static int of_kustomization(const struct args *args, struct once *once, struct errors *errs)
{
	struct manifests list = { 0 };
	struct status_source source = { .args = args, .manifests = &list };
	struct kustomize k = { .path = args->kustomize };
	struct kustomize_words words = { 0 };
	int code = 2;

	if (kustomize_load(&list, &k, &words, errs) && wanted_filter(args, &list, errs))
		code = of_cluster(args, once, &source, errs);
	kustomize_words_release(&words);
	manifests_release(&list);
	return code;
}

static bool check(const struct args *args, struct error *err)
{
	if (args->output != OUTPUT_AUTO && args->output != OUTPUT_TABLE &&
		args->output != OUTPUT_JSON)
		return error_set(err, ERROR_USAGE, "status: --output takes table or json");
	if (!wanted_check(args, "status", err))
		return false;
	if (args->files.n && args->cluster_flag)
		return error_set(err, ERROR_USAGE,
			"status -f judges what the files say and asks no cluster: --%s has no meaning there",
			args->cluster_flag);
	return true;
}

static int run(const struct args *args)
{
	struct errors errs = { 0 };
	struct error err = { 0 };
	struct once *once;
	int code;

	if (!check(args, &err)) {
		fprintf(stderr, "ksettle: %s; see '%s status --help'\n", err.text, program_name());
		return 2;
	}
	if (!session_load_rules())
		return 2;
	once = once_new(args->verify.values.wait_for_jobs);
	if (args->files.n)
		code = of_files(args, once, &errs);
	else if (args->kustomize)
		code = of_kustomization(args, once, &errs);
	else
		code = of_words(args, once, &errs);
	session_complain(&errs);
	errors_release(&errs);
	once_free(once);
	rules_forget();
	return code;
}

const struct command command_status = {
	.name = "status",
	.usage = "status -f FILE|TYPE/NAME...",
	.summary = "judge objects of a file or the cluster once",
	.example = "status deploy,sts -l app=web -n shop -o json",
	.bit = FOR_STATUS,
	.run = run,
};
