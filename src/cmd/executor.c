/* SPDX-License-Identifier: Apache-2.0 */
/* Which executor a step has. */
#include "cmd/executor.h"

#include "cmd/applier.h"
#include "cmd/helm_step.h"
#include "cmd/switcher.h"
#include "cmd/watcher.h"

const struct executor_kind *executor_kind_of(const struct plan_step *step)
{
	if (step->blue_green.name)
		return &executor_switch;
	if (step->type == STEP_HELM)
		return &executor_helm;
	return step->type == STEP_WATCH ? &executor_watch : &executor_apply;
}
