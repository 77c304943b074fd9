/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

struct ui;

/* Where things stand on a screen of ui's size. */
struct box { int row, col, rows, cols; };

/* Too small for tables: only a sentence is shown. */
bool frame_is_tiny(int rows, int cols);
/* The tables, as long as the drawer is shut; *detail_rows below them tell the cursor's object in
 * full. */
struct box frame_body(int rows, int cols, int *detail_rows);
/* The drawer; *body becomes what it leaves to the tables (rows 0: nothing). */
struct box frame_drawer(const struct ui *ui, struct box *body);
/* The tables as they stand now. */
struct box frame_tables(const struct ui *ui);

/* The drawer's share of the screen, in percent points more than usual; kept within limits. */
void frame_share(struct ui *ui, int share);
/* Puts its edge there, as a mouse drags it. */
void frame_drag(struct ui *ui, int row, int col);
/* The edge is at that place. */
bool frame_is_edge(const struct ui *ui, int row, int col);
