/* SPDX-License-Identifier: Apache-2.0 */
/* The live screen: model → view → terminal, and keys back. */
#include "cmd/screen.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/loop.h"
#include "base/xalloc.h"
#include "record/model.h"
#include "record/snapshot.h"
#include "tui/keys.h"
#include "tui/term.h"
#include "tui/term_talk.h"
#include "tui/view.h"
#include "tui/words_run.h"

/* At most four frames a second: what a reader can follow and a slow link can carry. When nothing
 * happens one a second, with the clocks; the mark that turns turns with them. */
#define FRAME_MS 250
#define TICK_MS 1000

struct screen {
	struct output_spec spec;
	struct term *term;
	struct ui ui;
	struct loop_timer *timer;
	char *title;              /* as last said */
	int64_t drawn_at, due;    /* clock_now_ms() */
	unsigned turns;
	bool gone;                /* the terminal hung up */
};

static int64_t view_time(const struct screen *s)
{
	return s->spec.model->frozen && s->spec.model->last_at ? s->spec.model->last_at
							       : clock_wall_ms();
}

/* Not from inside the terminal's own callback: it is closed here. */
static void hang_up(struct screen *s)
{
	term_close(s->term);
	s->term = NULL;
	s->spec.hangup(s->spec.arg);
}

static void say_title(struct screen *s)
{
	struct buf title = { 0 };

	words_title(&title, s->spec.model, s->ui.icons);
	if (!s->title || strcmp(s->title, buf_str(&title)) != 0) {
		talk_title(term_tty(s->term), buf_str(&title));
		free(s->title);
		s->title = buf_take(&title);
	}
	buf_release(&title);
}

/* With the second hand of the run's clock, so that a clock never skips. */
static int64_t until_tick(const struct screen *s)
{
	return TICK_MS - (clock_wall_ms() - s->spec.model->started_at) % TICK_MS;
}

/* Not later than it was to be drawn anyway. */
static void draw_in(struct screen *s, int64_t ms)
{
	int64_t due = clock_now_ms() + (ms > 0 ? ms : 0);

	if (loop_timer_is_set(s->timer) && s->due <= due)
		return;
	s->due = due;
	loop_timer_set(s->timer, ms);
}

static void draw(struct screen *s)
{
	struct canvas canvas;
	int rows, cols;

	if (s->gone && s->term)
		hang_up(s);
	if (!s->term)
		return;
	term_size(s->term, &rows, &cols);
	canvas_init(&canvas, rows, cols);
	view_draw(&canvas, s->spec.model, &s->ui, view_time(s), s->turns);
	term_draw(s->term, &canvas);
	canvas_release(&canvas);
	say_title(s);
	s->drawn_at = clock_now_ms();
	if (!s->ui.ended)
		draw_in(s, until_tick(s));
}

static void tick(void *arg)
{
	struct screen *s = arg;

	s->turns = (unsigned)(clock_now_ms() / TICK_MS);
	draw(s);
}

/* Soon, but not sooner than a frame after the last one. */
static void draw_soon(struct screen *s)
{
	draw_in(s, s->drawn_at + FRAME_MS - clock_now_ms());
}

void screen_changed(struct screen *s)
{
	draw_soon(s);
}

static void say(struct screen *s, char *message_take)
{
	free(s->ui.message);
	s->ui.message = message_take;
}

static void save(struct screen *s)
{
	const char *id = s->spec.model->run_id;
	char *path = xasprintf("ksettle-%s.json", id ? id : "snapshot");
	struct error err = { 0 };

	say(s, snapshot_write(s->spec.model, path, &err) ? xasprintf("saved to %s", path)
							 : xstrdup(err.text));
	free(path);
}

static void copy(struct screen *s)
{
	const char *text = s->ui.copy ? s->ui.copy : "";
	bool copied = talk_copy(term_tty(s->term), text);

	say(s, copied ? xasprintf("copied %zu bytes, if the terminal allows it", strlen(text))
		      : xstrdup("not copied: too long, or a terminal without a clipboard"));
}

static void on_key(void *arg, uint32_t key)
{
	struct screen *s = arg;

	if (key == K_HANGUP) {
		s->gone = true;
		draw_in(s, 0);
		return;
	}
	if (key == K_RESIZE) { /* or it was left and entered anew, without its title */
		free(s->title);
		s->title = NULL;
	}
	if (key == K_RESIZE || key == KEY_NONE) {
		draw_soon(s);
		return;
	}
	switch (ui_key(&s->ui, s->spec.model, key)) {
	case OUTCOME_QUIT:
	case OUTCOME_CANCEL:
		s->ui.asking_quit = false; /* the end may take a while */
		s->spec.quit(s->spec.arg);
		break;
	case OUTCOME_SAVE:
		save(s);
		break;
	case OUTCOME_COPY:
		copy(s);
		break;
	case OUTCOME_MOUSE:
		talk_mouse(term_tty(s->term), s->ui.mouse);
		break;
	case OUTCOME_SUSPEND:
		term_suspend(s->term);
		break;
	case OUTCOME_REPAINT:
		term_repaint(s->term);
		break;
	default:
		break;
	}
	draw_in(s, 0);
}

static enum icons icons_for(const struct screen *s)
{
	if (s->spec.look.icons >= 0 && term_utf8(s->term))
		return (enum icons)s->spec.look.icons;
	return term_unicode(s->term) ? ICONS_UNICODE : ICONS_ASCII;
}

struct screen *screen_open(const struct output_spec *spec, struct error *err)
{
	struct screen *s = xcalloc(1, sizeof(*s));
	struct term_options options = {
		.colors = (enum colors)spec->look.color,
		.theme = (enum term_theme)spec->look.theme,
		.mouse = !spec->look.no_mouse,
		.key = on_key,
		.arg = s,
	};

	s->spec = *spec;
	s->term = term_open(spec->loop, &options, err);
	if (!s->term) {
		free(s);
		return NULL;
	}
	ui_init(&s->ui, icons_for(s));
	s->ui.ended = spec->recorder == NULL;
	s->ui.mouse = options.mouse;
	s->timer = loop_timer_add(spec->loop, tick, s);
	draw_in(s, 0);
	return s;
}

void screen_ended(struct screen *s)
{
	struct buf text = { 0 };

	s->ui.ended = true;
	s->ui.asking_quit = false;
	if (s->spec.model->plan) /* a notice stands among those of other programs */
		buf_printf(&text, "%s: ", s->spec.model->plan);
	words_waiting(&text, s->spec.model, view_time(s));
	if (s->term)
		talk_notify(term_tty(s->term), (enum notify)s->spec.look.notify, buf_str(&text));
	buf_release(&text);
	draw_soon(s);
}

enum icons screen_icons(const struct screen *s)
{
	return s->ui.icons;
}

int screen_columns(const struct screen *s)
{
	return s->ui.cols;
}

void screen_close(struct screen *s)
{
	if (!s)
		return;
	loop_timer_remove(s->timer);
	term_close(s->term);
	ui_release(&s->ui);
	free(s->title);
	free(s);
}
