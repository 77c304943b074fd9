/* SPDX-License-Identifier: Apache-2.0 */
/* Draws the lines of the body: step headings, table headings, objects. */
#include "tui/rows.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "record/model.h"
#include "tui/heading.h"
#include "tui/layout_columns.h"
#include "tui/theme.h"
#include "tui/words.h"

#define GAP 2
#define EXTRA_MIN 12 /* columns from which the beginning of a status says enough */

/* Columns of a child that its owner's row tells already. */
static const char *const quiet[] = { "Desired", "Current", "Age", "Name" };

static bool is_quiet(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(quiet); i++)
		if (strcasecmp(quiet[i], name) == 0)
			return true;
	return false;
}

static void draw_text(struct canvas *c, int row, int width, const struct line *line)
{
	char *text = xstrndup(line->text, line->len);

	canvas_put(c, row, LAYOUT_INDENT, width - LAYOUT_INDENT - 1, line->role, text);
	free(text);
}

static void put_upper(struct canvas *c, int row, int col, int width, const char *text)
{
	char *upper = xstrdup(text);

	for (char *p = upper; *p; p++)
		*p = (char)((unsigned char)*p < 0x80 ? toupper((unsigned char)*p) : *p);
	canvas_put(c, row, col, width, ROLE_HEADER, upper);
	free(upper);
}

static void draw_heading(struct canvas *c, int row, const struct scene *s, const struct line *line)
{
	const struct table *t = &s->layout->tables[line->table];

	canvas_put(
		c, row, t->name_x, t->name_width, ROLE_HEADER, t->head->kind ? t->head->kind : "");
	for (int i = 0; i < t->ncolumns; i++)
		put_upper(c, row, t->columns[i].x, t->columns[i].width,
			t->names->columns[t->columns[i].index].name);
	if (t->age_width)
		canvas_put(c, row, t->age_x, t->age_width, ROLE_HEADER, "AGE");
}

static bool is_completed(const struct model_object *o)
{
	const char *status = model_column(o, "Status");

	return status && strcmp(status, "Completed") == 0;
}

/* What a Pod that has completed does not tell: that it is not ready, that it did not restart. */
static bool is_idle(const char *name, const char *value)
{
	return strcmp(name, "Ready") == 0 || (strcmp(name, "Restarts") == 0 && strcmp(value, "0") == 0);
}

/* "♥ 20 Pods ready", "21 folded" while they are not all that. */
static void add_hidden(struct buf *out, const struct scene *s, const struct line *line)
{
	const struct model_object *sample =
		&s->model->steps[line->step].objects[line->sample];
	bool pods = !line->mixed && sample->kind && strcmp(sample->kind, "Pod") == 0;

	if (line->others)
		buf_printf(out, "%u folded", line->finished + line->others);
	else
		buf_printf(out, "%s %u %s%s%s", theme_status(STATUS_SUCCESS)->mark[s->ui->icons],
			line->finished, line->mixed || !sample->kind ? "object" : sample->kind,
			line->finished == 1 ? "" : "s",
			!pods ? "" : is_completed(sample) ? " completed" : " ready");
}

static bool in_table(const struct table *t, const char *name)
{
	for (int i = 0; i < t->ncolumns; i++)
		if (strcasecmp(t->names->columns[t->columns[i].index].name, name) == 0)
			return true;
	return false;
}

/* How much a child says besides its table's columns, when there is less and less room. */
enum leftover { LEFTOVER_ALL, LEFTOVER_BRIEF, LEFTOVER_STATUS, LEFTOVER__COUNT };

static bool is_worth_its_room(const char *name, const char *value, enum leftover how)
{
	if (how == LEFTOVER_ALL || strcmp(name, "Status") == 0)
		return true;
	if (how == LEFTOVER_STATUS)
		return false;
	return strcmp(name, "Restarts") == 0 ? strcmp(value, "0") != 0 : strcmp(name, "Ready") == 0;
}

/* What a child says in columns that its table does not have: "Running, 0 restarts". */
static void add_leftover(
	struct buf *out, const struct table *t, const struct model_object *o, enum leftover how)
{
	for (size_t i = 0; i < o->ncolumns; i++) {
		const char *name = o->columns[i].name, *value = o->columns[i].value;

		if (!value || !*value || in_table(t, name) || is_quiet(name))
			continue;
		if (is_completed(o) && is_idle(name, value))
			continue;
		if (!is_worth_its_room(name, value, how))
			continue;
		if (out->len)
			buf_addstr(out, ", ");
		if (strcmp(name, "Status") == 0)
			buf_addstr(out, value);
		else if (strcmp(name, "Restarts") == 0)
			buf_printf(out, "%s restart%s", value, strcmp(value, "1") == 0 ? "" : "s");
		else
			buf_printf(out, "%s %s", name, value);
	}
}

/* Where the columns end that the object has a value for. */
static int values_end(const struct table *t, const struct model_object *o)
{
	int x = t->name_x + t->name_width + GAP;

	for (int i = 0; i < t->ncolumns; i++)
		if (model_column(o, t->names->columns[t->columns[i].index].name))
			x = t->columns[i].x + t->columns[i].width + GAP;
	return x;
}

/* Where there is little room the cause of a child goes before its age, and takes the columns that
 * the child has nothing in. */
static bool is_squeezed(const struct table *t, const struct model_object *o)
{
	return t->narrow && o->depth > 0 && o->status != STATUS_SUCCESS;
}

void rows_why_place(const struct table *t, const struct model_object *o, int *x, int *width)
{
	*x = is_squeezed(t, o) ? values_end(t, o) : t->why_x;
	*width = t->why_x + t->why_width - *x;
}

/* "CreateContainerConf…": the reason tells the rest. */
static bool is_cut_short(const struct model_object *o, int room)
{
	return o->status != STATUS_SUCCESS && room >= EXTRA_MIN;
}

/* What a row says besides its columns and its cause; true when it goes between the columns and the
 * age, at *x. */
static bool make_extra(
	struct buf *out, const struct scene *s, const struct line *line, int *x, int *room)
{
	const struct model_object *o = &s->model->steps[line->step].objects[line->object];
	const struct table *t = &s->layout->tables[line->table];
	bool hides = line->finished || line->others;

	*x = values_end(t, o);
	*room = t->age_x - GAP - *x;
	if (hides) {
		add_hidden(out, s, line);
	} else if (o->depth > 0) {
		enum leftover how = is_squeezed(t, o) ? LEFTOVER_BRIEF : LEFTOVER_ALL;

		for (; how < LEFTOVER__COUNT; how++) {
			buf_reset(out);
			add_leftover(out, t, o, how);
			if (text_width(buf_str(out)) <= *room)
				break;
		}
	}
	if (is_squeezed(t, o))
		return false;
	return out->len && (text_width(buf_str(out)) <= *room || (!hides && is_cut_short(o, *room)));
}

void rows_why(struct buf *out, const struct scene *s, const struct line *line)
{
	const struct model_object *o = &s->model->steps[line->step].objects[line->object];
	bool wordy =
		(o->message && *o->message) || (o->reason && *o->reason) || (o->note && *o->note);
	const struct table *t = &s->layout->tables[line->table];
	struct buf extra = { 0 };
	int x, room, width;
	bool fits;

	words_row(out, o);
	rows_why_place(t, o, &x, &width);
	if (!make_extra(&extra, s, line, &x, &room) && extra.len) {
		fits = text_width(buf_str(out)) + text_width(buf_str(&extra)) + 2 <= width;
		if (o->status == STATUS_SUCCESS || (fits && (line->finished || line->others)))
			buf_printf(out, "%s %s", wordy ? ";" : ":", buf_str(&extra));
	}
	buf_release(&extra);
}

/* Its cause has a line of its own below. */
static bool has_cause(const struct layout *l, const struct line *line)
{
	return line >= l->lines && line + 1 < l->lines + l->nlines && line[1].kind == LINE_WHY;
}

static void draw_why(struct canvas *c, int row, const struct scene *s, const struct line *line)
{
	const struct model_object *o = &s->model->steps[line->step].objects[line->object];
	const struct table *t = &s->layout->tables[line->table];
	const struct theme_status *look = theme_status(o->status);
	struct buf why = { 0 };
	enum role rest = o->status == STATUS_SUCCESS || o->stale ? ROLE_DIM : ROLE_NORMAL;
	int x, width, word = (int)strlen(look->word);

	rows_why_place(t, o, &x, &width);
	if (has_cause(s->layout, line))
		buf_addstr(&why, look->word);
	else
		rows_why(&why, s, line);
	canvas_put(c, row, x, width, words_has_note(o) ? ROLE_WARNING : rest, buf_str(&why));
	if (o->status != STATUS_SUCCESS && strncmp(buf_str(&why), look->word, (size_t)word) == 0)
		canvas_put(c, row, x, word < width ? word : 0, look->role, look->word);
	buf_release(&why);
}

/* What the row above had no room for, from its mark on. */
static void draw_cause(
	struct canvas *c, int row, int width, const struct scene *s, const struct line *line)
{
	const struct model_object *o = &s->model->steps[line->step].objects[line->object];
	int x = s->layout->tables[line->table].name_x + layout_depth(o) + 2;
	struct buf why = { 0 };

	rows_why(&why, s, line);
	canvas_put(c, row, x, width - x - 1,
		words_has_note(o) ? ROLE_WARNING : theme_status(o->status)->role, buf_str(&why));
	buf_release(&why);
}

static void draw_age(struct canvas *c, int row, const struct scene *s, const struct line *line)
{
	const struct model_step *step = &s->model->steps[line->step];
	const struct model_object *o = &step->objects[line->object];
	const struct table *t = &s->layout->tables[line->table];
	char age[DURATION_SIZE];

	if (!t->age_width || !o->created_at || is_squeezed(t, o))
		return;
	duration_age(words_age(s->model, step, o->created_at, s->now_ms), age);
	canvas_put(c, row, t->age_x, t->age_width, o->stale ? ROLE_DIM : ROLE_NORMAL, age);
}

static void draw_values(
	struct canvas *c, int row, enum role role, const struct table *t, const struct model_object *o)
{
	for (int i = 0; i < t->ncolumns; i++) {
		char made[LAYOUT_VALUE];

		canvas_put(c, row, t->columns[i].x, t->columns[i].width, role,
			layout_value(t, o, t->names->columns[t->columns[i].index].name, made));
	}
}

static void draw_object(struct canvas *c, int row, const struct scene *s, const struct line *line)
{
	const struct model_object *o = &s->model->steps[line->step].objects[line->object];
	const struct table *t = &s->layout->tables[line->table];
	enum role plain = o->stale ? ROLE_DIM : ROLE_NORMAL;
	int x = t->name_x + layout_depth(o), end = t->name_x + t->name_width, room;
	struct buf label = { 0 }, extra = { 0 };

	canvas_put(c, row, x, 2, theme_status(o->status)->role,
		theme_status(o->status)->mark[s->ui->icons]);
	x += s->ui->icons == ICONS_EMOJI ? 3 : 2;
	layout_label(&label, t, o);
	canvas_put_middle(
		c, row, x, end - x, o->applied && o->manifest ? ROLE_LINK : plain, buf_str(&label));
	draw_values(c, row, plain, t, o);
	if (make_extra(&extra, s, line, &x, &room))
		canvas_put(c, row, x, room, o->status == STATUS_ERROR ? ROLE_ERROR : plain,
			buf_str(&extra));
	draw_age(c, row, s, line);
	draw_why(c, row, s, line);
	buf_release(&label);
	buf_release(&extra);
}

void rows_draw(
	struct canvas *c, int row, int width, const struct scene *scene, const struct line *line)
{
	switch (line->kind) {
	case LINE_BLANK:
		break;
	case LINE_STEP:
		heading_draw(c, row, width, scene, line);
		break;
	case LINE_TEXT:
		draw_text(c, row, width, line);
		break;
	case LINE_HEADING:
		draw_heading(c, row, scene, line);
		break;
	case LINE_OBJECT:
		draw_object(c, row, scene, line);
		break;
	case LINE_WHY:
		draw_cause(c, row, width, scene, line);
		break;
	}
}
