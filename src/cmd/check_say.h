/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "plan/plan.h"

/* To standard output, as display text. Internal to src/cmd/check*.c. */
void check_say(const char *indent, const char *text);
void check_say_take(const char *indent, char *text); /* frees it */

/* A step's heading and what the plan says of it; where: ", prod at https://…", or "". */
void check_say_step(const struct plan *plan, size_t index, const char *where);
/* "Deployment shop/web", to free(); ns may be NULL. */
char *check_label(const struct manifest *m, const char *ns);
