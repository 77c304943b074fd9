/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/args.h"
#include "plan/plan.h"

/* `ksettle run --check PLAN`: what a plan that was read would do, and what would hinder it. Changes
 * nothing. With --offline no cluster is asked. Prints to standard output and returns the exit code:
 * that of a run of it as far as can be known, 4 when a cluster cannot be reached. */
int check_run(const struct args *args, const struct plan *plan);
