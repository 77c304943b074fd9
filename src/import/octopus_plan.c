/* SPDX-License-Identifier: Apache-2.0 */
/* The plan that is made of a process: steps, comments, and what it needs from outside. */
#include "import/octopus_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "base/yaml.h"

json_t *plan_literal(const char *text)
{
	struct buf out;
	json_t *value;

	buf_init(&out, 0);
	for (; *text; text++) {
		if (text[0] == '$' && text[1] == '{')
			buf_addch(&out, '$');
		buf_addch(&out, *text);
	}
	value = json_string(buf_str(&out));
	buf_release(&out);
	return value;
}

json_t *plan_needs(const struct process *p, size_t own_from)
{
	json_t *needs = json_array();

	for (size_t i = 0; i < p->n; i++)
		if (p->written[i].group < p->group || i >= own_from)
			json_array_append_new(needs, plan_literal(p->written[i].name));
	return needs;
}

static json_t *step_json(const struct action *a, const json_t *needs, const char *when)
{
	json_t *step = json_pack("{s:o}", "name", plan_literal(a->name));

	if (needs)
		json_object_set(step, "needs", (json_t *)needs);
	if (when)
		json_object_set_new(step, "when", json_string(when));
	if (a->ns)
		json_object_set(step, "namespace", a->ns);
	json_object_set(step, a->type, a->body);
	if (a->verify)
		json_object_set(step, "verify", a->verify);
	return step;
}

void plan_remarks(struct buf *out, const struct remarks *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct remark *r = &list->items[i];

		comment_add(out, "%s (line %d): %s", r->left_out ? "left out" : "note", r->line,
			r->text);
	}
}

void plan_step(
	struct process *p, struct action *a, const json_t *needs, const char *when, bool live)
{
	json_t *list = json_pack("[o]", step_json(a, needs, when));
	struct buf yaml;

	plan_remarks(&p->steps, &a->remarks);
	buf_init(&yaml, 0);
	yaml_emit(&yaml, list);
	if (live) {
		buf_addstr(&p->steps, buf_str(&yaml));
		buf_addstr(&p->live, buf_str(&yaml));
	} else {
		comment_out(&p->steps, buf_str(&yaml));
	}
	buf_release(&yaml);
	json_decref(list);
	if (!live)
		return;
	VEC_GROW(p->written, p->n, p->cap);
	p->written[p->n++] = (struct written){ xstrdup(a->name), p->group };
	p->o.out->steps++;
}

/* Whether a step that is no comment has it: ${PREFIXname}. */
static bool is_used(const struct process *p, const char *prefix, const struct variable *v)
{
	char *word = xasprintf("${%s%s}", prefix, v->name);
	bool used = strstr(buf_str(&p->live), word) != NULL;

	free(word);
	return used;
}

/* What the plan needs from outside, in a comment and as remarks. */
static void write_variables(struct process *p, const struct variables *list, const char *prefix,
	const char *lead, const char *remark)
{
	struct buf *out = &p->o.out->plan;
	bool said = false;

	for (size_t i = 0; i < list->n; i++) {
		const struct variable *v = &list->items[i];

		if (!is_used(p, prefix, v))
			continue;
		if (!said)
			comment_add(out, "%s", lead);
		said = true;
		comment_add(out, "- %s (line %d): %s", v->name, v->line, v->what);
		if (!v->computed)
			remark_add(&p->o.out->remarks, false, v->line, v->column, "%s: %s %s", v->what,
				remark, v->name);
	}
}

static char *stem_of(const char *file)
{
	const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
	const char *dot = strrchr(name, '.');

	return xstrndup(name, dot && dot > name ? (size_t)(dot - name) : strlen(name));
}

void plan_write(struct process *p)
{
	struct buf *out = &p->o.out->plan;
	char *stem = stem_of(p->o.file);
	json_t *head =
		json_pack("{s:s, s:o}", "apiVersion", "ksettle/v1", "name", plan_literal(stem));

	comment_add(
		out, "Made of %s by ksettle import: read it through before it is run.", p->o.file);
	write_variables(p, &p->o.variables, "",
		"Give these with --set NAME=VALUE:", "give it with --set NAME=VALUE:");
	write_variables(p, &p->o.env,
		"env:", "Set these in the environment:", "set it in the environment:");
	plan_remarks(out, &p->remarks);
	buf_addch(out, '\n');
	yaml_emit(out, head);
	buf_addstr(out, "steps:\n");
	buf_add(out, buf_str(&p->steps), p->steps.len);
	json_decref(head);
	free(stem);
}
