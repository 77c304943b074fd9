/* SPDX-License-Identifier: Apache-2.0 */
/* Keys in the tables: moving, folding, filtering, sorting, opening. */
#include "tui/keys_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "record/model.h"
#include "tui/cursor.h"
#include "tui/fold.h"
#include "tui/frame.h"
#include "tui/keys_drawer.h"
#include "tui/layout.h"
#include "tui/order.h"
#include "tui/prompt.h"
#include "tui/words.h"

void keys_to_line(struct ui *ui, const struct model *m, const struct layout *l, size_t at)
{
	const struct line *line;

	if (at >= l->nlines)
		return;
	line = &l->lines[at];
	cursor_put(ui, line->step,
		line->kind == LINE_OBJECT ? m->steps[line->step].objects[line->object].id : NULL);
	ui->line = (int)at; /* so that the drawing sees the cursor move, not the lines */
	ui->follow = false;
}

void keys_move(struct ui *ui, const struct model *m, const struct layout *l, int by)
{
	size_t at = layout_cursor(l, m, ui), next;

	if (at >= l->nlines)
		at = layout_next(l, 0, 1);
	for (; by && at < l->nlines; by += by > 0 ? -1 : 1) {
		next = layout_next(l, at + (by > 0 ? 1 : (size_t)-1), by > 0 ? 1 : -1);
		if (next >= l->nlines)
			break;
		at = next;
	}
	keys_to_line(ui, m, l, at);
}

static void to_step(struct ui *ui, const struct model *m, const struct layout *l, size_t step)
{
	for (size_t i = 0; i < l->nlines; i++)
		if (l->lines[i].kind == LINE_STEP && l->lines[i].step == step)
			keys_to_line(ui, m, l, i);
}

static void fold_step(struct ui *ui, bool shut)
{
	uint64_t bit = ui->step < 64 ? (uint64_t)1 << ui->step : 0;

	ui->folded = shut ? ui->folded | bit : ui->folded & ~bit;
}

/* NULL when the cursor is not on an object's line. */
static const struct line *object_line(
	const struct ui *ui, const struct model *m, const struct layout *l)
{
	size_t at = layout_cursor(l, m, ui);

	return at < l->nlines && l->lines[at].kind == LINE_OBJECT ? &l->lines[at] : NULL;
}

static bool has_children(const struct model *m, const struct line *line)
{
	const struct model_step *s = &m->steps[line->step];

	return line->object + 1 < s->nobjects &&
		s->objects[line->object + 1].parent == line->object;
}

static void unfold(struct ui *ui, const struct model *m, const struct layout *l)
{
	const struct line *line = object_line(ui, m, l);

	if (!line)
		fold_step(ui, false);
	else if (fold_get(ui, ui->object) == FOLD_SHUT)
		fold_set(ui, ui->object, FOLD_AUTO);
	else if (line->finished || line->others)
		fold_set(ui, ui->object, FOLD_OPEN);
}

static void fold(struct ui *ui, const struct model *m, const struct layout *l)
{
	const struct line *line = object_line(ui, m, l);
	const struct model_step *s = ui->step < m->nsteps ? &m->steps[ui->step] : NULL;
	size_t parent;

	if (!line) {
		fold_step(ui, true);
		return;
	}
	if (has_children(m, line) && fold_get(ui, ui->object) != FOLD_SHUT) {
		fold_set(ui, ui->object, FOLD_SHUT);
		return;
	}
	parent = s->objects[line->object].parent;
	for (size_t i = 0; i < l->nlines; i++)
		if (l->lines[i].step == ui->step &&
			(parent < s->nobjects ? l->lines[i].kind == LINE_OBJECT &&
						l->lines[i].object == parent
					      : l->lines[i].kind == LINE_STEP)) {
			keys_to_line(ui, m, l, i);
			return;
		}
}

void keys_toggle(struct ui *ui, const struct model *m, const struct layout *l)
{
	const struct line *line = object_line(ui, m, l);

	if (!line)
		fold_step(ui, ui->step < 64 && !(ui->folded >> ui->step & 1));
	else if (line->finished || line->others)
		unfold(ui, m, l);
	else if (fold_get(ui, ui->object) == FOLD_OPEN)
		fold_set(ui, ui->object, FOLD_AUTO);
	else if (has_children(m, line))
		fold_set(ui, ui->object, FOLD_SHUT);
}

void keys_enter(struct ui *ui, const struct model *m, const struct layout *l)
{
	const struct line *line = object_line(ui, m, l);
	const struct model_object *o = line ? &m->steps[line->step].objects[line->object] : NULL;

	if (!line)
		keys_toggle(ui, m, l);
	else if (line->finished || line->others)
		unfold(ui, m, l);
	else
		keys_open_tab(ui, o->manifest ? DRAWER_MANIFEST : DRAWER_DETAILS);
}

static void only_kind(struct ui *ui, const struct model *m)
{
	const struct model_object *o = ui->object ? model_find(m, ui->step, ui->object) : NULL;

	if (ui->kind) {
		free(ui->kind);
		ui->kind = NULL;
	} else if (o && o->kind) {
		ui->kind = xstrdup(o->kind);
	} else {
		prompt_say(ui, "the cursor is on no object");
	}
}

static void show_everything(struct ui *ui)
{
	free(ui->filter);
	free(ui->kind);
	ui->filter = ui->kind = NULL;
	ui->only = ONLY_ALL;
	ui->all = ui->inverted = false;
	ui->sort = SORT_PLAN;
}

static void copy_row(struct ui *ui, const struct model *m)
{
	const struct model_object *o = ui->object ? model_find(m, ui->step, ui->object) : NULL;
	const struct model_step *s = ui->step < m->nsteps ? &m->steps[ui->step] : NULL;
	struct buf b = { 0 };

	if (o) {
		buf_printf(&b, "%s %s%s%s: ", o->kind ? o->kind : "", o->ns ? o->ns : "",
			o->ns && *o->ns ? "/" : "", o->name ? o->name : "");
		words_row(&b, o);
	} else if (s) {
		buf_printf(&b, "%s%s%s", s->name ? s->name : "", s->reason ? ": " : "",
			s->reason ? s->reason : "");
	}
	free(ui->copy);
	ui->copy = buf_take(&b);
}

static bool key_moves(
	struct ui *ui, const struct model *m, const struct layout *l, uint32_t key, enum action action)
{
	int page = frame_tables(ui).rows > 3 ? frame_tables(ui).rows - 3 : 1;

	switch (action) {
	case ACTION_UP: case ACTION_PREVIOUS_OBJECT: keys_move(ui, m, l, -1); break;
	case ACTION_DOWN: case ACTION_NEXT_OBJECT: keys_move(ui, m, l, 1); break;
	case ACTION_PAGE_UP: keys_move(ui, m, l, -page); break;
	case ACTION_PAGE_DOWN: keys_move(ui, m, l, page); break;
	case ACTION_HOME: keys_to_line(ui, m, l, layout_next(l, 0, 1)); break;
	case ACTION_END:
		keys_to_line(ui, m, l, l->nlines ? layout_next(l, l->nlines - 1, -1) : 0);
		break;
	case ACTION_LEFT: fold(ui, m, l); break;
	case ACTION_RIGHT: unfold(ui, m, l); break;
	case ACTION_FOLD: keys_toggle(ui, m, l); break;
	case ACTION_OPEN: keys_enter(ui, m, l); break;
	case ACTION_NEXT_STEP: to_step(ui, m, l, ui->step + 1); break;
	case ACTION_PREVIOUS_STEP:
		to_step(ui, m, l, ui->step && !ui->object ? ui->step - 1 : ui->step);
		break;
	case ACTION_STEP: to_step(ui, m, l, key - '1'); break;
	case ACTION_FIND_NEXT: prompt_find(ui, m, 1, false); break;
	case ACTION_FIND_PREVIOUS: prompt_find(ui, m, -1, false); break;
	case ACTION_FOLLOW: ui->follow = true; break;
	default: return false;
	}
	return true;
}

static bool key_chooses(struct ui *ui, const struct model *m, enum action action)
{
	switch (action) {
	case ACTION_FAILING:
		ui->only = ui->only == ONLY_FAILING ? ONLY_ALL : ONLY_FAILING;
		break;
	case ACTION_PROGRESS:
		ui->only = ui->only == ONLY_PROGRESS ? ONLY_ALL : ONLY_PROGRESS;
		break;
	case ACTION_KIND: only_kind(ui, m); break;
	case ACTION_ALL: ui->all = !ui->all; break;
	case ACTION_SORT: ui->sort = (ui->sort + 1) % SORT__COUNT; break;
	case ACTION_INVERT: ui->inverted = !ui->inverted; break;
	case ACTION_FIND: prompt_open(ui); break;
	case ACTION_BACK: show_everything(ui); break;
	case ACTION_HELP: ui->help = true; ui->help_scroll = 0; break;
	case ACTION_PREVIOUS_LOGS:
		keys_open_tab(ui, DRAWER_LOGS);
		ui->previous = true;
		break;
	default: return false;
	}
	return true;
}

enum outcome keys_table(struct ui *ui, const struct model *m, const struct layout *l, uint32_t key,
	enum action action)
{
	if (action >= ACTION_TAB && action <= ACTION_TAB_LAST) {
		keys_open_tab(ui, (enum drawer_tab)(action - ACTION_TAB));
		ui->previous = false;
		return OUTCOME_REDRAW;
	}
	if (action == ACTION_COPY) {
		copy_row(ui, m);
		return OUTCOME_COPY;
	}
	return key_moves(ui, m, l, key, action) || key_chooses(ui, m, action) ? OUTCOME_REDRAW
									      : OUTCOME_NONE;
}
