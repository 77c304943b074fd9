/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "plan/plan.h"

/* A yaml step: {files: [..], forceConflicts: false}. Reads every file; `base` is the plan's folder.
 */
void step_yaml_read(struct plan_step *step, const struct yaml_node *node, const char *base,
	const char *file, struct errors *errs);
