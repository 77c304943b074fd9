/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/canvas.h"
#include "tui/view.h"

struct buf;
struct model;
struct model_object;
struct model_step;

/* From model and ui to the list of lines of the body, and where the columns of each table stand. A
 * pure pass that draws nothing; the lines borrow from the model. */

/* LINE_WHY: the cause of the applied object above, which had no room in its row. */
enum line_kind { LINE_BLANK, LINE_STEP, LINE_TEXT, LINE_HEADING, LINE_OBJECT, LINE_WHY };

struct line {
	enum line_kind kind;
	enum role role;           /* of a LINE_TEXT */
	uint32_t step, object;    /* indices in the model */
	uint32_t table;           /* LINE_HEADING, LINE_OBJECT, LINE_WHY */
	uint32_t finished, others; /* LINE_OBJECT: what is folded below it: leaves in Success, and
				      rows that are not */
	uint32_t sample;          /* the first of the finished … */
	bool mixed;               /* … and they are not all of its kind */
	bool brief;               /* one of many whose one line tells enough: no LINE_WHY */
	const char *text;         /* LINE_TEXT: len bytes, borrowed */
	size_t len;
};

#define LAYOUT_COLUMNS 12

struct table {
	const struct model_object *head; /* its first applied object names the kind */
	const struct model_object *names; /* whose column names head the table */
	bool several_namespaces;
	bool narrow;              /* fewer than LAYOUT_WIDE columns */
	bool counts_wanted;       /* a column says how many are wanted */
	int ncolumns;
	struct { int index, x, width; } columns[LAYOUT_COLUMNS]; /* index into names->columns */
	int name_x, name_width, age_x, age_width, why_x, why_width; /* widths 0: not shown */
};

struct layout {
	struct line *lines; size_t nlines, cap;
	struct table *tables; size_t ntables, tables_cap;
	struct model_counts *counts; /* of each step's rows, without what is left over */
};

#define LAYOUT_INDENT 5      /* columns left of a table's marks */
#define LAYOUT_WIDE 100      /* columns from which every row has all of its columns */
#define LAYOUT_AGE 5         /* "9m59s" */
#define LAYOUT_MANY 5        /* more finished children, or families, than this become one line each */
#define LAYOUT_CROWD 10      /* … and more families that go on, none failing */

/* all: every row of every step, as exports want it (folds and filters do not count). */
void layout_make(
	struct layout *out, const struct model *m, const struct ui *ui, int cols, bool all);
void layout_release(struct layout *l);

/* The line that the cursor is on; nlines when its object is not shown. */
size_t layout_cursor(const struct layout *l, const struct model *m, const struct ui *ui);
/* The nearest line that can hold the cursor, from `from` on in direction step (1 or -1); nlines
 * when there is none. */
size_t layout_next(const struct layout *l, size_t from, int step);

/* What stands in an object's name column: "web", "Pod web-1", "shop/web". */
void layout_label(struct buf *out, const struct table *t, const struct model_object *o);
int layout_label_width(const struct table *t, const struct model_object *o);
int layout_depth(const struct model_object *o); /* columns of indent of an object's mark */
