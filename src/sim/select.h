/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct buf;

/* Label selectors as a query writes them: "a=b,c!=d,e in (f,g),h notin (i),j,!k". An object without
 * labels matches as the real server has it (!= and notin match what is absent). */
bool select_labels(const char *selector, const json_t *object);
/* Whether it can be parsed. */
bool select_labels_valid(const char *selector);
/* A LabelSelector of a spec: matchLabels and matchExpressions. NULL or empty matches nothing. */
bool select_spec(const json_t *selector, const json_t *object);
/* "metadata.name=x,involvedObject.uid!=y". *unknown (may be NULL) is set to a field this server
 * does not index, to free(); then false. */
bool select_fields(const char *selector, const json_t *object, char **unknown);
