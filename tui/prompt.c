/* SPDX-License-Identifier: Apache-2.0 */
/* The prompt of /: typing, and what is done with it. */
#include "tui/prompt.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "tui/drawer.h"
#include "tui/find.h"

#define DEL 0x7f
#define TYPING_MAX 200 /* bytes of a pattern */

void prompt_say(struct ui *ui, const char *text)
{
	char *copy = xstrdup_or_null(text);

	free(ui->message);
	ui->message = copy;
}

void prompt_open(struct ui *ui)
{
	free(ui->typing);
	ui->typing = xstrdup("");
}

/* What is asked for now: of the drawer, or of the tables. */
static char **pattern(struct ui *ui)
{
	return ui->drawer ? &ui->find : &ui->filter;
}

static void set_pattern(struct ui *ui, const char *text)
{
	char *copy = text && *text ? xstrdup(text) : NULL;

	free(*pattern(ui));
	*pattern(ui) = copy;
}

static void say_not_found(struct ui *ui, const char *wanted)
{
	char *text = xasprintf("not found: %s", wanted ? wanted : "");

	prompt_say(ui, text);
	free(text);
}

static void find_in_drawer(struct ui *ui, const struct model *m, int direction, bool from_here)
{
	struct drawer_match match;
	char *text;

	if (!ui->find) {
		prompt_say(ui, "nothing to find yet: / asks for it");
	} else if (!drawer_find(ui, m, direction, from_here, &match)) {
		say_not_found(ui, ui->find);
	} else {
		text = xasprintf("match %zu of %zu: %s", match.number, match.of, ui->find);
		prompt_say(ui, text);
		free(text);
	}
}

void prompt_find(struct ui *ui, const struct model *m, int direction, bool from_here)
{
	if (ui->drawer) {
		find_in_drawer(ui, m, direction, from_here);
	} else if (find_object(ui, m, direction, from_here)) {
		ui->follow = false;
	} else {
		say_not_found(ui, ui->filter);
		set_pattern(ui, NULL);
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
	if (take || !ui->drawer)
		set_pattern(ui, take ? typed : NULL);
	if (take && *typed)
		prompt_find(ui, m, 1, true);
	free(typed);
}

enum outcome prompt_key(struct ui *ui, const struct model *m, uint32_t key)
{
	if (key == CONTROL('c'))
		return OUTCOME_CANCEL;
	if (key == K_ENTER || key == '\r' || key == '\n') {
		end_typing(ui, m, true);
		return OUTCOME_REDRAW;
	}
	if (key == K_ESC) {
		end_typing(ui, m, false);
		return OUTCOME_REDRAW;
	}
	if (key == K_BACKSPACE || key == DEL || key == CONTROL('h'))
		type_less(ui);
	else if (key == CONTROL('u'))
		ui->typing[0] = '\0';
	else if (key >= ' ' && key < KEYS_BASE)
		type_more(ui, key);
	if (!ui->drawer)
		set_pattern(ui, ui->typing);
	return OUTCOME_REDRAW;
}
