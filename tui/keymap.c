/* SPDX-License-Identifier: Apache-2.0 */
/* The one table of keys. */
#include "tui/keymap.h"

#include "base/xalloc.h"
#include "tui/keys.h"

const struct binding keymap[] = {
	{ K_UP, 'k', "↑ k, ↓ j", "move; in the drawer: scroll", "↑↓ move", "jk move",
		ACTION_UP, KEYS_TABLE },
	{ K_DOWN, 'j', NULL, NULL, "↑↓ scroll", "jk scroll", ACTION_DOWN, KEYS_DRAWER },
	{ K_ENTER, 0, "Enter", "open the drawer; unfold what is folded", "⏎ open", "Enter open",
		ACTION_OPEN, KEYS_TABLE },
	{ 'y', 0, "y", "the manifest as it was applied, and where the problem points",
		"y manifest", NULL, ACTION_TAB + DRAWER_MANIFEST, KEYS_TABLE },
	{ 'd', 0, "d", "details: status, conditions, containers, owner", "d details", NULL,
		ACTION_TAB + DRAWER_DETAILS, KEYS_TABLE },
	{ 'e', 0, "e", "events", "e events", NULL, ACTION_TAB + DRAWER_EVENTS, KEYS_TABLE },
	{ 'l', 0, "l", "log lines of containers in trouble; of a step what its tool wrote", "l logs", NULL,
		ACTION_TAB + DRAWER_LOGS, KEYS_TABLE },
	{ K_ESC, 0, "Esc", "close what is open; then take the filters away", "Esc close", NULL,
		ACTION_BACK, KEYS_DRAWER },
	{ K_TAB, 0, "Tab, S-Tab", "next, previous step; in the drawer: tab", "⇥ tab", "Tab tab",
		ACTION_NEXT_STEP, KEYS_DRAWER },
	{ '/', 0, "/", "rows with a text; in the drawer: find", "/ find", NULL, ACTION_FIND,
		KEYS_BOTH },
	{ 'f', 0, "f", "only what fails, with its owners", "f failing", NULL, ACTION_FAILING,
		KEYS_TABLE },
	{ 's', CONTROL('s'), "s ^S", "save a snapshot to a file", "s save", NULL, ACTION_SAVE,
		KEYS_TABLE },
	{ 'p', 0, "p", "only what is in progress, with its owners", "p in progress", NULL,
		ACTION_PROGRESS, KEYS_TABLE },
	{ K_BACKTAB, 0, NULL, NULL, "⇥ step", "Tab step", ACTION_PREVIOUS_STEP, KEYS_TABLE },
	{ 'J', '>', "J >, K <", "next, previous object, the drawer staying open", "J/K object",
		NULL, ACTION_NEXT_OBJECT, KEYS_DRAWER },
	{ 'K', '<', NULL, NULL, NULL, NULL, ACTION_PREVIOUS_OBJECT, KEYS_DRAWER },
	{ 'n', 0, "n, N", "next, previous match", "n/N match", NULL, ACTION_FIND_NEXT, KEYS_BOTH },
	{ 'N', 0, NULL, NULL, NULL, NULL, ACTION_FIND_PREVIOUS, KEYS_BOTH },
	{ 'z', 0, "z", "the drawer on the full screen, and back", "z full", NULL, ACTION_FULL,
		KEYS_DRAWER },
	{ 'w', 0, "w", "wrap the manifest's long lines", "w wrap", NULL, ACTION_WRAP, KEYS_DRAWER },
	{ 'c', 0, "c", "copy the row, or what the drawer shows", "c copy", NULL, ACTION_COPY,
		KEYS_BOTH },
	{ 'P', 0, "P", "log lines from before the last restart", "P previous", NULL,
		ACTION_PREVIOUS_LOGS, KEYS_BOTH },
	{ 't', 0, "t", "timeline: every status it had", "t timeline", NULL,
		ACTION_TAB + DRAWER_TIMELINE, KEYS_TABLE },
	{ ' ', 0, "Space", "fold or unfold a step or an owner; in the drawer: a page",
		"Space fold", NULL, ACTION_FOLD, KEYS_TABLE },
	{ K_LEFT, '-', "← -", "fold, or go to the owner; in the drawer: to the left", "← fold",
		"- fold", ACTION_LEFT, KEYS_TABLE },
	{ K_RIGHT, '+', "→ +", "unfold; in the drawer: to the right", "→ unfold", "+ unfold",
		ACTION_RIGHT, KEYS_TABLE },
	{ 'a', 0, "a", "all rows: old ReplicaSets too, nothing folded", "a all", NULL, ACTION_ALL,
		KEYS_TABLE },
	{ 'o', 0, "o", "only the kind under the cursor", "o kind", NULL, ACTION_KIND, KEYS_TABLE },
	{ 'S', 0, "S", "sort: what fails first, by status, by name, by age", "S sort", NULL,
		ACTION_SORT, KEYS_TABLE },
	{ 'I', 0, "I", "invert the order", "I invert", NULL, ACTION_INVERT, KEYS_TABLE },
	{ 'F', 0, "F", "follow: the cursor goes to the newest problem", "F follow", NULL,
		ACTION_FOLLOW, KEYS_TABLE },
	{ K_PAGE_UP, CONTROL('b'), "PgUp ^B, PgDn ^F", "a page up, down", "PgUp/PgDn page", NULL,
		ACTION_PAGE_UP, KEYS_BOTH },
	{ K_PAGE_DOWN, CONTROL('f'), NULL, NULL, NULL, NULL, ACTION_PAGE_DOWN, KEYS_BOTH },
	{ K_HOME, 'g', "Home g, End G", "to the beginning, to the end", "g/G ends", NULL,
		ACTION_HOME, KEYS_BOTH },
	{ K_END, 'G', NULL, NULL, NULL, NULL, ACTION_END, KEYS_BOTH },
	{ '1', 0, "1-9", "to that step", "1-9 step", NULL, ACTION_STEP, KEYS_TABLE },
	{ ']', 0, "[, ]", "the drawer smaller, larger", "[/] size", NULL, ACTION_LARGER,
		KEYS_DRAWER },
	{ '[', 0, NULL, NULL, NULL, NULL, ACTION_SMALLER, KEYS_DRAWER },
	{ 'm', 0, "m", "mouse off (the terminal selects text again), on", "m mouse", NULL,
		ACTION_MOUSE, KEYS_BOTH },
	{ CONTROL('l'), 0, "^L", "draw the screen anew", "^L redraw", NULL, ACTION_REPAINT,
		KEYS_BOTH },
	{ CONTROL('z'), 0, "^Z", "to the shell (fg comes back)", "^Z shell", NULL, ACTION_SUSPEND,
		KEYS_BOTH },
	{ CONTROL('c'), 0, "^C", "stop waiting, report, end", "^C stop", NULL, ACTION_CANCEL,
		KEYS_BOTH },
	{ '?', K_F1, "? F1", "this help", "? help", NULL, ACTION_HELP, KEYS_BOTH },
	{ 'q', K_F10, "q F10", "close the drawer; quit (asks while the run goes on)", "q quit",
		NULL, ACTION_QUIT, KEYS_BOTH },
};
const unsigned keymap_len = ARRAY_LEN(keymap);

enum action keymap_action(uint32_t key)
{
	if (key >= '1' && key <= '9')
		return ACTION_STEP;
	for (unsigned i = 0; i < keymap_len; i++)
		if (key && (keymap[i].key == key || keymap[i].alias == key))
			return keymap[i].action;
	return ACTION_NONE;
}
