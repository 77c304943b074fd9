/* SPDX-License-Identifier: Apache-2.0 */
/* The run as plain text: all of it, and the short summary that stays in the scrollback. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "record/model.h"
#include "tui/layout.h"
#include "tui/rows.h"
#include "tui/theme.h"
#include "tui/view.h"
#include "tui/words.h"
#include "tui/words_run.h"
#include "tui/words_step.h"

#define COLS_MIN 40
#define INDENT 6

static void add_wrapped(struct buf *out, int indent, int cols, const char *text)
{
	while (*text) {
		size_t skip, len = words_break(text, cols - indent, &skip);

		buf_printf(out, "%*s%.*s\n", indent, "", (int)len, text);
		text += len + (text[len] ? skip : 0);
	}
}

static void add_header(
	struct buf *out, const struct model *m, enum icons icons, int cols, int64_t now_ms)
{
	struct buf line = { 0 }, place = { 0 };

	if (m->nsteps)
		words_place(&place, &m->steps[words_current(m)]);
	buf_printf(&line, "ksettle%s%s%s%s   ", m->plan ? "  " : "", m->plan ? m->plan : "",
		place.len ? (icons == ICONS_ASCII ? " - " : " · ") : "", buf_str(&place));
	words_progress(&line, m, icons, now_ms, THEME_STILL);
	add_wrapped(out, 0, cols, buf_str(&line));
	buf_reset(&line);
	words_waiting(&line, m, now_ms);
	words_deadline(&line, m, now_ms);
	add_wrapped(out, 0, cols, buf_str(&line));
	buf_release(&line);
	buf_release(&place);
}

/* A row's cause that its last column has no room for follows in full below it. */
static void add_row(
	struct buf *out, struct canvas *c, const struct scene *scene, const struct line *line)
{
	const struct table *t = &scene->layout->tables[line->table];
	const struct model_object *o = &scene->model->steps[line->step].objects[line->object];
	struct buf why = { 0 };
	int x, width;
	bool fits;

	rows_why_place(t, o, &x, &width);
	rows_why(&why, scene, line);
	fits = text_width(buf_str(&why)) <= width;
	if (!fits)
		canvas_fill(c, 0, x, c->cols - x, ROLE_NORMAL, " ");
	if (scene->ui->icons == ICONS_ASCII)
		theme_to_ascii(c);
	canvas_text(c, out);
	if (!fits)
		add_wrapped(out, t->name_x + layout_depth(o) + 2, c->cols, buf_str(&why));
	buf_release(&why);
}

static void add_line(struct buf *out, const struct scene *scene, const struct line *line, int cols)
{
	struct canvas c;

	canvas_init(&c, 1, cols);
	rows_draw(&c, 0, cols, scene, line);
	if (line->kind == LINE_OBJECT) {
		add_row(out, &c, scene, line);
	} else {
		if (scene->ui->icons == ICONS_ASCII)
			theme_to_ascii(&c);
		canvas_text(&c, out);
	}
	canvas_release(&c);
}

void view_text(
	struct buf *out, const struct model *model, enum icons icons, int cols, int64_t now_ms)
{
	struct ui ui;
	struct layout layout;
	struct scene scene = {
		.model = model, .ui = &ui, .layout = &layout, .now_ms = now_ms, .frame = THEME_STILL
	};

	cols = cols < COLS_MIN ? COLS_MIN : cols;
	model_order(model);
	ui_init(&ui, icons);
	layout_make(&layout, model, &ui, cols, true);
	add_header(out, model, icons, cols, now_ms);
	for (size_t i = 0; i < layout.nlines; i++) {
		if (i == 0)
			buf_addch(out, '\n');
		add_line(out, &scene, &layout.lines[i], cols);
	}
	layout_release(&layout);
	ui_release(&ui);
}

static bool worth_telling(const struct model_object *o)
{
	if (!o->applied || o->status == STATUS_NONE)
		return o->apply == APPLIED_FAILED;
	return o->status != STATUS_SUCCESS || words_has_note(o);
}

static void summarize_object(
	struct buf *out, const struct model_object *o, enum icons icons, int cols)
{
	struct buf line = { 0 };

	buf_printf(&line, "%s %s %s%s%s: ", theme_status(o->status)->mark[icons], o->kind,
		o->ns ? o->ns : "", o->ns && *o->ns ? "/" : "", o->name);
	words_row(&line, o);
	add_wrapped(out, INDENT, cols, buf_str(&line));
	buf_release(&line);
}

static void summarize_step(struct buf *out, const struct model *m, size_t step, enum icons icons,
	int cols, int64_t now_ms)
{
	const struct model_step *s = &m->steps[step];
	struct buf line = { 0 }, verdict = { 0 };
	struct words_part part;

	words_step(&verdict, m, s, icons, now_ms, 3, &part);
	buf_printf(&line, "%zu %s  %s", step + 1, s->name ? s->name : "", buf_str(&verdict));
	add_wrapped(out, 2, cols, buf_str(&line));
	if (s->reason && s->verdict != VERDICT_SUCCEEDED)
		add_wrapped(out, INDENT, cols, s->reason);
	for (size_t i = 0; i < s->nwarnings; i++)
		add_wrapped(out, INDENT, cols, s->warnings[i]);
	for (size_t i = 0; i < s->nobjects; i++)
		if (worth_telling(&s->objects[i]))
			summarize_object(out, &s->objects[i], icons, cols);
	buf_release(&line);
	buf_release(&verdict);
}

void view_summary(
	struct buf *out, const struct model *model, enum icons icons, int cols, int64_t now_ms)
{
	cols = cols < COLS_MIN ? COLS_MIN : cols;
	model_order(model);
	add_header(out, model, icons, cols, now_ms);
	for (size_t i = 0; i < model->nsteps; i++)
		summarize_step(out, model, i, icons, cols, now_ms);
}
