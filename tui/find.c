/* SPDX-License-Identifier: Apache-2.0 */
/* Finding text: in the model's objects, and on the screen to mark it. */
#include "tui/find.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "record/model.h"
#include "tui/fold.h"
#include "tui/frame.h"
#include "tui/layout.h"
#include "tui/order.h"

bool find_matches(const char *text, const char *pattern)
{
	return text && pattern && *pattern && strcasestr(text, pattern) != NULL;
}

bool find_in_object(const struct model_object *o, const char *pattern)
{
	return find_matches(o->name, pattern) || find_matches(o->kind, pattern) ||
		find_matches(o->ns, pattern) || find_matches(o->reason, pattern) ||
		find_matches(o->message, pattern) || find_matches(o->note, pattern);
}

/* Takes away what would hide what is asked for: steps' folds, owners' folds. */
static void reveal(struct ui *ui, const struct model *m)
{
	for (size_t step = 0; step < m->nsteps; step++) {
		const struct model_step *s = &m->steps[step];

		for (size_t i = 0; i < s->nobjects; i++) {
			size_t owner = i;

			if (!order_wants(&s->objects[i], ui))
				continue;
			if (step < 64)
				ui->folded &= ~((uint64_t)1 << step);
			while ((owner = order_parent(s, owner)) != MODEL_NO_PARENT && ui->nfolds)
				if (fold_get(ui, s->objects[owner].id) == FOLD_SHUT)
					fold_set(ui, s->objects[owner].id, FOLD_AUTO);
		}
	}
}

static const struct model_object *object_of(const struct model *m, const struct line *line)
{
	return line->kind == LINE_OBJECT ? &m->steps[line->step].objects[line->object] : NULL;
}

bool find_object(struct ui *ui, const struct model *m, int direction, bool from_here)
{
	struct layout l;
	bool found = false;
	size_t start;

	reveal(ui, m);
	layout_make(&l, m, ui, frame_tables(ui).cols, false);
	start = layout_cursor(&l, m, ui);
	start = start < l.nlines ? start : 0;
	for (size_t i = from_here ? 0 : 1; i <= l.nlines && l.nlines && !found; i++) {
		size_t at = (direction > 0 ? start + i : start + 2 * l.nlines - i) % l.nlines;
		const struct model_object *o = object_of(m, &l.lines[at]);

		if (!o || !order_wants(o, ui))
			continue;
		free(ui->object);
		ui->object = xstrdup(o->id);
		ui->step = l.lines[at].step;
		found = true;
	}
	layout_release(&l);
	return found;
}

void find_highlight(struct canvas *c, int row, int col, int width, const char *pattern)
{
	struct buf text = { 0 };
	int *column_of;
	size_t len = strlen(pattern), n = 0;

	if (row < 0 || row >= c->rows || !len)
		return;
	column_of = xcalloc((size_t)c->cols * sizeof(c->cells->glyph) + 1, sizeof(*column_of));
	for (int x = col < 0 ? 0 : col; x < col + width && x < c->cols; x++) {
		const char *glyph = c->cells[(size_t)row * (size_t)c->cols + (size_t)x].glyph;

		for (size_t i = 0; glyph[i]; i++)
			column_of[n++] = x;
		buf_addstr(&text, glyph);
	}
	for (const char *at = buf_str(&text); (at = strcasestr(at, pattern)); at += len)
		for (size_t i = 0; i < len; i++) {
			int x = column_of[(size_t)(at - buf_str(&text)) + i];

			c->cells[(size_t)row * (size_t)c->cols + (size_t)x].role = ROLE_MATCH;
		}
	free(column_of);
	buf_release(&text);
}
