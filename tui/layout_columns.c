/* SPDX-License-Identifier: Apache-2.0 */
/* Where the columns of each table stand, and which are left out when there is little room. */
#include "tui/layout_columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "record/model.h"
#include "tui/layout.h"

#define GAP 2
#define NAME_MIN 12
#define NAME_USUAL 30 /* from 80 columns on: a Pod's name that comes later moves no column */
#define COLUMN_MAX 24

struct wishes {
	int name; /* columns that the longest name takes with its indent and mark */
	int values[LAYOUT_COLUMNS]; /* by column of the head */
};

static int widest(int a, int b)
{
	return a > b ? a : b;
}

static bool is_own_column(const char *name)
{
	return strcasecmp(name, "Age") == 0 || strcasecmp(name, "Name") == 0;
}

const char *layout_value(const struct table *t, const struct model_object *o, const char *name,
	char made[static LAYOUT_VALUE])
{
	const char *value = model_column(o, name), *desired;

	if (!value || (o->applied && t->counts_wanted) || strcasecmp(name, "Ready") != 0 ||
		strchr(value, '/'))
		return value;
	desired = model_column(o, "Desired");
	if (!desired)
		return value;
	snprintf(made, LAYOUT_VALUE, "%.20s/%.20s", value, desired);
	return made;
}

/* The applied row with the most columns names them: some have none before they are first seen. */
static void choose_names(struct table *t, const struct model_object *o)
{
	bool own = o->applied && o->kind && t->head->kind && strcmp(o->kind, t->head->kind) == 0;

	if (!t->names || (own && o->ncolumns > t->names->ncolumns))
		t->names = o;
}

static void wish(struct wishes *w, const struct table *t, const struct model_object *o)
{
	w->name = widest(w->name, layout_depth(o) + 3 + layout_label_width(t, o));
	w->name = widest(w->name, text_width(t->head->kind ? t->head->kind : ""));
	for (size_t i = 0; i < t->names->ncolumns && i < LAYOUT_COLUMNS; i++) {
		char made[LAYOUT_VALUE];
		const char *value = layout_value(t, o, t->names->columns[i].name, made);

		if (value)
			w->values[i] = widest(w->values[i], text_width(value));
	}
}

/* What the causes are left at least. At 80 columns kubectl's columns come first: a cause that does
 * not fit has a line of its own below its row. */
static int why_room(int cols)
{
	if (cols < 60)
		return cols / 3;
	return cols < LAYOUT_WIDE ? cols / 4 : 40;
}

/* Columns that say the least about how far a rollout is go first when there is no room for all. */
static bool is_cheap(const char *name)
{
	static const char *const cheap[] = { "Desired", "Current", "Node-selector", "Cluster-IP",
		"External-IP", "Suspend", "Duration", "Class", "Reference", "Volume", "Service" };

	for (size_t i = 0; i < ARRAY_LEN(cheap); i++)
		if (strcasecmp(cheap[i], name) == 0)
			return true;
	return false;
}

/* Leaves columns out until the others fit; one always stays. */
static void choose_columns(struct table *t, int room)
{
	int total = 0;

	for (int i = 0; i < t->ncolumns; i++)
		total += t->columns[i].width + GAP;
	while (total > room && t->ncolumns > 1) {
		int out = t->ncolumns - 1;

		for (int i = out; i >= 0; i--)
			if (is_cheap(t->names->columns[t->columns[i].index].name)) {
				out = i;
				break;
			}
		total -= t->columns[out].width + GAP;
		memmove(&t->columns[out], &t->columns[out + 1],
			(size_t)(t->ncolumns - out - 1) * sizeof(t->columns[0]));
		t->ncolumns--;
	}
}

static void wish_columns(struct table *t, const struct wishes *w)
{
	for (size_t i = 0; i < t->names->ncolumns && i < LAYOUT_COLUMNS; i++) {
		const char *name = t->names->columns[i].name;
		int width = widest(text_width(name), w->values[i]);

		if (is_own_column(name))
			continue;
		t->columns[t->ncolumns].index = (int)i;
		t->columns[t->ncolumns++].width = width > COLUMN_MAX ? COLUMN_MAX : width;
	}
}

static void place(struct table *t, const struct wishes *w, int cols)
{
	int x, indent = cols < 60 ? 2 : cols < LAYOUT_WIDE ? 3 : LAYOUT_INDENT;
	int room = cols - indent - 1 - why_room(cols); /* name, columns and age */

	t->name_x = indent;
	t->name_width = w->name;
	if (t->name_width > cols * 2 / 5)
		t->name_width = widest(cols * 2 / 5, NAME_MIN);
	t->age_width = cols < 50 ? 0 : LAYOUT_AGE;
	wish_columns(t, w);
	choose_columns(t, room - t->name_width - (t->age_width ? GAP + t->age_width : 0));
	x = t->name_x + t->name_width + GAP;
	for (int i = 0; i < t->ncolumns; i++) {
		t->counts_wanted |= strcasecmp(t->names->columns[t->columns[i].index].name, "Desired") == 0;
		t->columns[i].x = x;
		x += t->columns[i].width + GAP;
	}
	t->age_x = x;
	t->why_x = x + (t->age_width ? t->age_width + GAP : 0);
	t->why_width = widest(cols - 1 - t->why_x, 0);
}

void layout_columns(struct layout *l, const struct model *m, int cols)
{
	struct wishes *wishes = xcalloc(l->ntables + 1, sizeof(*wishes));
	int name = cols < 80 ? NAME_MIN : NAME_USUAL;

	for (size_t i = 0; i < l->ntables; i++)
		l->tables[i].narrow = cols < LAYOUT_WIDE;
	for (size_t i = 0; i < l->nlines; i++)
		if (l->lines[i].kind == LINE_OBJECT)
			choose_names(&l->tables[l->lines[i].table],
				&m->steps[l->lines[i].step].objects[l->lines[i].object]);
	for (size_t i = 0; i < l->nlines; i++)
		if (l->lines[i].kind == LINE_OBJECT)
			wish(&wishes[l->lines[i].table], &l->tables[l->lines[i].table],
				&m->steps[l->lines[i].step].objects[l->lines[i].object]);
	for (size_t t = 0; t < l->ntables; t++)
		name = widest(name, wishes[t].name);
	for (size_t t = 0; t < l->ntables; t++) {
		wishes[t].name = name; /* the same for all: the first column stands in one line */
		place(&l->tables[t], &wishes[t], cols);
	}
	free(wishes);
}
