/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that need no manifest file: objects made from a short form. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "make/field.h"
#include "plan/blue_green.h"
#include "plan/made.h"
#include "plan/step_types.h"

enum strategy { STRATEGY_NONE, STRATEGY_RECREATE, STRATEGY_ROLLING, STRATEGY_BLUE_GREEN };

struct reading {
	struct plan_step *step;
	struct made_list list;
	enum strategy strategy;
	const struct yaml_node *strategy_at, *blue_green_at;
	bool lost; /* what blueGreen says could not be read */
};

static void read_strategy(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	static const char *const words[] = { "", "recreate", "rollingUpdate", "blueGreen" };
	struct reading *r = into;

	r->strategy_at = value;
	for (size_t i = 1; i < ARRAY_LEN(words); i++)
		if (value->kind == YAML_SCALAR && strcmp(value->value, words[i]) == 0)
			r->strategy = (enum strategy)i;
	if (!r->strategy)
		field_mistake(value, file, errs,
			"strategy must be recreate, rollingUpdate or blueGreen; maxSurge and "
			"maxUnavailable stand in the deployment's own strategy");
}

static void read_blue_verify(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	r->lost |= !field_bool(&r->step->blue_green.verify, value, "verify", file, errs);
}

static void read_blue_green(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	static const struct field fields[] = {
		{ "verify", read_blue_verify },
	};
	struct reading *r = into;

	r->blue_green_at = value;
	field_table(value, "blueGreen", fields, ARRAY_LEN(fields), into, file, errs);
	r->lost |= !field_all_known(value, fields, ARRAY_LEN(fields));
}

static void read_force(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	field_bool(&r->step->force_conflicts, value, "forceConflicts", file, errs);
}

/* Read afterwards, in the order in which they are applied. */
static void note_block(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	(void)into;
	(void)value;
	(void)file;
	(void)errs;
}

static const struct field fields[] = {
	{ "strategy", read_strategy },
	{ "blueGreen", read_blue_green },
	{ "forceConflicts", read_force },
	{ "deployment", note_block },
	{ "statefulSet", note_block },
	{ "daemonSet", note_block },
	{ "job", note_block },
	{ "cronJob", note_block },
	{ "service", note_block },
	{ "ingress", note_block },
	{ "configMap", note_block },
	{ "secret", note_block },
	{ "custom", note_block },
};

/* The server's own defaults are said, too: what nobody has applied would stay when a Recreate, which
 * must not have it, is applied over it. */
static void set_strategy(struct reading *r, const struct made *made)
{
	const char *type = r->strategy == STRATEGY_RECREATE ? "Recreate" : "RollingUpdate";
	json_t *spec = json_object_get(made->object, "spec");
	const char *given = jx_str(spec, "strategy.type");

	if (given && r->strategy && strcmp(given, type) != 0)
		make_mistake(&r->list.make, r->strategy_at,
			"this strategy is not that of the deployment, which says %s", given);
	else if (r->strategy == STRATEGY_RECREATE)
		json_object_set_new(spec, "strategy", json_pack("{s:s}", "type", type));
	else if (!json_object_get(spec, "strategy"))
		json_object_set_new(spec, "strategy",
			json_pack("{s:s, s:{s:s, s:s}}", "type", type, "rollingUpdate", "maxSurge",
				"25%", "maxUnavailable", "25%"));
}

static void set_strategies(struct reading *r)
{
	struct made *made;

	for (size_t i = 0; (made = made_find(&r->list, make_deployment, i)); i++)
		if (made->object)
			set_strategy(r, made);
}

/* The Services that lead to the Deployment's Pods, and the routes to those. One that could not be
 * read may be such a Service, too. */
static size_t count_switched(struct reading *r, const struct made *deployment)
{
	const char *name = r->step->blue_green.name;
	struct made *made;
	size_t n = 0;

	for (size_t i = 0; (made = made_find(&r->list, make_service, i)); i++) {
		made->last = !made->object || !deployment->object ||
			blue_green_switch(made->object, deployment->object, name);
		n += made->last;
	}
	for (size_t i = 0; (made = made_find(&r->list, make_ingress, i)); i++)
		made->last = true;
	return n;
}

/* The new colour, and what is switched to it. */
static void set_blue_green(struct reading *r)
{
	struct blue_green *bg = &r->step->blue_green;
	struct made *deployment = made_find(&r->list, make_deployment, 0);
	const struct make *m = &r->list.make;

	if (!r->lost) {
		bg->line = r->strategy_at->line;
		bg->column = r->strategy_at->column;
	}
	if (made_find(&r->list, make_deployment, 1)) {
		make_mistake(m, r->strategy_at, "blueGreen is for one deployment; this step has "
						"several: give each a step");
		return;
	}
	if (deployment->object &&
		!blue_green_colour(m, deployment->node, deployment->object, bg))
		return;
	if (!count_switched(r, deployment) && !r->list.unsure)
		make_mistake(m, r->strategy_at, "blueGreen needs a service beside the deployment "
						"that leads to its Pods: it is what is switched");
}

static void apply_strategy(struct reading *r)
{
	const struct make *m = &r->list.make;

	if (r->blue_green_at && r->strategy != STRATEGY_BLUE_GREEN && r->strategy_at)
		make_mistake(m, r->blue_green_at, "blueGreen belongs to strategy: blueGreen");
	else if (r->blue_green_at && !r->strategy_at)
		make_mistake(m, r->blue_green_at, "add strategy: blueGreen beside this");
	else if (r->strategy && made_find(&r->list, make_deployment, 0) == NULL) {
		if (!r->list.unsure)
			make_mistake(m, r->strategy_at,
				"strategy is a deployment's, and this step has none");
	} else if (r->strategy == STRATEGY_BLUE_GREEN)
		set_blue_green(r);
	set_strategies(r);
}

static void finish(struct reading *r)
{
	size_t first_last = made_finish(&r->list, &r->step->manifests);

	if (r->step->blue_green.name)
		r->step->blue_green.first_switched = first_last;
}

void step_resources_read(struct plan_step *step, const struct yaml_node *node, const char *base,
	const char *file, struct errors *errs)
{
	struct reading r = { .step = step,
		.list.make = { .base = base, .file = file, .errs = errs } };

	if (!field_table(node, "a resources step", fields, ARRAY_LEN(fields), &r, file, errs))
		return;
	r.list.unsure = !field_all_known(node, fields, ARRAY_LEN(fields));
	made_read(&r.list, node);
	if (r.list.n + r.list.custom.n == 0 && !r.list.custom_lost && !r.list.unsure)
		field_mistake(node, file, errs,
			"a resources step needs an object: deployment: {name, containers}");
	made_link(&r.list);
	apply_strategy(&r);
	finish(&r);
	made_release(&r.list);
}

void step_resources_check(const struct plan_step *step, const char *file, struct errors *errs)
{
	const struct blue_green *bg = &step->blue_green;
	struct yaml_node at = { .line = bg->line, .column = bg->column };
	bool none = step->verify.mode == VERIFY_NONE;

	if (!bg->line)
		return;
	if (!bg->verify && !none)
		field_mistake(&at, file, errs,
			"strategy blueGreen switches at once and is not verified: say verify: none "
			"for this step, or blueGreen: {verify: true} beside strategy to switch "
			"only when the new Deployment has settled");
	else if (bg->verify && none)
		field_mistake(&at, file, errs,
			"blueGreen: {verify: true} needs a step that is verified, and this one is "
			"not: give it a verify block, or leave this out");
}

static void read_single(struct plan_step *step, make_object_fn *make,
	const struct yaml_node *node, const char *base, const char *file, struct errors *errs)
{
	struct made_list list = {
		.make = { .base = base, .file = file, .errs = errs, .alone = true },
	};
	const struct yaml_node *force = yaml_get(node, "forceConflicts");

	made_read_one(&list, make, node);
	made_link(&list);
	made_finish(&list, &step->manifests);
	step->force_conflicts =
		force && force->kind == YAML_SCALAR && strcmp(force->value, "true") == 0;
	made_release(&list);
}

void step_config_map_read(struct plan_step *step, const struct yaml_node *node, const char *base,
	const char *file, struct errors *errs)
{
	read_single(step, make_config_map, node, base, file, errs);
}

void step_secret_read(struct plan_step *step, const struct yaml_node *node, const char *base,
	const char *file, struct errors *errs)
{
	read_single(step, make_secret, node, base, file, errs);
}

void step_ingress_read(struct plan_step *step, const struct yaml_node *node, const char *base,
	const char *file, struct errors *errs)
{
	read_single(step, make_ingress, node, base, file, errs);
}

void step_service_read(struct plan_step *step, const struct yaml_node *node, const char *base,
	const char *file, struct errors *errs)
{
	read_single(step, make_service, node, base, file, errs);
}
