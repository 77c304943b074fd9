/* SPDX-License-Identifier: Apache-2.0 */
/* Keys while the drawer is open. */
#include "tui/keys_drawer.h"

#include "tui/drawer.h"
#include "tui/frame.h"
#include "tui/keys_table.h"
#include "tui/page.h"
#include "tui/prompt.h"

#define SIDEWAYS 8
#define SIDEWAYS_MAX 4096
#define SIZE_STEP 10

void keys_open_tab(struct ui *ui, enum drawer_tab tab)
{
	if (!ui->drawer || ui->tab != tab) {
		ui->drawer_scroll = ui->drawer_sideways = 0;
		ui->drawer_fresh = true;
	}
	ui->drawer = true;
	ui->tab = tab;
	ui->follow = false;
}

static void next_tab(struct ui *ui, unsigned by)
{
	enum drawer_tab tab = ui->tab;

	do
		tab = (tab + by) % DRAWER__COUNT;
	while (!page_has(ui, tab));
	keys_open_tab(ui, tab);
}

static void scroll(struct ui *ui, int by)
{
	ui->drawer_scroll = by < -ui->drawer_scroll ? 0 : ui->drawer_scroll + by;
}

static void resize(struct ui *ui, int by)
{
	frame_share(ui, ui->drawer_share + by);
}

enum outcome keys_drawer(
	struct ui *ui, const struct model *m, const struct layout *l, enum action action)
{
	struct box body, box = frame_drawer(ui, &body);
	int page = box.rows > 3 ? box.rows - 3 : 1;

	switch (action) {
	case ACTION_UP: scroll(ui, -1); break;
	case ACTION_DOWN: scroll(ui, 1); break;
	case ACTION_PAGE_UP: scroll(ui, -page); break;
	case ACTION_PAGE_DOWN: case ACTION_FOLD: scroll(ui, page); break;
	case ACTION_HOME: ui->drawer_scroll = 0; break;
	case ACTION_END: ui->drawer_scroll = 1 << 24; break; /* the drawing knows the end */
	case ACTION_LEFT:
		ui->drawer_sideways -= ui->drawer_sideways > SIDEWAYS ? SIDEWAYS :
									ui->drawer_sideways;
		break;
	case ACTION_RIGHT:
		ui->drawer_sideways += ui->drawer_sideways < SIDEWAYS_MAX ? SIDEWAYS : 0;
		break;
	case ACTION_OPEN: break;
	case ACTION_NEXT_STEP: next_tab(ui, 1); break;
	case ACTION_PREVIOUS_STEP: next_tab(ui, DRAWER__COUNT - 1); break;
	case ACTION_NEXT_OBJECT: case ACTION_PREVIOUS_OBJECT:
		keys_move(ui, m, l, action == ACTION_NEXT_OBJECT ? 1 : -1);
		ui->drawer_scroll = ui->drawer_sideways = 0;
		ui->drawer_fresh = true;
		break;
	case ACTION_FULL: ui->drawer_full = !ui->drawer_full; break;
	case ACTION_SMALLER: resize(ui, -SIZE_STEP); break;
	case ACTION_LARGER: resize(ui, SIZE_STEP); break;
	case ACTION_WRAP:
		ui->wrap = !ui->wrap;
		ui->drawer_sideways = ui->drawer_found = 0;
		break;
	case ACTION_COPY: drawer_copy(ui, m); return OUTCOME_COPY;
	case ACTION_BACK: case ACTION_QUIT: ui->drawer = ui->drawer_full = false; break;
	default: return OUTCOME_NONE;
	}
	return OUTCOME_REDRAW;
}
