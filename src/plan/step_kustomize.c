/* SPDX-License-Identifier: Apache-2.0 */
/* The kustomize step: a kustomization, built by kubectl or kustomize. */
#include "plan/field.h"
#include "plan/step_types.h"

static void step_not_built(const struct yaml_node *node, const char *file, struct errors *errs)
{
	field_mistake(node, file, errs, "this version of ksettle knows yaml steps only; "
		"render this one to files and apply them with yaml: {files: [..]}");
}

void step_kustomize_read(struct plan_step *step, const struct yaml_node *node, const char *base,
	const char *file, struct errors *errs)
{
	(void)step;
	(void)base;
	step_not_built(node, file, errs);
}
