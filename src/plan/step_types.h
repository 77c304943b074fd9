/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "plan/plan.h"

/* One reader for each type of step (DESIGN.md §5): node is the value of the step's key, base the
 * plan's folder. Mistakes go to errs with their positions. Internal to src/plan. */
typedef void step_reader(struct plan_step *step, const struct yaml_node *node, const char *base,
	const char *file, struct errors *errs);

step_reader step_yaml_read;     /* {files: [..], forceConflicts: false} */
step_reader step_helm_read;
step_reader step_kustomize_read;
step_reader step_resources_read;
step_reader step_config_map_read;
step_reader step_secret_read;
step_reader step_ingress_read;
step_reader step_service_read;

/* A list of files, folders or globs (or one of them): their objects are added to list. A mistake
 * has its place in the file, or where the plan names it. False: there is one. */
struct manifests;
bool step_files_read(struct manifests *list, const struct yaml_node *node, const char *what,
	const char *base, const char *file, struct errors *errs);
/* The plan's last word on a resources step, when its verify is known. */
void step_resources_check(const struct plan_step *step, const char *file, struct errors *errs);
