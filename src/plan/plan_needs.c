/* SPDX-License-Identifier: Apache-2.0 */
/* Which step waits for which. */
#include "plan/plan_needs.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/xalloc.h"
#include "base/yaml.h"
#include "make/field.h"

static void unknown(const struct plan *plan, const struct yaml_node *node, const char *file,
	struct errors *errs)
{
	const char **names = xcalloc(plan->n + 1, sizeof(*names)), *near;

	for (size_t i = 0; i < plan->n; i++)
		names[i] = plan->steps[i].name;
	near = nearest_word(node->value, names);
	if (near)
		field_mistake(node, file, errs,
			"no step of the plan is called '%s'; did you mean '%s'?", node->value,
			near);
	else
		field_mistake(
			node, file, errs, "no step of the plan is called '%s'", node->value);
	free(names);
}

static void read_need(const struct plan *plan, struct plan_step *step, const struct yaml_node *node,
	const char *file, struct errors *errs)
{
	size_t i = 0;

	if (node->kind != YAML_SCALAR) {
		field_mistake(node, file, errs, "an entry of needs must be the name of a step");
		return;
	}
	while (i < plan->n && strcmp(plan->steps[i].name, node->value) != 0)
		i++;
	if (i == plan->n)
		unknown(plan, node, file, errs);
	else if (&plan->steps[i] == step)
		field_mistake(node, file, errs, "a step cannot need itself");
	else
		step->needs[step->nneeds++] = i;
}

static void read_needs(const struct plan *plan, struct plan_step *step,
	const struct yaml_node *node, const char *file, struct errors *errs)
{
	/* Also with a mistake in it: no ring comes of an order that nobody meant. */
	step->has_needs = true;
	if (node->kind != YAML_SEQUENCE) {
		field_mistake(node, file, errs,
			"needs must be a list of names of steps; [] starts this one at once");
		return;
	}
	step->needs = xcalloc(node->n + 1, sizeof(*step->needs));
	for (size_t i = 0; i < node->n; i++)
		read_need(plan, step, node->items[i], file, errs);
}

static void check_clean_up(const struct plan_step *step, size_t i, const struct yaml_node *node,
	const char *file, struct errors *errs)
{
	const struct yaml_node *needs = yaml_get(node, "needs");
	bool none = needs ? needs->kind == YAML_SEQUENCE && needs->n == 0 : i == 0;

	if (step->after_failure && none)
		field_mistake(yaml_get(node, "when"), file, errs,
			"this step would never run: there is none before it that could fail");
}

enum mark { NEW, OPEN, DONE };

struct search {
	const struct plan *plan;
	const struct yaml_node *steps;
	const char *file;
	struct errors *errs;
	enum mark *marks;
	bool *told;               /* a ring through it was said: others would mostly repeat it */
	size_t *path, depth;
	size_t done;              /* all steps before this one are DONE */
};

/* The path from the step that it came back to: "'A' needs 'B', which needs 'A'". */
static void tell_ring(const struct search *s, size_t back_to)
{
	const struct plan_step *steps = s->plan->steps;
	const struct yaml_node *at = yaml_get(s->steps->items[back_to], "needs");
	struct buf ring = { 0 };
	size_t from = 0;

	while (s->path[from] != back_to)
		from++;
	for (size_t i = from; i < s->depth; i++) {
		size_t next = i + 1 < s->depth ? s->path[i + 1] : back_to;

		buf_printf(&ring, "%s %s '%s'", i > from ? ", which" : "",
			steps[s->path[i]].has_needs ? "needs" : "comes after", steps[next].name);
	}
	field_mistake(at ? at : s->steps->items[back_to], s->file, s->errs,
		"steps that wait for each other: '%s'%s", steps[back_to].name, buf_str(&ring));
	buf_release(&ring);
}

static void visit(struct search *s, size_t i);

static void follow(struct search *s, size_t to)
{
	if (s->marks[to] == OPEN && !s->told[to])
		tell_ring(s, to);
	s->told[to] |= s->marks[to] == OPEN;
	if (s->marks[to] == NEW)
		visit(s, to);
}

static void visit(struct search *s, size_t i)
{
	const struct plan_step *step = &s->plan->steps[i];

	s->marks[i] = OPEN;
	s->path[s->depth++] = i;
	for (size_t k = 0; step->has_needs && k < step->nneeds; k++)
		follow(s, step->needs[k]);
	for (size_t k = s->done; !step->has_needs && k < i; k++)
		follow(s, k);
	s->depth--;
	s->marks[i] = DONE;
}

static void find_rings(struct search *s)
{
	s->marks = xcalloc(s->plan->n + 1, sizeof(*s->marks));
	s->path = xcalloc(s->plan->n + 1, sizeof(*s->path));
	s->told = xcalloc(s->plan->n + 1, sizeof(*s->told));
	for (; s->done < s->plan->n; s->done++)
		if (s->marks[s->done] == NEW)
			visit(s, s->done);
	free(s->marks);
	free(s->path);
	free(s->told);
}

void plan_needs_resolve(
	struct plan *plan, const struct yaml_node *steps, const char *file, struct errors *errs)
{
	struct search search = { .plan = plan, .steps = steps, .file = file, .errs = errs };

	for (size_t i = 0; i < plan->n; i++) {
		const struct yaml_node *needs = yaml_get(steps->items[i], "needs");

		if (needs)
			read_needs(plan, &plan->steps[i], needs, file, errs);
		check_clean_up(&plan->steps[i], i, steps->items[i], file, errs);
	}
	find_rings(&search);
}

bool plan_waits_for(const struct plan *plan, size_t step, size_t other)
{
	const struct plan_step *s = &plan->steps[step];

	if (!s->has_needs)
		return other < step;
	for (size_t i = 0; i < s->nneeds; i++)
		if (s->needs[i] == other)
			return true;
	return false;
}
