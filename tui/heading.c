/* SPDX-License-Identifier: Apache-2.0 */
/* The heading of a step's section. */
#include "tui/heading.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "record/model.h"
#include "tui/theme.h"
#include "tui/words.h"
#include "tui/words_step.h"

#define GAP 2
#define NAME_ROOM 16 /* columns that a step's name keeps beside its verdict */

static const enum status counted[] = {
	STATUS_SUCCESS, STATUS_IN_PROGRESS, STATUS_ERROR, STATUS_TIMED_OUT
};

static void count_text(
	struct buf *out, const struct model_counts *n, enum status status, enum icons icons)
{
	buf_reset(out);
	if (n->by[status])
		buf_printf(out, "%s %zu", theme_status(status)->mark[icons], n->by[status]);
}

static int counts_width(const struct model_counts *n, enum icons icons)
{
	struct buf text = { 0 };
	int width = 0;

	for (size_t i = 0; i < ARRAY_LEN(counted); i++) {
		count_text(&text, n, counted[i], icons);
		width += text.len ? text_width(buf_str(&text)) + GAP : 0;
	}
	buf_release(&text);
	return width;
}

static void draw_counts(
	struct canvas *c, int row, int x, const struct model_counts *n, enum icons icons)
{
	struct buf text = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(counted); i++) {
		count_text(&text, n, counted[i], icons);
		if (text.len)
			x += canvas_put(c, row, x, c->cols, theme_status(counted[i])->role,
				     buf_str(&text)) +
				GAP;
	}
	buf_release(&text);
}

/* Less and less, until it fits: the counts go before the clocks do. */
static int choose(struct buf *right, struct words_part *part, const struct scene *s,
	const struct line *line, int room)
{
	const struct model_step *step = &s->model->steps[line->step];
	int counts = counts_width(&s->layout->counts[line->step], s->ui->icons);

	for (int detail = 0;; detail++) {
		int width;

		buf_reset(right);
		if (!words_step(right, s->model, step, s->ui->icons, s->now_ms, detail, part))
			return 0;
		width = text_width(buf_str(right));
		if (width + counts <= room)
			return counts;
		if (width <= room && detail > 0)
			return 0;
	}
}

static void draw_right(struct canvas *c, int row, int x, const char *text,
	const struct words_part *part, bool moves)
{
	char *before = xstrndup(text, part->from), *verdict;

	verdict = xstrndup(text + part->from, part->end - part->from);
	canvas_put(c, row, x, c->cols - x, moves ? ROLE_NORMAL : ROLE_DIM, text);
	canvas_put(c, row, x + text_width(before), text_width(verdict), part->role, verdict);
	free(before);
	free(verdict);
}

void heading_draw(
	struct canvas *c, int row, int width, const struct scene *s, const struct line *line)
{
	const struct model_step *step = &s->model->steps[line->step];
	bool folded = line->step < 64 && (s->ui->folded >> line->step & 1);
	struct buf left = { 0 }, right = { 0 };
	struct words_part part = { 0 };
	int x, counts, name;

	buf_printf(&left, " %s %u %s", folded ? "▸" : "▾", line->step + 1,
		step->name ? step->name : "");
	name = text_width(buf_str(&left));
	counts = choose(
		&right, &part, s, line, width - 1 - GAP - (name < NAME_ROOM ? name : NAME_ROOM));
	x = width - 1 - text_width(buf_str(&right));
	canvas_put(c, row, 0, right.len ? x - counts - GAP : width, ROLE_TITLE, buf_str(&left));
	if (right.len && counts)
		draw_counts(
			c, row, x - counts, &s->layout->counts[line->step], s->ui->icons);
	if (right.len)
		draw_right(c, row, x, buf_str(&right), &part, words_open(step));
	buf_release(&left);
	buf_release(&right);
}
