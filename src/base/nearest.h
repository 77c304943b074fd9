/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The word of the NULL-terminated list that was probably meant (few edits away, case ignored); NULL
 * if none is near. */
const char *nearest_word(const char *word, const char *const *words);
