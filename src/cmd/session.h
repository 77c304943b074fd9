/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/args.h"
#include "kube/kubeconfig.h"
#include "plan/plan.h"

/* One run from its first event to its exit code: the record, the output, the signals and the runner around one loop. Shared by run,
 * watch and demo. Returns the exit code; prints its own errors. The plan is borrowed. */
int session_run(const struct args *args, const struct plan *plan);

/* Prints "ksettle: TEXT" to stderr, one line each. */
void session_complain(const struct errors *errs);
int session_fail(const struct error *err); /* says it and returns the exit code of its class: 2 or 4, else 1 */
/* Loads the rules that are data (ksettle-rules(5)); false after saying what is wrong with them. */
bool session_load_rules(void);
