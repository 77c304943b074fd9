/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

struct errors;

/* Brings the mistakes from errs->items[from] on into the order of the plan's lines. One that has
 * its place elsewhere stays behind the one it came after. Each is there once. Internal to src/plan.
 */
void mistakes_sort(struct errors *errs, size_t from, const char *file);
