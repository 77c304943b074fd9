/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "tui/view.h"

struct model;
struct model_object;
struct model_step;

/* What a tab of the drawer holds, as lines with roles. */
struct page_line {
	size_t start, len;  /* bytes of text */
	enum role role;
	enum role lead_role; /* of the first lead bytes */
	size_t lead;
};

struct page {
	struct buf text;
	struct page_line *lines; size_t n, cap;
	bool yaml;          /* numbered and coloured, moves sideways */
};

/* width: columns to wrap at (manifests do not wrap). object NULL: the step itself, whose only tab
 * is details. */
void page_make(struct page *page, const struct model *m, size_t step,
	const struct model_object *object, enum drawer_tab tab, enum icons icons, int width,
	int64_t now_ms);
void page_release(struct page *page);
char *page_line_text(const struct page *page, size_t line); /* to free() */
