/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "tui/view.h"

struct model;

/* What a tab of the drawer holds, as lines with roles. */
enum page_kind {
	PAGE_TEXT,
	PAGE_YAML, /* a line of the manifest, to be coloured */
	PAGE_MORE, /* what had no room in the line of YAML above */
	PAGE_NOTE, /* what we say about the line above */
};

struct page_line {
	size_t start, len;   /* bytes of text */
	enum page_kind kind;
	enum role role;
	enum role lead_role; /* of the first lead bytes */
	size_t lead;
	unsigned number;     /* of the manifest's line; 0: none */
	bool pointed;        /* the problem points here */
};

#define PAGE_NUMBERS 6 /* columns of the numbers of a manifest, left of its text */
#define PAGE_NOWHERE ((size_t)-1)

struct page {
	struct buf text;
	struct page_line *lines; size_t n, cap;
	bool numbered;       /* a manifest */
	bool tail;           /* its last lines are the newest */
	size_t pointed;      /* the first line that a problem points to; PAGE_NOWHERE */
};

/* What is under the cursor, an object or the step itself, has that tab. */
bool page_has(const struct ui *ui, enum drawer_tab tab);
/* The tab that ui has open; a step has details in place of those that it has not. width: columns to
 * wrap at. */
void page_make(
	struct page *page, const struct model *m, const struct ui *ui, int width, int64_t now_ms);
void page_release(struct page *page);
char *page_line_text(const struct page *page, size_t line); /* to free() */
