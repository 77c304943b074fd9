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
#include "tui/theme.h"
#include "tui/words.h"

#define GAP 2
#define NAME_ROOM 14 /* columns that a step's name keeps beside its verdict */

/* Columns of a child that its owner's row tells already. */
static const char *const quiet[] = { "Desired", "Current", "Age", "Name" };

static bool is_quiet(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(quiet); i++)
		if (strcasecmp(quiet[i], name) == 0)
			return true;
	return false;
}

static void draw_step(
	struct canvas *c, int row, int width, const struct scene *s, const struct line *line)
{
	const struct model_step *step = &s->model->steps[line->step];
	bool folded = line->step < 64 && (s->ui->folded >> line->step & 1);
	struct buf left = { 0 }, right = { 0 };
	size_t from = 0;
	enum role role = ROLE_DIM;
	int x, room;

	buf_printf(&left, " %s %u %s", folded ? "▸" : "▾", line->step + 1,
		step->name ? step->name : "");
	room = text_width(buf_str(&left)) < NAME_ROOM ? text_width(buf_str(&left)) : NAME_ROOM;
	for (int detail = 0;; detail++) {
		buf_reset(&right);
		if (!words_step(&right, s->model, step, s->ui->icons, s->now_ms, s->frame, detail,
			    &from, &role) ||
			text_width(buf_str(&right)) + room + GAP + 1 <= width)
			break;
	}
	x = width - 1 - text_width(buf_str(&right));
	canvas_put(c, row, 0, right.len ? x - GAP : width, ROLE_TITLE, buf_str(&left));
	if (right.len) {
		canvas_put(c, row, x, width - x, ROLE_DIM, buf_str(&right));
		x += text_width(buf_str(&right)) - text_width(buf_str(&right) + from);
		canvas_put(c, row, x, width - x, role, buf_str(&right) + from);
	}
	buf_release(&left);
	buf_release(&right);
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

static const char *hidden_word(const struct model_step *step, size_t object, const char **kind)
{
	size_t depth = step->objects[object].depth;

	*kind = "Pod";
	for (size_t i = object + 1; i < step->nobjects && step->objects[i].depth > depth; i++) {
		const struct model_object *o = &step->objects[i];
		const char *status = model_column(o, "Status");

		if (o->status != STATUS_SUCCESS || step->objects[i].depth != depth + 1)
			continue;
		*kind = o->kind ? o->kind : "object";
		if (strcmp(*kind, "Pod") != 0)
			return "Success";
		return status && strcmp(status, "Completed") == 0 ? "completed" : "ready";
	}
	return "Success";
}

/* "20 Pods ready", "20 Pods ready, 3 more folded". */
static void add_hidden(struct buf *out, const struct scene *s, const struct line *line)
{
	const char *kind, *word = hidden_word(&s->model->steps[line->step], line->object, &kind);

	if (line->finished)
		buf_printf(out, "%u %s%s %s", line->finished, kind, line->finished == 1 ? "" : "s",
			word);
	if (line->others)
		buf_printf(out, "%s%u %s", line->finished ? ", " : "", line->others,
			line->finished ? "more folded" : "folded");
}

static bool in_table(const struct table *t, const char *name)
{
	for (int i = 0; i < t->ncolumns; i++)
		if (strcasecmp(t->names->columns[t->columns[i].index].name, name) == 0)
			return true;
	return false;
}

/* What a child says in columns that its table does not have: "Running, 0 restarts". */
static void add_leftover(
	struct buf *out, const struct table *t, const struct model_object *o, bool brief)
{
	for (size_t i = 0; i < o->ncolumns; i++) {
		const char *name = o->columns[i].name, *value = o->columns[i].value;

		if (!value || !*value || in_table(t, name) || is_quiet(name))
			continue;
		if (brief && strcmp(name, "Restarts") == 0 && strcmp(value, "0") == 0)
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

/* The columns between the last value of this row and its age, for a text of its own. */
static int middle_room(const struct table *t, const struct model_object *o, int *x)
{
	*x = t->name_x + t->name_width + GAP;
	for (int i = 0; i < t->ncolumns; i++)
		if (model_column(o, t->names->columns[t->columns[i].index].name))
			*x = t->columns[i].x + t->columns[i].width + GAP;
	return t->age_x - GAP - *x;
}

/* True when the text goes between the columns and the age; else the row's last column has it. */
static bool fits_middle(
	const struct table *t, const struct model_object *o, const char *text, int *x, int *room)
{
	*room = middle_room(t, o, x);
	return o->depth > 0 && *text && text_width(text) <= *room;
}

/* What a row says besides its columns and its cause; true when it goes between the columns and the
 * age, at *x. */
static bool make_extra(
	struct buf *out, const struct scene *s, const struct line *line, int *x, int *room)
{
	const struct model_object *o = &s->model->steps[line->step].objects[line->object];
	const struct table *t = &s->layout->tables[line->table];

	if (line->finished || line->others) {
		add_hidden(out, s, line);
	} else if (o->depth > 0) {
		add_leftover(out, t, o, false);
		if (fits_middle(t, o, buf_str(out), x, room))
			return true;
		buf_reset(out);
		add_leftover(out, t, o, true);
	}
	return fits_middle(t, o, buf_str(out), x, room);
}

void rows_why(struct buf *out, const struct scene *s, const struct line *line)
{
	const struct model_object *o = &s->model->steps[line->step].objects[line->object];
	bool wordy =
		(o->message && *o->message) || (o->reason && *o->reason) || (o->note && *o->note);
	struct buf extra = { 0 };
	int x, room;

	words_row(out, o);
	if (!make_extra(&extra, s, line, &x, &room) && extra.len &&
		(o->status == STATUS_SUCCESS || line->finished || line->others))
		buf_printf(out, "%s %s", wordy ? ";" : ":", buf_str(&extra));
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

	if (has_cause(s->layout, line))
		buf_addstr(&why, look->word);
	else
		rows_why(&why, s, line);
	canvas_put(c, row, t->why_x, t->why_width, words_has_note(o) ? ROLE_WARNING : rest,
		buf_str(&why));
	if (o->status != STATUS_SUCCESS &&
		strncmp(buf_str(&why), look->word, strlen(look->word)) == 0)
		canvas_put(c, row, t->why_x,
			(int)strlen(look->word) < t->why_width ? (int)strlen(look->word) : 0,
			look->role, look->word);
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

	if (!t->age_width || !o->created_at)
		return;
	duration_age(words_now(s->model, step, s->now_ms) - o->created_at, age);
	canvas_put(c, row, t->age_x, t->age_width, o->stale ? ROLE_DIM : ROLE_NORMAL, age);
}

static void draw_object(struct canvas *c, int row, const struct scene *s, const struct line *line)
{
	const struct model_object *o = &s->model->steps[line->step].objects[line->object];
	const struct table *t = &s->layout->tables[line->table];
	enum role role = o->stale ? ROLE_DIM : o->applied && o->manifest ? ROLE_LINK : ROLE_NORMAL;
	int x = t->name_x + layout_depth(o), end = t->name_x + t->name_width, room;
	struct buf label = { 0 }, extra = { 0 };

	canvas_put(c, row, x, 2, theme_status(o->status)->role,
		theme_mark(o->status, s->ui->icons, s->model->frozen ? THEME_STILL : s->frame));
	x += s->ui->icons == ICONS_EMOJI ? 3 : 2;
	layout_label(&label, t, o);
	canvas_put_middle(c, row, x, end - x, role, buf_str(&label));
	for (int i = 0; i < t->ncolumns; i++)
		canvas_put(c, row, t->columns[i].x, t->columns[i].width,
			role == ROLE_DIM ? ROLE_DIM : ROLE_NORMAL,
			model_column(o, t->names->columns[t->columns[i].index].name));
	if (make_extra(&extra, s, line, &x, &room))
		canvas_put(c, row, x, room, o->status == STATUS_ERROR ? ROLE_ERROR : ROLE_NORMAL,
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
		draw_step(c, row, width, scene, line);
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
