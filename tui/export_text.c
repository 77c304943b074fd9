/* SPDX-License-Identifier: Apache-2.0 */
/* The run as plain text. */
#include "base/buf.h"
#include "base/text.h"
#include "record/model.h"
#include "tui/export.h"
#include "tui/layout.h"
#include "tui/rows.h"
#include "tui/theme.h"
#include "tui/view.h"
#include "tui/words.h"
#include "tui/words_run.h"

void export_wrapped(struct buf *out, int indent, int cols, const char *text)
{
	while (*text) {
		size_t skip, len = words_break(text, cols - indent, &skip);

		buf_printf(out, "%*s%.*s\n", indent, "", (int)len, text);
		text += len + (text[len] ? skip : 0);
	}
}

void export_title(
	struct buf *out, const struct model *m, enum icons icons, int cols, int64_t now_ms)
{
	struct buf line = { 0 }, place = { 0 };

	if (m->nsteps)
		words_place(&place, &m->steps[words_current(m)]);
	buf_printf(&line, "ksettle%s%s%s%s   ", m->plan ? "  " : "", m->plan ? m->plan : "",
		place.len ? (icons == ICONS_ASCII ? " - " : " · ") : "", buf_str(&place));
	words_progress(&line, m, icons, now_ms, THEME_STILL);
	export_wrapped(out, 0, cols, buf_str(&line));
	buf_release(&line);
	buf_release(&place);
}

void export_sentence(struct buf *out, const struct model *m, int cols, int64_t now_ms)
{
	struct buf line = { 0 };

	words_waiting(&line, m, now_ms);
	words_deadline(&line, m, now_ms);
	export_wrapped(out, 0, cols, buf_str(&line));
	buf_release(&line);
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
		export_wrapped(out, t->name_x + layout_depth(o) + 2, c->cols, buf_str(&why));
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

	cols = cols < EXPORT_COLS_MIN ? EXPORT_COLS_MIN : cols;
	model_order(model);
	ui_init(&ui, icons);
	layout_make(&layout, model, &ui, cols, true);
	export_title(out, model, icons, cols, now_ms);
	export_sentence(out, model, cols, now_ms);
	for (size_t i = 0; i < layout.nlines; i++) {
		if (i == 0)
			buf_addch(out, '\n');
		add_line(out, &scene, &layout.lines[i], cols);
	}
	layout_release(&layout);
	ui_release(&ui);
}
