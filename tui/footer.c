/* SPDX-License-Identifier: Apache-2.0 */
/* The footer: the keys that work now, from the table of keys. */
#include "tui/footer.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "tui/keymap.h"
#include "tui/theme.h"
#include "tui/view.h"

#define GAP 2

static bool in_footer(const struct binding *b, const struct ui *ui)
{
	return b->footer && (b->where & (ui->drawer ? KEYS_DRAWER : KEYS_TABLE));
}

/* "⏎ open": the key, and the word behind it. ASCII terminals get the key's name. */
static const char *footer_text(const struct binding *b, const struct ui *ui)
{
	return ui->icons == ICONS_ASCII && b->footer_ascii ? b->footer_ascii : b->footer;
}

static int put_key(struct canvas *c, int row, int x, const char *text)
{
	char *key = xstrndup(text, strcspn(text, " "));
	int width = text_width(text);

	canvas_put(c, row, x, width, ROLE_FOOTER, text);
	canvas_put(c, row, x, text_width(key), ROLE_KEY, key);
	free(key);
	return width + GAP;
}

static int keys_width(const struct ui *ui, unsigned skip_from, unsigned skip_to)
{
	int width = 1;

	for (unsigned i = 0; i < keymap_len; i++)
		if (in_footer(&keymap[i], ui) && !(i >= skip_from && i < skip_to))
			width += text_width(footer_text(&keymap[i], ui)) + GAP;
	return width - GAP;
}

/* The table's order is that of importance but for its last two, help and quit, which always stay.
 */
static int put_keys(struct canvas *c, int row, const struct ui *ui)
{
	unsigned kept = keymap_len, last = keymap_len, found = 0;
	int x = 1;

	while (last > 0 && found < 2)
		found += in_footer(&keymap[--last], ui);
	for (kept = last; kept > 0 && keys_width(ui, kept, last) > c->cols - 1;)
		kept--;
	for (unsigned i = 0; i < keymap_len; i++)
		if (in_footer(&keymap[i], ui) && !(i >= kept && i < last))
			x += put_key(c, row, x, footer_text(&keymap[i], ui));
	return x;
}

void footer_legend(struct canvas *c, int row, int x, enum icons icons)
{
	for (enum status s = STATUS_IN_PROGRESS; s < STATUS__COUNT; s++) {
		const struct theme_status *look = theme_status(s);

		x += canvas_put(c, row, x, 2, look->role, look->mark[icons]) + 1;
		x += canvas_put(c, row, x, c->cols, ROLE_DIM, look->word) + GAP;
	}
}

static int legend_width(enum icons icons)
{
	int width = 0;

	for (enum status s = STATUS_IN_PROGRESS; s < STATUS__COUNT; s++)
		width += text_width(theme_status(s)->mark[icons]) + 1 +
			text_width(theme_status(s)->word) + GAP;
	return width;
}

void footer_draw(struct canvas *c, const struct ui *ui)
{
	int row = c->rows - 1, x;

	if (ui->typing) {
		x = canvas_put(c, row, 1, 7, ROLE_KEY, "find: ") + 1;
		x += canvas_put(c, row, x, c->cols - x - 1, ROLE_BOLD, ui->typing);
		c->cursor_row = row;
		c->cursor_col = x < c->cols ? x : c->cols - 1;
	} else if (ui->asking_quit) {
		canvas_put(c, row, 1, c->cols - 1, ROLE_WARNING,
			c->cols < 70 ? "Stop waiting? y stop  n stay" :
				       "Stop waiting? What was applied stays applied.  y stop and "
				       "report  n stay");
	} else if (ui->message) {
		canvas_put(c, row, 1, c->cols - 1, ROLE_BOLD, ui->message);
	} else {
		x = put_keys(c, row, ui);
		if (x + legend_width(ui->icons) < c->cols)
			footer_legend(c, row, c->cols - legend_width(ui->icons), ui->icons);
	}
}
