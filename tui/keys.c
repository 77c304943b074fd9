/* SPDX-License-Identifier: Apache-2.0 */
/* What keys do to the picture. */
#include "tui/keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "record/model.h"
#include "tui/drawer.h"
#include "tui/find.h"
#include "tui/fold.h"
#include "tui/frame.h"
#include "tui/layout.h"

#define CTRL(letter) ((letter) & 0x1f)
#define DEL 0x7f
#define TYPING_MAX 200 /* bytes of a pattern */

enum action {
	ACTION_NONE,
	ACTION_UP,
	ACTION_DOWN,
	ACTION_PAGE_UP,
	ACTION_PAGE_DOWN,
	ACTION_HOME,
	ACTION_END,
	ACTION_LEFT,
	ACTION_RIGHT,
	ACTION_OPEN,
	ACTION_FOLD,
	ACTION_NEXT_STEP,
	ACTION_PREVIOUS_STEP,
	ACTION_STEP,
	ACTION_TAB, /* the drawer's; the number of the tab is added */
	ACTION_TAB_LAST = ACTION_TAB + DRAWER__COUNT - 1,
	ACTION_NEXT_OBJECT,
	ACTION_PREVIOUS_OBJECT,
	ACTION_FIND,
	ACTION_FIND_NEXT,
	ACTION_FIND_PREVIOUS,
	ACTION_FAILING,
	ACTION_FOLLOW,
	ACTION_SAVE,
	ACTION_CANCEL,
	ACTION_SUSPEND,
	ACTION_REPAINT,
	ACTION_BACK,
	ACTION_HELP,
	ACTION_QUIT,
};

const struct binding keymap[] = {
	{ K_UP, 'k', "↑ k, ↓ j", "move; in the drawer: scroll", "↑↓ move", "jk move",
		ACTION_UP, KEYS_TABLE },
	{ K_DOWN, 'j', NULL, NULL, "↑↓ scroll", "jk scroll", ACTION_DOWN, KEYS_DRAWER },
	{ K_ENTER, 0, "Enter", "open the drawer; unfold what is folded", "⏎ open",
		"Enter open", ACTION_OPEN, KEYS_TABLE },
	{ 'y', 0, "y", "the manifest as it was applied", "y manifest",
		NULL, ACTION_TAB + DRAWER_MANIFEST, KEYS_TABLE },
	{ 'd', 0, "d", "details: status, reason, conditions", "d details",
		NULL, ACTION_TAB + DRAWER_DETAILS, KEYS_TABLE },
	{ 'e', 0, "e", "events", "e events", NULL, ACTION_TAB + DRAWER_EVENTS, KEYS_TABLE },
	{ 'l', 0, "l", "log lines of containers in trouble", "l logs",
		NULL, ACTION_TAB + DRAWER_LOGS, KEYS_TABLE },
	{ 't', 0, "t", "timeline: every status it had",
		NULL, NULL, ACTION_TAB + DRAWER_TIMELINE, KEYS_TABLE },
	{ K_TAB, 0, "Tab, S-Tab", "next, previous step; in the drawer: tab", "⇥ tab",
		"Tab tab", ACTION_NEXT_STEP, KEYS_DRAWER },
	{ K_BACKTAB, 0, NULL, NULL, NULL, NULL, ACTION_PREVIOUS_STEP, KEYS_TABLE },
	{ 'J', '>', "J >, K <", "next, previous object, the drawer staying open", "J/K object",
		NULL, ACTION_NEXT_OBJECT, KEYS_DRAWER },
	{ 'K', '<', NULL, NULL, NULL, NULL, ACTION_PREVIOUS_OBJECT, KEYS_DRAWER },
	{ '/', 0, "/", "find: in the rows, or in the drawer when it is open", "/ find",
		NULL, ACTION_FIND, KEYS_BOTH },
	{ 'n', 0, "n, N", "next, previous match", NULL, NULL, ACTION_FIND_NEXT, KEYS_BOTH },
	{ 'N', 0, NULL, NULL, NULL, NULL, ACTION_FIND_PREVIOUS, KEYS_BOTH },
	{ 'f', 0, "f", "only what fails, with its owners", "f failing",
		NULL, ACTION_FAILING, KEYS_TABLE },
	{ 's', CTRL('s'), "s ^S", "save a snapshot to a file", "s save",
		NULL, ACTION_SAVE, KEYS_TABLE },
	{ ' ', 0, "Space", "fold or unfold a step or an owner",
		NULL, NULL, ACTION_FOLD, KEYS_TABLE },
	{ K_LEFT, '-', "← -", "fold, or go to the owner; in the drawer: to the left",
		NULL, NULL, ACTION_LEFT, KEYS_TABLE },
	{ K_RIGHT, '+', "→ +", "unfold; in the drawer: to the right",
		NULL, NULL, ACTION_RIGHT, KEYS_TABLE },
	{ K_PAGE_UP, CTRL('b'), "PgUp ^B, PgDn ^F", "a page up, down",
		NULL, NULL, ACTION_PAGE_UP, KEYS_BOTH },
	{ K_PAGE_DOWN, CTRL('f'), NULL, NULL, NULL, NULL, ACTION_PAGE_DOWN, KEYS_BOTH },
	{ K_HOME, 'g', "Home g, End G", "to the beginning, to the end",
		NULL, NULL, ACTION_HOME, KEYS_BOTH },
	{ K_END, 'G', NULL, NULL, NULL, NULL, ACTION_END, KEYS_BOTH },
	{ '1', 0, "1-9", "to that step", NULL, NULL, ACTION_STEP, KEYS_TABLE },
	{ 'F', 0, "F", "follow the step that runs", NULL, NULL, ACTION_FOLLOW, KEYS_TABLE },
	{ CTRL('l'), 0, "^L", "draw the screen anew", NULL, NULL, ACTION_REPAINT, KEYS_BOTH },
	{ CTRL('z'), 0, "^Z", "to the shell (fg comes back)",
		NULL, NULL, ACTION_SUSPEND, KEYS_BOTH },
	{ CTRL('c'), 0, "^C", "stop waiting, report, end", NULL, NULL, ACTION_CANCEL, KEYS_BOTH },
	{ K_ESC, 0, "Esc", "close what is open", "Esc close", NULL, ACTION_BACK, KEYS_DRAWER },
	{ '?', K_F1, "? F1", "this help", "? help", NULL, ACTION_HELP, KEYS_BOTH },
	{ 'q', K_F10, "q F10", "close the drawer; quit (asks while the run goes on)", "q quit",
		NULL, ACTION_QUIT, KEYS_TABLE },
};
const unsigned keymap_len = ARRAY_LEN(keymap);

static int action_of(uint32_t key)
{
	if (key >= '1' && key <= '9')
		return ACTION_STEP;
	for (unsigned i = 0; i < keymap_len; i++)
		if (key && (keymap[i].key == key || keymap[i].alias == key))
			return keymap[i].action;
	return ACTION_NONE;
}

static void say(struct ui *ui, const char *text)
{
	char *copy = xstrdup_or_null(text);

	free(ui->message);
	ui->message = copy;
}

static void cursor_to_line(struct ui *ui, const struct model *m, const struct layout *l, size_t at)
{
	const struct line *line;
	char *id = NULL;

	if (at >= l->nlines)
		return;
	line = &l->lines[at];
	if (line->kind == LINE_OBJECT)
		id = xstrdup(m->steps[line->step].objects[line->object].id);
	free(ui->object);
	ui->object = id;
	ui->step = line->step;
	ui->line = (int)at; /* so that the drawing sees the cursor move, not the lines */
	ui->follow = false;
}

/* Moves by so many rows that can hold the cursor. */
static void move(struct ui *ui, const struct model *m, const struct layout *l, int by)
{
	size_t at = layout_cursor(l, m, ui), next;

	if (at >= l->nlines)
		at = layout_next(l, 0, 1);
	for (; by && at < l->nlines; by += by > 0 ? -1 : 1) {
		next = layout_next(l, at + (by > 0 ? 1 : (size_t)-1), by > 0 ? 1 : -1);
		if (next >= l->nlines)
			break;
		at = next;
	}
	cursor_to_line(ui, m, l, at);
}

static void to_step(struct ui *ui, const struct model *m, const struct layout *l, size_t step)
{
	for (size_t i = 0; i < l->nlines; i++)
		if (l->lines[i].kind == LINE_STEP && l->lines[i].step == step)
			cursor_to_line(ui, m, l, i);
}

static void fold_step(struct ui *ui, bool shut)
{
	uint64_t bit = ui->step < 64 ? (uint64_t)1 << ui->step : 0;

	ui->folded = shut ? ui->folded | bit : ui->folded & ~bit;
}

/* What an owner's line hides now; NULL when the cursor is not on an object's line. */
static const struct line *object_line(
	const struct ui *ui, const struct model *m, const struct layout *l)
{
	size_t at = layout_cursor(l, m, ui);

	return at < l->nlines && l->lines[at].kind == LINE_OBJECT ? &l->lines[at] : NULL;
}

static bool has_children(const struct model *m, const struct line *line)
{
	const struct model_step *s = &m->steps[line->step];

	return line->object + 1 < s->nobjects &&
		s->objects[line->object + 1].parent == line->object;
}

static void unfold(struct ui *ui, const struct model *m, const struct layout *l)
{
	const struct line *line = object_line(ui, m, l);

	if (!line)
		fold_step(ui, false);
	else if (line->others && !line->finished)
		fold_set(ui, ui->object, FOLD_AUTO);
	else if (line->finished || line->others)
		fold_set(ui, ui->object, FOLD_OPEN);
}

static void fold(struct ui *ui, const struct model *m, const struct layout *l)
{
	const struct line *line = object_line(ui, m, l);
	const struct model_step *s = ui->step < m->nsteps ? &m->steps[ui->step] : NULL;
	size_t parent;

	if (!line) {
		fold_step(ui, true);
		return;
	}
	if (has_children(m, line) && fold_get(ui, ui->object) != FOLD_SHUT) {
		fold_set(ui, ui->object, FOLD_SHUT);
		return;
	}
	parent = s->objects[line->object].parent;
	for (size_t i = 0; i < l->nlines; i++)
		if (l->lines[i].step == ui->step &&
			(parent < s->nobjects ? l->lines[i].kind == LINE_OBJECT &&
						l->lines[i].object == parent
					      : l->lines[i].kind == LINE_STEP)) {
			cursor_to_line(ui, m, l, i);
			return;
		}
}

static void toggle(struct ui *ui, const struct model *m, const struct layout *l)
{
	const struct line *line = object_line(ui, m, l);

	if (!line)
		fold_step(ui, ui->step < 64 && !(ui->folded >> ui->step & 1));
	else if (line->finished || line->others)
		unfold(ui, m, l);
	else if (fold_get(ui, ui->object) == FOLD_OPEN)
		fold_set(ui, ui->object, FOLD_AUTO);
	else if (has_children(m, line))
		fold_set(ui, ui->object, FOLD_SHUT);
}

static void open_tab(struct ui *ui, enum drawer_tab tab)
{
	if (!ui->drawer || ui->tab != tab)
		ui->drawer_scroll = ui->drawer_sideways = 0;
	ui->drawer = true;
	ui->tab = tab;
	ui->follow = false;
}

static void enter(struct ui *ui, const struct model *m, const struct layout *l)
{
	const struct line *line = object_line(ui, m, l);
	const struct model_object *o = line ? &m->steps[line->step].objects[line->object] : NULL;

	if (!line)
		toggle(ui, m, l);
	else if (line->finished || line->others)
		unfold(ui, m, l);
	else
		open_tab(ui,
			o->manifest && !layout_is_failing(o) ? DRAWER_MANIFEST : DRAWER_DETAILS);
}

static void find_again(struct ui *ui, const struct model *m, int direction, bool from_here)
{
	bool found;

	if (!ui->find) {
		say(ui, "nothing to find yet: / asks for it");
		return;
	}
	found = ui->drawer ? drawer_find(ui, m, direction)
			   : find_object(ui, m, direction, from_here);
	if (!found) {
		char *text = xasprintf("not found: %s", ui->find);

		say(ui, text);
		free(text);
	} else if (!ui->drawer) {
		ui->follow = false;
	}
}

static void type_more(struct ui *ui, uint32_t key)
{
	char bytes[4];
	size_t len = strlen(ui->typing), more = text_encode(key, bytes);
	struct buf b = { 0 };

	if (len + more > TYPING_MAX)
		return;
	buf_add(&b, ui->typing, len);
	text_add_display(&b, bytes, more, TEXT_LINE);
	free(ui->typing);
	ui->typing = buf_take(&b);
}

static void type_less(struct ui *ui)
{
	size_t len = strlen(ui->typing);

	while (len > 0 && ((unsigned char)ui->typing[len - 1] & 0xc0) == 0x80)
		len--;
	ui->typing[len ? len - 1 : 0] = '\0';
}

static void end_typing(struct ui *ui, const struct model *m, bool take)
{
	char *typed = ui->typing;

	ui->typing = NULL;
	if (!take) {
		free(typed);
		return;
	}
	free(ui->find);
	ui->find = *typed ? typed : NULL;
	if (!ui->find)
		free(typed);
	else
		find_again(ui, m, 1, true);
}

static enum outcome key_while_typing(struct ui *ui, const struct model *m, uint32_t key)
{
	if (key == CTRL('c'))
		return OUTCOME_CANCEL;
	if (key == K_ENTER || key == '\r' || key == '\n')
		end_typing(ui, m, true);
	else if (key == K_ESC)
		end_typing(ui, m, false);
	else if (key == K_BACKSPACE || key == DEL || key == CTRL('h'))
		type_less(ui);
	else if (key == CTRL('u'))
		ui->typing[0] = '\0';
	else if (key >= ' ' && key < KEYS_BASE)
		type_more(ui, key);
	return OUTCOME_REDRAW;
}

static enum outcome key_in_help(struct ui *ui, int action)
{
	int page = ui->rows > 3 ? ui->rows - 3 : 1;

	switch (action) {
	case ACTION_UP: ui->help_scroll--; break;
	case ACTION_DOWN: ui->help_scroll++; break;
	case ACTION_PAGE_UP: ui->help_scroll -= page; break;
	case ACTION_PAGE_DOWN: case ACTION_FOLD: ui->help_scroll += page; break;
	case ACTION_HOME: ui->help_scroll = 0; break;
	case ACTION_END: ui->help_scroll = (int)keymap_len; break;
	case ACTION_BACK:
	case ACTION_HELP:
	case ACTION_QUIT:
	case ACTION_OPEN:
		ui->help = false;
		break;
	case ACTION_CANCEL: return ui->ended ? OUTCOME_QUIT : OUTCOME_CANCEL;
	case ACTION_SUSPEND: return OUTCOME_SUSPEND;
	case ACTION_REPAINT: return OUTCOME_REPAINT;
	default: return OUTCOME_NONE;
	}
	if (ui->help_scroll < 0)
		ui->help_scroll = 0;
	return OUTCOME_REDRAW;
}

static void scroll_drawer(struct ui *ui, int by)
{
	ui->drawer_scroll = by < -ui->drawer_scroll ? 0 : ui->drawer_scroll + by;
}

/* Keys that mean another thing while the drawer is open; false: the table's keys go on. */
static bool key_in_drawer(struct ui *ui, const struct model *m, const struct layout *l, int action)
{
	struct box body, box = frame_drawer(ui->rows, ui->cols, &body);
	int page = box.rows > 3 ? box.rows - 3 : 1;

	switch (action) {
	case ACTION_UP: scroll_drawer(ui, -1); break;
	case ACTION_DOWN: scroll_drawer(ui, 1); break;
	case ACTION_PAGE_UP: scroll_drawer(ui, -page); break;
	case ACTION_PAGE_DOWN: case ACTION_FOLD: scroll_drawer(ui, page); break;
	case ACTION_HOME: ui->drawer_scroll = 0; break;
	case ACTION_END: ui->drawer_scroll = 1 << 24; break; /* the drawing knows the end */
	case ACTION_LEFT:
		ui->drawer_sideways = ui->drawer_sideways > 8 ? ui->drawer_sideways - 8 : 0;
		break;
	case ACTION_RIGHT: ui->drawer_sideways += ui->drawer_sideways < 4096 ? 8 : 0; break;
	case ACTION_OPEN: break;
	case ACTION_NEXT_STEP: open_tab(ui, (ui->tab + 1) % DRAWER__COUNT); break;
	case ACTION_PREVIOUS_STEP:
		open_tab(ui, (ui->tab + DRAWER__COUNT - 1) % DRAWER__COUNT);
		break;
	case ACTION_NEXT_OBJECT: case ACTION_PREVIOUS_OBJECT:
		move(ui, m, l, action == ACTION_NEXT_OBJECT ? 1 : -1);
		ui->drawer_scroll = ui->drawer_sideways = 0;
		break;
	case ACTION_BACK: case ACTION_QUIT: ui->drawer = false; break;
	default: return false;
	}
	return true;
}

static bool key_in_table(
	struct ui *ui, const struct model *m, const struct layout *l, uint32_t key, int action)
{
	int page = frame_tables(ui).rows > 3 ? frame_tables(ui).rows - 3 : 1;

	if (action >= ACTION_TAB && action <= ACTION_TAB_LAST) {
		open_tab(ui, (enum drawer_tab)(action - ACTION_TAB));
		return true;
	}
	switch (action) {
	case ACTION_UP: case ACTION_PREVIOUS_OBJECT: move(ui, m, l, -1); break;
	case ACTION_DOWN: case ACTION_NEXT_OBJECT: move(ui, m, l, 1); break;
	case ACTION_PAGE_UP: move(ui, m, l, -page); break;
	case ACTION_PAGE_DOWN: move(ui, m, l, page); break;
	case ACTION_HOME: cursor_to_line(ui, m, l, layout_next(l, 0, 1)); break;
	case ACTION_END:
		cursor_to_line(ui, m, l, l->nlines ? layout_next(l, l->nlines - 1, -1) : 0);
		break;
	case ACTION_LEFT: fold(ui, m, l); break;
	case ACTION_RIGHT: unfold(ui, m, l); break;
	case ACTION_FOLD: toggle(ui, m, l); break;
	case ACTION_OPEN: enter(ui, m, l); break;
	case ACTION_NEXT_STEP: to_step(ui, m, l, ui->step + 1); break;
	case ACTION_PREVIOUS_STEP:
		to_step(ui, m, l, ui->step && !ui->object ? ui->step - 1 : ui->step);
		break;
	case ACTION_STEP: to_step(ui, m, l, key - '1'); break;
	case ACTION_FAILING: ui->only_failing = !ui->only_failing; break;
	case ACTION_FOLLOW: ui->follow = true; break;
	case ACTION_FIND: ui->typing = xstrdup(""); break;
	case ACTION_FIND_NEXT: find_again(ui, m, 1, false); break;
	case ACTION_FIND_PREVIOUS: find_again(ui, m, -1, false); break;
	case ACTION_HELP: ui->help = true; ui->help_scroll = 0; break;
	case ACTION_BACK: free(ui->find); ui->find = NULL; ui->only_failing = false; break;
	default: return false;
	}
	return true;
}

static enum outcome key_for_program(struct ui *ui, int action)
{
	switch (action) {
	case ACTION_SAVE: return OUTCOME_SAVE;
	case ACTION_SUSPEND: return OUTCOME_SUSPEND;
	case ACTION_REPAINT: return OUTCOME_REPAINT;
	case ACTION_CANCEL: return ui->ended ? OUTCOME_QUIT : OUTCOME_CANCEL;
	case ACTION_QUIT:
		if (ui->ended)
			return OUTCOME_QUIT;
		ui->asking_quit = true;
		return OUTCOME_REDRAW;
	default: return OUTCOME_NONE;
	}
}

enum outcome ui_key(struct ui *ui, const struct model *model, uint32_t key)
{
	int action = action_of(key == '\r' || key == '\n' ? K_ENTER : key);
	struct layout layout;
	bool done;

	if (key == KEY_NONE || key == K_RESIZE)
		return OUTCOME_REDRAW;
	if (key == K_HANGUP)
		return OUTCOME_NONE;
	say(ui, NULL);
	model_order(model);
	if (ui->typing)
		return key_while_typing(ui, model, key);
	if (ui->asking_quit) {
		ui->asking_quit = false;
		return key == 'y' || key == 'Y' || action == ACTION_CANCEL ? OUTCOME_CANCEL
									   : OUTCOME_REDRAW;
	}
	if (ui->help)
		return key_in_help(ui, action);
	layout_make(&layout, model, ui, frame_tables(ui).cols, false);
	done = (ui->drawer && key_in_drawer(ui, model, &layout, action)) ||
	       key_in_table(ui, model, &layout, key, action);
	layout_release(&layout);
	return done ? OUTCOME_REDRAW : key_for_program(ui, action);
}
