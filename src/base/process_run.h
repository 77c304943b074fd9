/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "base/process.h"

struct error;

/* Runs a program to its end where there is no loop yet: while a plan is read. Nothing else happens
 * meanwhile; spec->timeout_ms bounds it. A signal that would end us (INT, TERM, HUP) ends the
 * program first. done is called once; false with a sentence, and no call, if it cannot be started.
 */
bool process_run(
	const struct process_spec *spec, process_done_fn *done, void *arg, struct error *err);
