/* SPDX-License-Identifier: Apache-2.0 */
/* The help: every key and every mark, each from its own table. */
#include "tui/help.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/keymap.h"
#include "tui/theme.h"
#include "tui/view.h"
#include "tui/words.h"

#define KEYS_WIDTH 17
#define NARROW 60 /* columns below which what a key does stands below it */

struct writer {
	struct canvas *c;
	enum icons icons;
	int line; /* the next one … */
	int from; /* … and the first that is shown */
};

/* In the row of the line at hand; out of sight it is not drawn. */
static void put(struct writer *w, int col, enum role role, const char *text)
{
	int row = 1 + w->line - w->from;

	if (row >= 1 && row < w->c->rows - 1)
		canvas_put(w->c, row, col, w->c->cols - col - 1, role, text);
}

static void put_wrapped(struct writer *w, int col, const char *text)
{
	while (*text) {
		size_t skip, len = words_break(text, w->c->cols - col - 1, &skip);
		char *part = xstrndup(text, len);

		put(w, col, ROLE_NORMAL, part);
		free(part);
		w->line++;
		text += len + (text[len] ? skip : 0);
	}
}

static void put_keys(struct writer *w)
{
	bool narrow = w->c->cols < NARROW;

	for (unsigned i = 0; i < keymap_len; i++) {
		if (!keymap[i].keys)
			continue;
		put(w, 2, ROLE_KEY, keymap[i].keys);
		w->line += narrow;
		put_wrapped(w, narrow ? 4 : 2 + KEYS_WIDTH, keymap[i].what);
	}
}

static void put_marks(struct writer *w)
{
	w->line++;
	put(w, 1, ROLE_TITLE, "Marks");
	w->line++;
	for (enum status s = STATUS_IN_PROGRESS; s < STATUS__COUNT; s++) {
		put(w, 2, theme_status(s)->role, theme_status(s)->mark[w->icons]);
		put_wrapped(w, 5, status_title(s));
	}
}

/* That there is more than can be seen. */
static void put_place(struct canvas *c, int from, int lines)
{
	char *where = xasprintf("%d-%d of %d", from + 1, from + c->rows - 2, lines);
	int x = c->cols - 1 - text_width(where);

	if (c->rows > 3 && x > c->cols / 2)
		canvas_put(c, 0, x, c->cols - x, ROLE_DIM, where);
	free(where);
}

void help_draw(struct canvas *c, struct ui *ui)
{
	struct canvas none = { .rows = 0, .cols = c->cols };
	struct writer measure = { .c = &none, .icons = ui->icons }, w = { .c = c, .icons = ui->icons };
	int last;

	put_keys(&measure);
	put_marks(&measure);
	last = measure.line - (c->rows - 2);
	last = last < 0 ? 0 : last;
	ui->help_scroll = ui->help_scroll > last ? last : ui->help_scroll < 0 ? 0 : ui->help_scroll;
	w.from = ui->help_scroll;
	canvas_put(c, 0, 1, c->cols - 2, ROLE_TITLE, "Keys");
	if (last)
		put_place(c, w.from, measure.line);
	put_keys(&w);
	put_marks(&w);
	canvas_put(c, c->rows - 1, 1, c->cols - 2, ROLE_FOOTER,
		last ? "↑↓ scroll  Esc close" : "Esc close");
}
