/* SPDX-License-Identifier: Apache-2.0 */
/* What the plan adds under spec:, laid over what was made from the short form. */
#include "make/merge.h"

void merge_over(json_t *under, const json_t *over)
{
	void *at = json_object_iter((json_t *)over);

	for (; at; at = json_object_iter_next((json_t *)over, at)) {
		const char *key = json_object_iter_key(at);
		json_t *value = json_object_iter_value(at), *old = json_object_get(under, key);

		if (json_is_null(value))
			json_object_del(under, key);
		else if (json_is_object(value) && json_is_object(old))
			merge_over(old, value);
		else
			json_object_set(under, key, value);
	}
}
