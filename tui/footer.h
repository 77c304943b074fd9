/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tui/canvas.h"
#include "tui/view.h"

/* The last line: the keys that work now, or the prompt, the question, the message that is open. */
void footer_draw(struct canvas *c, const struct ui *ui);
/* What the marks mean, in one line. */
void footer_legend(struct canvas *c, int row, int x, enum icons icons);
