/* SPDX-License-Identifier: Apache-2.0 */
/* Which executor a type of step has. */
#include "cmd/executor.h"

#include "cmd/applier.h"
#include "cmd/watcher.h"

const struct executor_kind *executor_kind_of(enum step_type type)
{
	return type == STEP_WATCH ? &executor_watch : &executor_apply;
}
