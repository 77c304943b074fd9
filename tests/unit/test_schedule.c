/* SPDX-License-Identifier: Apache-2.0 */
/* Which step starts when: each case is a plan in short, what happens to its steps, and the moves that must come of it. */
#include "plan/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "tests/unit/tap.h"

/* Steps: "name", ":" and what it needs, "+" continueOnError, "!" when: previous-failed.
 * Happenings: "name=verdict", or "stop". Moves: the start, and after each happening; "-name (why)" is skipped. */
static const struct {
	const char *name, *steps, *happens, *moves, *culprit;
} cases[] = {
	{ "in order", "a b c", "a=succeeded b=notVerified c=succeeded", "a | b | c |", "-" },
	{ "a failure ends it", "a b c", "a=failed", "a | -b (step 'a' failed) -c (step 'a' failed)", "a" },
	{ "a timeout, too", "a b", "a=timedOut", "a | -b (step 'a' timed out)", "a" },
	{ "side by side", "a: b: c", "b=succeeded a=succeeded c=succeeded", "a b | | c |", "-" },
	{ "a step that names none waits for all before it", "a: b: c:a d", "a=succeeded c=succeeded b=succeeded d=succeeded", "a b | c | | d |", "-" },
	{ "what is open goes on", "a: b: c", "a=failed b=failed", "a b | -c (step 'a' failed) |", "a" },
	{ "the first in the plan's order decides", "a: b: c", "b=timedOut a=failed", "a b | -c (step 'b' timed out) |", "a" },
	{ "a later step may be needed", "a:c b: c:", "c=succeeded a=succeeded b=succeeded", "b c | a | |", "-" },
	{ "continueOnError", "a+ b c", "a=failed b=succeeded c=succeeded", "a | b | c |", "a" },
	{ "what needs it is skipped", "a+ b:a c:b d", "a=failed d=succeeded",
		"a | -b (it needs 'a', which failed) -c (it needs 'b', which was skipped) d |", "a" },
	{ "continueOnError holds for its own step only", "a+ b c", "a=failed b=failed", "a | b | -c (step 'b' failed)", "a" },
	{ "clean-up after a failure", "a b c!", "a=failed c=succeeded", "a | -b (step 'a' failed) c |", "a" },
	{ "no clean-up without one", "a b c!", "a=succeeded b=succeeded", "a | b | -c (no step before it failed)", "-" },
	{ "clean-up waits for what is open", "a: b: c!", "a=failed b=succeeded c=succeeded", "a b | | c |", "a" },
	{ "clean-up in the middle", "a b! c", "a=succeeded c=succeeded", "a | -b (no step before it failed) c |", "-" },
	{ "clean-up of one branch", "a:+ b:+ c:b! d:a!", "a=failed b=succeeded d=succeeded",
		"a b | d | -c (no step before it failed) |", "a" },
	{ "clean-up after what was skipped for a failure", "a+ b:a c:b!", "a=failed c=succeeded",
		"a | -b (it needs 'a', which failed) c |", "a" },
	{ "a clean-up that had nothing to do is no failure", "a b:a! c:b", "a=succeeded c=succeeded",
		"a | -b (no step before it failed) c |", "-" },
	{ "after continueOnError and clean-up the plan goes on", "a+ b! c", "a=failed b=succeeded c=succeeded", "a | b | c |", "a" },
	{ "a failed clean-up", "a b! c!", "a=failed b=failed c=failed", "a | b | c |", "a" },
	{ "stopped", "a: b c!", "stop a=canceled", "a | -b (stopped) -c (stopped) |", "a" },
	{ "stopped at once", "a b", "stop a=canceled", "a | -b (stopped) |", "a" },
};

struct names { char *items[16]; size_t n; };

static size_t index_of(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->items[i], name) == 0)
			return i;
	abort();
}

static void read_needs(struct plan_step *step, char *needs, const struct names *names)
{
	char *need;

	step->has_needs = true;
	step->needs = xcalloc(16, sizeof(*step->needs));
	while ((need = strsep(&needs, ",")) != NULL)
		if (*need)
			step->needs[step->nneeds++] = index_of(names, need);
}

/* Two passes: a later step may be needed. */
static void read_plan(struct plan *plan, const char *text)
{
	char *copy = xstrdup(text), *rest = copy, *word;
	struct names names = { .n = 0 }, needs = { .n = 0 };

	plan->steps = xcalloc(16, sizeof(*plan->steps));
	while ((word = strsep(&rest, " ")) != NULL) {
		struct plan_step *step = &plan->steps[plan->n++];

		step->continue_on_error = strchr(word, '+') != NULL;
		step->after_failure = strchr(word, '!') != NULL;
		word[strcspn(word, "+!")] = '\0';
		names.items[names.n++] = strsep(&word, ":");
		needs.items[needs.n++] = word;
	}
	for (size_t i = 0; i < plan->n; i++) {
		plan->steps[i].name = xstrdup(names.items[i]);
		if (needs.items[i])
			read_needs(&plan->steps[i], needs.items[i], &names);
	}
	free(copy);
}

static void add_moves(struct schedule *s, struct buf *out)
{
	struct schedule_move move;

	while (schedule_next(s, &move)) {
		buf_printf(out, "%s%s%s", out->len ? " " : "", move.skip ? "-" : "", s->plan->steps[move.step].name);
		if (move.skip)
			buf_printf(out, " (%s)", move.skip);
		free(move.skip);
	}
}

static void happen(struct schedule *s, char *what)
{
	char *name = strsep(&what, "=");
	size_t step = 0;

	if (!what) {
		schedule_stop(s, "stopped");
		return;
	}
	while (strcmp(s->plan->steps[step].name, name) != 0)
		step++;
	schedule_ended(s, step, verdict_parse(what));
}

static void check_case(size_t i)
{
	char *happens = xstrdup(cases[i].happens), *rest = happens, *what;
	struct plan plan = { 0 };
	struct schedule s;
	struct buf moves = { 0 };
	size_t culprit;

	read_plan(&plan, cases[i].steps);
	schedule_init(&s, &plan);
	add_moves(&s, &moves);
	while ((what = strsep(&rest, " ")) != NULL) {
		happen(&s, what);
		buf_addstr(&moves, " |");
		add_moves(&s, &moves);
	}
	is_str(buf_str(&moves), cases[i].moves, cases[i].name);
	ok(schedule_is_over(&s), "it is over");
	culprit = schedule_culprit(&s);
	is_str(culprit == plan.n ? "-" : plan.steps[culprit].name, cases[i].culprit, "who decides the verdict");
	schedule_release(&s);
	buf_release(&moves);
	plan_release(&plan);
	free(happens);
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		check_case(i);
	return tap_done();
}
