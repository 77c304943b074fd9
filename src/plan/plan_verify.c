/* SPDX-License-Identifier: Apache-2.0 */
/* `verify`: what a block says, and what the layers come to (DESIGN.md §5). */
#include "plan/plan_verify.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xalloc.h"
#include "make/field.h"

static void read_timeout(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct verify_layer *layer = into;

	if (value->kind == YAML_SCALAR && strcmp(value->value, "none") == 0)
		layer->values.timeout_ms = VERIFY_NO_TIMEOUT;
	else if (!field_duration(&layer->values.timeout_ms, value, "timeout", file, errs))
		return;
	else if (layer->values.timeout_ms == 0)
		layer->values.timeout_ms = VERIFY_NO_TIMEOUT;
	layer->timeout_set = true;
}

static void read_stabilization(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct verify_layer *layer = into;

	layer->stabilization_set |=
		field_duration(&layer->values.stabilization_ms, value, "stabilization", file, errs);
}

static void read_grace(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct verify_layer *layer = into;

	layer->grace_set |= field_duration(&layer->values.grace_ms, value, "grace", file, errs);
}

static void read_wait_for_jobs(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct verify_layer *layer = into;

	layer->wait_for_jobs_set |=
		field_bool(&layer->values.wait_for_jobs, value, "waitForJobs", file, errs);
}

static void read_fail_early(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct verify_layer *layer = into;

	if (value->kind != YAML_SCALAR ||
		!fail_early_parse(value->value, &layer->values.fail_early)) {
		field_mistake(value, file, errs, "failEarly must be standalone, any or never");
		return;
	}
	layer->fail_early_set = true;
}

static void note_helm(struct verify_layer *layer, const struct yaml_node *value)
{
	layer->wait_line = value->line;
	layer->wait_column = value->column;
}

static void read_wait(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct verify_layer *layer = into;

	note_helm(layer, value);
	layer->wait_set = field_bool(&layer->wait, value, "wait", file, errs);
}

static void read_mode(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct verify_layer *layer = into;
	bool objects = value->kind == YAML_SCALAR && strcmp(value->value, "objects") == 0;

	note_helm(layer, value);
	layer->mode_set = true;
	layer->values.mode = objects ? VERIFY_OBJECTS : VERIFY_HELM;
	if (!objects && (value->kind != YAML_SCALAR || strcmp(value->value, "helm") != 0))
		field_mistake(value, file, errs, "mode must be helm or objects");
}

void verify_layer_parse(struct verify_layer *layer, const struct yaml_node *node, const char *file,
	struct errors *errs)
{
	static const struct field fields[] = {
		{ "timeout", read_timeout },
		{ "stabilization", read_stabilization },
		{ "grace", read_grace },
		{ "waitForJobs", read_wait_for_jobs },
		{ "failEarly", read_fail_early },
		{ "wait", read_wait },
		{ "mode", read_mode },
	};

	layer->present = true;
	layer->line = node->line;
	layer->column = node->column;
	if (node->kind == YAML_SCALAR && strcmp(node->value, "none") == 0)
		layer->none = true;
	else if (node->kind != YAML_MAPPING)
		field_mistake(node, file, errs,
			"verify must be none or a block such as {timeout: 180s, stabilization: 10s}");
	else
		field_table(node, "verify", fields, ARRAY_LEN(fields), layer, file, errs);
}

/* Where a pair of timeout and stabilization came from: the same level twice means that its writer
 * meant both. */
enum level { LEVEL_BUILT_IN, LEVEL_DEFAULTS, LEVEL_STEP, LEVEL_FLAG };

static enum level level_of(bool flag, const struct verify_layer *own, bool own_set,
	const struct verify_layer *defaults, bool defaults_set)
{
	if (flag)
		return LEVEL_FLAG;
	if (own->present && own_set)
		return LEVEL_STEP;
	return defaults->present && defaults_set ? LEVEL_DEFAULTS : LEVEL_BUILT_IN;
}

/* A mistake of the defaults or of the flags is every step's: it is said once. */
static void say_once(struct errors *errs, enum error_code code, const char *text)
{
	for (size_t i = 0; i < errs->n; i++)
		if (strcmp(errs->items[i].text, text) == 0)
			return;
	errors_add(errs, code, "%s", text);
}

/* A stabilization fits when it is shorter than the timeout. */
static void fit(struct plan_step *step, enum level timeout, enum level stabilization,
	const struct verify_layer *own, const struct verify_layer *defaults, const char *file,
	struct errors *errs)
{
	struct verify *v = &step->verify;
	const struct verify_layer *at = timeout == LEVEL_STEP ? own : defaults;
	char given[DURATION_SIZE], limit[DURATION_SIZE], half[DURATION_SIZE], text[1024];

	if (v->timeout_ms < 0 || v->stabilization_ms == 0 || v->stabilization_ms < v->timeout_ms)
		return;
	duration_format(v->stabilization_ms, given);
	duration_format(v->timeout_ms, limit);
	if (timeout == stabilization && timeout == LEVEL_FLAG) {
		snprintf(text, sizeof(text),
			"--stabilization %s does not fit into --timeout %s: it must be shorter",
			given, limit);
		say_once(errs, ERROR_USAGE, text);
	} else if (timeout == stabilization && timeout != LEVEL_BUILT_IN) {
		snprintf(text, sizeof(text),
			"%s:%d:%d: a stabilization of %s does not fit into a timeout of %s: it must be shorter",
			file, at->line, at->column, given, limit);
		say_once(errs, ERROR_CONFIG, text);
	} else {
		v->stabilization_ms = v->timeout_ms / 2;
		duration_format(v->stabilization_ms, half);
		step->verify_note = xasprintf(
			"stabilization shortened from %s to %s to fit into the timeout of %s",
			given, half, limit);
	}
}

#define PICK(field, set)                                                               \
	(flags->set ? flags->values.field :                                            \
	 own->present && own->set ? own->values.field :                                \
	 defaults->present && defaults->set ? defaults->values.field : built_in.field)

/* wait: true and mode: objects in one place, or the other way round. */
static void check_pair(const struct verify_layer *layer, const char *file, struct errors *errs)
{
	bool objects = layer->values.mode == VERIFY_OBJECTS;
	char text[1024];

	if (!layer->wait_set || !layer->mode_set || layer->wait != objects)
		return;
	snprintf(text, sizeof(text),
		"%s:%d:%d: wait: %s and mode: %s exclude each other; keep one of them", file,
		layer->wait_line, layer->wait_column, layer->wait ? "true" : "false",
		verify_mode_word(layer->values.mode));
	say_once(errs, ERROR_CONFIG, text);
}

static void check_helm_keys(const struct plan_step *step, const struct verify_layer *own,
	const struct verify_layer *defaults, const char *file, struct errors *errs)
{
	check_pair(own, file, errs);
	check_pair(defaults, file, errs);
	if (own->wait_line && step->type != STEP_HELM)
		errors_add(errs, ERROR_CONFIG,
			"%s:%d:%d: wait and mode exist in helm steps only; leave them out here",
			file, own->wait_line, own->wait_column);
}

/* Who decides a helm step: `mode` says, else `wait`; what the step says goes first. */
static enum verify_mode find_helm_mode(
	const struct verify_layer *own, const struct verify_layer *defaults)
{
	bool wait = own->wait_set ? own->wait : defaults->wait_set ? defaults->wait : true;

	if (own->mode_set)
		return own->values.mode;
	if (!own->wait_set && defaults->mode_set)
		return defaults->values.mode;
	if (!wait && defaults->mode_set && defaults->values.mode == VERIFY_OBJECTS)
		return VERIFY_OBJECTS;
	return wait ? VERIFY_HELM : VERIFY_NONE;
}

static enum verify_mode find_mode(const struct plan_step *step, const struct verify_layer *own,
	const struct verify_layer *defaults)
{
	if (own->present ? own->none : defaults->none)
		return VERIFY_NONE;
	return step->type == STEP_HELM ? find_helm_mode(own, defaults) : VERIFY_OBJECTS;
}

/* helm's own rules for what is ready know no window and no grace. */
static void note_helm_decides(struct plan_step *step, const struct verify_layer *own)
{
	if (own->stabilization_set || own->grace_set || own->fail_early_set)
		step->verify_note = xstrdup(
			"helm decides this step: stabilization, grace and failEarly do not apply; mode: objects lets ksettle decide");
}

void verify_resolve(struct plan_step *step, const struct verify_flags *flags,
	const struct verify_layer *own, const struct verify_layer *defaults, const char *file,
	struct errors *errs)
{
	const struct verify built_in = VERIFY_DEFAULTS;
	struct verify *v = &step->verify;
	const struct verify_layer *at = own->present ? own : defaults;

	*v = (struct verify){
		.mode = find_mode(step, own, defaults),
		.timeout_ms = PICK(timeout_ms, timeout_set),
		.stabilization_ms = PICK(stabilization_ms, stabilization_set),
		.grace_ms = PICK(grace_ms, grace_set),
		.wait_for_jobs = PICK(wait_for_jobs, wait_for_jobs_set),
		.fail_early = PICK(fail_early, fail_early_set),
		.poll_ms = flags->values.poll_ms ? flags->values.poll_ms : built_in.poll_ms,
	};
	check_helm_keys(step, own, defaults, file, errs);
	if (v->mode == VERIFY_HELM)
		note_helm_decides(step, own);
	if (v->mode != VERIFY_OBJECTS)
		return;
	fit(step,
		level_of(
			flags->timeout_set, own, own->timeout_set, defaults, defaults->timeout_set),
		level_of(flags->stabilization_set, own, own->stabilization_set, defaults,
			defaults->stabilization_set),
		own, defaults, file, errs);
	if (v->fail_early == FAIL_EARLY_NEVER && v->timeout_ms < 0)
		errors_add(errs, ERROR_CONFIG,
			"%s:%d:%d: step '%s' would never end: failEarly never needs a timeout",
			file, at->present ? at->line : step->line,
			at->present ? at->column : step->column, step->name);
}
