/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tui/keymap.h"
#include "tui/keys.h"

struct layout;

/* What keys do in the tables. OUTCOME_NONE: the key is none of theirs. */
enum outcome keys_table(struct ui *ui, const struct model *m, const struct layout *l, uint32_t key,
	enum action action);
/* Moves the cursor by so many rows that can hold it. */
void keys_move(struct ui *ui, const struct model *m, const struct layout *l, int by);
/* … to a line of the layout. */
void keys_to_line(struct ui *ui, const struct model *m, const struct layout *l, size_t at);
/* Enter: folds a step, unfolds what is folded, opens the drawer. */
void keys_enter(struct ui *ui, const struct model *m, const struct layout *l);
/* Space. */
void keys_toggle(struct ui *ui, const struct model *m, const struct layout *l);
