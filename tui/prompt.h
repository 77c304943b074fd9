/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "tui/keys.h"

/* The prompt of /, and the line that says how a key fared. */

void prompt_open(struct ui *ui);
/* One key of what is typed; rows are filtered while it is typed. */
enum outcome prompt_key(struct ui *ui, const struct model *m, uint32_t key);
/* n and N, in the drawer or in the tables. from_here: what is under the cursor counts too. */
void prompt_find(struct ui *ui, const struct model *m, int direction, bool from_here);
/* One line in the footer until the next key; NULL: none. */
void prompt_say(struct ui *ui, const char *text);
