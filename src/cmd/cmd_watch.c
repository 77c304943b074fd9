/* SPDX-License-Identifier: Apache-2.0 */
/* ksettle watch: verify what something else deployed; applies nothing. */
#include <stdio.h>

#include "base/buf.h"
#include "base/error.h"
#include "cmd/command.h"
#include "cmd/session.h"
#include "cmd/wanted.h"
#include "plan/selection.h"

/* The run's title. */
static void write_words(struct buf *out, const struct args *args)
{
	for (size_t i = 0; i < args->rest.n; i++)
		buf_printf(out, "%s%s", out->len ? " " : "", args->rest.items[i]);
	if (args->labels)
		buf_printf(out, " -l %s", args->labels);
	if (args->fields)
		buf_printf(out, " --field-selector %s", args->fields);
	if (args->all_namespaces)
		buf_addstr(out, " -A");
}

static bool make_plan(const struct args *args, struct plan *plan, struct errors *errs)
{
	struct watch_wish wish = {
		.files = args->files.items,
		.nfiles = args->files.n,
		.deep = args->recursive,
		.kustomize = args->kustomize,
		.labels = args->labels,
	};
	struct selection selection = { 0 };
	struct error err = { 0 };
	struct buf words = { 0 };
	bool good;

	if (!args->files.n && !args->kustomize) {
		if (!wanted_selection(args, &selection, &err))
			return errors_add_error(errs, &err);
		wish.selection = &selection;
		write_words(&words, args);
		wish.words = buf_str(&words);
	}
	good = plan_of_watch(plan, &wish, &args->verify, errs);
	selection_release(&selection);
	buf_release(&words);
	return good;
}

static int run(const struct args *args)
{
	struct errors errs = { 0 };
	struct error err = { 0 };
	struct plan plan;
	bool made;

	if (!wanted_check(args, "watch", &err)) {
		fprintf(stderr, "ksettle: %s; see '%s watch --help'\n", err.text, program_name());
		return 2;
	}
	made = make_plan(args, &plan, &errs);
	return session_run_read(args, made, &plan, &errs);
}

const struct command command_watch = {
	.name = "watch",
	.usage = "watch -f FILE|TYPE/NAME...",
	.summary = "watch objects settle; applies nothing",
	.example = "watch deploy,sts -l app=web -n shop --timeout 5m",
	.bit = FOR_WATCH,
	.run = run,
};
