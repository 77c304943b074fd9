/* SPDX-License-Identifier: Apache-2.0 */
/* What a terminal shows is what the canvas holds: compared cell by cell, in a small terminal (vt.h) on a real pty, after every one of
 * many random keys, clicks, resizes and events. FUZZ_ROUNDS and FUZZ_SEED choose a longer run or another one. */
#include "tui/term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "base/buf.h"
#include "base/loop.h"
#include "base/xalloc.h"
#include "screen.h"
#include "tap.h"
#include "tui/canvas.h"
#include "tui/term_talk.h"
#include "vt.h"

#define NOW 1795442622000LL
#define ROUNDS 1500

struct stage {
	int master;
	struct loop *loop;
	struct term *term;
	struct vt vt;
	struct ui ui;
	struct model m;
	struct canvas canvas;
	unsigned turns, state;
	struct vt_cell looks[ROLE__COUNT][2]; /* how each role looked first, plain and selected */
	bool seen[ROLE__COUNT][2];
	bool resized, scribbles;
};

static unsigned chance(struct stage *s, unsigned n)
{
	s->state = s->state * 1664525u + 1013904223u;
	return (s->state >> 8) % n;
}

static void on_key(void *arg, uint32_t key)
{
	struct stage *s = arg;

	if (key == K_RESIZE) {
		s->resized = true;
		return;
	}
	switch (ui_key(&s->ui, &s->m, key)) {
	case OUTCOME_REPAINT: term_repaint(s->term); break;
	case OUTCOME_MOUSE: talk_mouse(term_tty(s->term), s->ui.mouse); break;
	case OUTCOME_COPY: talk_copy(term_tty(s->term), s->ui.copy ? s->ui.copy : ""); break;
	default: break;
	}
}

/* Lets the program act and the terminal take what it writes, until both rest. */
static void pump(struct stage *s)
{
	char bytes[65536];
	struct error err = { 0 };
	bool busy = true;

	while (busy) {
		ssize_t n;

		busy = false;
		loop_turn(s->loop, 0, &err);
		while ((n = read(s->master, bytes, sizeof(bytes))) > 0) {
			vt_feed(&s->vt, bytes, (size_t)n);
			busy = true;
		}
		busy |= term_tty(s->term)->unsent.len > 0;
	}
}

static void set_size(struct stage *s, int rows, int cols)
{
	struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

	vt_resize(&s->vt, rows, cols);
	s->resized = false;
	ioctl(s->master, TIOCSWINSZ, &size);
}

/* A character about whose width the C library thinks otherwise is shown as '?'. */
static bool same_glyph(const char *want, const char *got, bool unicode)
{
	uint32_t cp = 0;

	if (strcmp(want, got) == 0)
		return true;
	if (!text_decode(want, strlen(want), &cp) || cp < 0x80 || got[0] != '?')
		return false;
	return !unicode || wcwidth((wchar_t)cp) != text_char_width(cp);
}

static bool same_look(struct stage *s, const struct cell *cell, const struct vt_cell *got)
{
	struct vt_cell *first = &s->looks[cell->role][cell->selected];

	if (!s->seen[cell->role][cell->selected]) {
		s->seen[cell->role][cell->selected] = true;
		*first = *got;
	}
	return first->fg == got->fg && first->flags == got->flags && got->bg == -1;
}

/* The first cell that differs, as text; NULL: none does. */
static const char *difference(struct stage *s)
{
	static char text[200];
	const struct canvas *c = &s->canvas;

	for (int row = 0; row < c->rows; row++)
		for (int col = 0; col < c->cols; col++) {
			const struct cell *want = &c->cells[row * c->cols + col];
			const struct vt_cell *got = vt_at(&s->vt, row, col);
			bool replaced = !want->glyph[0] && strcmp(got->glyph, " ") == 0;

			if (row == c->rows - 1 && col >= c->cols - 3)
				continue; /* the corner stays blank, and a wide character before it */

			if (same_glyph(want->glyph, got->glyph, term_unicode(s->term)) || replaced) {
				bool blank = strcmp(want->glyph, " ") == 0 && !want->selected;

				if (blank || !want->glyph[0] || same_look(s, want, got))
					continue;
			}
			snprintf(text, sizeof(text), "%dx%d row %d col %d: '%s' role %d%s, shown '%s' fg %d flags %d", c->cols, c->rows, row, col,
				want->glyph, want->role, want->selected ? " selected" : "", got->glyph, got->fg, got->flags);
			return text;
		}
	if (c->cursor_row >= 0 && (s->vt.row != c->cursor_row || s->vt.col != c->cursor_col || s->vt.cursor_hidden)) {
		snprintf(text, sizeof(text), "cursor at %d,%d, shown at %d,%d", c->cursor_row, c->cursor_col, s->vt.row, s->vt.col);
		return text;
	}
	if (s->vt.mistakes) {
		snprintf(text, sizeof(text), "not understood: %s", s->vt.mistake);
		return text;
	}
	return NULL;
}

/* Any characters in any roles: wide, combining, unassigned, those about which libraries disagree. */
static void scribble(struct stage *s)
{
	static const uint32_t odd[] = { 'a', ' ', 'z', 0x65e5, 0xff21, 0x301, 0x20d7, 0x1f494, 0x378, 0x530, 0x2665, 0x25f7, 0x1f468, 0x200d,
		0xfe0f, 0x1160, 0xad, 0xe000, 0xac00, 0x2e80, 0x3099, 0x1f1e6, 0x2028, 0x7f, 0x9b };

	for (int i = 0; i < 60; i++) {
		char text[64];
		size_t len = 0;

		for (unsigned n = chance(s, 12); n > 0; n--)
			len += text_encode(odd[chance(s, ARRAY_LEN(odd))], text + len);
		text[len] = '\0';
		canvas_put(&s->canvas, (int)chance(s, (unsigned)s->canvas.rows), (int)chance(s, (unsigned)s->canvas.cols), 20,
			(enum role)chance(s, ROLE__COUNT), text);
	}
}

static const char *show(struct stage *s)
{
	int rows, cols;

	term_size(s->term, &rows, &cols);
	canvas_release(&s->canvas);
	canvas_init(&s->canvas, rows, cols);
	view_draw(&s->canvas, &s->m, &s->ui, NOW, s->turns);
	if (s->scribbles)
		scribble(s);
	pump(s);
	if (!term_draw(s->term, &s->canvas))
		return "a frame was refused";
	pump(s);
	return rows == s->vt.rows && cols == s->vt.cols ? difference(s) : "another size";
}

static void send(struct stage *s, const char *bytes)
{
	if (write(s->master, bytes, strlen(bytes)) < 0)
		printf("# cannot write to the pty: %s\n", strerror(errno));
	pump(s);
}

static void press_something(struct stage *s)
{
	static const char *const keys[] = {
		"\033[A", "\033[B", "\033[C", "\033[D", "\033[5~", "\033[6~", "\033[H", "\033[F", "\r", "\t", "\033[Z", "\x7f", "\x0c",
		"\033[200~qy\033[201~", "日", "\033OP",
	};
	char text[40];

	switch (chance(s, 4)) {
	case 0:
		send(s, keys[chance(s, ARRAY_LEN(keys))]);
		break;
	case 1:
		snprintf(text, sizeof(text), "\033[<%u;%u;%u%c", (unsigned[]){ 0, 32, 64, 65 }[chance(s, 4)], 1 + chance(s, (unsigned)s->vt.cols),
			1 + chance(s, (unsigned)s->vt.rows), "Mm"[chance(s, 8) == 0]);
		send(s, text);
		break;
	case 2:
		on_key(s, chance(s, 2) ? K_ESC : KEY_NONE);
		break;
	default:
		snprintf(text, sizeof(text), "%c", "jkydelPt/fpaoSIFnNzwcm?[]123q JK"[chance(s, 32)]);
		send(s, text);
		break;
	}
}

static const char *const models[] = { "bad-image", "many-pods", "crowd", "wide", "hostile", "timed-out", "parallel", "failed-skipped", "succeeded" };

static void load(struct stage *s)
{
	const char *name = models[chance(s, ARRAY_LEN(models))];

	model_release(&s->m);
	screen_load(&s->m, name, chance(s, 3) ? 0 : 5 + chance(s, 40));
	s->ui.ended = s->m.frozen;
}

static void act(struct stage *s)
{
	unsigned what = chance(s, 40);

	if (what == 0) {
		load(s);
	} else if (what == 1) {
		set_size(s, 1 + (int)chance(s, 60), 1 + (int)chance(s, 200));
		while (!s->resized)
			pump(s);
	} else if (what == 2) {
		send(s, chance(s, 2) ? "\033]11;rgb:ffff/ffff/ffff\033\\" : "\033]11;rgb:0000/0000/0000\033\\");
		memset(s->seen, 0, sizeof(s->seen));
	} else if (what == 4) {
		s->scribbles = !s->scribbles;
	} else if (what == 3) {
		send(s, "\033[?2026;2$y");
	} else if (what < 10) {
		s->turns++;
	} else {
		press_something(s);
	}
}

static int open_stage(struct stage *s, const char *type, int slave, int rows, int cols)
{
	struct term_options options = { .mouse = true, .key = on_key, .arg = s };
	struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };
	struct error err = { 0 };

	setenv("TERM", type, 1);
	ioctl(slave, TIOCSWINSZ, &size);
	vt_init(&s->vt, rows, cols);
	s->loop = loop_new(&err);
	s->term = term_open(s->loop, &options, &err);
	if (!ok(s->term != NULL, type)) {
		printf("# %s\n", err.text);
		return 1;
	}
	ui_init(&s->ui, term_unicode(s->term) ? ICONS_UNICODE : ICONS_ASCII);
	s->ui.mouse = true;
	load(s);
	return 0;
}

static void close_stage(struct stage *s)
{
	char bytes[4096];
	ssize_t n;

	term_close(s->term);
	while ((n = read(s->master, bytes, sizeof(bytes))) > 0)
		vt_feed(&s->vt, bytes, (size_t)n);
	loop_free(s->loop);
	ui_release(&s->ui);
	model_release(&s->m);
	canvas_release(&s->canvas);
}

static bool is_known(const char *type)
{
	static const char *const folders[] = { "/usr/share/terminfo", "/lib/terminfo", "/etc/terminfo", "/usr/lib/terminfo" };

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		char *path = xasprintf("%s/%c/%s", folders[i], type[0], type);
		bool there = access(path, R_OK) == 0;

		free(path);
		if (there)
			return true;
	}
	return false;
}

static void play(int master, int slave, const char *type, int rounds, unsigned seed)
{
	struct stage s = { .master = master, .state = seed };
	const char *wrong = NULL;
	int round = 0;

	if (!is_known(type)) {
		printf("# %s: not described here\n", type);
		return;
	}
	if (open_stage(&s, type, slave, 24, 80) != 0)
		return;
	for (; round < rounds && !wrong; round++) {
		wrong = show(&s);
		act(&s);
	}
	if (!ok(!wrong, "every frame is shown as it was drawn"))
		printf("# %s, seed %u, after %d actions: %s\n", type, seed, round, wrong);
	close_stage(&s);
	ok(!s.vt.alternate && !s.vt.cursor_hidden, "the screen is left, the cursor shown");
	vt_release(&s.vt);
}

/* A hang of the terminal must not become one of the program. */
static void stall(int master, int slave)
{
	struct stage s = { .master = master, .state = 1 };
	struct error err = { 0 };
	int refused = 0;

	if (open_stage(&s, "xterm-256color", slave, 60, 250) != 0)
		return;
	for (int i = 0; i < 50; i++) { /* nobody reads the master */
		term_size(s.term, &(int){ 0 }, &(int){ 0 });
		canvas_release(&s.canvas);
		canvas_init(&s.canvas, 60, 250);
		s.ui.help = i % 2;
		view_draw(&s.canvas, &s.m, &s.ui, NOW, (unsigned)i);
		term_repaint(s.term);
		refused += !term_draw(s.term, &s.canvas);
		loop_turn(s.loop, 0, &err);
	}
	ok(refused > 40, "frames are dropped while the terminal stands still");
	ok(term_tty(s.term)->unsent.len < 200000, "and none of them is queued");
	s.ui.help = false;
	pump(&s);
	term_repaint(s.term);
	is_str(show(&s), NULL, "it shows the newest when it goes on");
	close_stage(&s);
	vt_release(&s.vt);
}

static int on_own_terminal(int master, const char *name)
{
	static const struct { const char *term; int share; } terms[] = {
		{ "xterm-256color", 1 }, { "xterm-256color", 1 }, { "tmux-256color", 4 }, { "screen", 4 },
		{ "xterm", 4 }, { "linux", 4 }, { "vt100", 4 },
	};
	const char *set = getenv("FUZZ_ROUNDS"), *sown = getenv("FUZZ_SEED");
	int rounds = set ? atoi(set) : ROUNDS;
	unsigned seed = sown ? (unsigned)atoi(sown) : 1;
	int slave;

	setsid();
	slave = open(name, O_RDWR);
	if (!ok(slave >= 0 && fcntl(master, F_SETFL, O_NONBLOCK) == 0, "a terminal of our own"))
		return tap_done();
	printf("# FUZZ_ROUNDS=%d FUZZ_SEED=%u\n", rounds, seed);
	for (size_t i = 0; i < ARRAY_LEN(terms); i++)
		play(master, slave, terms[i].term, rounds / terms[i].share, seed + (unsigned)i);
	stall(master, slave);
	close(slave);
	return tap_done();
}

int main(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), status = 1;
	pid_t child;

	unsetenv("NO_COLOR");
	if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) {
		printf("1..0 # SKIP no pseudo terminals here\n");
		return 0;
	}
	fflush(stdout);
	child = fork(); /* a new session cannot be made by the leader of an old one */
	if (child == 0)
		exit(on_own_terminal(master, ptsname(master)));
	close(master);
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
