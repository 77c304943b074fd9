/* SPDX-License-Identifier: Apache-2.0 */
/* What keys do, and that no sequence of keys and changes loses the cursor; the decoder of a terminal's bytes. */
#include "tui/keys.h"

#include "base/buf.h"
#include "base/xalloc.h"
#include "screen.h"
#include "tap.h"
#include "tui/input.h"
#include "tui/keymap.h"
#include "tui/layout.h"

#define NOW 1795442622000LL

/* One letter for an outcome, and where the cursor stands after the keys. */
static const struct {
	const char *name, *model, *keys;
	enum outcome outcome;
	size_t step;
	const char *object; /* NULL: the step's heading */
} cases[] = {
	{ "at first the newest problem", "bad-image", "<none>", OUTCOME_REDRAW, 1, "1//Pod/shop/api-5f7c9d8b6-8fqzt" },
	{ "the running step's heading where there is none", "running", "<none>", OUTCOME_REDRAW, 0, NULL },
	{ "down to its first object", "bad-image", "2j", OUTCOME_REDRAW, 1, "1/apps/Deployment/shop/api" },
	{ "headings of tables are skipped", "bad-image", "2jjjjjj", OUTCOME_REDRAW, 1, "1//ConfigMap/shop/api-settings" },
	{ "home", "bad-image", "<home>", OUTCOME_REDRAW, 0, NULL },
	{ "end", "bad-image", "<end>", OUTCOME_REDRAW, 3, NULL },
	{ "beyond the end", "bad-image", "<end>jjj", OUTCOME_REDRAW, 3, NULL },
	{ "before the beginning", "bad-image", "<home>kkk", OUTCOME_REDRAW, 0, NULL },
	{ "a step by number", "bad-image", "3", OUTCOME_REDRAW, 2, NULL },
	{ "no such step", "bad-image", "29", OUTCOME_REDRAW, 1, NULL },
	{ "next step", "bad-image", "2<tab>", OUTCOME_REDRAW, 2, NULL },
	{ "previous step", "bad-image", "2<backtab>", OUTCOME_REDRAW, 0, NULL },
	{ "previous step from an object is its own heading", "bad-image", "2jj<backtab>", OUTCOME_REDRAW, 1, NULL },
	{ "left folds an owner first", "bad-image", "2j<left>j", OUTCOME_REDRAW, 1, "1//ConfigMap/shop/api-settings" },
	{ "and again goes to the heading", "bad-image", "2j<left><left>", OUTCOME_REDRAW, 1, NULL },
	{ "right opens it", "bad-image", "2j<left><right>j", OUTCOME_REDRAW, 1, "1/apps/ReplicaSet/shop/api-5f7c9d8b6" },
	{ "a folded step has one line", "bad-image", "2 j", OUTCOME_REDRAW, 2, NULL },
	{ "what fails comes first", "many-pods", "1jjj", OUTCOME_REDRAW, 0, "0//Pod/shop/web-7d4bfb574-zzzzz" },
	{ "sorted by name it does not", "many-pods", "1jj<right>SSj", OUTCOME_REDRAW, 0, "0//Pod/shop/web-7d4bfb574-00000" },
	{ "inverted it does again", "many-pods", "1jj<right>SSIj", OUTCOME_REDRAW, 0, "0//Pod/shop/web-7d4bfb574-zzzzz" },
	{ "only what is in progress", "bad-image", "2pjj", OUTCOME_REDRAW, 1, "1/apps/ReplicaSet/shop/api-5f7c9d8b6" },
	{ "only the kind under the cursor", "bad-image", "2jjjojj", OUTCOME_REDRAW, 1, "1//Pod/shop/api-5f7c9d8b6-m2n4k" },
	{ "what is filtered away leaves the cursor in its step", "bad-image", "2jjjjjjf", OUTCOME_REDRAW, 1, "1//Pod/shop/api-5f7c9d8b6-8fqzt" },
	{ "Escape shows all again", "bad-image", "2jjjo<esc>jjj", OUTCOME_REDRAW, 1, "1//ConfigMap/shop/api-settings" },
	{ "old ReplicaSets are hidden", "bad-image", "1jjj", OUTCOME_REDRAW, 0, "0//Pod/shop/web-7d4bfb574-96z2w" },
	{ "a shows them", "bad-image", "1jjajjjj", OUTCOME_REDRAW, 0, "0/apps/ReplicaSet/shop/web-59c8f7d66" },
	{ "F goes back to the newest problem", "bad-image", "<home>F", OUTCOME_REDRAW, 1, "1//Pod/shop/api-5f7c9d8b6-8fqzt" },
	{ "rows are filtered while it is typed", "bad-image", "2/m2n4k", OUTCOME_REDRAW, 1, NULL },
	{ "what is not there takes no row away", "bad-image", "2j/xyz<enter>j", OUTCOME_REDRAW, 1, "1/apps/ReplicaSet/shop/api-5f7c9d8b6" },
	{ "copy", "bad-image", "2jc", OUTCOME_COPY, 1, "1/apps/Deployment/shop/api" },
	{ "the mouse can be let go", "bad-image", "2m", OUTCOME_MOUSE, 1, NULL },
	{ "find", "bad-image", "2/8fqzt<enter>", OUTCOME_REDRAW, 1, "1//Pod/shop/api-5f7c9d8b6-8fqzt" },
	{ "find in upper case", "bad-image", "2/8FQZT<enter>", OUTCOME_REDRAW, 1, "1//Pod/shop/api-5f7c9d8b6-8fqzt" },
	{ "next match", "bad-image", "2/nope<enter>n", OUTCOME_REDRAW, 1, "1//Pod/shop/api-5f7c9d8b6-x2xlp" },
	{ "previous match goes around", "bad-image", "2/nope<enter>N", OUTCOME_REDRAW, 1, "1//Pod/shop/api-5f7c9d8b6-8fqzt" },
	{ "find nothing stays", "bad-image", "2j/xyz<enter>", OUTCOME_REDRAW, 1, "1/apps/Deployment/shop/api" },
	{ "escape leaves the prompt", "bad-image", "2j/8fqzt<esc>", OUTCOME_REDRAW, 1, "1/apps/Deployment/shop/api" },
	{ "keys are text in the prompt", "bad-image", "2j/qqq", OUTCOME_REDRAW, 1, "1/apps/Deployment/shop/api" },
	{ "backspace", "bad-image", "2/8fqzz<bs>t<enter>", OUTCOME_REDRAW, 1, "1//Pod/shop/api-5f7c9d8b6-8fqzt" },
	{ "find opens what is folded", "bad-image", "2j-/8fqzt<enter>", OUTCOME_REDRAW, 1, "1//Pod/shop/api-5f7c9d8b6-8fqzt" },
	{ "only failing", "bad-image", "2fjjj", OUTCOME_REDRAW, 1, "1//Pod/shop/api-5f7c9d8b6-x2xlp" },
	{ "the drawer takes up and down", "bad-image", "2jdjj", OUTCOME_REDRAW, 1, "1/apps/Deployment/shop/api" },
	{ "J goes on with the drawer open", "bad-image", "2jdJ", OUTCOME_REDRAW, 1, "1/apps/ReplicaSet/shop/api-5f7c9d8b6" },
	{ "q closes the drawer first", "bad-image", "2jdq", OUTCOME_REDRAW, 1, "1/apps/Deployment/shop/api" },
	{ "q asks", "bad-image", "2q", OUTCOME_REDRAW, 1, NULL },
	{ "q and y stops", "bad-image", "2qy", OUTCOME_CANCEL, 1, NULL },
	{ "q and n stays", "bad-image", "2qn", OUTCOME_REDRAW, 1, NULL },
	{ "q leaves what has ended", "succeeded", "q", OUTCOME_QUIT, 0, NULL },
	{ "^C stops", "bad-image", "2<^c>", OUTCOME_CANCEL, 1, NULL },
	{ "^C stops in the prompt", "bad-image", "2/a<^c>", OUTCOME_CANCEL, 1, NULL },
	{ "^C stops in the help", "bad-image", "2?<^c>", OUTCOME_CANCEL, 1, NULL },
	{ "^C leaves what has ended", "succeeded", "<^c>", OUTCOME_QUIT, 0, NULL },
	{ "save", "bad-image", "2s", OUTCOME_SAVE, 1, NULL },
	{ "suspend", "bad-image", "2<^z>", OUTCOME_SUSPEND, 1, NULL },
	{ "repaint", "bad-image", "2<^l>", OUTCOME_REPAINT, 1, NULL },
	{ "help takes keys", "bad-image", "2?jj", OUTCOME_REDRAW, 1, NULL },
	{ "hang-up is not for the picture", "bad-image", "2<hup>", OUTCOME_NONE, 1, NULL },
	{ "an unknown key does nothing", "bad-image", "2j~", OUTCOME_NONE, 1, "1/apps/Deployment/shop/api" },
	{ "finished Pods are one line, below what fails", "many-pods", "1jjjj", OUTCOME_REDRAW, 0, "0/apps/StatefulSet/shop/db" },
	{ "that opens", "many-pods", "1jj<right>jj", OUTCOME_REDRAW, 0, "0//Pod/shop/web-7d4bfb574-00000" },
	{ "with enter too", "many-pods", "1jj<enter>jj", OUTCOME_REDRAW, 0, "0//Pod/shop/web-7d4bfb574-00000" },
	{ "at the end the cursor is on what failed", "failed-skipped", "<none>", OUTCOME_REDRAW, 1, "1/batch/Job/shop/migrate" },
};

static void draw(const struct model *m, struct ui *ui, int rows, int cols)
{
	struct canvas c;

	canvas_init(&c, rows, cols);
	view_draw(&c, m, ui, NOW, 0);
	canvas_release(&c);
}

static void test_cases(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct model m;
		struct ui ui;
		enum outcome outcome = OUTCOME_NONE;

		screen_load(&m, cases[i].model, 0);
		ui_init(&ui, ICONS_UNICODE);
		ui.ended = m.frozen;
		draw(&m, &ui, 24, 80);
		for (const char *p = cases[i].keys; *p;) {
			char one[16];
			size_t len = *p == '<' ? strcspn(p, ">") + 1 : 1;

			snprintf(one, sizeof(one), "%.*s", (int)len, p);
			outcome = screen_keys(&ui, &m, one);
			draw(&m, &ui, 24, 80);
			p += len;
		}
		is_int(outcome, cases[i].outcome, cases[i].name);
		is_int((long long)ui.step, (long long)cases[i].step, "the step");
		is_str(ui.object, cases[i].object, "the object");
		ui_release(&ui);
		model_release(&m);
	}
}

/* Events of other steps and rows come while the cursor rests: it stays on its object and on its line of the screen. */
static void test_stays(void)
{
	struct model m;
	struct ui ui;
	json_t *event;
	int before;

	screen_load(&m, "bad-image", 0);
	ui_init(&ui, ICONS_UNICODE);
	draw(&m, &ui, 12, 80);
	screen_keys(&ui, &m, "2jjjj");
	draw(&m, &ui, 12, 80);
	before = ui.line - ui.scroll;
	event = json_pack("{ss si ss ss ss ss ss ss sb ss}", "event", "object.seen", "step", 0, "id", "0//Pod/shop/new",
		"apiVersion", "v1", "kind", "Pod", "namespace", "shop", "name", "new",
		"owner", "0/apps/ReplicaSet/shop/web-7d4bfb574", "applied", 0, "createdAt", "2026-11-23T14:03:30Z");
	ok(model_apply(&m, event, NULL), "a Pod comes above the cursor");
	json_decref(event);
	draw(&m, &ui, 12, 80);
	is_str(ui.object, "1//Pod/shop/api-5f7c9d8b6-8fqzt", "the cursor stays on its object");
	is_int(ui.line - ui.scroll, before, "and on its row of the screen");
	event = json_pack("{ss si ss}", "event", "object.removed", "step", 1, "id", "1//Pod/shop/api-5f7c9d8b6-8fqzt");
	ok(model_apply(&m, event, NULL), "its object goes");
	json_decref(event);
	draw(&m, &ui, 12, 80);
	ok(ui.object && model_find(&m, ui.step, ui.object), "a neighbour takes the cursor");
	ui_release(&ui);
	model_release(&m);
}

static bool cursor_exists(const struct model *m, const struct ui *ui)
{
	return ui->step < m->nsteps && (!ui->object || model_find(m, ui->step, ui->object));
}

static void press_at_random(const char *name, unsigned seed)
{
	static const uint32_t special[] = {
		K_UP, K_DOWN, K_LEFT, K_RIGHT, K_PAGE_UP, K_PAGE_DOWN, K_HOME, K_END, K_ENTER, K_ESC, K_TAB, K_BACKTAB, K_BACKSPACE,
		K_F1, K_RESIZE, K_F10, 3, 12, 26, 0x65e5, 0x301, 0x202e, 'q' | KEYS_PASTED,
	};
	struct model m, whole;
	struct ui ui;
	bool fine = true;
	size_t events = 1;

	screen_load(&whole, name, 0);
	screen_load(&m, name, events);
	ui_init(&ui, ICONS_UNICODE);
	srand(seed);
	for (int i = 0; i < 1500 && fine; i++) {
		uint32_t key = rand() % 2 ? special[(size_t)rand() % ARRAY_LEN(special)] : (uint32_t)(rand() % 96) + 32;

		if (rand() % 6 == 0)
			key = mouse_make((enum mouse)(rand() % 5), (unsigned)rand() % 45, (unsigned)rand() % 150);
		if (rand() % 20 == 0 && (int64_t)events < whole.last_seq) { /* the model moves on */
			model_release(&m);
			screen_load(&m, name, ++events);
		}
		ui_key(&ui, &m, key);
		draw(&m, &ui, 1 + rand() % 40, 1 + rand() % 140);
		if (!ui.help && ui.rows >= 6 && ui.cols >= 30)
			fine = cursor_exists(&m, &ui) && ui.scroll >= 0;
	}
	ok(fine, name);
	ui_release(&ui);
	model_release(&m);
	model_release(&whole);
}

static void collect(void *arg, uint32_t key)
{
	static const struct { uint32_t key; const char *name; } names[] = {
		{ K_UP, "UP" }, { K_DOWN, "DOWN" }, { K_LEFT, "LEFT" }, { K_RIGHT, "RIGHT" }, { K_HOME, "HOME" }, { K_END, "END" },
		{ K_PAGE_UP, "PGUP" }, { K_PAGE_DOWN, "PGDN" }, { K_ENTER, "ENTER" }, { K_ESC, "ESC" }, { K_TAB, "TAB" },
		{ K_BACKTAB, "BACKTAB" }, { K_BACKSPACE, "BS" }, { K_F1, "F1" }, { K_F10, "F10" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].key == key) {
			buf_printf(arg, "%s ", names[i].name);
			return;
		}
	if (key & KEYS_MOUSE) {
		static const char *const what[] = { "DOWN", "UP", "DRAG", "WHEEL-UP", "WHEEL-DOWN" };

		buf_printf(arg, "%s@%u,%u ", what[key >> 24 & 7], key >> 12 & 0xfff, key & 0xfff);
		return;
	}
	if (key & KEYS_PASTED) {
		buf_printf(arg, "(%c) ", (int)(key & 0x7f));
		return;
	}
	key > ' ' && key < 0x7f ? buf_printf(arg, "%c ", (int)key) : buf_printf(arg, "U+%X ", key);
}

static void collect_answer(void *arg, const char *answer)
{
	buf_printf(arg, "answer:%s ", *answer == '\033' ? answer + 1 : answer);
}

static void test_input(void)
{
	static const struct { const char *name, *bytes, *want; } inputs[] = {
		{ "letters", "jk", "j k " },
		{ "arrows", "\033[A\033[B\033OC\033OD", "UP DOWN RIGHT LEFT " },
		{ "the rest of the pad", "\033[H\033[4~\033[5~\033[6~\033[Z\033OP\033[21~", "HOME END PGUP PGDN BACKTAB F1 F10 " },
		{ "controls", "\r\n\t\x7f\b\x03", "ENTER ENTER TAB BS BS U+3 " },
		{ "a character beyond ASCII", "日é", "U+65E5 U+E9 " },
		{ "an unknown sequence is swallowed", "\033[1;5Cj\033[99~k", "j k " },
		{ "a click", "\033[<0;12;3M\033[<0;12;3m", "DOWN@2,11 UP@2,11 " },
		{ "a drag and the wheel", "\033[<32;1;1M\033[<64;5;5M\033[<65;5;5M", "DRAG@0,0 WHEEL-UP@4,4 WHEEL-DOWN@4,4 " },
		{ "other buttons, impossible places", "\033[<2;1;1M\033[<0;0;1M\033[<0;99999;1Mj", "j " },
		{ "what is pasted is text", "\033[200~q\033[Ay\r\033[201~j", "(q) (y) j " },
		{ "the ground's colour", "\033]11;rgb:1e1e/1e1e/1e1e\033\\j", "answer:]11;rgb:1e1e/1e1e/1e1e j " },
		{ "the same with a bell", "\033]11;rgb:ff/ff/ff\007j", "answer:]11;rgb:ff/ff/ff j " },
		{ "synchronized output", "\033[?2026;2$yj", "answer:[?2026;2$y j " },
		{ "an answer that never was ours",
			"\033]52;c;QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB\033\\j", "j " },
		{ "an answer without its end", "\033]11;rgb:qqqq", "" },
		{ "Escape and an arrow", "\033\033[A", "ESC UP " },
		{ "Escape alone, after its time", "\033", "ESC " },
		{ "half a sequence is dropped after its time", "\033[1", "" },
		{ "a sequence that never ends", "\033[11111111111111111111111111111111111111111~j", "" },
		{ "broken UTF-8", "\xffj\xe2\x28", "j ( " },
		{ "a taught key", "\033[[Xq", "UP q " },
	};

	for (size_t i = 0; i < ARRAY_LEN(inputs); i++)
		for (size_t chunk = 1; chunk < 4; chunk++) {
			struct input in = { 0 };
			struct buf got = { 0 };
			size_t len = strlen(inputs[i].bytes);

			in.key = collect;
			in.answer = collect_answer;
			in.arg = &got;
			input_teach(&in, "\033[[X", K_UP);
			for (size_t at = 0; at < len; at += chunk)
				input_feed(&in, inputs[i].bytes + at, len - at < chunk ? len - at : chunk);
			if (input_waits(&in, 50))
				input_flush(&in);
			if (strcmp(inputs[i].name, "a sequence that never ends") != 0)
				is_str(buf_str(&got), inputs[i].want, inputs[i].name);
			buf_release(&got);
		}
}

static void test_keymap(void)
{
	for (unsigned i = 0; i < keymap_len; i++) {
		ok(keymap[i].action && (!keymap[i].keys || keymap[i].what), "a key acts, and its help says how");
		ok(!keymap[i].keys || keymap[i].footer, "and the footer has a word for it");
		for (unsigned k = 0; k < i; k++)
			ok(keymap[i].key != keymap[k].key && (!keymap[i].alias || (keymap[i].alias != keymap[k].alias &&
				keymap[i].alias != keymap[k].key)), "and only once");
	}
}

static char *drawn(const struct model *m, struct ui *ui, int rows, int cols)
{
	struct canvas c;
	struct buf out = { 0 };

	canvas_init(&c, rows, cols);
	view_draw(&c, m, ui, NOW, 0);
	canvas_text(&c, &out);
	canvas_release(&c);
	return buf_take(&out);
}

/* Every key of the table is in the help overlay, and in the footer where there is room. The manual page has test_man. */
static void test_told(void)
{
	struct model m;
	struct ui ui;
	char *help, *table, *drawer;

	screen_load(&m, "bad-image", 0);
	ui_init(&ui, ICONS_UNICODE);
	table = drawn(&m, &ui, 40, 700);
	screen_keys(&ui, &m, "2jd");
	drawer = drawn(&m, &ui, 40, 700);
	screen_keys(&ui, &m, "<esc>?");
	help = drawn(&m, &ui, 100, 120);
	for (unsigned i = 0; i < keymap_len; i++) {
		const struct binding *b = &keymap[i];

		if (b->keys)
			ok(strstr(help, b->keys) && strstr(help, b->what), b->keys);
		if (b->footer && b->where & KEYS_TABLE)
			ok(strstr(table, b->footer) != NULL, b->footer);
		if (b->footer && b->where & KEYS_DRAWER)
			ok(strstr(drawer, b->footer) != NULL, b->footer);
	}
	free(help);
	free(table);
	free(drawer);
	ui_release(&ui);
	model_release(&m);
}

/* What is under a place of the screen is what a click there is about. */
static void test_mouse(void)
{
	static const struct { const char *name, *keys, *at; enum mouse what; const char *object; bool drawer; enum drawer_tab tab; size_t step; } clicks[] = {
		{ "a row", "", "x2xlp", MOUSE_DOWN, "1//Pod/shop/api-5f7c9d8b6-x2xlp", false, 0, 1 },
		{ "a name with a manifest", "", "api  ", MOUSE_DOWN, "1/apps/Deployment/shop/api", true, DRAWER_MANIFEST, 1 },
		{ "the cause below a row", "", "In progress: 2 of 3", MOUSE_DOWN, "1/apps/Deployment/shop/api", false, 0, 1 },
		{ "a heading", "", "3 Redis", MOUSE_DOWN, NULL, false, 0, 2 },
		{ "a tab", "2jd", "e events", MOUSE_DOWN, "1/apps/Deployment/shop/api", true, DRAWER_EVENTS, 1 },
		{ "the wheel moves on", "2j", "x2xlp", MOUSE_WHEEL_DOWN, "1//Pod/shop/api-5f7c9d8b6-8fqzt", false, 0, 1 },
		{ "the wheel goes back", "2jjjj", "x2xlp", MOUSE_WHEEL_UP, "1/apps/Deployment/shop/api", false, 0, 1 },
		{ "the wheel in the drawer leaves the cursor", "2jd", "API version", MOUSE_WHEEL_DOWN, "1/apps/Deployment/shop/api", true, DRAWER_DETAILS, 1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(clicks); i++) {
		struct model m;
		struct ui ui;
		char *text, *at;
		unsigned row = 0, col;

		screen_load(&m, "bad-image", 0);
		ui_init(&ui, ICONS_ASCII); /* a byte is a column */
		free(drawn(&m, &ui, 40, 100));
		screen_keys(&ui, &m, clicks[i].keys);
		text = drawn(&m, &ui, 40, 100);
		at = strstr(text, clicks[i].at);
		for (char *p = text; at && p < at; p++)
			row += *p == '\n';
		for (col = 0; at && at - col > text && at[-1 - (int)col] != '\n'; col++)
			;
		ok(at != NULL, clicks[i].name);
		ui_key(&ui, &m, mouse_make(clicks[i].what, row, col));
		is_str(ui.object, clicks[i].object, "the object");
		is_int((long long)ui.step, (long long)clicks[i].step, "the step");
		is_int(ui.drawer, clicks[i].drawer, "the drawer");
		if (ui.drawer)
			is_int(ui.tab, clicks[i].tab, "the tab");
		free(text);
		ui_release(&ui);
		model_release(&m);
	}
}

static void test_drag(void)
{
	struct model m;
	struct ui ui;

	screen_load(&m, "bad-image", 0);
	ui_init(&ui, ICONS_UNICODE);
	draw(&m, &ui, 40, 120);
	screen_keys(&ui, &m, "2jd");
	ui_key(&ui, &m, mouse_make(MOUSE_DRAG, 10, 60));
	is_int(ui.drawer_share, 0, "nothing is dragged that is not held");
	ui_key(&ui, &m, mouse_make(MOUSE_DOWN, 10, 60));
	ui_key(&ui, &m, mouse_make(MOUSE_DRAG, 10, 48));
	is_int(ui.drawer_share, 10, "the edge goes with the mouse");
	ui_key(&ui, &m, mouse_make(MOUSE_DRAG, 10, 0));
	is_int(ui.drawer_share, 30, "within limits");
	ui_key(&ui, &m, mouse_make(MOUSE_UP, 10, 72));
	ui_key(&ui, &m, mouse_make(MOUSE_DRAG, 10, 20));
	is_int(ui.drawer_share, -10, "and stays where it was let go");
	ui_release(&ui);
	model_release(&m);
}

int main(void)
{
	static const char *const models[] = { "bad-image", "many-pods", "failed-skipped", "hostile", "timed-out", "wide" };

	test_cases();
	test_stays();
	test_input();
	test_keymap();
	test_told();
	test_mouse();
	test_drag();
	for (size_t i = 0; i < ARRAY_LEN(models); i++)
		for (unsigned seed = 1; seed <= 2; seed++)
			press_at_random(models[i], seed);
	return tap_done();
}
