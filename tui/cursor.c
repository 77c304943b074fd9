/* SPDX-License-Identifier: Apache-2.0 */
/* Where the cursor stands, and what of the body is in sight. */
#include "tui/cursor.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "record/model.h"
#include "tui/order.h"
#include "tui/words.h"
#include "tui/words_run.h"

#define LEFT_MAX 2     /* objects that the cursor follows one after the other to the end */
#define STICKY_FROM 12 /* rows of a body from which headings stay in sight */

void cursor_put(struct ui *ui, size_t step, const char *object)
{
	char *copy = xstrdup_or_null(object);

	free(ui->object);
	ui->object = copy;
	ui->step = step;
}

/* Since when it fails, whatever reasons it has given meanwhile. */
static int64_t failing_since(const struct model_object *o)
{
	int64_t since = 0;

	for (size_t i = o->ntimeline; i-- > 0;) {
		enum status status = o->timeline[i].status;

		if (status != STATUS_ERROR && status != STATUS_TIMED_OUT)
			break;
		since = o->timeline[i].at;
	}
	return since;
}

static const struct model_object *newest_problem(const struct model *m, size_t *step)
{
	const struct model_object *newest = NULL;
	int64_t since = -1;

	for (size_t i = 0; i < m->nsteps; i++)
		for (size_t k = 0; words_open(&m->steps[i]) && k < m->steps[i].nobjects; k++) {
			const struct model_object *o = &m->steps[i].objects[k];

			if (!order_failing(o) || failing_since(o) <= since)
				continue;
			newest = o;
			since = failing_since(o);
			*step = i;
		}
	return newest;
}

static const struct model_object *what_failed(const struct model_step *s)
{
	for (size_t i = 0; i < s->nobjects; i++)
		if (s->objects[i].applied && order_failing(&s->objects[i]))
			return &s->objects[i];
	return NULL;
}

/* What a long step still waits for, once it is little: it may stand far below. */
static const struct model_object *what_is_left(
	const struct ui *ui, const struct model *m, size_t *step)
{
	const struct model_step *s = NULL;
	size_t others;
	const struct model_object *o = words_culprit(m, &s, &others);

	if (!o || others >= LEFT_MAX || s->nobjects <= (size_t)ui->rows)
		return NULL;
	*step = (size_t)(s - m->steps);
	return o;
}

void cursor_follow(struct ui *ui, const struct model *m)
{
	size_t step = words_current(m);
	const struct model_object *problem = NULL;

	if (m->verdict && step < m->nsteps) {
		problem = what_failed(&m->steps[step]);
	} else if (!m->verdict) {
		problem = newest_problem(m, &step);
		problem = problem ? problem : what_is_left(ui, m, &step);
	}
	cursor_put(ui, step, problem ? problem->id : NULL);
}

static int clamp(int value, int low, int high)
{
	return value > high ? (high < low ? low : high) : value < low ? low : value;
}

/* Where the cursor stands on when its object has gone: as near as the same step has it. */
static size_t nearest(const struct layout *l, const struct ui *ui)
{
	int first = 0, last = (int)l->nlines - 1;

	while (first < last && l->lines[first].step < ui->step)
		first++;
	while (last > first && l->lines[last].step > ui->step)
		last--;
	return (size_t)clamp(ui->line, first, last);
}

size_t cursor_line(const struct layout *l, const struct model *m, struct ui *ui)
{
	size_t at = layout_cursor(l, m, ui), near;

	if (at < l->nlines || !l->nlines)
		return at;
	near = nearest(l, ui);
	at = layout_next(l, near, -1);
	if (at == l->nlines)
		at = layout_next(l, near, 1);
	if (at < l->nlines && !ui->typing) { /* what is typed may yet be taken back */
		const struct line *line = &l->lines[at];

		cursor_put(ui, line->step,
			line->kind == LINE_OBJECT ? m->steps[line->step].objects[line->object].id :
						    NULL);
	}
	return at;
}

void cursor_scroll(struct ui *ui, const struct layout *l, size_t cursor, int rows)
{
	int at = (int)cursor;
	int above = rows >= STICKY_FROM && l->lines[cursor].kind == LINE_OBJECT ? 2 : 0;
	int below = rows >= STICKY_FROM && ui->follow ? rows / 3 : 0; /* it explains it */

	ui->scroll += at - ui->line;
	ui->line = at;
	if (ui->follow) { /* as much of the section as fits */
		int start = at, end = at + 1;

		while (start > 0 && l->lines[start].kind != LINE_STEP)
			start--;
		while ((size_t)end < l->nlines && l->lines[end].step == l->lines[cursor].step)
			end++;
		ui->scroll = clamp(ui->scroll, end - rows < start ? end - rows : start, start);
	}
	ui->scroll = clamp(ui->scroll, at - rows + 1 + below, at - above);
	ui->scroll = clamp(ui->scroll, 0, (int)l->nlines - rows);
}

static bool is_row(const struct layout *l, size_t at)
{
	return at < l->nlines && l->lines[at].kind == LINE_OBJECT;
}

size_t cursor_line_of_row(const struct layout *l, const struct ui *ui, int row, int rows)
{
	size_t at = (size_t)(ui->scroll + row), i = at;

	if (at >= l->nlines || rows < STICKY_FROM || row > 1)
		return at;
	if (row == 0) {
		while (i > 0 && l->lines[i].kind != LINE_STEP)
			i--;
		return i;
	}
	if (!is_row(l, at) || !is_row(l, at + 1))
		return at; /* a heading above nothing says nothing */
	while (i > 0 && l->lines[i].kind != LINE_HEADING)
		i--;
	return i;
}
