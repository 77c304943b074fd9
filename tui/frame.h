/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

struct ui;

/* Where things stand on a screen of that size. */
struct box { int row, col, rows, cols; };

/* Too small for tables: only a sentence is shown. */
bool frame_is_tiny(int rows, int cols);
/* The tables, as long as the drawer is shut; *detail_rows below them tell the cursor's object in
 * full. */
struct box frame_body(int rows, int cols, int *detail_rows);
/* The drawer; *body becomes what it leaves to the tables (rows 0: nothing). */
struct box frame_drawer(int rows, int cols, struct box *body);
/* The tables as they stand now, by ui's size and drawer. */
struct box frame_tables(const struct ui *ui);
