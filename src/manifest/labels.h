/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct error;

/* Selectors as -l and --field-selector write them, and the API's queries: "a=b,c!=d,e in (f,g),
 * h notin (i),j,!k,l>5". "" selects all. */

/* Whether it can be read; else a sentence (ERROR_USAGE). */
bool labels_check(const char *selector, struct error *err);
/* An object without a label is matched by != and notin, as the API server has it. One that cannot
 * be read matches nothing. */
bool labels_match(const char *selector, const json_t *object);

/* "metadata.name=x,status.phase!=Failed": which fields there are only the server knows. */
bool fields_check(const char *selector, struct error *err);
