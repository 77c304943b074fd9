/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

struct object;
struct apply;

/* Who holds which field: what server-side apply decides by. */

/* The fields where `body` would change what another manager applied: [{manager, field}]; a new
 * reference. Fields are written as the server writes them
 * (.spec.template.spec.containers[name="web"].image). */
json_t *ownership_conflicts(const struct object *obj, const json_t *body, const char *manager);
/* Takes those fields from their managers. */
void ownership_seize(struct object *obj, const json_t *body, const char *manager);
/* Keeps body as what the manager applied and writes metadata.managedFields. */
void ownership_record(struct object *obj, const char *manager, const json_t *body);
/* Removes from live what `before` named and `now` no longer does. */
void ownership_prune(json_t *live, json_t *before, const json_t *now);
