/* SPDX-License-Identifier: Apache-2.0 */
/* Executes a plan: connects, checks, starts steps as the schedule allows, to run.end. */
#include "cmd/runner.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "cmd/clusters.h"
#include "cmd/preflight.h"
#include "cmd/step_run.h"
#include "plan/schedule.h"
#include "record/event.h"
#include "record/journal.h"

struct runner {
	struct runner_spec spec;
	struct schedule schedule;
	struct step_run **open;   /* by step; NULL: it does not go on */
	int *exit_codes;          /* by step */
	bool connected, stopping, ended;
};

struct runner *runner_new(const struct runner_spec *spec)
{
	struct runner *r = xcalloc(1, sizeof(*r));

	r->spec = *spec;
	schedule_init(&r->schedule, spec->plan);
	r->open = xcalloc(spec->plan->n + 1, sizeof(struct step_run *));
	r->exit_codes = xcalloc(spec->plan->n + 1, sizeof(*r->exit_codes));
	return r;
}

void runner_free(struct runner *r)
{
	if (!r)
		return;
	clusters_connect_cancel(r->spec.clusters);
	for (size_t i = 0; i < r->spec.plan->n; i++)
		step_run_free(r->open[i]);
	schedule_release(&r->schedule);
	free(r->open);
	free(r->exit_codes);
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
	size_t culprit = schedule_culprit(&r->schedule);
	bool good = culprit == r->spec.plan->n;
	enum verdict verdict = good ? VERDICT_SUCCEEDED : schedule_verdict(&r->schedule, culprit);
	int exit_code = good ? 0 : r->exit_codes[culprit];

	r->ended = true;
	emit(r, event_run_end(verdict, exit_code));
	r->spec.done(r->spec.arg, verdict, exit_code);
}

static void step_ended(void *arg, size_t index, enum verdict verdict, int exit_code);

static struct step_run_spec spec_of(struct runner *r, size_t index)
{
	return (struct step_run_spec){
		.loop = r->spec.loop,
		.recorder = r->spec.recorder,
		.clusters = r->spec.clusters,
		.plan = r->spec.plan,
		.index = index,
		.done = step_ended,
		.arg = r,
	};
}

static void go_on(struct runner *r)
{
	struct schedule_move move;

	while (schedule_next(&r->schedule, &move)) {
		struct step_run_spec spec = spec_of(r, move.step);

		if (move.skip)
			emit(r, event_step_verdict(move.step, VERDICT_SKIPPED, move.skip, 0));
		else
			r->open[move.step] = step_run_start(&spec);
		free(move.skip);
	}
	if (schedule_is_over(&r->schedule))
		end_run(r);
}

static void note_end(struct runner *r, size_t index, enum verdict verdict, int exit_code)
{
	step_run_free(r->open[index]);
	r->open[index] = NULL;
	r->exit_codes[index] = exit_code;
	schedule_ended(&r->schedule, index, verdict);
}

static void step_ended(void *arg, size_t index, enum verdict verdict, int exit_code)
{
	struct runner *r = arg;

	note_end(r, index, verdict, exit_code);
	go_on(r);
}

/* A step that does not begin: every mistake is said, the first one is the verdict's reason. */
static void refuse(struct runner *r, size_t index, enum verdict verdict, int exit_code,
	const struct errors *why)
{
	struct step_run_spec spec = spec_of(r, index);

	step_run_refuse(&spec, verdict, exit_code, why);
	note_end(r, index, verdict, exit_code);
}

/* Nothing is applied when one of the clusters cannot be reached. Each is told of once. */
static bool check_contact(struct runner *r)
{
	struct clusters *c = r->spec.clusters;
	bool good = true;

	for (size_t i = 0; i < r->spec.plan->n; i++) {
		const struct error *err = clusters_answer(c, i);
		struct errors why = { 0 };

		if (err->code == ERROR_NONE || !clusters_first_use(c, i))
			continue;
		good = false;
		errors_add_error(&why, err);
		refuse(r, i, VERDICT_FAILED, 4, &why);
		errors_release(&why);
	}
	return good;
}

static bool check_plan(struct runner *r)
{
	bool good = true;

	for (size_t i = 0; i < r->spec.plan->n; i++) {
		struct errors why = { 0 };

		if (!preflight(r->spec.plan, r->spec.clusters, i, &why)) {
			refuse(r, i, VERDICT_FAILED, 2, &why);
			good = false;
		}
		errors_release(&why);
	}
	return good;
}

static void connected(void *arg)
{
	struct runner *r = arg;

	r->connected = true;
	if (!check_contact(r) || !check_plan(r))
		schedule_stop(&r->schedule, "nothing was applied");
	go_on(r);
}

void runner_start(struct runner *r)
{
	emit_run_start(r);
	clusters_connect(r->spec.clusters, connected, r);
}

static void stop_open(struct runner *r, enum verdict verdict, int exit_code, const char *why)
{
	for (size_t i = 0; i < r->spec.plan->n; i++) {
		if (!r->open[i])
			continue;
		if (!r->stopping && step_run_wind_up(r->open[i], verdict, exit_code, why))
			continue;
		step_run_stop(r->open[i], verdict, exit_code, why);
		note_end(r, i, verdict, exit_code);
	}
}

void runner_stop(struct runner *r, enum verdict verdict, int exit_code)
{
	bool canceled = verdict == VERDICT_CANCELED;
	const char *why = canceled ? "canceled" : "interrupted: the terminal is gone";
	struct errors errs = { 0 };

	if (r->ended)
		return;
	clusters_connect_cancel(r->spec.clusters);
	schedule_stop(&r->schedule, canceled ? "the run was canceled" : "the run was interrupted");
	if (!r->connected) {
		errors_add(&errs, ERROR_CANCELED, "%s", why);
		refuse(r, 0, verdict, exit_code, &errs);
		errors_release(&errs);
	}
	stop_open(r, verdict, exit_code, why);
	r->stopping = true;
	go_on(r);
}
