/* SPDX-License-Identifier: Apache-2.0 */
/* What keys do to the picture: who of table, drawer, help, prompt and question takes them. */
#include "tui/keys.h"

#include "base/text.h"
#include "record/model.h"
#include "tui/frame.h"
#include "tui/keymap.h"
#include "tui/keys_drawer.h"
#include "tui/keys_table.h"
#include "tui/layout.h"
#include "tui/mouse.h"
#include "tui/prompt.h"

static enum outcome key_in_help(struct ui *ui, enum action action)
{
	int page = ui->rows > 3 ? ui->rows - 3 : 1;

	switch (action) {
	case ACTION_UP: ui->help_scroll--; break;
	case ACTION_DOWN: ui->help_scroll++; break;
	case ACTION_PAGE_UP: ui->help_scroll -= page; break;
	case ACTION_PAGE_DOWN: case ACTION_FOLD: ui->help_scroll += page; break;
	case ACTION_HOME: ui->help_scroll = 0; break;
	case ACTION_END: ui->help_scroll = 1 << 24; break; /* the drawing knows the end */
	case ACTION_BACK: case ACTION_HELP: case ACTION_QUIT: case ACTION_OPEN:
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

/* The third answer, to let it go on in the background, has its place here. */
static enum outcome key_in_question(struct ui *ui, uint32_t key, enum action action)
{
	ui->asking_quit = false;
	return key == 'y' || key == 'Y' || action == ACTION_CANCEL ? OUTCOME_CANCEL
								   : OUTCOME_REDRAW;
}

static enum outcome key_for_program(struct ui *ui, enum action action)
{
	switch (action) {
	case ACTION_SAVE: return OUTCOME_SAVE;
	case ACTION_SUSPEND: return OUTCOME_SUSPEND;
	case ACTION_REPAINT: return OUTCOME_REPAINT;
	case ACTION_CANCEL: return ui->ended ? OUTCOME_QUIT : OUTCOME_CANCEL;
	case ACTION_MOUSE:
		ui->mouse = !ui->mouse;
		prompt_say(ui, ui->mouse ? "mouse on" : "mouse off: the terminal selects text");
		return OUTCOME_MOUSE;
	case ACTION_QUIT:
		if (ui->ended)
			return OUTCOME_QUIT;
		ui->asking_quit = true;
		return OUTCOME_REDRAW;
	default: return OUTCOME_NONE;
	}
}

static enum outcome key_in_picture(
	struct ui *ui, const struct model *model, uint32_t key, enum action action)
{
	struct layout layout;
	enum outcome outcome = OUTCOME_NONE;

	layout_make(&layout, model, ui, frame_tables(ui).cols, false);
	if (ui->drawer)
		outcome = keys_drawer(ui, model, &layout, action);
	if (outcome == OUTCOME_NONE)
		outcome = keys_table(ui, model, &layout, key, action);
	layout_release(&layout);
	return outcome == OUTCOME_NONE ? key_for_program(ui, action) : outcome;
}

/* It is text: in the prompt it is typed, elsewhere its letters must not act as keys. */
static enum outcome paste(struct ui *ui, const struct model *model, uint32_t cp)
{
	return ui->typing && cp >= ' ' && cp != 0x7f ? prompt_key(ui, model, cp) : OUTCOME_NONE;
}

enum outcome ui_key(struct ui *ui, const struct model *model, uint32_t key)
{
	enum action action = keymap_action(key == '\r' || key == '\n' ? K_ENTER : key);

	if (key == KEY_NONE || key == K_RESIZE)
		return OUTCOME_REDRAW;
	if (key == K_HANGUP)
		return OUTCOME_NONE;
	model_order(model);
	if (key & KEYS_MOUSE)
		return mouse_key(ui, model, key);
	if (key & KEYS_PASTED)
		return paste(ui, model, key & ~KEYS_PASTED);
	prompt_say(ui, NULL);
	if (ui->typing)
		return prompt_key(ui, model, key);
	if (ui->asking_quit)
		return key_in_question(ui, key, action);
	if (ui->help)
		return key_in_help(ui, action);
	return key_in_picture(ui, model, key, action);
}
