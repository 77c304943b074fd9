/* SPDX-License-Identifier: Apache-2.0 */
/* Where header, tables, drawer and footer stand on a screen. */
#include "tui/frame.h"

#include "tui/view.h"

#define HEADER 2 /* title and sentence */
#define FOOTER 1
#define RIGHT_FROM 120     /* columns from which the drawer stands on the right */
#define FULL_BELOW_COLS 60 /* below these it takes the whole screen */
#define FULL_BELOW_ROWS 16

bool frame_is_tiny(int rows, int cols)
{
	return rows < 6 || cols < 30;
}

struct box frame_body(int rows, int cols, int *detail_rows)
{
	*detail_rows = rows >= 20 ? 2 : rows >= 10 ? 1 : 0;
	return (struct box){ HEADER, 0, rows - HEADER - FOOTER - *detail_rows, cols };
}

struct box frame_drawer(int rows, int cols, struct box *body)
{
	struct box box = { HEADER, 0, rows - HEADER - FOOTER, cols };

	*body = box;
	if (cols < FULL_BELOW_COLS || rows < FULL_BELOW_ROWS) {
		body->rows = 0;
		return (struct box){ 1, 0, rows - 1 - FOOTER, cols };
	}
	if (cols >= RIGHT_FROM) {
		box.cols = cols / 2;
		box.col = cols - box.cols;
		body->cols = box.col;
	} else {
		box.rows = body->rows * 3 / 5;
		box.row = body->row + body->rows - box.rows;
		body->rows -= box.rows;
	}
	return box;
}

struct box frame_tables(const struct ui *ui)
{
	struct box body;
	int detail;

	if (!ui->drawer)
		return frame_body(ui->rows, ui->cols, &detail);
	frame_drawer(ui->rows, ui->cols, &body);
	return body;
}
