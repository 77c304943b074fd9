/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include "tui/canvas.h"
#include "tui/layout.h"
#include "tui/view.h"

struct buf;
struct model;

/* All that a picture is made of. */
struct scene {
	const struct model *model;
	const struct ui *ui;
	const struct layout *layout;
	int64_t now_ms;
	unsigned frame;
};

/* Draws one line of the body into a row of the canvas, from column 0 on, width columns. */
void rows_draw(
	struct canvas *c, int row, int width, const struct scene *scene, const struct line *line);
/* What stands last in an object's row: status word, cause, note. */
void rows_why(struct buf *out, const struct scene *scene, const struct line *line);
/* Where that stands in the row. */
void rows_why_place(const struct table *t, const struct model_object *o, int *x, int *width);
