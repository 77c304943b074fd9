/* SPDX-License-Identifier: Apache-2.0 */
/* What `ksettle run --check` prints of a plan itself. */
#include "cmd/check_say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "plan/helm.h"

/* A line whose words may be anybody's. */
void check_say(const char *indent, const char *text)
{
	char *line = text_display(text, strlen(text), TEXT_LINE);

	printf("%s%s\n", indent, line);
	free(line);
}

void check_say_take(const char *indent, char *text)
{
	check_say(indent, text);
	free(text);
}

static void say_order(const struct plan *plan, const struct plan_step *step)
{
	for (size_t i = 0; i < step->nneeds; i++)
		check_say_take("  ", xasprintf("needs %s", plan->steps[step->needs[i]].name));
	if (step->has_needs && !step->nneeds)
		check_say("  ", "starts at once");
	if (step->continue_on_error)
		check_say("  ", "the plan goes on when it fails");
	if (step->after_failure)
		check_say("  ", "runs only after a failure");
}

static void say_verify(const struct verify *v)
{
	char timeout[DURATION_SIZE] = "none", window[DURATION_SIZE];

	if (v->mode == VERIFY_NONE) {
		check_say("  ", "not verified");
		return;
	}
	if (v->timeout_ms >= 0)
		duration_format(v->timeout_ms, timeout);
	duration_format(v->stabilization_ms, window);
	if (v->mode == VERIFY_HELM)
		printf("  timeout %s, helm decides%s\n", timeout,
			v->wait_for_jobs ? ", Jobs must complete" : "");
	else
		printf("  timeout %s, stabilization %s%s\n", timeout, window,
			v->wait_for_jobs ? ", Jobs must complete" : "");
}

void check_say_step(const struct plan *plan, size_t index, const char *where)
{
	const struct plan_step *step = &plan->steps[index];

	check_say_take("", xasprintf("step %zu/%zu %s: %s%s", index + 1, plan->n, step->name,
			     step_type_word(step->type), where));
	if (step->tool)
		check_say("  by ", step->tool);
	if (step->helm)
		check_say_take("  ",
			xasprintf("release %s of %s", step->helm->name, step->helm->chart));
	say_order(plan, step);
	say_verify(&step->verify);
	if (step->verify_note)
		check_say("  note: ", step->verify_note);
	for (size_t i = 0; i < step->nwarnings; i++)
		check_say("  warning: ", step->warnings[i]);
}

char *check_label(const struct manifest *m, const char *ns)
{
	return xasprintf("%s %s%s%s", m->kind, ns ? ns : "", ns ? "/" : "", m->name);
}
