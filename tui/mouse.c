/* SPDX-License-Identifier: Apache-2.0 */
/* The mouse: a click selects, on a name or a second time it opens; the wheel moves; the drawer's
 * edge can be dragged. */
#include "tui/mouse.h"

#include <string.h>

#include "base/text.h"
#include "record/model.h"
#include "tui/cursor.h"
#include "tui/drawer.h"
#include "tui/frame.h"
#include "tui/keys_drawer.h"
#include "tui/keys_table.h"
#include "tui/layout.h"

#define WHEEL 3 /* rows a notch */
#define FOLD_MARK 3 /* columns that a step's mark takes with the space around it */

struct event { enum mouse what; int row, col; };

static bool is_in(const struct box *box, const struct event *e)
{
	return e->row >= box->row && e->row < box->row + box->rows && e->col >= box->col &&
		e->col < box->col + box->cols;
}

/* The name of an object that has a manifest looks like a link, and is one. */
static bool is_on_link(const struct model *m, const struct layout *l, const struct line *line, int col)
{
	const struct model_object *o = &m->steps[line->step].objects[line->object];
	const struct table *t = &l->tables[line->table];
	int from = t->name_x + layout_depth(o) + 2, width = layout_label_width(t, o);
	int end = from + width < t->name_x + t->name_width ? from + width : t->name_x + t->name_width;

	return o->manifest && col >= from && col < end;
}

static void click_line(
	struct ui *ui, const struct model *m, const struct layout *l, size_t at, int col)
{
	const struct line *line;
	bool again;

	if (at < l->nlines && l->lines[at].kind == LINE_WHY) {
		at--; /* the cause belongs to the row above it, but is no link */
		col = -1;
	}
	if (at >= l->nlines)
		return;
	line = &l->lines[at];
	if (line->kind != LINE_STEP && line->kind != LINE_OBJECT)
		return;
	again = layout_cursor(l, m, ui) == at;
	keys_to_line(ui, m, l, at);
	if (line->kind == LINE_STEP ? again || col < FOLD_MARK : again && !is_on_link(m, l, line, col))
		keys_enter(ui, m, l);
	else if (line->kind == LINE_OBJECT && is_on_link(m, l, line, col))
		keys_open_tab(ui, DRAWER_MANIFEST);
}

static void click(
	struct ui *ui, const struct model *m, const struct layout *l, const struct event *e)
{
	struct box tables = frame_tables(ui), body, drawer = frame_drawer(ui, &body);

	if (frame_is_edge(ui, e->row, e->col)) {
		ui->dragging = true;
	} else if (ui->drawer && is_in(&drawer, e)) {
		int tab = drawer_tab_at(ui, &drawer, e->row, e->col);

		if (tab >= 0)
			keys_open_tab(ui, (enum drawer_tab)tab);
	} else if (is_in(&tables, e)) {
		click_line(ui, m, l,
			cursor_line_of_row(l, ui, e->row - tables.row, tables.rows), e->col);
	}
}

static void turn(struct ui *ui, const struct model *m, const struct layout *l, const struct event *e)
{
	struct box body, drawer = frame_drawer(ui, &body);
	int by = e->what == MOUSE_WHEEL_UP ? -WHEEL : WHEEL;

	if (ui->help) {
		ui->help_scroll += by;
	} else if (ui->drawer && is_in(&drawer, e)) {
		ui->drawer_scroll += by;
		if (ui->drawer_scroll < 0)
			ui->drawer_scroll = 0;
	} else {
		keys_move(ui, m, l, by);
	}
}

enum outcome mouse_key(struct ui *ui, const struct model *model, uint32_t key)
{
	struct event e = { (enum mouse)(key >> 24 & 7), (int)(key >> 12 & 0xfff), (int)(key & 0xfff) };
	bool turns = e.what == MOUSE_WHEEL_UP || e.what == MOUSE_WHEEL_DOWN;
	struct layout layout;

	if (e.what == MOUSE_DRAG || e.what == MOUSE_UP) {
		if (ui->dragging)
			frame_drag(ui, e.row, e.col);
		ui->dragging = ui->dragging && e.what == MOUSE_DRAG;
		return OUTCOME_REDRAW;
	}
	if (ui->typing || ui->asking_quit || (ui->help && !turns))
		return OUTCOME_NONE;
	layout_make(&layout, model, ui, frame_tables(ui).cols, false);
	if (turns)
		turn(ui, model, &layout, &e);
	else
		click(ui, model, &layout, &e);
	layout_release(&layout);
	return OUTCOME_REDRAW;
}
