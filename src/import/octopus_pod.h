/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "import/octopus_action.h"

/* What Pods of a workload have, in the plan's short form. Internal to the import of OCL. */
enum form { FORM_TEXT, FORM_SCALAR, FORM_WORDS };

/* Takes a property that is filled: sets into[to]. */
void pod_set(struct action *a, json_t *into, const char *to, const char *property, enum form form);
/* into[to], if the value is filled. */
void pod_set_filled(json_t *into, const char *to, json_t *value_take);
/* Security, DNS, tolerations and their like. */
void pod_set_rest(struct action *a, json_t *workload);
