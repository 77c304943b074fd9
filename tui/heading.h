/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tui/rows.h"

/* The heading of a step's section: its name; counts per status, verdict and clocks as far as there
 * is room. */
void heading_draw(
	struct canvas *c, int row, int width, const struct scene *s, const struct line *line);
