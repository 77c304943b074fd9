/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/args.h"
#include "kube/kubeconfig.h"
#include "plan/plan.h"

/* One run from its first event to its exit code: the record, the output, the signals and the runner
 * around one loop. Shared by run, watch and demo. Returns the exit code; prints its own errors. The
 * plan is borrowed. */
int session_run(const struct args *args, const struct plan *plan);
/* The same for a plan that was just read: says errs and returns 2 if it was not. Releases both. */
int session_run_read(
	const struct args *args, bool read, struct plan *plan_take, struct errors *errs_take);

/* Prints "ksettle: TEXT" to stderr, one line each. */
void session_complain(const struct errors *errs);
int session_exit_code(const struct error *err); /* of its class: 2 or 4, else 1 */
int session_fail(const struct error
		*err); /* says it and returns the exit code of its class: 2 or 4, else 1 */
/* Loads the rules that are data (ksettle-rules(5)); false after saying what is wrong with them. */
bool session_load_rules(void);
