/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct buf;

/* A LabelSelector of a spec: matchLabels and matchExpressions. NULL or empty matches nothing. */
bool select_spec(const json_t *selector, const json_t *object);
/* "metadata.name=x,involvedObject.uid!=y". *unknown (may be NULL) is set to a field this server
 * does not index, to free(); then false. */
bool select_fields(const char *selector, const json_t *object, char **unknown);
