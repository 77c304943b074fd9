/* SPDX-License-Identifier: Apache-2.0 */
/* The picture: header, what the run waits for, tables, drawer, footer. */
#include "tui/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "record/model.h"
#include "tui/drawer.h"
#include "tui/find.h"
#include "tui/footer.h"
#include "tui/frame.h"
#include "tui/help.h"
#include "tui/layout.h"
#include "tui/rows.h"
#include "tui/theme.h"
#include "tui/words.h"

#define NAME_FROM 60   /* columns from which the program's own name has room */
#define STICKY_FROM 12 /* rows of a body from which headings stay in sight */

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
	free(ui->find);
	free(ui->typing);
	free(ui->message);
	*ui = (struct ui){ 0 };
}

static void put_cursor(struct ui *ui, size_t step, const char *object)
{
	char *copy = xstrdup_or_null(object);

	free(ui->object);
	ui->object = copy;
	ui->step = step;
}

/* Until it is moved by hand the cursor stands on the step that runs; at the end on what failed. */
static void follow(struct ui *ui, const struct model *m)
{
	size_t step = words_current(m);
	const struct model_object *bad = NULL;

	for (size_t i = 0; m->verdict && step < m->nsteps && !bad && i < m->steps[step].nobjects;
		i++)
		if (m->steps[step].objects[i].applied &&
			layout_is_failing(&m->steps[step].objects[i]))
			bad = &m->steps[step].objects[i];
	put_cursor(ui, step, bad ? bad->id : NULL);
}

/* Where the cursor's object is no longer shown, the nearest line above takes it. */
static size_t find_cursor(const struct layout *l, const struct model *m, struct ui *ui)
{
	size_t at = layout_cursor(l, m, ui), near;

	if (at < l->nlines || !l->nlines)
		return at;
	near = ui->line > 0 && (size_t)ui->line < l->nlines ? (size_t)ui->line :
		ui->line > 0                                ? l->nlines - 1 :
							      0;
	at = layout_next(l, near, -1);
	if (at == l->nlines)
		at = layout_next(l, near, 1);
	if (at < l->nlines) {
		const struct line *line = &l->lines[at];

		put_cursor(ui, line->step,
			line->kind == LINE_OBJECT ? m->steps[line->step].objects[line->object].id :
						    NULL);
	}
	return at;
}

static int clamp(int value, int low, int high)
{
	return value > high ? (high < low ? low : high) : value < low ? low : value;
}

/* Keeps the cursor's line where it was on the screen when lines come and go above it, and in sight.
 */
static void scroll_to(struct ui *ui, const struct layout *l, size_t cursor, int rows)
{
	int at = (int)cursor,
	    above = rows >= STICKY_FROM && l->lines[cursor].kind == LINE_OBJECT ? 2 : 0;

	ui->scroll += at - ui->line;
	ui->line = at;
	if (ui->follow && l->lines[cursor].kind == LINE_STEP) { /* as much of the section as fits */
		int end = at + 1;

		while ((size_t)end < l->nlines && l->lines[end].step == l->lines[cursor].step)
			end++;
		ui->scroll = clamp(ui->scroll, end - rows, at);
	}
	ui->scroll = clamp(ui->scroll, at - rows + 1, at - above);
	ui->scroll = clamp(ui->scroll, 0, (int)l->nlines - rows);
}

/* The line to show in a row: the first two repeat the headings of what is scrolled away. */
static size_t line_for_row(const struct layout *l, const struct ui *ui, int row, int rows)
{
	size_t at = (size_t)(ui->scroll + row), i;

	if (at >= l->nlines || rows < STICKY_FROM || row > 1)
		return at;
	for (i = at; row == 0 && i > 0 && l->lines[i].kind != LINE_STEP; i--)
		;
	if (row == 0)
		return i;
	for (i = at; l->lines[at].kind == LINE_OBJECT && i > 0 && l->lines[i].kind != LINE_HEADING;
		i--)
		;
	return i;
}

static void draw_body(
	struct canvas *c, const struct box *body, const struct scene *scene, struct ui *ui)
{
	const struct layout *l = scene->layout;
	size_t cursor = find_cursor(l, scene->model, ui);

	if (cursor >= l->nlines || body->rows <= 0)
		return;
	scroll_to(ui, l, cursor, body->rows);
	for (int row = 0; row < body->rows; row++) {
		size_t at = line_for_row(l, ui, row, body->rows);

		if (at >= l->nlines)
			break;
		rows_draw(c, body->row + row, body->cols, scene, &l->lines[at]);
		if (ui->find && l->lines[at].kind == LINE_OBJECT)
			find_highlight(c, body->row + row, 0, body->cols, ui->find);
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

static void draw_sentence(struct canvas *c, const struct scene *scene)
{
	struct buf text = { 0 };
	enum role role = words_waiting(&text, scene->model, scene->now_ms);
	const char *filter = scene->ui->only_failing ? "only failing (f)" : "";
	int x = c->cols - 1 - text_width(filter);

	canvas_put(c, 1, 1, x - 2, role, buf_str(&text));
	canvas_put(c, 1, x, c->cols - x, ROLE_WARNING, filter);
	buf_release(&text);
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
		drawer = frame_drawer(c->rows, c->cols, &body);
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
		follow(ui, model);
	if (ui->help)
		help_draw(out, ui);
	else if (frame_is_tiny(out->rows, out->cols))
		draw_tiny(out, &scene);
	else
		draw_full(out, &scene, ui);
	if (ui->icons == ICONS_ASCII)
		theme_to_ascii(out);
}
