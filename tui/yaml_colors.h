/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tui/canvas.h"

/* Draws one line of YAML with its key, value and comment told apart, from column `sideways` of it
 * on. A line at a time, so block scalars look like plain text that may hold a key: simple, and
 * never wrong about what the characters are. */
void yaml_colors_put(struct canvas *c, int row, int col, int width, int sideways, const char *line);
