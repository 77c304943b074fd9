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
#include "tui/words.h"

#define WRAPPED_MAX 6 /* lines that a step's reason or warning may take */
#define DEPTH_MAX 6   /* deeper children are not indented further */

/* What is known of an owner while its step is laid out. */
struct family {
	uint32_t children, finished; /* direct ones; finished: leaves in Success */
	uint32_t failing;            /* at any depth, itself included */
};

struct pass {
	struct layout *out;
	const struct model *m;
	const struct ui *ui;
	int cols;
	bool all;
	struct family *family; /* of each object of the step at hand */
	uint32_t *line_of;     /* its line + 1, 0 when it has none */
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

bool layout_is_failing(const struct model_object *o)
{
	return o->status == STATUS_ERROR || o->status == STATUS_TIMED_OUT ||
		o->apply == APPLIED_FAILED;
}

static size_t parent_of(const struct model_step *s, size_t i)
{
	size_t parent = s->objects[i].parent;

	return parent < i ? parent : MODEL_NO_PARENT; /* owners stand before their children */
}

/* Counts from the last object to the first, so that a child is complete before its owner is told.
 */
static void count_families(struct pass *p, const struct model_step *s)
{
	memset(p->family, 0, s->nobjects * sizeof(*p->family));
	for (size_t i = s->nobjects; i-- > 0;) {
		const struct model_object *o = &s->objects[i];
		struct family *own = &p->family[i];
		size_t parent = parent_of(s, i);

		own->failing += layout_is_failing(o);
		if (parent == MODEL_NO_PARENT)
			continue;
		p->family[parent].children++;
		p->family[parent].finished +=
			o->status == STATUS_SUCCESS && !own->children && !o->applied;
		p->family[parent].failing += own->failing;
	}
}

/* A ReplicaSet of an earlier revision: nothing wanted, nothing there, nothing to say. */
static bool is_leftover(const struct pass *p, const struct model_object *o, size_t i)
{
	const char *desired = model_column(o, "Desired"), *ready = model_column(o, "Ready");

	if (o->applied || strcmp(o->kind ? o->kind : "", "ReplicaSet") != 0 ||
		p->family[i].children)
		return false;
	if (layout_is_failing(o))
		return false;
	return (desired && strcmp(desired, "0") == 0) ||
		(!desired && ready && strcmp(ready, "0/0") == 0);
}

static bool under_cursor(const struct pass *p, const struct model_object *o, size_t step)
{
	return p->ui->step == step && p->ui->object && strcmp(p->ui->object, o->id) == 0;
}

enum shown { SHOWN, HIDDEN, FOLDED_AWAY };

static enum shown judge_row(struct pass *p, const struct model_step *s, size_t step, size_t i)
{
	const struct model_object *o = &s->objects[i];
	size_t parent = parent_of(s, i);

	if (p->all)
		return is_leftover(p, o, i) ? HIDDEN : SHOWN;
	if (is_leftover(p, o, i) || (p->ui->only_failing && !p->family[i].failing))
		return HIDDEN;
	if (parent == MODEL_NO_PARENT)
		return SHOWN;
	if (!p->line_of[parent] || fold_get(p->ui, s->objects[parent].id) == FOLD_SHUT)
		return FOLDED_AWAY;
	if (o->status == STATUS_SUCCESS && !p->family[i].children && !o->applied &&
		p->family[parent].finished > LAYOUT_MANY &&
		fold_get(p->ui, s->objects[parent].id) != FOLD_OPEN && !under_cursor(p, o, step))
		return FOLDED_AWAY;
	return SHOWN;
}

/* Tells the nearest owner that is shown of a child that is not. */
static void count_hidden(struct pass *p, const struct model_step *s, size_t i)
{
	size_t owner = parent_of(s, i);

	while (owner != MODEL_NO_PARENT && !p->line_of[owner])
		owner = parent_of(s, owner);
	if (owner == MODEL_NO_PARENT)
		return;
	if (s->objects[i].status == STATUS_SUCCESS && !p->family[i].children)
		p->out->lines[p->line_of[owner] - 1].finished++;
	else
		p->out->lines[p->line_of[owner] - 1].others++;
}

static bool same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
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

static void add_objects(struct pass *p, size_t step)
{
	const struct model_step *s = &p->m->steps[step];
	struct layout *l = p->out;
	bool first = true, several;

	words_namespace(s, &several);
	count_families(p, s);
	memset(p->line_of, 0, s->nobjects * sizeof(*p->line_of));
	for (size_t i = 0; i < s->nobjects; i++) {
		const struct model_object *o = &s->objects[i];
		enum shown shown = judge_row(p, s, step, i);
		struct line *line;

		if (shown == FOLDED_AWAY)
			count_hidden(p, s, i);
		if (shown != SHOWN)
			continue;
		if (starts_table(l, o, first)) {
			VEC_GROW(l->tables, l->ntables, l->tables_cap);
			l->tables[l->ntables++] =
				(struct table){ .head = o, .several_namespaces = several };
			add_line(p, LINE_HEADING, step)->table = (uint32_t)l->ntables - 1;
			l->lines[l->nlines - 1].object = (uint32_t)i;
			first = false;
		}
		line = add_line(p, LINE_OBJECT, step);
		line->object = (uint32_t)i;
		line->table = (uint32_t)l->ntables - 1;
		p->line_of[i] = (uint32_t)l->nlines;
	}
	if (first && p->ui->only_failing && s->nobjects && !p->all)
		add_text(p, step, ROLE_DIM, "nothing is failing here (f shows all)");
}

static void add_step(struct pass *p, size_t step)
{
	const struct model_step *s = &p->m->steps[step];

	if (step && p->all)
		add_line(p, LINE_BLANK, step);
	add_line(p, LINE_STEP, step);
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
	p->family = xreallocarray(p->family, s->nobjects + 1, sizeof(*p->family));
	p->line_of = xreallocarray(p->line_of, s->nobjects + 1, sizeof(*p->line_of));
	add_objects(p, step);
}

static bool needs_why(const struct layout *l, const struct line *line, const struct model_object *o)
{
	struct buf why = { 0 };
	bool needs;

	if (line->kind != LINE_OBJECT || !o->applied || o->status == STATUS_NONE)
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

	*out = (struct layout){ 0 };
	for (size_t i = 0; i < m->nsteps; i++)
		add_step(&p, i);
	layout_columns(out, m, cols);
	if (!all)
		add_causes(&p);
	free(p.family);
	free(p.line_of);
}

void layout_release(struct layout *l)
{
	free(l->lines);
	free(l->tables);
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
