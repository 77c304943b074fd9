/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* Every reference of a workload, a Pod or an Ingress to the ConfigMap or Secret `from` becomes one
 * to `to`. Returns whether there was one. Internal to src/plan. */
bool refs_rename(json_t *object, const char *kind, const char *from, const char *to);
