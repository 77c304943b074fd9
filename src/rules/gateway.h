/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "rules/rule.h"

/* One answer of a Gateway API controller: the conditions of a Gateway, of a listener, of a
 * route's parent. `what` names it in messages ("listener http: "), "" for the object itself.
 * Answers for an older generation count as absent. true: in Error or In progress, and said so;
 * false: nothing is missing. `needs` is NULL-terminated: the conditions that have to be True. */
bool judge_answer(struct judgement *out, const json_t *object, const json_t *conditions,
	const char *const *needs, const char *what);
