/* SPDX-License-Identifier: Apache-2.0 */
/* Where header, tables, drawer and footer stand on a screen. */
#include "tui/frame.h"

#include "tui/view.h"

#define HEADER 2 /* title and sentence */
#define FOOTER 1
#define RIGHT_FROM 120     /* columns from which the drawer stands on the right */
#define FULL_BELOW_COLS 60 /* below these it takes the whole screen */
#define FULL_BELOW_ROWS 16
#define SHARE_RIGHT 50     /* percent that it usually has */
#define SHARE_BELOW 60
#define SHARE_MAX 30       /* so much less or more by hand */

bool frame_is_tiny(int rows, int cols)
{
	return rows < 6 || cols < 30;
}

struct box frame_body(int rows, int cols, int *detail_rows)
{
	*detail_rows = rows >= 20 ? 2 : rows >= 10 ? 1 : 0;
	return (struct box){ HEADER, 0, rows - HEADER - FOOTER - *detail_rows, cols };
}

static bool is_full(const struct ui *ui)
{
	return ui->drawer_full || ui->cols < FULL_BELOW_COLS || ui->rows < FULL_BELOW_ROWS;
}

struct box frame_drawer(const struct ui *ui, struct box *body)
{
	struct box box = { HEADER, 0, ui->rows - HEADER - FOOTER, ui->cols };

	*body = box;
	if (is_full(ui)) {
		body->rows = 0;
		return (struct box){ 1, 0, ui->rows - 1 - FOOTER, ui->cols };
	}
	if (ui->cols >= RIGHT_FROM) {
		box.cols = ui->cols * (SHARE_RIGHT + ui->drawer_share) / 100;
		box.col = ui->cols - box.cols;
		body->cols = box.col;
	} else {
		box.rows = body->rows * (SHARE_BELOW + ui->drawer_share) / 100;
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
	frame_drawer(ui, &body);
	return body;
}

void frame_share(struct ui *ui, int share)
{
	ui->drawer_share = share < -SHARE_MAX ? -SHARE_MAX :
		share > SHARE_MAX             ? SHARE_MAX :
						share;
}

void frame_drag(struct ui *ui, int row, int col)
{
	int rows = ui->rows - HEADER - FOOTER;

	if (!ui->drawer || is_full(ui))
		return;
	if (ui->cols >= RIGHT_FROM)
		frame_share(ui, ((ui->cols - col) * 100 + ui->cols - 1) / ui->cols - SHARE_RIGHT);
	else
		frame_share(ui, ((HEADER + rows - row) * 100 + rows - 1) / rows - SHARE_BELOW);
}

bool frame_is_edge(const struct ui *ui, int row, int col)
{
	struct box body, box = frame_drawer(ui, &body);

	if (!ui->drawer || is_full(ui) || row < box.row || row >= box.row + box.rows)
		return false;
	return ui->cols >= RIGHT_FROM ? col == box.col : row == box.row;
}
