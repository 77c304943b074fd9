/* SPDX-License-Identifier: Apache-2.0 */
/* The plan file: steps in order, each with its verification. */
#include "plan/plan.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/xalloc.h"
#include "base/yaml.h"
#include "make/field.h"
#include "plan/mistakes.h"
#include "plan/plan_needs.h"
#include "plan/plan_step.h"
#include "plan/vars.h"

#define PLAN_MAX ((size_t)4 << 20)
#define API_VERSION "ksettle/v1"
#define STEPS_MAX 1000

struct reading {
	struct plan *plan;
	struct step_context steps;
	bool api_version, has_steps;
};

void plan_release(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		plan_step_release(&plan->steps[i]);
	free(plan->steps);
	free(plan->file);
	free(plan->name);
	free(plan->context);
	free(plan->ns);
	helm_tool_release(&plan->helm);
	*plan = (struct plan){ 0 };
}

/* Steps are read after the whole file was: defaults may stand below them. */
static void note_steps(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	r->has_steps = true;
	if (value->kind != YAML_SEQUENCE || value->n == 0)
		field_mistake(value, file, errs, "steps must be a list with at least one step");
	else if (value->n > STEPS_MAX)
		field_mistake(value, file, errs,
			"a plan has at most %d steps; this one has %zu: make it several plans",
			STEPS_MAX, value->n);
}

static void read_api_version(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	r->api_version = true;
	if (value->kind != YAML_SCALAR || strcmp(value->value, API_VERSION) != 0)
		field_mistake(value, file, errs,
			"this is not a plan that we know: apiVersion must be " API_VERSION);
}

static void read_name(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	field_title(&r->plan->name, value, "name", file, errs);
}

static void read_context(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	field_word(&r->plan->context, value, "context", file, errs);
}

static void read_namespace(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	field_namespace(&r->plan->ns, value, file, errs);
}

static void read_default_verify(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	verify_layer_parse(&r->steps.defaults, value, file, errs);
}

static void read_defaults(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	static const struct field fields[] = {
		{ "context", read_context },
		{ "namespace", read_namespace },
		{ "verify", read_default_verify },
	};

	field_table(value, "defaults", fields, ARRAY_LEN(fields), into, file, errs);
}

static const struct field plan_fields[] = {
	{ "apiVersion", read_api_version },
	{ "name", read_name },
	{ "defaults", read_defaults },
	{ "steps", note_steps },
};

/* Its every key would be a mistake, and none of them the one that was made. */
static bool is_manifest(const struct yaml_node *root)
{
	const struct yaml_node *version = yaml_get(root, "apiVersion");

	return version && yaml_get(root, "kind") && version->kind == YAML_SCALAR &&
		strcmp(version->value, API_VERSION) != 0;
}

/* Before anything is applied, not when its turn has come. */
static void find_helm(struct plan *plan, const char *file, struct errors *errs)
{
	struct error err = { 0 };

	for (size_t i = 0; i < plan->n; i++) {
		struct plan_step *step = &plan->steps[i];

		if (step->type != STEP_HELM)
			continue;
		if (!plan->helm.program && !helm_tool_find(&plan->helm, &err)) {
			errors_add(errs, ERROR_CONFIG, "%s:%d:%d: %s", file, step->line,
				step->column, err.text);
			return;
		}
		step->tool = xasprintf("helm %s", plan->helm.version);
	}
}

static void read_plan(
	struct reading *r, const struct yaml_node *root, const char *file, struct errors *errs)
{
	const struct yaml_node *steps = yaml_get(root, "steps");

	if (is_manifest(root)) {
		field_mistake(root, file, errs,
			"this is a Kubernetes manifest; name it in a plan: steps: [{yaml: {files: [..]}}]");
		return;
	}
	if (!field_table(root, "the plan", plan_fields, ARRAY_LEN(plan_fields), r, file, errs))
		return;
	if (!r->api_version && field_lacks(root, "apiVersion"))
		field_mistake(root, file, errs, "the plan needs apiVersion: " API_VERSION);
	if (!r->has_steps && field_lacks(root, "steps"))
		field_mistake(root, file, errs, "the plan needs steps: [..]");
	if (!steps || steps->kind != YAML_SEQUENCE || steps->n > STEPS_MAX)
		return;
	for (size_t i = 0; i < steps->n; i++)
		plan_step_read(&r->steps, steps->items[i], file, errs);
	plan_needs_resolve(r->plan, steps, file, errs);
	find_helm(r->plan, file, errs);
}

static char *folder_of(const char *file)
{
	char *copy = xstrdup(file), *folder = xstrdup(dirname(copy));

	free(copy);
	return folder;
}

static char *stem_of(const char *file)
{
	char *copy = xstrdup(file), *name = xstrdup(basename(copy)), *dot = strrchr(name, '.');

	if (dot && dot != name)
		*dot = '\0';
	free(copy);
	return name;
}

/* The one document that holds anything; NULL: a mistake was said. */
static struct yaml_node *root_of(const struct yaml *yaml, const char *file, struct errors *errs)
{
	struct yaml_node *root = NULL;

	for (size_t i = 0; i < yaml->n; i++) {
		struct yaml_node *other = yaml->documents[i].root;

		if (root && other) {
			field_mistake(other, file, errs,
				"a plan is one YAML document; this file has another one here");
			return NULL;
		}
		root = other ? other : root;
	}
	if (!root)
		errors_add(errs, ERROR_CONFIG,
			"%s:1:1: this file is empty; a plan starts with apiVersion: " API_VERSION,
			file);
	return root;
}

static void parse(struct plan *plan, const char *text, size_t len, const struct verify_flags *flags,
	const char *const *set, struct errors *errs)
{
	char *base = folder_of(plan->file);
	struct reading r = { .plan = plan, .steps = { plan, flags, base, { 0 } } };
	struct vars vars = { set, base };
	struct yaml yaml;

	if (yaml_parse_errors(&yaml, text, len, plan->file, errs)) {
		struct yaml_node *root = root_of(&yaml, plan->file, errs);

		if (root) {
			vars_expand(root, &vars, plan->file, errs);
			read_plan(&r, root, plan->file, errs);
		}
		yaml_release(&yaml);
	}
	free(base);
	if (!plan->name)
		plan->name = stem_of(plan->file);
}

bool plan_load(struct plan *plan, const char *file, const struct verify_flags *flags,
	const char *const *set, struct errors *errs)
{
	struct buf text = { .max = PLAN_MAX };
	struct error err = { 0 };
	size_t before = errs->n;

	*plan = (struct plan){ .file = xstrdup(file) };
	if (file_read(file, &text, &err))
		parse(plan, buf_str(&text), text.len, flags, set, errs);
	else
		errors_add(errs, ERROR_CONFIG, "%s", err.text);
	buf_release(&text);
	if (errs->n == before)
		return true;
	mistakes_sort(errs, before, file);
	plan_release(plan);
	return false;
}
