/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tui/layout.h"
#include "tui/view.h"

/* Where the cursor stands, and what of the body is in sight. */

/* Puts it on an object, or on the step's heading (NULL). */
void cursor_put(struct ui *ui, size_t step, const char *object);
/* Until it is moved by hand: to the newest problem, else to the step that runs; at the end to what
 * failed. */
void cursor_follow(struct ui *ui, const struct model *m);
/* Its line. Where its object is no longer shown, the nearest line above takes it. nlines: there is
 * no line. */
size_t cursor_line(const struct layout *l, const struct model *m, struct ui *ui);
/* Keeps the cursor's line where it was on the screen when lines come and go above it, and in sight.
 */
void cursor_scroll(struct ui *ui, const struct layout *l, size_t cursor, int rows);

/* The line to show in a row of the body: the first two repeat the headings of what is scrolled
 * away. */
size_t cursor_line_of_row(const struct layout *l, const struct ui *ui, int row, int rows);
