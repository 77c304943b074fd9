/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "rules/rule.h"
#include "track/tracker.h"

/* The related objects that a rule asks for (judge_options.related), as far as the tracker has
 * them: a StatefulSet's Pods, a claim's StorageClasses. Internal to src/track. */

#define RELATED_MAX 2

struct related_set {
	struct related items[RELATED_MAX];
	size_t n;
	const json_t **objects; /* of all items, one behind the other */
	json_t *made;           /* those that stand for rows whose JSON is not kept */
};

/* The rule of o looks at other objects: its own JSON is kept, to be judged anew when they change. */
bool related_wanted(const struct tracked *o);
void related_find(struct related_set *out, const struct tracker *t, const struct tracked *o);
void related_release(struct related_set *set);
