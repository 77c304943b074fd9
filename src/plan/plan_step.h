/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "plan/plan.h"
#include "plan/plan_verify.h"

/* What the reading of each step needs to know. Internal to src/plan. */
struct step_context {
	struct plan *plan;
	const struct verify_flags *flags;
	const char *base;         /* the plan's folder */
	struct verify_layer defaults;
};

/* Adds one step to the plan; its needs are resolved when all are there (plan_needs.h). */
void plan_step_read(const struct step_context *context, const struct yaml_node *node,
	const char *file, struct errors *errs);
void plan_step_release(struct plan_step *step);
