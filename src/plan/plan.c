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
#include "plan/field.h"
#include "plan/plan_verify.h"
#include "plan/step_types.h"
#include "plan/vars.h"

#define PLAN_MAX ((size_t)4 << 20)
#define API_VERSION "ksettle/v1"

struct reading {
	struct plan *plan;
	struct plan_step *step;
	char *base;
	const struct verify_flags *flags;
	struct verify_layer defaults, own;
	bool api_version, steps, typed;
};

const char *step_type_word(enum step_type type)
{
	static const char *const words[] = {
		[STEP_YAML] = "yaml",
		[STEP_HELM] = "helm",
		[STEP_KUSTOMIZE] = "kustomize",
		[STEP_RESOURCES] = "resources",
		[STEP_CONFIG_MAP] = "configMap",
		[STEP_SECRET] = "secret",
		[STEP_INGRESS] = "ingress",
		[STEP_SERVICE] = "service",
		[STEP_WATCH] = "watch",
	};

	return words[type];
}

static void step_release(struct plan_step *step)
{
	free(step->name);
	free(step->verify_note);
	free(step->tool);
	for (size_t i = 0; i < step->nwarnings; i++)
		free(step->warnings[i]);
	free(step->warnings);
	manifests_release(&step->manifests);
	free(step->blue_green.name);
	free(step->blue_green.deployment);
	free(step->blue_green.ns);
}

void plan_release(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		step_release(&plan->steps[i]);
	free(plan->steps);
	free(plan->file);
	free(plan->name);
	free(plan->context);
	free(plan->ns);
	*plan = (struct plan){ 0 };
}

static void read_step_name(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	field_title(&r->step->name, value, "the name of a step", file, errs);
}

static void read_step_verify(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	verify_layer_parse(&r->own, value, file, errs);
}

static void read_type(struct reading *r, enum step_type type, step_reader *read,
	const struct yaml_node *value, const char *file, struct errors *errs)
{
	if (r->typed) {
		field_mistake(
			value, file, errs, "a step does one thing: make this a step of its own");
		return;
	}
	r->typed = true;
	r->step->type = type;
	read(r->step, value, r->base, file, errs);
}

static void read_yaml(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	read_type(into, STEP_YAML, step_yaml_read, value, file, errs);
}

static void read_helm(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	read_type(into, STEP_HELM, step_helm_read, value, file, errs);
}

static void read_kustomize(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	read_type(into, STEP_KUSTOMIZE, step_kustomize_read, value, file, errs);
}

static void read_resources(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	read_type(into, STEP_RESOURCES, step_resources_read, value, file, errs);
}

static void read_config_map(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	read_type(into, STEP_CONFIG_MAP, step_config_map_read, value, file, errs);
}

static void read_secret(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	read_type(into, STEP_SECRET, step_secret_read, value, file, errs);
}

static void read_ingress(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	read_type(into, STEP_INGRESS, step_ingress_read, value, file, errs);
}

static void read_service(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	read_type(into, STEP_SERVICE, step_service_read, value, file, errs);
}

static const struct field step_fields[] = {
	{ "name", read_step_name },
	{ "verify", read_step_verify },
	{ "yaml", read_yaml },
	{ "helm", read_helm },
	{ "kustomize", read_kustomize },
	{ "resources", read_resources },
	{ "configMap", read_config_map },
	{ "secret", read_secret },
	{ "ingress", read_ingress },
	{ "service", read_service },
};

static void name_step(
	struct reading *r, const struct yaml_node *node, const char *file, struct errors *errs)
{
	const struct plan *plan = r->plan;

	if (!r->step->name)
		r->step->name = xasprintf("Step %zu", plan->n);
	for (size_t i = 0; i + 1 < plan->n; i++)
		if (strcmp(plan->steps[i].name, r->step->name) == 0)
			field_mistake(node, file, errs,
				"the name '%s' is taken by the step of line %d", r->step->name,
				plan->steps[i].line);
}

static void read_step(
	struct reading *r, const struct yaml_node *node, const char *file, struct errors *errs)
{
	struct plan *plan = r->plan;
	size_t before = errs->n;

	VEC_GROW(plan->steps, plan->n, plan->cap);
	r->step = &plan->steps[plan->n++];
	*r->step = (struct plan_step){ .line = node->line, .column = node->column };
	r->own = (struct verify_layer){ 0 };
	r->typed = false;
	if (field_table(node, "a step", step_fields, ARRAY_LEN(step_fields), r, file, errs) &&
		!r->typed && errs->n == before)
		field_mistake(node, file, errs, "a step needs what it does: yaml: {files: [..]}");
	name_step(r, node, file, errs);
	verify_resolve(r->step, r->flags, &r->own, &r->defaults, file, errs);
	step_resources_check(r->step, file, errs);
}

/* Steps are read after the whole file was: defaults may stand below them. */
static void note_steps(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	r->steps = true;
	if (value->kind != YAML_SEQUENCE || value->n == 0)
		field_mistake(value, file, errs, "steps must be a list with at least one step");
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

	field_string(&r->plan->context, value, "context", file, errs);
}

static void read_namespace(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	field_string(&r->plan->ns, value, "namespace", file, errs);
}

static void read_default_verify(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	verify_layer_parse(&r->defaults, value, file, errs);
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

static void read_plan(
	struct reading *r, const struct yaml_node *root, const char *file, struct errors *errs)
{
	const struct yaml_node *steps;

	if (!field_table(root, "the plan", plan_fields, ARRAY_LEN(plan_fields), r, file, errs))
		return;
	if (!r->api_version)
		field_mistake(root, file, errs, "the plan needs apiVersion: " API_VERSION);
	if (!r->steps)
		field_mistake(root, file, errs, "the plan needs steps: [..]");
	steps = yaml_get(root, "steps");
	for (size_t i = 0; steps && steps->kind == YAML_SEQUENCE && i < steps->n; i++)
		read_step(r, steps->items[i], file, errs);
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

static void parse(struct plan *plan, const char *text, size_t len, const struct verify_flags *flags,
	const char *const *set, struct errors *errs)
{
	struct reading r = { .plan = plan, .flags = flags, .base = folder_of(plan->file) };
	struct vars vars = { set, r.base };
	struct yaml yaml;

	if (yaml_parse_errors(&yaml, text, len, plan->file, errs)) {
		if (yaml.n != 1 || !yaml.documents[0].root)
			errors_add(errs, ERROR_CONFIG,
				"%s:1:1: a plan is one YAML document; this file has %zu",
				plan->file, yaml.n);
		else {
			vars_expand(yaml.documents[0].root, &vars, plan->file, errs);
			read_plan(&r, yaml.documents[0].root, plan->file, errs);
		}
		yaml_release(&yaml);
	}
	free(r.base);
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
	plan_release(plan);
	return false;
}

bool plan_of_files(struct plan *plan, const char *name, enum step_type type,
	const char *const *files, const struct verify_flags *flags, struct errors *errs)
{
	struct verify_layer nothing = { 0 };
	struct plan_step *step;
	size_t before = errs->n;

	*plan = (struct plan){ .file = xstrdup(name), .name = xstrdup(name), .n = 1, .cap = 1 };
	plan->steps = step = xcalloc(1, sizeof(*step));
	step->name = xstrdup(name);
	step->type = type;
	for (; *files; files++)
		manifests_load(&step->manifests, *files, NULL, errs);
	if (errs->n == before && step->manifests.n == 0)
		errors_add(errs, ERROR_CONFIG, "the files hold no object");
	verify_resolve(step, flags, &nothing, &nothing, name, errs);
	if (errs->n == before)
		return true;
	plan_release(plan);
	return false;
}
