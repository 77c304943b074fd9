/* SPDX-License-Identifier: Apache-2.0 */
/* The picture: header, what the run waits for, tables, drawer, footer. */
#include "tui/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "record/model.h"
#include "tui/cursor.h"
#include "tui/drawer.h"
#include "tui/find.h"
#include "tui/footer.h"
#include "tui/frame.h"
#include "tui/help.h"
#include "tui/layout.h"
#include "tui/rows.h"
#include "tui/theme.h"
#include "tui/words.h"
#include "tui/words_run.h"

#define NAME_FROM 60   /* columns from which the program's own name has room */
#define TAIL_FROM 60   /* … and the time that is left */

void ui_init(struct ui *ui, enum icons icons)
{
	*ui = (struct ui){ .icons = icons, .follow = true, .rows = 24, .cols = 80 };
}

void ui_release(struct ui *ui)
{
	for (size_t i = 0; i < ui->nfolds; i++)
		free(ui->folds[i]);
	free(ui->folds);
	free(ui->object);
	free(ui->filter);
	free(ui->kind);
	free(ui->find);
	free(ui->typing);
	free(ui->copy);
	free(ui->message);
	*ui = (struct ui){ 0 };
}

static void draw_body(
	struct canvas *c, const struct box *body, const struct scene *scene, struct ui *ui)
{
	const struct layout *l = scene->layout;
	size_t cursor = cursor_line(l, scene->model, ui);

	if (cursor >= l->nlines || body->rows <= 0)
		return;
	cursor_scroll(ui, l, cursor, body->rows);
	for (int row = 0; row < body->rows; row++) {
		size_t at = cursor_line_of_row(l, ui, row, body->rows);

		if (at >= l->nlines)
			break;
		rows_draw(c, body->row + row, body->cols, scene, &l->lines[at]);
		if (ui->filter && l->lines[at].kind == LINE_OBJECT)
			find_highlight(c, body->row + row, 0, body->cols, ui->filter);
		if (at != cursor)
			continue;
		canvas_select_row(c, body->row + row, 0, body->cols);
		c->cursor_row = body->row + row;
		c->cursor_col = 0;
	}
}

static void draw_header(struct canvas *c, const struct scene *scene)
{
	const struct model *m = scene->model;
	struct buf place = { 0 }, progress = { 0 };
	enum role role =
		words_progress(&progress, m, scene->ui->icons, scene->now_ms, scene->frame);
	int x = 1, end = c->cols - 1 - text_width(buf_str(&progress));

	end = end < 10 ? 10 : end;
	if (m->nsteps)
		words_place(&place, &m->steps[words_current(m)]);
	if (c->cols >= NAME_FROM || !m->plan)
		x += canvas_put(c, 0, x, end - x, ROLE_TITLE, "ksettle") + 2;
	if (m->plan)
		x += canvas_put(c, 0, x, end - 2 - x, ROLE_BOLD, m->plan);
	if (place.len) {
		x += canvas_put(c, 0, x, end - 2 - x, ROLE_DIM, m->plan ? " · " : "");
		canvas_put(c, 0, x, end - 2 - x, ROLE_NORMAL, buf_str(&place));
	}
	canvas_put(c, 0, end, c->cols - end, role, buf_str(&progress));
	buf_release(&place);
	buf_release(&progress);
}

/* What the tables leave out or put in another order: "failing, Pod, /web, by name". */
static void add_filters(struct buf *out, const struct ui *ui)
{
	static const char *const only[] = { "", "failing", "in progress" };
	static const char *const sorts[] = { "", "by status", "by name", "by age" };
	const char *parts[] = { only[ui->only], ui->kind ? ui->kind : "", ui->all ? "all rows" : "",
		sorts[ui->sort], ui->inverted ? "inverted" : "" };

	_Static_assert(ARRAY_LEN(sorts) == SORT__COUNT, "every order has a word");
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (*parts[i])
			buf_printf(out, "%s%s", out->len ? ", " : "", parts[i]);
	if (ui->filter)
		buf_printf(out, "%s/%s", out->len ? ", " : "", ui->filter);
}

static void draw_sentence(struct canvas *c, const struct scene *scene)
{
	struct buf text = { 0 }, tail = { 0 }, filters = { 0 };
	enum role role = words_waiting(&text, scene->model, scene->now_ms);
	int end = c->cols - 1, x, room;

	add_filters(&filters, scene->ui);
	if (filters.len) {
		int width = text_width(buf_str(&filters));

		end -= width < c->cols / 2 ? width : c->cols / 2;
		canvas_put(c, 1, end, c->cols - 1 - end, ROLE_WARNING, buf_str(&filters));
		end -= 2;
	}
	if (end >= TAIL_FROM)
		words_deadline(&tail, scene->model, scene->now_ms);
	room = end - 1 - text_width(buf_str(&tail));
	x = 1 + canvas_put(c, 1, 1, room, role, buf_str(&text));
	canvas_put(c, 1, x, end - x, ROLE_NORMAL, buf_str(&tail));
	buf_release(&text);
	buf_release(&tail);
	buf_release(&filters);
}

/* Too small for tables: the sentence, wrapped. */
static void draw_tiny(struct canvas *c, const struct scene *scene)
{
	struct buf text = { 0 };
	const char *rest;
	enum role role =
		words_progress(&text, scene->model, scene->ui->icons, scene->now_ms, scene->frame);

	buf_addstr(&text, "  ");
	words_waiting(&text, scene->model, scene->now_ms);
	rest = buf_str(&text);
	for (int row = 0; row < c->rows && *rest; row++) {
		size_t skip, len = words_break(rest, c->cols, &skip);

		if (row == c->rows - 1)
			len = strlen(rest);
		char *part = xstrndup(rest, len);

		canvas_put(c, row, 0, c->cols, role, part);
		free(part);
		rest += len + (rest[len] ? skip : 0);
	}
	if (scene->ui->asking_quit || scene->ui->typing || scene->ui->message) {
		canvas_fill(c, c->rows - 1, 0, c->cols, ROLE_NORMAL, " ");
		footer_draw(c, scene->ui);
	}
	buf_release(&text);
}

/* The row under the cursor in full: its own line has room for the beginning only. */
static void draw_detail(struct canvas *c, int row, int rows, const struct scene *scene)
{
	const struct ui *ui = scene->ui;
	const struct model_object *o =
		ui->object ? model_find(scene->model, ui->step, ui->object) : NULL;
	struct buf text = { 0 };
	const char *rest;

	if (!o) {
		if (rows > 0)
			footer_legend(c, row + rows - 1, 1, ui->icons);
		return;
	}
	buf_printf(&text, "%s %s: ", o->kind ? o->kind : "", o->name ? o->name : "");
	words_row(&text, o);
	rest = buf_str(&text);
	for (int i = 0; i < rows && *rest; i++) {
		size_t skip, len = words_break(rest, c->cols - 2, &skip);
		char *part = xstrndup(rest, i == rows - 1 ? strlen(rest) : len);

		canvas_put(c, row + i, 1, c->cols - 2, theme_status(o->status)->role, part);
		free(part);
		rest += len + (rest[len] ? skip : 0);
	}
	buf_release(&text);
}

static void draw_full(struct canvas *c, struct scene *scene, struct ui *ui)
{
	struct layout layout;
	struct box body, drawer = { 0 };
	int detail = 0;

	if (ui->drawer)
		drawer = frame_drawer(ui, &body);
	else
		body = frame_body(c->rows, c->cols, &detail);
	layout_make(&layout, scene->model, ui, body.cols, false);
	scene->layout = &layout;
	draw_header(c, scene);
	draw_sentence(c, scene);
	draw_body(c, &body, scene, ui);
	if (ui->drawer)
		drawer_draw(c, &drawer, scene, ui);
	else
		draw_detail(c, body.row + body.rows, detail, scene);
	footer_draw(c, ui);
	layout_release(&layout);
}

void view_draw(struct canvas *out, const struct model *model, struct ui *ui, int64_t now_ms,
	unsigned frame)
{
	struct scene scene = { .model = model, .ui = ui, .now_ms = now_ms, .frame = frame };

	model_order(model);
	ui->rows = out->rows;
	ui->cols = out->cols;
	out->cursor_row = out->cursor_col = -1;
	for (int row = 0; row < out->rows; row++) {
		canvas_fill(out, row, 0, out->cols, ROLE_NORMAL, " ");
		for (int col = 0; col < out->cols; col++)
			out->cells[(size_t)row * (size_t)out->cols + (size_t)col].selected = false;
	}
	if (ui->follow || ui->step >= model->nsteps)
		cursor_follow(ui, model);
	if (ui->help)
		help_draw(out, ui);
	else if (frame_is_tiny(out->rows, out->cols))
		draw_tiny(out, &scene);
	else
		draw_full(out, &scene, ui);
	if (ui->icons == ICONS_ASCII)
		theme_to_ascii(out);
}
