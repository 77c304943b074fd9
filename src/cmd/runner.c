/* SPDX-License-Identifier: Apache-2.0 */
/* Executes a plan: its steps in order, from the first question to run.end. */
#include "cmd/runner.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "cmd/cluster.h"
#include "cmd/preflight.h"
#include "cmd/step_run.h"
#include "record/event.h"
#include "record/journal.h"

struct runner {
	struct runner_spec spec;
	size_t step;              /* the next one; plan->n: none any more */
	struct step_run *open;    /* the one going on: step - 1 */
	bool ended;
	enum verdict verdict;     /* of the first step that did not end well */
	int exit_code;
};

struct runner *runner_new(const struct runner_spec *spec)
{
	struct runner *r = xcalloc(1, sizeof(*r));

	r->spec = *spec;
	return r;
}

void runner_free(struct runner *r)
{
	if (!r)
		return;
	cluster_connect_cancel(r->spec.cluster);
	step_run_free(r->open);
	free(r);
}

static void emit(struct runner *r, json_t *event_take)
{
	recorder_emit(r->spec.recorder, event_take);
}

static void emit_run_start(struct runner *r)
{
	const struct plan *plan = r->spec.plan;
	json_t *steps = json_array();

	for (size_t i = 0; i < plan->n; i++)
		json_array_append_new(steps,
			json_pack("{s:o, s:s}", "name", jx_string(plan->steps[i].name), "type",
				step_type_word(plan->steps[i].type)));
	emit(r, event_run_start(r->spec.run_id, plan->name, PACKAGE_VERSION, (int)getpid(), steps));
}

static void end_run(struct runner *r)
{
	r->ended = true;
	for (size_t i = r->step; i < r->spec.plan->n; i++)
		emit(r,
			event_step_verdict(
				i, VERDICT_SKIPPED, "an earlier step did not succeed", 0));
	if (r->verdict == VERDICT_NONE)
		r->verdict = VERDICT_SUCCEEDED;
	emit(r, event_run_end(r->verdict, r->exit_code));
	r->spec.done(r->spec.arg, r->verdict, r->exit_code);
}

static void step_ended(void *arg, size_t index, enum verdict verdict, int exit_code);

static struct step_run_spec next_step(struct runner *r)
{
	return (struct step_run_spec){
		.loop = r->spec.loop,
		.recorder = r->spec.recorder,
		.cluster = r->spec.cluster,
		.plan = r->spec.plan,
		.index = r->step++,
		.ns = r->spec.ns,
		.done = step_ended,
		.arg = r,
	};
}

static void start_step(struct runner *r)
{
	struct step_run_spec spec = next_step(r);

	r->open = step_run_start(&spec);
}

static void step_ended(void *arg, size_t index, enum verdict verdict, int exit_code)
{
	struct runner *r = arg;

	(void)index;
	step_run_free(r->open);
	r->open = NULL;
	if (verdict != VERDICT_SUCCEEDED && verdict != VERDICT_NOT_VERIFIED) {
		r->verdict = verdict;
		r->exit_code = exit_code;
		end_run(r);
	} else if (r->step < r->spec.plan->n) {
		start_step(r);
	} else {
		end_run(r);
	}
}

/* Nothing was applied: every mistake is said, the first one is the verdict's reason. */
static void refuse(struct runner *r, enum verdict verdict, int exit_code, const struct errors *why)
{
	struct step_run_spec spec = next_step(r);

	step_run_refuse(&spec, verdict, exit_code, why);
	step_ended(r, spec.index, verdict, exit_code);
}

static void connected(void *arg, struct cluster *c, const struct error *err)
{
	struct runner *r = arg;
	struct errors errs = { 0 };

	if (err->code != ERROR_NONE) {
		errors_add_error(&errs, err);
		refuse(r, VERDICT_FAILED, 4, &errs);
	} else if (preflight(r->spec.plan, c->discovery, r->spec.ns, r->spec.ns_required, &errs)) {
		start_step(r);
	} else {
		refuse(r, VERDICT_FAILED, 2, &errs);
	}
	errors_release(&errs);
}

void runner_start(struct runner *r)
{
	emit_run_start(r);
	cluster_connect(r->spec.cluster, connected, r);
}

void runner_stop(struct runner *r, enum verdict verdict, int exit_code)
{
	const char *why = verdict == VERDICT_CANCELED ? "canceled"
						      : "interrupted: the terminal is gone";
	struct errors errs = { 0 };

	if (r->ended)
		return;
	cluster_connect_cancel(r->spec.cluster);
	if (r->open) {
		step_run_stop(r->open, verdict, exit_code, why);
		step_ended(r, r->step - 1, verdict, exit_code);
	} else {
		errors_add(&errs, ERROR_CANCELED, "%s", why);
		refuse(r, verdict, exit_code, &errs);
		errors_release(&errs);
	}
}
