/* SPDX-License-Identifier: Apache-2.0 */
/* The order of a plan's steps. */
#include "plan/schedule.h"

#include <stdlib.h>

#include "base/xalloc.h"

struct scheduled {
	enum { WAITING, OPEN, ENDED } state;
	enum verdict verdict;
	bool blocked;             /* skipped because of a step that did not succeed */
};

enum decision { NOT_YET, START, SKIP, BLOCK };

void schedule_init(struct schedule *s, const struct plan *plan)
{
	*s = (struct schedule){ .plan = plan, .broken_by = plan->n };
	s->steps = xcalloc(plan->n + 1, sizeof(*s->steps));
}

void schedule_release(struct schedule *s)
{
	free(s->steps);
	*s = (struct schedule){ 0 };
}

static bool is_good(const struct scheduled *step)
{
	return step->verdict == VERDICT_SUCCEEDED || step->verdict == VERDICT_NOT_VERIFIED ||
		(step->verdict == VERDICT_SKIPPED && !step->blocked);
}

/* The first of the steps that `step` waits for with the wanted property; plan->n: none. */
static size_t find_before(const struct schedule *s, size_t step, bool ended, bool good)
{
	for (size_t i = 0; i < s->plan->n; i++) {
		const struct scheduled *other = &s->steps[i];

		if (i != step && plan_waits_for(s->plan, step, i) &&
			(other->state == ENDED) == ended && (!ended || is_good(other) == good))
			return i;
	}
	return s->plan->n;
}

static char *skip_because(const struct schedule *s, const char *before, size_t culprit,
	const char *between)
{
	enum verdict verdict = s->steps[culprit].verdict;

	return xasprintf("%s'%s'%s%s%s", before, s->plan->steps[culprit].name, between,
		verdict == VERDICT_SKIPPED ? "was " : "", verdict_title(verdict));
}

static enum decision decide(const struct schedule *s, size_t step, char **why)
{
	const struct plan_step *what = &s->plan->steps[step];
	size_t none = s->plan->n, bad = find_before(s, step, true, false);
	bool waits = find_before(s, step, false, false) != none;

	if (s->stopped) {
		*why = xstrdup(s->stopped);
		return BLOCK;
	}
	if (what->after_failure) {
		if (waits)
			return NOT_YET;
		if (bad != none)
			return START;
		*why = xstrdup("no step before it failed");
		return SKIP;
	}
	if (s->broken_by != none)
		*why = skip_because(s, "step ", s->broken_by, " ");
	else if (what->has_needs && bad != none)
		*why = skip_because(s, "it needs ", bad, ", which ");
	if (*why)
		return BLOCK;
	return waits ? NOT_YET : START;
}

bool schedule_next(struct schedule *s, struct schedule_move *move)
{
	for (size_t i = 0; i < s->plan->n; i++) {
		enum decision decision;

		*move = (struct schedule_move){ .step = i };
		decision = s->steps[i].state == WAITING ? decide(s, i, &move->skip) : NOT_YET;
		if (decision == NOT_YET)
			continue;
		s->steps[i].state = decision == START ? OPEN : ENDED;
		s->steps[i].verdict = decision == START ? VERDICT_NONE : VERDICT_SKIPPED;
		s->steps[i].blocked = decision == BLOCK;
		return true;
	}
	return false;
}

void schedule_ended(struct schedule *s, size_t step, enum verdict verdict)
{
	struct scheduled *ended = &s->steps[step];

	ended->state = ENDED;
	ended->verdict = verdict;
	if (!is_good(ended) && !s->plan->steps[step].continue_on_error &&
		s->broken_by == s->plan->n)
		s->broken_by = step;
}

void schedule_stop(struct schedule *s, const char *why)
{
	if (!s->stopped)
		s->stopped = why;
}

enum verdict schedule_verdict(const struct schedule *s, size_t step)
{
	return s->steps[step].verdict;
}

bool schedule_is_over(const struct schedule *s)
{
	for (size_t i = 0; i < s->plan->n; i++)
		if (s->steps[i].state != ENDED)
			return false;
	return true;
}

size_t schedule_culprit(const struct schedule *s)
{
	for (size_t i = 0; i < s->plan->n; i++)
		if (s->steps[i].state == ENDED && s->steps[i].verdict != VERDICT_SKIPPED &&
			!is_good(&s->steps[i]))
			return i;
	return s->plan->n;
}
