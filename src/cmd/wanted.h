/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

struct args;
struct error;
struct errors;
struct manifests;
struct selection;

/* The objects that the command line of watch or status asks for: files (-f), a kustomization (-k),
 * or words. */

/* Whether the flags and words go together; else a sentence (ERROR_USAGE). */
bool wanted_check(const struct args *args, const char *command, struct error *err);
/* The words, of a line with neither -f nor -k. */
bool wanted_selection(const struct args *args, struct selection *out, struct error *err);
/* Only those with the labels of -l stay; none left is a mistake. */
bool wanted_filter(const struct args *args, struct manifests *list, struct errors *errs);
