/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions in the elements of a list: one for each who answers. */
#include <stdio.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "rules/gateway.h"
#include "rules/generic.h"
#include "rules/read.h"

static const char *const lists[] = { "parents", "ancestors", "listeners", "ingress" };

/* The conditions that an element has of these have to be True. */
static size_t needs_of(const json_t *conditions, const char *needs[static 6])
{
	static const char *const types[] = { "Accepted", "Admitted", "ResolvedRefs", "Programmed",
		"Ready" };
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		const struct condition c = condition_in(conditions, types[i], 0);

		if (condition_present(&c))
			needs[n++] = types[i];
	}
	needs[n] = NULL;
	return n;
}

/* A controller that has nothing to do with it: another's answer counts. */
static bool is_not_responsible(const json_t *conditions)
{
	const struct condition c = condition_in(conditions, "Accepted", 0);

	return c.is == TRUTH_FALSE && same(c.reason, "TargetNotFound");
}

static bool someone_is_responsible(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *conditions = jx_get(json_array_get(list, i), "conditions");
		const struct condition c = condition_in(conditions, "Accepted", 0);

		if (condition_present(&c) && !is_not_responsible(conditions))
			return true;
	}
	return false;
}

bool judge_by_answers(struct judgement *out, const json_t *object)
{
	const char *needs[6];
	char what[32];
	bool found = false, wanting = false;

	for (size_t k = 0; k < ARRAY_LEN(lists); k++) {
		const json_t *list = json_object_get(jx_get(object, "status"), lists[k]);
		bool responsible = someone_is_responsible(list);

		for (size_t i = 0; i < json_array_size(list); i++) {
			const json_t *conditions = jx_get(json_array_get(list, i), "conditions");

			if (needs_of(conditions, needs) == 0 ||
				(responsible && is_not_responsible(conditions)))
				continue;
			found = true;
			snprintf(what, sizeof(what), "%s %zu: ", lists[k], i + 1);
			wanting |= judge_answer(out, object, conditions, needs, what);
			if (wanting && out->status == STATUS_ERROR)
				return true;
		}
	}
	if (found && !wanting)
		judge_success(out);
	return found;
}
