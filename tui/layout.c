/* SPDX-License-Identifier: Apache-2.0 */
/* Which lines the body has: headings, tables, rows; what is folded away. */
#include "tui/layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "record/model.h"
#include "tui/fold.h"
#include "tui/layout_columns.h"
#include "tui/order.h"
#include "tui/words.h"

#define WRAPPED_MAX 6 /* lines that a step's reason or warning may take */
#define DEPTH_MAX 6   /* deeper children are not indented further */

struct pass {
	struct layout *out;
	const struct model *m;
	const struct ui *ui;
	int cols;
	bool all;
	/* of each object of the step at hand */
	struct kin *kin;
	uint32_t *order;
	uint32_t *line_of; /* its line + 1, 0 when it has none */
	uint32_t *root;
	bool many_finished, many_calm; /* such families become one line each */
};

static struct line *add_line(struct pass *p, enum line_kind kind, size_t step)
{
	struct layout *l = p->out;

	VEC_GROW(l->lines, l->nlines, l->cap);
	l->lines[l->nlines] = (struct line){ .kind = kind, .step = (uint32_t)step };
	return &l->lines[l->nlines++];
}

static void add_text(struct pass *p, size_t step, enum role role, const char *text)
{
	int columns = p->cols - LAYOUT_INDENT - 1;

	for (int n = 0; *text && n < (p->all ? 1000 : WRAPPED_MAX); n++) {
		size_t skip, len = words_break(text, columns, &skip);
		struct line *line = add_line(p, LINE_TEXT, step);

		if (n == WRAPPED_MAX - 1 && !p->all)
			len = strlen(text);
		line->role = role;
		line->text = text;
		line->len = len;
		text += len + (text[len] ? skip : 0);
	}
}

static bool under_cursor(const struct pass *p, const struct model_object *o, size_t step)
{
	return p->ui->step == step && p->ui->object && strcmp(p->ui->object, o->id) == 0;
}

/* The root of each row, and whether there are many families that are finished, or that go on without
 * anything failing. */
static void look_at_families(struct pass *p, const struct model_step *s)
{
	size_t finished = 0, calm = 0;

	for (size_t i = 0; i < s->nobjects; i++) {
		size_t parent = order_parent(s, i);
		bool family = parent == MODEL_NO_PARENT && p->kin[i].children;

		p->root[i] = parent == MODEL_NO_PARENT ? (uint32_t)i : p->root[parent];
		finished += family && !p->kin[i].open;
		calm += family && p->kin[i].open && !p->kin[i].failing;
	}
	p->many_finished = finished > LAYOUT_MANY;
	p->many_calm = calm > LAYOUT_CROWD;
}

/* One line tells enough of it. */
static bool is_one_of_many(const struct pass *p, const struct model_step *s, size_t root)
{
	const struct kin *kin = &p->kin[root];

	if (fold_get(p->ui, s->objects[root].id) == FOLD_OPEN)
		return false;
	return (p->many_finished && !kin->open) || (p->many_calm && !kin->failing);
}

/* What nobody folded by hand folds by itself when it is finished, or calm, and there is much of it.
 */
static bool folds_itself(const struct pass *p, const struct model_step *s, size_t i)
{
	const struct model_object *o = &s->objects[i];
	size_t parent = order_parent(s, i);

	if (p->ui->all || order_filters(p->ui))
		return false;
	if (is_one_of_many(p, s, p->root[i]))
		return true;
	return o->status == STATUS_SUCCESS && !p->kin[i].children && !o->applied &&
		p->kin[parent].finished > LAYOUT_MANY &&
		fold_get(p->ui, s->objects[parent].id) != FOLD_OPEN;
}

enum shown { SHOWN, HIDDEN, FOLDED_AWAY };

static enum shown judge_row(const struct pass *p, const struct model_step *s, size_t step, size_t i)
{
	const struct model_object *o = &s->objects[i];
	size_t parent = order_parent(s, i);

	if (p->all)
		return p->kin[i].leftover ? HIDDEN : SHOWN;
	if ((p->kin[i].leftover && !p->ui->all) || !p->kin[i].wanted)
		return HIDDEN;
	if (parent == MODEL_NO_PARENT)
		return SHOWN;
	if (!p->line_of[parent] || fold_get(p->ui, s->objects[parent].id) == FOLD_SHUT)
		return FOLDED_AWAY;
	return folds_itself(p, s, i) && !under_cursor(p, o, step) ? FOLDED_AWAY : SHOWN;
}

static bool same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

/* Tells the nearest owner that is shown of a row that is not. */
static void count_hidden(struct pass *p, const struct model_step *s, size_t i)
{
	size_t owner = order_parent(s, i);
	struct line *line;

	while (owner != MODEL_NO_PARENT && !p->line_of[owner])
		owner = order_parent(s, owner);
	if (owner == MODEL_NO_PARENT)
		return;
	line = &p->out->lines[p->line_of[owner] - 1];
	if (s->objects[i].status != STATUS_SUCCESS) {
		line->others++;
	} else if (!p->kin[i].children) {
		if (!line->finished++)
			line->sample = (uint32_t)i;
		else if (!same(s->objects[line->sample].kind, s->objects[i].kind))
			line->mixed = true;
	}
}

static bool starts_table(const struct layout *l, const struct model_object *o, bool first)
{
	const struct model_object *head;

	if (first)
		return true;
	head = l->tables[l->ntables - 1].head;
	return o->applied &&
		!(same(head->kind, o->kind) && same(head->api_version, o->api_version));
}

static void add_table(struct pass *p, size_t step, size_t object, bool several_namespaces)
{
	const struct model_object *head = &p->m->steps[step].objects[object];
	struct layout *l = p->out;
	struct line *line;

	VEC_GROW(l->tables, l->ntables, l->tables_cap);
	l->tables[l->ntables++] =
		(struct table){ .head = head, .several_namespaces = several_namespaces };
	line = add_line(p, LINE_HEADING, step);
	line->table = (uint32_t)l->ntables - 1;
	line->object = (uint32_t)object;
}

static void add_object(struct pass *p, size_t step, size_t object)
{
	struct line *line = add_line(p, LINE_OBJECT, step);

	line->object = (uint32_t)object;
	line->table = (uint32_t)p->out->ntables - 1;
	line->brief = !p->all && p->root[object] == object && p->kin[object].children &&
		is_one_of_many(p, &p->m->steps[step], object);
	p->line_of[object] = (uint32_t)p->out->nlines;
}

static void add_objects(struct pass *p, size_t step)
{
	const struct model_step *s = &p->m->steps[step];
	bool first = true, several;

	words_namespace(s, &several);
	memset(p->line_of, 0, s->nobjects * sizeof(*p->line_of));
	order_rows(p->order, p->kin, s, p->ui);
	look_at_families(p, s);
	for (size_t k = 0; k < s->nobjects; k++) {
		size_t i = p->order[k];
		enum shown shown = judge_row(p, s, step, i);

		if (shown == FOLDED_AWAY)
			count_hidden(p, s, i);
		if (shown != SHOWN)
			continue;
		if (starts_table(p->out, &s->objects[i], first))
			add_table(p, step, i, several);
		first = false;
		add_object(p, step, i);
	}
}

static void count_rows(struct pass *p, size_t step)
{
	const struct model_step *s = &p->m->steps[step];
	struct model_counts *counts = &p->out->counts[step];

	for (size_t i = 0; i < s->nobjects; i++)
		if (!p->kin[i].leftover) {
			counts->by[s->objects[i].status]++;
			counts->total++;
		}
}

static void make_room(struct pass *p, size_t n)
{
	p->kin = xreallocarray(p->kin, n, sizeof(*p->kin));
	p->order = xreallocarray(p->order, n, sizeof(*p->order));
	p->line_of = xreallocarray(p->line_of, n, sizeof(*p->line_of));
	p->root = xreallocarray(p->root, n, sizeof(*p->root));
}

static void add_step(struct pass *p, size_t step)
{
	const struct model_step *s = &p->m->steps[step];

	if (step && p->all)
		add_line(p, LINE_BLANK, step);
	add_line(p, LINE_STEP, step);
	make_room(p, s->nobjects + 1);
	order_kin(p->kin, s, p->ui);
	count_rows(p, step);
	if (!p->all && step < 64 && (p->ui->folded >> step & 1))
		return;
	if (s->verdict && s->verdict != VERDICT_SUCCEEDED && s->reason)
		add_text(p, step,
			s->verdict == VERDICT_FAILED            ? ROLE_ERROR :
				s->verdict == VERDICT_TIMED_OUT ? ROLE_TIMEOUT :
								  ROLE_DIM,
			s->reason);
	for (size_t i = 0; i < s->nwarnings; i++)
		add_text(p, step, ROLE_WARNING, s->warnings[i]);
	add_objects(p, step);
}

/* Says why there is no row at all, where one looks: below the heading of the cursor's step. */
static void explain_filter(struct pass *p)
{
	struct layout *l = p->out;
	size_t at = 0, before = l->nlines, n;

	for (size_t i = 0; i < l->nlines; i++) {
		if (l->lines[i].kind == LINE_OBJECT)
			return;
		if (l->lines[i].kind == LINE_STEP && l->lines[i].step <= p->ui->step)
			at = i + 1;
	}
	if (!at)
		return;
	add_text(p, l->lines[at - 1].step, ROLE_DIM,
		"nothing is what the filter asks for (Esc shows all)");
	n = l->nlines - before;
	for (size_t i = 0; i < n; i++) { /* from the end to its place */
		struct line text = l->lines[l->nlines - 1];

		memmove(&l->lines[at + 1], &l->lines[at],
			(l->nlines - 1 - at) * sizeof(*l->lines));
		l->lines[at] = text;
	}
}

static bool needs_why(const struct layout *l, const struct line *line, const struct model_object *o)
{
	struct buf why = { 0 };
	bool needs;

	if (line->kind != LINE_OBJECT || line->brief || !o->applied || o->status == STATUS_NONE)
		return false;
	if (o->status == STATUS_SUCCESS && !words_has_note(o))
		return false;
	words_row(&why, o);
	needs = text_clip(buf_str(&why), l->tables[line->table].why_width) < why.len;
	buf_release(&why);
	return needs;
}

/* The cause of an applied object is what one looks for: where its row has no room, it gets a line.
 */
static void add_causes(struct pass *p)
{
	struct layout old = *p->out;

	p->out->lines = NULL;
	p->out->nlines = p->out->cap = 0;
	for (size_t i = 0; i < old.nlines; i++) {
		const struct line *line = &old.lines[i];

		*add_line(p, line->kind, line->step) = *line;
		if (needs_why(p->out, line,
			    line->kind == LINE_OBJECT ?
				    &p->m->steps[line->step].objects[line->object] :
				    NULL)) {
			struct line *why = add_line(p, LINE_WHY, line->step);

			why->object = line->object;
			why->table = line->table;
		}
	}
	free(old.lines);
}

void layout_make(struct layout *out, const struct model *m, const struct ui *ui, int cols, bool all)
{
	struct pass p = { .out = out, .m = m, .ui = ui, .cols = cols, .all = all };

	*out = (struct layout){ .counts = xcalloc(m->nsteps + 1, sizeof(*out->counts)) };
	for (size_t i = 0; i < m->nsteps; i++)
		add_step(&p, i);
	if (order_filters(ui) && !ui->folded && !all)
		explain_filter(&p);
	layout_columns(out, m, cols);
	if (!all)
		add_causes(&p);
	free(p.kin);
	free(p.order);
	free(p.line_of);
	free(p.root);
}

void layout_release(struct layout *l)
{
	free(l->lines);
	free(l->tables);
	free(l->counts);
	*l = (struct layout){ 0 };
}

size_t layout_cursor(const struct layout *l, const struct model *m, const struct ui *ui)
{
	for (size_t i = 0; i < l->nlines; i++) {
		const struct line *line = &l->lines[i];

		if (line->step != ui->step)
			continue;
		if (line->kind == LINE_STEP && !ui->object)
			return i;
		if (line->kind == LINE_OBJECT && ui->object &&
			strcmp(m->steps[line->step].objects[line->object].id, ui->object) == 0)
			return i;
	}
	return l->nlines;
}

size_t layout_next(const struct layout *l, size_t from, int step)
{
	for (size_t i = from; i < l->nlines; i += (size_t)step) /* below 0 it wraps beyond nlines */
		if (l->lines[i].kind == LINE_STEP || l->lines[i].kind == LINE_OBJECT)
			return i;
	return l->nlines;
}

int layout_depth(const struct model_object *o)
{
	return 2 * (int)(o->depth < DEPTH_MAX ? o->depth : DEPTH_MAX);
}

/* Asked of every row in every frame: without making the text. */
int layout_label_width(const struct table *t, const struct model_object *o)
{
	int width = text_width(o->name ? o->name : "");

	if (!o->applied || !same(o->kind, t->head->kind))
		width += text_width(o->kind ? o->kind : "") + 1;
	if (t->several_namespaces && o->applied && o->ns && *o->ns)
		width += text_width(o->ns) + 1;
	return width;
}

void layout_label(struct buf *out, const struct table *t, const struct model_object *o)
{
	if (!o->applied || !same(o->kind, t->head->kind))
		buf_printf(out, "%s ", o->kind ? o->kind : "");
	if (t->several_namespaces && o->applied && o->ns && *o->ns)
		buf_printf(out, "%s/", o->ns);
	buf_addstr(out, o->name ? o->name : "");
}
