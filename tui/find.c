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
#include "tui/layout.h"

bool find_matches(const char *text, const char *pattern)
{
	return text && pattern && *pattern && strcasestr(text, pattern) != NULL;
}

static bool object_matches(const struct model_object *o, const char *pattern)
{
	return find_matches(o->name, pattern) || find_matches(o->kind, pattern) ||
		find_matches(o->ns, pattern) || find_matches(o->reason, pattern) ||
		find_matches(o->message, pattern) || find_matches(o->note, pattern);
}

/* Objects of all steps counted through, so that "next" crosses from step to step. */
static const struct model_object *numbered(const struct model *m, size_t number, size_t *step)
{
	for (*step = 0; *step < m->nsteps; ++*step) {
		if (number < m->steps[*step].nobjects)
			return &m->steps[*step].objects[number];
		number -= m->steps[*step].nobjects;
	}
	return NULL;
}

static size_t number_of_cursor(const struct ui *ui, const struct model *m, bool *on_object)
{
	size_t number = 0;

	*on_object = false;
	for (size_t i = 0; i < m->nsteps && i < ui->step; i++)
		number += m->steps[i].nobjects;
	for (size_t i = 0; ui->object && ui->step < m->nsteps && i < m->steps[ui->step].nobjects;
		i++)
		if (strcmp(m->steps[ui->step].objects[i].id, ui->object) == 0) {
			*on_object = true;
			return number + i;
		}
	return number;
}

/* Takes away what would hide the object: its step's fold, its owners' folds, the filter. */
static void reveal(struct ui *ui, const struct model_step *s, const struct model_object *o)
{
	if (ui->step < 64)
		ui->folded &= ~((uint64_t)1 << ui->step);
	if (!layout_is_failing(o))
		ui->only_failing = false;
	for (size_t parent = o->parent, depth = 0; parent < s->nobjects && depth < s->nobjects;
		parent = s->objects[parent].parent, depth++)
		if (fold_get(ui, s->objects[parent].id) == FOLD_SHUT)
			fold_set(ui, s->objects[parent].id, FOLD_AUTO);
}

bool find_object(struct ui *ui, const struct model *m, int direction, bool from_here)
{
	size_t total = 0, start, step;
	bool on_object;

	for (size_t i = 0; i < m->nsteps; i++)
		total += m->steps[i].nobjects;
	start = number_of_cursor(ui, m, &on_object);
	for (size_t i = 0; i < total; i++) {
		size_t ahead = on_object && !from_here ? i + 1 : i;
		size_t number =
			direction > 0 ? start + ahead : start + 2 * total - ahead - !on_object;
		const struct model_object *o = numbered(m, number % total, &step);

		if (!o || !object_matches(o, ui->find))
			continue;
		free(ui->object);
		ui->object = xstrdup(o->id);
		ui->step = step;
		reveal(ui, &m->steps[step], o);
		return true;
	}
	return false;
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
