/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "plan/plan.h"

/* Which steps of a plan may start now, and which will not: pure. A step waits for what it needs, or
 * for every step before it. One that did not succeed ends the plan: nothing starts any more but
 * clean-up steps; what is open goes on to its end. */
struct schedule {
	const struct plan *plan;  /* borrowed */
	struct scheduled *steps;
	size_t broken_by;         /* the step that ended the plan; plan->n: none */
	const char *stopped;      /* why nothing at all starts any more; borrowed; NULL: it does */
};

void schedule_init(struct schedule *s, const struct plan *plan);
void schedule_release(struct schedule *s);

/* The next move: a step to start (counts as open from now on), or one that is skipped (has ended)
 * and why. false: there is none before some open step ends. */
struct schedule_move {
	size_t step;
	char *skip;               /* the reason, to free(); NULL: start it */
};
bool schedule_next(struct schedule *s, struct schedule_move *move);

void schedule_ended(struct schedule *s, size_t step, enum verdict verdict);
/* From outside: what has not started is skipped, clean-up steps too. */
void schedule_stop(struct schedule *s, const char *why);

enum verdict schedule_verdict(const struct schedule *s, size_t step);
bool schedule_is_over(const struct schedule *s); /* every step has ended */
/* The first step in the plan's order whose verdict is none of succeeded, notVerified, skipped;
 * plan->n: there is none. */
size_t schedule_culprit(const struct schedule *s);
