/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal. curses makes the bytes of a frame into a file of ours; we write them to the
 * terminal without blocking, read its keys, and put everything back as it was, whatever happens
 * (DESIGN.md §10). The one file that includes curses. */
#include "tui/term.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "base/buf.h"
#include "base/loop.h"
#include "base/text.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "tui/input.h"
#include "tui/keys.h"
#include "tui/term_rescue.h"
#include "tui/theme.h"

#define ESC_DELAY_MS 50
#define CLOSE_WAIT_MS 1000 /* for the last bytes when the terminal is slow */

/* Of <term.h>, whose macros and struct term would take our names; what it calls TERMINAL is opaque
 * to us. */
struct terminal_entry;
extern int setupterm(const char *type, int fd, int *status);
extern struct terminal_entry *set_curterm(struct terminal_entry *entry);
extern int del_curterm(struct terminal_entry *entry);

struct term {
	struct loop *loop;
	struct term_options options;
	int tty;
	FILE *frame; /* unlinked; curses writes here */
	SCREEN *screen;
	struct loop_fd *watch;
	struct loop_timer *escape;
	struct input input;
	struct buf unsent;
	uint64_t written;
	int rows, cols;
	short pairs[ROLE__COUNT]; /* 0: no colour */
	bool colored, unicode;
	bool gone;     /* hung up: never written to again */
	bool owes_key; /* a frame was refused: tell when the terminal takes one again */
};

static int open_tty(void)
{
	int flags = O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, fd = open("/dev/tty", flags);
	const char *name;

	if (fd < 0 && (name = ttyname(STDOUT_FILENO)))
		fd = open(name, flags);
	return fd;
}

bool term_usable(void)
{
	const char *type = getenv("TERM");
	int fd, status;
	bool usable = false;

	if (!type || !*type || strcmp(type, "dumb") == 0)
		return false;
	fd = open_tty();
	if (fd < 0)
		return false;
	if (setupterm(type, fd, &status) == OK) {
		usable = tigetstr("cup") && tigetstr("cup") != (char *)-1;
		del_curterm(set_curterm(NULL));
	}
	close(fd);
	return usable;
}

/* Raw, and without output processing: curses moves the cursor for itself. */
static void set_modes(const struct term *t)
{
	struct termios modes = *rescue_modes();

	modes.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON | ISTRIP);
	modes.c_oflag &= ~(tcflag_t)OPOST;
	modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	modes.c_cc[VMIN] = 1;
	modes.c_cc[VTIME] = 0;
	tcsetattr(t->tty, TCSANOW,
		&modes); /* draining could wait for ever on a terminal that does not read */
}

static void read_size(struct term *t)
{
	struct winsize size = { 0 };

	if (ioctl(t->tty, TIOCGWINSZ, &size) != 0 || !size.ws_row || !size.ws_col) {
		size.ws_row = tigetnum("lines") > 0 ? (unsigned short)tigetnum("lines") : 24;
		size.ws_col = tigetnum("cols") > 0 ? (unsigned short)tigetnum("cols") : 80;
	}
	t->rows = size.ws_row;
	t->cols = size.ws_col;
}

static void hang_up(struct term *t)
{
	if (t->gone)
		return;
	t->gone = true;
	rescue_forget();
	loop_fd_remove(t->watch);
	t->watch = NULL;
	loop_timer_stop(t->escape);
	buf_reset(&t->unsent);
	t->options.key(t->options.arg, K_HANGUP);
}

/* Writes what the terminal takes now. */
static void send_some(struct term *t)
{
	while (t->unsent.len && !t->gone) {
		ssize_t n = write(t->tty, t->unsent.data, t->unsent.len);

		if (n > 0) {
			t->written += (uint64_t)n;
			buf_consume(&t->unsent, (size_t)n);
		} else if (n < 0 && errno == EINTR) {
			continue;
		} else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			break;
		} else {
			hang_up(t);
			return;
		}
	}
	if (t->watch)
		loop_fd_events(t->watch, t->unsent.len ? POLLIN | POLLOUT : POLLIN);
}

/* Moves what curses wrote from its file to the queue. */
static void take_frame(struct term *t)
{
	int fd = fileno(t->frame);
	off_t size = lseek(fd, 0, SEEK_END);
	char block[16384];

	for (off_t at = 0; at < size;) {
		ssize_t n = pread(fd, block, sizeof(block), at);

		if (n <= 0)
			break;
		buf_add(&t->unsent, block, (size_t)n);
		at += n;
	}
	if (ftruncate(fd, 0) == 0)
		lseek(fd, 0, SEEK_SET);
}

static void flush_blocking(struct term *t)
{
	struct pollfd ready = { .fd = t->tty, .events = POLLOUT };

	send_some(t);
	while (t->unsent.len && !t->gone && poll(&ready, 1, CLOSE_WAIT_MS) > 0 &&
		!(ready.revents & (POLLHUP | POLLERR)))
		send_some(t);
	buf_reset(&t->unsent);
}

static void on_key(void *arg, uint32_t key)
{
	struct term *t = arg;

	t->options.key(t->options.arg, key);
}

static void on_escape(void *arg)
{
	struct term *t = arg;

	input_flush(&t->input, on_key, t);
}

static int escape_delay(void)
{
	const char *set = getenv("ESCDELAY");
	int ms = set ? atoi(set) : 0;

	return ms > 0 && ms <= 5000 ? ms : ESC_DELAY_MS;
}

static void read_keys(struct term *t)
{
	char bytes[256];
	ssize_t n = read(t->tty, bytes, sizeof(bytes));

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
		hang_up(t);
		return;
	}
	if (n < 0)
		return;
	loop_timer_stop(t->escape);
	if (input_waits(&t->input))
		loop_timer_set(t->escape, escape_delay());
	input_feed(&t->input, bytes, (size_t)n, on_key, t);
	if (input_waits(&t->input) && !t->gone)
		loop_timer_set(t->escape, escape_delay());
}

static void on_tty(void *arg, int fd UNUSED, short revents)
{
	struct term *t = arg;

	if (revents & (POLLHUP | POLLERR | POLLNVAL)) {
		hang_up(t);
		return;
	}
	if (revents & POLLOUT)
		send_some(t);
	if (!t->gone && t->owes_key && !t->unsent.len) {
		t->owes_key = false;
		t->options.key(t->options.arg, KEY_NONE);
	}
	if ((revents & POLLIN) && !t->gone)
		read_keys(t);
}

static void on_resize(void *arg, int signo UNUSED)
{
	struct term *t = arg;

	if (t->gone)
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

	if (t->gone)
		return;
	set_modes(t);
	term_repaint(t);
	on_resize(t, SIGWINCH);
}

static void make_colors(struct term *t)
{
	const char *no_color = getenv("NO_COLOR");

	t->colored = t->options.colors != COLORS_NEVER && has_colors() &&
		!(t->options.colors == COLORS_AUTO && no_color && *no_color);
	if (!t->colored || start_color() != OK) {
		t->colored = false;
		return;
	}
	use_default_colors();
	for (short role = 0; role < ROLE__COUNT; role++) {
		const struct theme_style *style = theme_style((enum role)role);

		if (style->color != THEME_DEFAULT &&
			init_pair((short)(role + 1), style->color, -1) == OK)
			t->pairs[role] = (short)(role + 1);
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

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *bytes = tigetstr(names[i]);

		if (bytes && bytes != (char *)-1)
			buf_addstr(&reset, bytes);
	}
	rescue_set(t->tty, buf_str(&reset), reset.len);
	buf_release(&reset);
}

static bool start_curses(struct term *t, struct error *err)
{
	char name[] = "/tmp/ksettle-XXXXXX";
	int fd = memfd_create("frame", MFD_CLOEXEC);

	if (fd < 0 && (fd = mkostemp(name, O_CLOEXEC)) >= 0)
		unlink(name);
	t->frame = fd >= 0 ? fdopen(fd, "w+") : NULL;
	if (!t->frame)
		return error_set(
			err, ERROR_IO, "cannot make a file for the screen: %s", strerror(errno));
	setlocale(LC_CTYPE, "");
	use_env(FALSE); /* the size is ours to say … */
	use_tioctl(TRUE); /* … and an entry without one (linux) is no reason to fail */
	t->screen = newterm(NULL, t->frame, t->frame);
	if (!t->screen)
		return error_set(err, ERROR_IO, "the terminal %s is not known", getenv("TERM"));
	typeahead(-1); /* what could be read there are its own frames */
	read_size(t);
	resizeterm(t->rows, t->cols);
	t->unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	make_colors(t);
	nonl();
	leaveok(stdscr, FALSE);
	teach_keys(&t->input);
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
	loop_fd_remove(t->watch);
	loop_timer_remove(t->escape);
	if (t->screen)
		delscreen(t->screen);
	if (t->frame)
		fclose(t->frame);
	if (t->tty >= 0)
		close(t->tty);
	buf_release(&t->unsent);
	free(t);
}

struct term *term_open(struct loop *loop, const struct term_options *options, struct error *err)
{
	struct term *t = xcalloc(1, sizeof(*t));

	t->loop = loop;
	t->options = *options;
	t->tty = open_tty();
	if (t->tty < 0 || !rescue_save_modes(t->tty)) {
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
	prepare_rescue(t);
	rescue_hide_stderr();
	set_modes(t);
	t->watch = loop_fd_add(loop, t->tty, POLLIN, on_tty, t);
	t->escape = loop_timer_add(loop, on_escape, t);
	return t;
}

/* Leaves the alternate screen, with everything that is still to be written before it. */
static void leave_screen(struct term *t)
{
	if (t->gone)
		return;
	endwin();
	take_frame(t);
	flush_blocking(t);
	if (!t->gone)
		rescue_restore_modes();
}

void term_close(struct term *t)
{
	if (!t)
		return;
	leave_screen(t);
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
	const char *type = getenv("TERM");

	return t->unicode && strcmp(type, "linux") != 0 && strncmp(type, "vt", 2) != 0;
}

static attr_t attributes(const struct term *t, const struct cell *cell)
{
	const struct theme_style *style = theme_style((enum role)cell->role);
	uint8_t attrs = t->colored ? style->attrs : style->mono;
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
	return cell->selected && !theme_style((enum role)cell->role)->keeps ? 0 :
									      t->pairs[cell->role];
}

/* The cell's characters as curses wants them. Where the C library thinks otherwise than we about a
 * width, or the locale cannot say the character, a '?' stands for it: a wrong guess would shift the
 * rest of the row. */
static void wide_glyph(
	const struct term *t, const struct cell *cell, wchar_t out[static CCHARW_MAX])
{
	size_t len = strlen(cell->glyph), at = 0, n = 0;
	uint32_t cp;

	memset(out, 0, CCHARW_MAX * sizeof(*out));
	while (at < len && n < CCHARW_MAX - 1) {
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

static void put_row(const struct term *t, const struct canvas *canvas, int row)
{
	const struct cell *cells = &canvas->cells[(size_t)row * (size_t)canvas->cols];

	for (int col = 0; col < canvas->cols && col < t->cols; col++) {
		wchar_t glyph[CCHARW_MAX];
		cchar_t cell;
		bool wide = col + 1 < canvas->cols && !cells[col + 1].glyph[0];

		if (!cells[col].glyph[0])
			continue; /* the right half of what was drawn before */
		wide_glyph(t, &cells[col], glyph);
		setcchar(&cell, glyph, attributes(t, &cells[col]), pair_of(t, &cells[col]), NULL);
		mvadd_wchnstr(row, col, &cell, 1);
		if (wide && wcwidth(glyph[0]) != 2) {
			setcchar(&cell, L" ", attributes(t, &cells[col]), pair_of(t, &cells[col]),
				NULL);
			mvadd_wchnstr(row, col + 1, &cell, 1);
		}
	}
}

bool term_draw(struct term *t, const struct canvas *canvas)
{
	if (t->gone)
		return true;
	if (t->unsent.len) {
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
	send_some(t);
	return true;
}

void term_repaint(struct term *t UNUSED)
{
	clearok(curscr, TRUE);
}

void term_suspend(struct term *t)
{
	struct sigaction usual = { .sa_handler = SIG_DFL }, ours;

	if (t->gone)
		return;
	leave_screen(t);
	sigaction(SIGTSTP, &usual, &ours);
	kill(0, SIGTSTP); /* as the key does: the whole job stops */
	sigaction(SIGTSTP, &ours, NULL);
	on_continue(t, SIGCONT);
}

uint64_t term_bytes(const struct term *t)
{
	return t->written;
}
