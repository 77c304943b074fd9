/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "plan/plan.h"

/* Finds the steps that each `needs` of the list `steps` names, in a plan whose steps all were read.
 * A name that no step has and steps that wait for each other are mistakes. Internal to src/plan. */
void plan_needs_resolve(struct plan *plan, const struct yaml_node *steps, const char *file,
	struct errors *errs);
