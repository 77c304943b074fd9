/* SPDX-License-Identifier: Apache-2.0 */
/* The help: every key and every mark, each from its own table. */
#include "tui/help.h"

#include <stdbool.h>

#include "tui/keymap.h"
#include "tui/theme.h"
#include "tui/view.h"

#define KEYS_WIDTH 16
#define MARKS 2 /* lines before the marks: a blank one and their title */

static const struct binding *shown_binding(int number)
{
	for (unsigned i = 0; i < keymap_len; i++)
		if (keymap[i].keys && number-- == 0)
			return &keymap[i];
	return NULL;
}

static int bindings_shown(void)
{
	int n = 0;

	while (shown_binding(n))
		n++;
	return n;
}

static void draw_line(struct canvas *c, int row, int number, int bindings, enum icons icons)
{
	const struct binding *b = shown_binding(number);
	enum status status = (enum status)(number - bindings - MARKS + STATUS_IN_PROGRESS);

	if (b) {
		canvas_put(c, row, 2, KEYS_WIDTH, ROLE_KEY, b->keys);
		canvas_put(c, row, 3 + KEYS_WIDTH, c->cols - 4 - KEYS_WIDTH, ROLE_NORMAL, b->what);
	} else if (number == bindings + 1) {
		canvas_put(c, row, 1, c->cols - 2, ROLE_TITLE, "Marks");
	} else if (number >= bindings + MARKS) {
		canvas_put(c, row, 2, 2, theme_status(status)->role,
			theme_status(status)->mark[icons]);
		canvas_put(c, row, 5, c->cols - 6, ROLE_NORMAL, status_title(status));
	}
}

void help_draw(struct canvas *c, struct ui *ui)
{
	int bindings = bindings_shown(),
	    lines = bindings + MARKS + STATUS__COUNT - STATUS_IN_PROGRESS;
	int room = c->rows - 2, last = lines > room ? lines - room : 0;

	ui->help_scroll = ui->help_scroll > last ? last : ui->help_scroll < 0 ? 0 : ui->help_scroll;
	canvas_put(c, 0, 1, c->cols - 2, ROLE_TITLE, "Keys");
	for (int i = 0; i < room && ui->help_scroll + i < lines; i++)
		draw_line(c, 1 + i, ui->help_scroll + i, bindings, ui->icons);
	canvas_put(c, c->rows - 1, 1, c->cols - 2, ROLE_FOOTER,
		last ? "↑↓ scroll  Esc close" : "Esc close");
}
