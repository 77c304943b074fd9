/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "plan/plan.h"

struct clusters;
struct errors;
struct loop;
struct recorder;

/* One step going on, from step.start to step.verdict: its executor (executor.h) and its
 * verification, in its cluster. */
struct step_run;

struct step_run_spec {
	struct loop *loop;
	struct recorder *recorder;
	const struct clusters *clusters;
	const struct plan *plan;
	size_t index;             /* of the step in the plan */
	/* After step.verdict, once, from the loop; the step_run may be freed in it. */
	void (*done)(void *arg, size_t index, enum verdict verdict, int exit_code);
	void *arg;
};

struct step_run *step_run_start(const struct step_run_spec *spec);
void step_run_free(struct step_run *run); /* accepts NULL; no callback, no event */

/* It is to end so. True: it does in a while, with its callback. False: it can end now. */
bool step_run_wind_up(
	struct step_run *run, enum verdict verdict, int exit_code, const char *reason);
/* It ends now, with an event but without the callback. */
void step_run_stop(struct step_run *run, enum verdict verdict, int exit_code, const char *reason);

/* A step that ends without having begun: step.start, and step.verdict with the first sentence of
 * why; the others are warnings. */
void step_run_refuse(const struct step_run_spec *spec, enum verdict verdict, int exit_code,
	const struct errors *why);
