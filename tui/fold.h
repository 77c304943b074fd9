/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tui/view.h"

/* Which owners the user opened or shut by hand; all others decide by themselves. */
enum fold { FOLD_AUTO, FOLD_OPEN, FOLD_SHUT };

enum fold fold_get(const struct ui *ui, const char *id);
void fold_set(struct ui *ui, const char *id, enum fold fold);
