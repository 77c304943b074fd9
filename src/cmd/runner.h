/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "base/status.h"
#include "plan/plan.h"

struct clusters;
struct loop;
struct recorder;

/* Executes a plan: connects, checks every object's kind and scope before anything is applied, then
 * takes the steps as plan/schedule.h says: apply, verify, verdict. Everything that happens is an event. */
struct runner;

struct runner_spec {
	struct loop *loop;
	struct recorder *recorder;
	struct clusters *clusters; /* borrowed, outlive the runner */
	const struct plan *plan;  /* borrowed, outlives the runner */
	const char *run_id;
	void (*done)(void *arg, enum verdict verdict,
		int exit_code); /* from the loop, once, after run.end */
	void *arg;
};

struct runner *runner_new(const struct runner_spec *spec);
void runner_free(struct runner *r);
void runner_start(struct runner *r); /* emits run.start, then goes on in the loop */
/* Ends it (canceled: by the user or a signal, interrupted: by a hang-up); done is called before this
 * returns, unless a step needs a while to be left in order: then once it has ended. Called again,
 * it ends now. */
void runner_stop(struct runner *r, enum verdict verdict, int exit_code);
