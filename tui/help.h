/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tui/canvas.h"

struct ui;

/* All keys, from the table of keys, and what the marks mean. Clamps ui's scroll. */
void help_draw(struct canvas *c, struct ui *ui);
