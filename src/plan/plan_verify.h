/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "plan/plan.h"

/* The layers of `verify`, key by key: flag, step, plan's defaults, built in. Internal to src/plan.
 */
struct verify_layer {
	bool present;   /* the block or "none" is there */
	bool none;
	bool timeout_set, stabilization_set, grace_set, wait_for_jobs_set, fail_early_set;
	/* of helm steps: `wait` and `mode`, and where the last of them stands */
	bool wait_set, wait, mode_set;
	int wait_line, wait_column;
	struct verify values;
	int line, column; /* of the block */
};

void verify_layer_parse(struct verify_layer *layer, const struct yaml_node *node, const char *file,
	struct errors *errs);
void verify_resolve(struct plan_step *step, const struct verify_flags *flags,
	const struct verify_layer *own, const struct verify_layer *defaults, const char *file,
	struct errors *errs);
