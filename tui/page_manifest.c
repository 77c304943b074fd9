/* SPDX-License-Identifier: Apache-2.0 */
/* The drawer's manifest, and where a problem points in it. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "record/model.h"
#include "tui/order.h"
#include "tui/page_writer.h"
#include "tui/pointer.h"
#include "tui/theme.h"
#include "tui/words.h"

struct finding {
	const struct model_object *about; /* whose problem it is; NULL: there is none */
	size_t line, column;
};

static bool points(struct finding *f, const char *manifest, const struct model_object *o)
{
	struct buf sentence = { 0 };
	bool found;

	buf_printf(&sentence, "%s: %s; %s", o->reason ? o->reason : "",
		o->message ? o->message : "", o->note ? o->note : "");
	found = pointer_find(manifest, buf_str(&sentence), &f->line, &f->column);
	buf_release(&sentence);
	if (found)
		f->about = o;
	return found;
}

/* What the object says itself goes before what its children say. */
static struct finding find_problem(const struct model_step *s, const struct model_object *o)
{
	struct finding f = { 0 };
	size_t top = (size_t)(o - s->objects);

	if (o->status == STATUS_SUCCESS || points(&f, o->manifest, o))
		return f;
	for (size_t i = top + 1; i < s->nobjects && s->objects[i].depth > o->depth; i++)
		if (order_failing(&s->objects[i]) && points(&f, o->manifest, &s->objects[i]))
			break;
	return f;
}

/* "  ^ image … not found", below the line that it is about. */
static void add_note(struct page_writer *w, const struct finding *f)
{
	const struct model_object *o = f->about;
	struct buf b = { 0 };
	const char *rest;
	int columns = w->width - (int)f->column - 2;

	columns = columns < 20 ? 20 : columns;
	words_row(&b, o);
	rest = buf_str(&b);
	for (bool first = true; *rest; first = false) {
		size_t skip, len = words_break(rest, columns, &skip);
		char *text = xasprintf("%*s%s%.*s", (int)f->column, "", first ? "^ " : "  ",
			(int)len, rest);
		struct page_line *line = page_add(w, theme_status(o->status)->role, text, strlen(text));

		line->kind = PAGE_NOTE;
		free(text);
		rest += len + (rest[len] ? skip : 0);
	}
	buf_release(&b);
}

/* problem: NULL where none points here. */
static void add_line(struct page_writer *w, const char *text, size_t len, unsigned number,
	const struct model_object *problem)
{
	bool first = true;

	do {
		char *rest = xstrndup(text, len);
		size_t fits = w->ui->wrap ? text_clip(rest, w->width) : len;
		struct page_line *line;

		fits = fits || !len ? fits : len; /* not even one character */
		line = page_add(w, problem ? theme_status(problem->status)->role : ROLE_NORMAL,
			text, fits);
		line->kind = first ? PAGE_YAML : PAGE_MORE;
		line->number = first ? number : 0;
		line->pointed = first && problem;
		free(rest);
		text += fits;
		len -= fits;
		first = false;
	} while (len);
}

static void add_manifest(struct page_writer *w, const struct model_object *o)
{
	struct finding f = find_problem(w->step, o);
	const char *text = o->manifest;

	w->page->numbered = true;
	w->width -= PAGE_NUMBERS;
	for (unsigned number = 1; *text; number++) {
		size_t len = strcspn(text, "\n");
		bool pointed = f.about && f.line + 1 == number;

		if (pointed)
			w->page->pointed = w->page->n;
		add_line(w, text, len, number, pointed ? f.about : NULL);
		if (pointed)
			add_note(w, &f);
		text += len + (text[len] == '\n');
	}
}

/* A child has none: whose child it is. */
static void add_origin(struct page_writer *w, const struct model_object *o)
{
	const struct model_step *s = w->step;
	const struct model_object *top = o;
	struct buf b = { 0 };

	for (size_t i = 0; i < s->nobjects && top->parent < s->nobjects; i++)
		top = &s->objects[top->parent];
	if (o->parent < s->nobjects) {
		const struct model_object *owner = &s->objects[o->parent];

		buf_printf(&b, "made by %s %s", owner->kind ? owner->kind : "",
			owner->name ? owner->name : "");
		if (owner != top)
			buf_printf(&b, " (child of %s %s)", top->kind ? top->kind : "",
				top->name ? top->name : "");
	} else {
		buf_printf(&b, "made by %s", o->owner ? o->owner : "a controller");
	}
	buf_addstr(&b, "; it has no manifest of its own");
	page_add_wrapped(w, ROLE_NORMAL, 0, buf_str(&b));
	buf_release(&b);
}

void page_manifest(struct page_writer *w, const struct model_object *o)
{
	if (o->manifest)
		add_manifest(w, o);
	else if (o->applied)
		page_add_wrapped(w, ROLE_DIM, 0,
			"no manifest was given for this object: it is only watched");
	else
		add_origin(w, o);
}
