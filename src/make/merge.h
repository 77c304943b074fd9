/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

/* Lays `over` on `under`: mappings merge key by key, anything else (lists too) replaces what was
 * there, and a null removes it. Values are shared, not copied. */
void merge_over(json_t *under, const json_t *over);
