/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal. curses makes the bytes of a frame into a file of ours; we write them to the
 * terminal without blocking, read its keys, and put everything back as it was, whatever happens
 * (DESIGN.md §10). The one file that includes curses. */
#include "tui/term.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "base/buf.h"
#include "base/loop.h"
#include "base/text.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "tui/frame_file.h"
#include "tui/input.h"
#include "tui/keys.h"
#include "tui/term_rescue.h"
#include "tui/term_talk.h"
#include "tui/theme.h"
#include "tui/tty.h"

/* Of <term.h>, whose macros and struct term would take our names; what it calls TERMINAL is opaque
 * to us. */
struct terminal_entry;
extern int setupterm(const char *type, int fd, int *status);
extern struct terminal_entry *set_curterm(struct terminal_entry *entry);
extern int del_curterm(struct terminal_entry *entry);

struct term {
	struct loop *loop;
	struct term_options options;
	struct tty tty;
	FILE *frame; /* unlinked; curses writes here */
	SCREEN *screen;
	int rows, cols;
	enum theme theme;
	enum theme_depth depth;
	short pairs[ROLE__COUNT]; /* 0: no colour */
	bool colored, unicode, synchronizes;
	bool asked;    /* … and an answer may yet come */
	bool owes_key; /* a frame was refused: tell when the terminal takes one again */
};

bool term_usable(void)
{
	const char *type = getenv("TERM");
	struct tty tty = { 0 };
	int status;
	bool usable = false;

	if (!type || !*type || strcmp(type, "dumb") == 0)
		return false;
	if (!tty_open(&tty, type))
		return false;
	if (setupterm(type, tty.fd, &status) == OK) {
		usable = tigetstr("cup") && tigetstr("cup") != (char *)-1;
		del_curterm(set_curterm(NULL));
	}
	tty_release(&tty);
	return usable;
}

static void read_size(struct term *t)
{
	if (tty_size(&t->tty, &t->rows, &t->cols))
		return;
	t->rows = tigetnum("lines") > 0 ? tigetnum("lines") : 24;
	t->cols = tigetnum("cols") > 0 ? tigetnum("cols") : 80;
}

static void on_hang_up(void *arg)
{
	struct term *t = arg;

	rescue_forget();
	t->options.key(t->options.arg, K_HANGUP);
}

static void on_sent(void *arg)
{
	struct term *t = arg;

	if (!t->owes_key)
		return;
	t->owes_key = false;
	t->options.key(t->options.arg, KEY_NONE);
}

/* Moves what curses wrote from its file to the queue. */
static void take_frame(struct term *t)
{
	struct buf frame = { 0 };

	frame_file_take(t->frame, &frame);
	talk_frame(&frame, t->synchronizes);
	buf_add(&t->tty.unsent, frame.data, frame.len);
	buf_release(&frame);
}

static void on_key(void *arg, uint32_t key)
{
	struct term *t = arg;

	t->options.key(t->options.arg, key);
}

static void on_resize(void *arg, int signo UNUSED)
{
	struct term *t = arg;

	if (t->tty.gone)
		return;
	read_size(t);
	resizeterm(t->rows, t->cols);
	t->options.key(t->options.arg, K_RESIZE);
}

static void on_stop(void *arg, int signo UNUSED)
{
	term_suspend(arg);
}

static void on_continue(void *arg, int signo UNUSED)
{
	struct term *t = arg;

	if (t->tty.gone)
		return;
	tty_raw(&t->tty, rescue_modes());
	talk_enter(&t->tty);
	term_repaint(t);
	on_resize(t, SIGWINCH);
}

/* The palette of the theme at hand: again when the terminal has told its ground. */
static void make_pairs(struct term *t)
{
	memset(t->pairs, 0, sizeof(t->pairs));
	for (short role = 0; t->colored && role < ROLE__COUNT; role++) {
		struct theme_style style = theme_style((enum role)role, t->theme, t->depth);

		if (style.color != THEME_DEFAULT &&
			init_pair((short)(role + 1), style.color, -1) == OK)
			t->pairs[role] = (short)(role + 1);
	}
}

static void make_colors(struct term *t)
{
	const char *no_color = getenv("NO_COLOR");

	t->colored = t->options.colors != COLORS_NEVER && has_colors() &&
		t->options.theme != TERM_THEME_MONO &&
		!(t->options.colors == COLORS_AUTO && no_color && *no_color);
	if (!t->colored || start_color() != OK) {
		t->colored = false;
		t->theme = THEME_MONO;
		return;
	}
	use_default_colors();
	t->theme = t->options.theme == TERM_THEME_LIGHT ? THEME_LIGHT : THEME_DARK;
	t->depth = COLORS >= 256 ? THEME_256 : COLORS >= 16 ? THEME_16 : THEME_8;
	make_pairs(t);
}

/* What the terminal answers, if it does. */
static void on_answer(void *arg, const char *answer)
{
	struct term *t = arg;
	enum theme theme;

	switch (talk_hear(answer, &theme)) {
	case TALK_THEME:
		if (t->options.theme != TERM_THEME_AUTO || !t->colored || theme == t->theme)
			break;
		t->theme = theme;
		make_pairs(t);
		term_repaint(t);
		t->options.key(t->options.arg, K_RESIZE);
		break;
	case TALK_SYNCHRONIZES:
		t->synchronizes = true;
		t->asked = false;
		break;
	case TALK_NOTHING:
		break;
	}
}

static void teach_keys(struct input *in)
{
	static const struct {
		const char *name;
		uint32_t key;
	} keys[] = {
		{ "kcuu1", K_UP },
		{ "kcud1", K_DOWN },
		{ "kcub1", K_LEFT },
		{ "kcuf1", K_RIGHT },
		{ "kpp", K_PAGE_UP },
		{ "knp", K_PAGE_DOWN },
		{ "khome", K_HOME },
		{ "kend", K_END },
		{ "kcbt", K_BACKTAB },
		{ "kent", K_ENTER },
		{ "kf1", K_F1 },
		{ "kf10", K_F10 },
	};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const char *bytes = tigetstr(keys[i].name);

		input_teach(in, bytes == (char *)-1 ? NULL : bytes, keys[i].key);
	}
}

/* What brings the terminal back, known before it is needed: a handler of a crash can only write it.
 */
static void prepare_rescue(const struct term *t)
{
	static const char *const names[] = { "sgr0", "cnorm", "rmkx", "rmcup" };
	struct buf reset = { 0 };

	talk_leave(&reset, &t->tty.can);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *bytes = tigetstr(names[i]);

		if (bytes && bytes != (char *)-1)
			buf_addstr(&reset, bytes);
	}
	rescue_set(t->tty.fd, buf_str(&reset), reset.len);
	buf_release(&reset);
}

/* For one that was asked to show the screen all the same: curses would write it garbage. */
static bool cannot_show(struct error *err)
{
	const char *type = getenv("TERM");

	return error_set(err, ERROR_USAGE,
		"a terminal with TERM=%s cannot show the screen: use -o plain", type ? type : "");
}

static bool start_curses(struct term *t, struct error *err)
{
	if (!term_usable())
		return cannot_show(err);
	t->frame = frame_file_open();
	if (!t->frame)
		return error_set(
			err, ERROR_IO, "cannot make a file for the screen: %s", strerror(errno));
	setlocale(LC_CTYPE, "");
	use_env(FALSE); /* the size is ours to say … */
	use_tioctl(TRUE); /* … and an entry without one (linux) is no reason to fail */
	t->screen = newterm(NULL, t->frame, t->frame);
	if (!t->screen)
		return cannot_show(err);
	typeahead(-1); /* what could be read there are its own frames */
	read_size(t);
	resizeterm(t->rows, t->cols);
	t->unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	make_colors(t);
	nonl();
	leaveok(stdscr, FALSE);
	teach_keys(&t->tty.input);
	return true;
}

static bool watch_signals(struct term *t, bool on, struct error *err)
{
	static const struct {
		int signo;
		loop_signal_fn *fn;
	} signals[] = {
		{ SIGWINCH, on_resize },
		{ SIGTSTP, on_stop },
		{ SIGCONT, on_continue },
	};

	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (!loop_signal(t->loop, signals[i].signo, on ? signals[i].fn : NULL, t, err) &&
			on)
			return false;
	return true;
}

static void free_all(struct term *t)
{
	tty_release(&t->tty);
	if (t->screen)
		delscreen(t->screen);
	if (t->frame)
		fclose(t->frame);
	free(t);
}

static void take_over(struct term *t)
{
	prepare_rescue(t);
	rescue_hide_stderr();
	tty_raw(&t->tty, rescue_modes());
	talk_enter(&t->tty);
	talk_ask(&t->tty, t->options.theme == TERM_THEME_AUTO && t->colored);
	t->asked = t->tty.can.modern;
	tty_start(&t->tty, t->loop);
}

struct term *term_open(struct loop *loop, const struct term_options *options, struct error *err)
{
	struct term *t = xcalloc(1, sizeof(*t));

	t->loop = loop;
	t->options = *options;
	t->tty = (struct tty){
		.input = { .key = on_key, .answer = on_answer, .arg = t },
		.hung_up = on_hang_up,
		.sent = on_sent,
		.mouse = options->mouse,
	};
	if (!tty_open(&t->tty, getenv("TERM")) || !rescue_save_modes(t->tty.fd)) {
		error_set(err, ERROR_IO, "cannot open the terminal: %s", strerror(errno));
		free_all(t);
		return NULL;
	}
	/* The signals first: curses leaves alone what is handled already. */
	if (!watch_signals(t, true, err) || !start_curses(t, err)) {
		watch_signals(t, false, NULL);
		free_all(t);
		return NULL;
	}
	take_over(t);
	return t;
}

/* Leaves the alternate screen, with everything that is still to be written before it. */
static void leave_screen(struct term *t)
{
	if (t->tty.gone)
		return;
	endwin();
	t->synchronizes = false;
	take_frame(t);
	talk_leave(&t->tty.unsent, &t->tty.can);
	tty_drain(&t->tty);
	if (!t->tty.gone)
		rescue_restore_modes();
}

void term_close(struct term *t)
{
	if (!t)
		return;
	leave_screen(t);
	if (t->asked && !t->tty.gone)
		tcflush(t->tty.fd, TCIFLUSH); /* a late answer is no command for the shell */
	watch_signals(t, false, NULL);
	rescue_forget();
	free_all(t);
	rescue_show_stderr();
}

void term_size(const struct term *t, int *rows, int *cols)
{
	*rows = t->rows;
	*cols = t->cols;
}

bool term_unicode(const struct term *t)
{
	return t->unicode && t->tty.can.unicode;
}

bool term_utf8(const struct term *t)
{
	return t->unicode;
}

static attr_t attributes(const struct term *t, const struct cell *cell)
{
	uint8_t attrs = theme_style((enum role)cell->role, t->theme, t->depth).attrs;
	attr_t result = A_NORMAL;

	if (cell->selected)
		attrs = (uint8_t)((attrs & ~THEME_DIM) |
			THEME_REVERSE); /* dim on reverse cannot be read */
	result |= attrs & THEME_BOLD ? A_BOLD : 0;
	result |= attrs & THEME_DIM ? A_DIM : 0;
	result |= attrs & THEME_UNDERLINE ? A_UNDERLINE : 0;
	result |= attrs & THEME_REVERSE ? A_REVERSE : 0;
	return result;
}

static short pair_of(const struct term *t, const struct cell *cell)
{
	bool keeps = theme_style((enum role)cell->role, t->theme, t->depth).keeps;

	return cell->selected && !keeps ? 0 : t->pairs[cell->role];
}

/* The cell's characters as curses wants them. Where the C library thinks otherwise than we about a
 * width, or the locale cannot say the character, a '?' stands for it: a wrong guess would shift the
 * rest of the row. */
static void wide_glyph(
	const struct term *t, const struct cell *cell, wchar_t out[static CCHARW_MAX + 1])
{
	size_t len = strlen(cell->glyph), at = 0, n = 0;
	uint32_t cp;

	_Static_assert(CCHARW_MAX > CANVAS_MARKS, "curses keeps as many marks as we do");
	memset(out, 0, (CCHARW_MAX + 1) * sizeof(*out));
	while (at < len && n < CCHARW_MAX) {
		size_t took = text_decode(cell->glyph + at, len - at, &cp);

		if (!took)
			break;
		at += took;
		if (cp >= 0x80 && (!t->unicode || wcwidth((wchar_t)cp) != text_char_width(cp))) {
			if (n)
				continue;
			cp = '?';
		}
		out[n++] = (wchar_t)cp;
	}
	if (!n)
		out[0] = L' ';
}

static void put_cell(const struct term *t, int row, int col, const struct cell *from, bool wide)
{
	wchar_t glyph[CCHARW_MAX + 1];
	cchar_t cell;

	wide_glyph(t, from, glyph);
	setcchar(&cell, glyph, attributes(t, from), pair_of(t, from), NULL);
	mvadd_wchnstr(row, col, &cell, 1);
	if (wide && wcwidth(glyph[0]) != 2) {
		setcchar(&cell, L" ", attributes(t, from), pair_of(t, from), NULL);
		mvadd_wchnstr(row, col + 1, &cell, 1);
	}
}

/* The last cell of the last row stays blank, and so does a wide character that stands before it: to
 * fill that corner without scrolling, curses shifts what is left of it, and cuts such a one in two.
 */
static void put_row(const struct term *t, const struct canvas *canvas, int row)
{
	const struct cell *cells = &canvas->cells[(size_t)row * (size_t)canvas->cols];
	int cols = canvas->cols < t->cols ? canvas->cols : t->cols;
	int end = row == t->rows - 1 ? t->cols - 1 : t->cols;

	for (int col = 0; col < cols && col < end; col++) {
		bool wide = col + 1 < canvas->cols && !cells[col + 1].glyph[0];

		if (cells[col].glyph[0] && !(wide && end < t->cols && col + 2 >= end))
			put_cell(t, row, col, &cells[col], wide);
	}
}

bool term_draw(struct term *t, const struct canvas *canvas)
{
	if (t->tty.gone)
		return true;
	if (t->tty.unsent.len) {
		t->owes_key = true;
		return false;
	}
	erase();
	for (int row = 0; row < canvas->rows && row < t->rows; row++)
		put_row(t, canvas, row);
	if (canvas->cursor_row >= 0 && canvas->cursor_row < t->rows &&
		canvas->cursor_col < t->cols) {
		curs_set(1);
		move(canvas->cursor_row, canvas->cursor_col);
	} else {
		curs_set(0);
	}
	refresh();
	take_frame(t);
	tty_send(&t->tty);
	return true;
}

void term_repaint(struct term *t UNUSED)
{
	clearok(curscr, TRUE);
}

void term_suspend(struct term *t)
{
	struct sigaction usual = { .sa_handler = SIG_DFL }, ours;

	if (t->tty.gone)
		return;
	leave_screen(t);
	sigaction(SIGTSTP, &usual, &ours);
	kill(0, SIGTSTP); /* as the key does: the whole job stops */
	sigaction(SIGTSTP, &ours, NULL);
	on_continue(t, SIGCONT);
}

uint64_t term_bytes(const struct term *t)
{
	return t->tty.written;
}

struct tty *term_tty(struct term *t)
{
	return &t->tty;
}
