/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

/* A workload's spec.selector (a LabelSelector, or the plain map of a ReplicationController) as the
 * API's labelSelector text: "app=web,tier in (a,b),!old". NULL when there is none or it cannot be
 * written without loss. To free(). */
char *selector_text(const json_t *object);

/* One selector that matches what any of the n selectors does: "app in (a,b,c)" when all are one and
 * the same key with one value each and it stays below max bytes; else NULL. To free(). */
char *selector_union(const char *const *selectors, size_t n, size_t max);
