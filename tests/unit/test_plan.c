/* SPDX-License-Identifier: Apache-2.0 */
/* Plans: what each step comes to, and every mistake with its place. tests/plan/NAME.yaml is read with the flags of its first
 * line ("# flags: timeout=5s jobs"), NAME.yaml.want is what must come of it. UPDATE_GOLDEN=1 writes it. */
#include "plan/plan.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/xalloc.h"
#include "plan/helm_command.h"
#include "tests/unit/tap.h"

static int64_t duration(const char *text)
{
	struct error err = { 0 };
	int64_t ms = 0;

	if (!duration_parse(text, &ms, &err))
		abort();
	return ms;
}

static void read_flag(struct verify_flags *f, const char **set, const char *word)
{
	const char *value = strchr(word, '=') ? strchr(word, '=') + 1 : "";

	if (strncmp(word, "set:", 4) == 0) {
		while (*set)
			set++;
		*set = word + 4;
	} else if (strncmp(word, "timeout=", 8) == 0) {
		f->timeout_set = true;
		f->values.timeout_ms = duration(value);
	} else if (strncmp(word, "stabilization=", 14) == 0) {
		f->stabilization_set = true;
		f->values.stabilization_ms = duration(value);
	} else if (strncmp(word, "grace=", 6) == 0) {
		f->grace_set = true;
		f->values.grace_ms = duration(value);
	} else if (strncmp(word, "poll=", 5) == 0) {
		f->values.poll_ms = duration(value);
	} else if (strcmp(word, "jobs") == 0) {
		f->wait_for_jobs_set = f->values.wait_for_jobs = true;
	} else {
		f->fail_early_set = fail_early_parse(word, &f->values.fail_early);
	}
}

/* line holds the words of set. */
static struct verify_flags flags_of(const char *text, char line[static 256], const char **set)
{
	struct verify_flags flags = { 0 };
	char *rest = line, *word;

	if (strncmp(text, "# flags: ", 9) != 0)
		return flags;
	snprintf(line, 256, "%.*s", (int)strcspn(text, "\n") - 9, text + 9);
	while ((word = strsep(&rest, " ")) != NULL)
		read_flag(&flags, set, word);
	return flags;
}

static void describe_order(struct buf *out, const struct plan *plan, const struct plan_step *step)
{
	if (step->context)
		buf_printf(out, "  context %s\n", step->context);
	if (step->ns)
		buf_printf(out, "  namespace %s\n", step->ns);
	if (step->has_needs)
		buf_printf(out, "  needs:");
	for (size_t i = 0; i < step->nneeds; i++)
		buf_printf(out, " %s", plan->steps[step->needs[i]].name);
	buf_addstr(out, step->has_needs ? "\n" : "");
	if (step->continue_on_error || step->after_failure)
		buf_printf(out, " %s%s\n", step->continue_on_error ? " continueOnError" : "",
			step->after_failure ? " when: previous-failed" : "");
}

/* The command line that it comes to. */
static void describe_helm(struct buf *out, const struct plan *plan, const struct plan_step *step)
{
	struct helm_call call = { &plan->helm, step->helm, plan->ns, .folder = "/private" };
	struct helm_argv argv = { 0 };

	helm_argv_upgrade(&argv, &call, &step->verify, step->verify.timeout_ms);
	buf_printf(out, "  %s:", step->tool);
	for (size_t i = 1; argv.items[i]; i++)
		buf_printf(out, " %s", argv.items[i]);
	buf_addstr(out, "\n");
	helm_argv_release(&argv);
}

static void describe_step(struct buf *out, const struct plan *plan, const struct plan_step *step)
{
	const struct verify *v = &step->verify;
	char timeout[DURATION_SIZE] = "none", window[DURATION_SIZE], grace[DURATION_SIZE], poll[DURATION_SIZE];

	if (v->timeout_ms >= 0)
		duration_format(v->timeout_ms, timeout);
	duration_format(v->stabilization_ms, window);
	duration_format(v->grace_ms, grace);
	duration_format(v->poll_ms, poll);
	buf_printf(out, "step %d:%d '%s' %s %s timeout %s stabilization %s grace %s poll %s failEarly %s%s%s\n", step->line,
		step->column, step->name, step_type_word(step->type), verify_mode_word(v->mode), timeout, window, grace, poll,
		fail_early_word(v->fail_early), v->wait_for_jobs ? " waitForJobs" : "",
		step->force_conflicts ? " forceConflicts" : "");
	if (step->helm)
		describe_helm(out, plan, step);
	if (step->verify_note)
		buf_printf(out, "  note: %s\n", step->verify_note);
	describe_order(out, plan, step);
	for (size_t i = 0; i < step->manifests.n; i++)
		buf_printf(out, "  %s %s\n", step->manifests.items[i].kind, step->manifests.items[i].name);
}

static void describe(struct buf *out, const struct plan *plan, const struct errors *errs)
{
	if (errs->n == 0)
		buf_printf(out, "plan '%s' context %s namespace %s\n", plan->name, plan->context ? plan->context : "-",
			plan->ns ? plan->ns : "-");
	for (size_t i = 0; errs->n == 0 && i < plan->n; i++)
		describe_step(out, plan, &plan->steps[i]);
	for (size_t i = 0; i < errs->n; i++)
		buf_printf(out, "!! %s\n", errs->items[i].text);
}

static void check_case(const char *name)
{
	char *want_path = xasprintf("%s.want", name);
	struct buf text = { 0 }, got = { 0 }, want = { 0 };
	const char *set[16] = { NULL };
	char line[256];
	struct verify_flags flags;
	struct errors errs = { 0 };
	struct plan plan;

	file_read(name, &text, NULL);
	flags = flags_of(buf_str(&text), line, set);
	ok(plan_load(&plan, name, &flags, set, &errs) == (errs.n == 0), "the result says whether there are mistakes");
	describe(&got, &plan, &errs);
	if (getenv("UPDATE_GOLDEN"))
		file_replace(want_path, buf_str(&got), got.len, NULL);
	file_read(want_path, &want, NULL);
	is_str(buf_str(&got), buf_str(&want), name);
	if (errs.n == 0)
		plan_release(&plan);
	errors_release(&errs);
	buf_release(&text);
	buf_release(&got);
	buf_release(&want);
	free(want_path);
}

static int is_case(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, ".yaml") == 0;
}

static void test_files(void)
{
	static const char *const one[] = { "k8s/one.yaml", "k8s/two.yaml" }, *const none[] = { "empty.txt" };
	const struct watch_wish files = { .files = one, .nfiles = 2 }, empty = { .files = none, .nfiles = 1 };
	struct verify_flags flags = { .timeout_set = true, .values = { .timeout_ms = 20000 } };
	struct errors errs = { 0 };
	struct plan plan;

	ok(plan_of_watch(&plan, &files, &flags, &errs), "a plan of files");
	is_int(plan.steps[0].manifests.n, 3, "all their objects");
	is_int(plan.steps[0].verify.timeout_ms, 20000, "the flags hold");
	plan_release(&plan);
	ok(!plan_of_watch(&plan, &empty, &flags, &errs), "no object is a mistake");
	is_str(errs.items[0].text, "the files hold no object", "which is said");
	errors_release(&errs);
	ok(!plan_load(&plan, "absent.yaml", &flags, NULL, &errs), "an absent plan is a mistake");
	ok(errs.n == 1 && strstr(errs.items[0].text, "absent.yaml"), "which names the file");
	errors_release(&errs);
}

int main(void)
{
	const char *srcdir = getenv("srcdir");
	char *folder = xasprintf("%s/tests/plan", srcdir ? srcdir : ".");
	struct dirent **entries = NULL;
	int n;

	if (chdir(folder) != 0)
		abort();
	setenv("KSETTLE_HELM", "./helm.sh", 1);
	setenv("KSETTLE_TEST_SECRET", "hunter2,hunter2", 1);
	setenv("KSETTLE_TEST_NAME", "shop", 1);
	setenv("KSETTLE_TEST_FOLDER", "./k8s", 1);
	setenv("KSETTLE_TEST_ZERO", "0", 1);
	setenv("KSETTLE_TEST_EMPTY", "", 1);
	unsetenv("KSETTLE_TEST_ABSENT");
	n = scandir(".", &entries, is_case, alphasort);
	ok(n > 0, "there are cases");
	for (int i = 0; i < n; i++) {
		check_case(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	test_files();
	free(folder);
	return tap_done();
}
