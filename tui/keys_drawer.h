/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tui/keymap.h"
#include "tui/keys.h"

struct layout;

/* What means another thing while the drawer is open. OUTCOME_NONE: the table's keys go on. */
enum outcome keys_drawer(
	struct ui *ui, const struct model *m, const struct layout *l, enum action action);
/* Opens it, or another of its tabs. */
void keys_open_tab(struct ui *ui, enum drawer_tab tab);
