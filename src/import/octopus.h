/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct error;
struct import;

/* An Octopus deployment process (OCL) as a plan. `file` is named in sentences and comments; its
 * stem is the plan's name. What cannot be carried over is in the remarks and in comments of the
 * plan. Text of the process stands in the plan, but what an action holds for a Secret. false: it
 * cannot be read, or has no step that a plan could have; err is set, and out has remarks at most.
 * Release it in any case. */
bool octopus_import(
	struct import *out, const char *text, size_t len, const char *file, struct error *err);
