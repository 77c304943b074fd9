/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct tracked;

/* What others did to an applied object since this run applied it: somebody deployed another
 * revision, or took over a field that we had set. metadata.managedFields tells (Kubernetes,
 * "Server-Side Apply"): who changes a field by an update owns it from then on, alone. Replicas that
 * a HorizontalPodAutoscaler sets are nobody's doing. Internal to src/track. */

/* The answer of our apply: its generation, and which fields are ours. */
void rivals_of_apply(struct tracked *o, const json_t *object);
/* A later look: sets o->rivals, a sentence, or NULL. Without an apply (watched objects, one that
 * came back under another uid) the first look is what later ones are compared with, and only
 * another revision is told of. */
void rivals_follow(struct tracked *o, const json_t *object);
/* Somebody wrote more than its status at that time or later (wall ms, by the server's clock). */
bool rivals_written_since(const json_t *object, int64_t wall);
void rivals_forget(struct tracked *o);
