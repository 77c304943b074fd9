/* SPDX-License-Identifier: Apache-2.0 */
/* One step of a plan: what every type of step has, and which reader takes the rest. */
#include "plan/plan_step.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "base/yaml.h"
#include "make/field.h"
#include "plan/selection.h"
#include "plan/step_types.h"

static const struct {
	const char *word;
	step_reader *read;
} types[] = {
	[STEP_YAML] = { "yaml", step_yaml_read },
	[STEP_HELM] = { "helm", step_helm_read },
	[STEP_KUSTOMIZE] = { "kustomize", step_kustomize_read },
	[STEP_RESOURCES] = { "resources", step_resources_read },
	[STEP_CONFIG_MAP] = { "configMap", step_config_map_read },
	[STEP_SECRET] = { "secret", step_secret_read },
	[STEP_INGRESS] = { "ingress", step_ingress_read },
	[STEP_SERVICE] = { "service", step_service_read },
	[STEP_WATCH] = { "watch", NULL },
};

const char *step_type_word(enum step_type type)
{
	return types[type].word;
}

void plan_step_release(struct plan_step *step)
{
	free(step->name);
	free(step->verify_note);
	free(step->tool);
	free(step->context);
	free(step->ns);
	free(step->needs);
	for (size_t i = 0; i < step->nwarnings; i++)
		free(step->warnings[i]);
	free(step->warnings);
	manifests_release(&step->manifests);
	if (step->selection)
		selection_release(step->selection);
	free(step->selection);
	free(step->blue_green.name);
	free(step->blue_green.deployment);
	free(step->blue_green.ns);
	helm_release_free(step->helm);
}

struct reading {
	struct plan_step *step;
	struct verify_layer verify;
};

static void read_name(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	field_title(&r->step->name, value, "the name of a step", file, errs);
}

static void read_context(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	field_word(&r->step->context, value, "context", file, errs);
}

static void read_namespace(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	field_namespace(&r->step->ns, value, file, errs);
}

static void read_continue_on_error(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	field_bool(&r->step->continue_on_error, value, "continueOnError", file, errs);
}

static void read_when(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	r->step->after_failure =
		value->kind == YAML_SCALAR && strcmp(value->value, "previous-failed") == 0;
	if (!r->step->after_failure)
		field_mistake(value, file, errs,
			"when must be previous-failed; leave it out for a step that runs as long as all is well");
}

static void read_verify(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	verify_layer_parse(&r->verify, value, file, errs);
}

/* Read when all the rest is: needs by plan_needs.h, what a step does by its type's reader. */
static void later(void *into UNUSED, const struct yaml_node *value UNUSED, const char *file UNUSED,
	struct errors *errs UNUSED)
{
}

static const struct field fields[] = {
	{ "name", read_name },
	{ "context", read_context },
	{ "namespace", read_namespace },
	{ "needs", later },
	{ "continueOnError", read_continue_on_error },
	{ "when", read_when },
	{ "verify", read_verify },
	{ "yaml", later },
	{ "helm", later },
	{ "kustomize", later },
	{ "resources", later },
	{ "configMap", later },
	{ "secret", later },
	{ "ingress", later },
	{ "service", later },
};

/* A deed too many, for what is wrong with it. */
static void read_other(size_t type, const struct yaml_node *node, const char *base,
	const char *file, struct errors *errs)
{
	struct plan_step other = { .type = (enum step_type)type };

	types[type].read(&other, node, base, file, errs);
	plan_step_release(&other);
}

/* Whether the step says what it does. */
static bool read_type(struct plan_step *step, const struct yaml_node *node, const char *base,
	const char *file, struct errors *errs)
{
	bool typed = false;

	for (size_t i = 0; i < node->n; i++) {
		size_t type = 0;

		while (type < STEP_WATCH && strcmp(types[type].word, node->keys[i]->value) != 0)
			type++;
		if (type == STEP_WATCH)
			continue;
		if (typed) {
			field_mistake(node->items[i], file, errs,
				"a step does one thing: make this a step of its own");
			read_other(type, node->items[i], base, file, errs);
			continue;
		}
		typed = true;
		step->type = (enum step_type)type;
		types[type].read(step, node->items[i], base, file, errs);
	}
	return typed;
}

static void name_step(const struct plan *plan, struct plan_step *step, const struct yaml_node *node,
	const char *file, struct errors *errs)
{
	if (!step->name)
		step->name = xasprintf("Step %zu", plan->n);
	for (size_t i = 0; i + 1 < plan->n; i++)
		if (strcmp(plan->steps[i].name, step->name) == 0)
			field_mistake(node, file, errs,
				"the name '%s' is taken by the step of line %d", step->name,
				plan->steps[i].line);
}

static void inherit(char **own, const char *from)
{
	if (!*own)
		*own = xstrdup_or_null(from);
}

void plan_step_read(const struct step_context *context, const struct yaml_node *node,
	const char *file, struct errors *errs)
{
	struct plan *plan = context->plan;
	struct reading r = { 0 };

	VEC_GROW(plan->steps, plan->n, plan->cap);
	r.step = &plan->steps[plan->n++];
	*r.step = (struct plan_step){ .line = node->line, .column = node->column };
	if (field_table(node, "a step", fields, ARRAY_LEN(fields), &r, file, errs) &&
		!read_type(r.step, node, context->base, file, errs) &&
		field_all_known(node, fields, ARRAY_LEN(fields)))
		field_mistake(node, file, errs, "a step needs what it does: yaml: {files: [..]}");
	inherit(&r.step->context, plan->context);
	inherit(&r.step->ns, plan->ns);
	name_step(plan, r.step, node, file, errs);
	verify_resolve(r.step, context->flags, &r.verify, &context->defaults, file, errs);
	step_resources_check(r.step, file, errs);
}
