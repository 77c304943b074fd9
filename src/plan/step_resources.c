/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that need no manifest file: objects made from a short form. */
#include "plan/field.h"
#include "plan/step_types.h"

static void step_not_built(const struct yaml_node *node, const char *file, struct errors *errs)
{
	field_mistake(node, file, errs, "this version of ksettle knows yaml steps only; "
		"render this one to files and apply them with yaml: {files: [..]}");
}

void step_resources_read(struct plan_step *step, const struct yaml_node *node, const char *base,
	const char *file, struct errors *errs)
{
	(void)step;
	(void)base;
	step_not_built(node, file, errs);
}

void step_config_map_read(struct plan_step *step, const struct yaml_node *node, const char *base,
	const char *file, struct errors *errs)
{
	(void)step;
	(void)base;
	step_not_built(node, file, errs);
}

void step_secret_read(struct plan_step *step, const struct yaml_node *node, const char *base,
	const char *file, struct errors *errs)
{
	(void)step;
	(void)base;
	step_not_built(node, file, errs);
}

void step_ingress_read(struct plan_step *step, const struct yaml_node *node, const char *base,
	const char *file, struct errors *errs)
{
	(void)step;
	(void)base;
	step_not_built(node, file, errs);
}

void step_service_read(struct plan_step *step, const struct yaml_node *node, const char *base,
	const char *file, struct errors *errs)
{
	(void)step;
	(void)base;
	step_not_built(node, file, errs);
}
