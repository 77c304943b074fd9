/* SPDX-License-Identifier: Apache-2.0 */
/* The live screen: model → view → terminal, and keys back. */
#include "cmd/screen.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/loop.h"
#include "base/xalloc.h"
#include "record/model.h"
#include "record/snapshot.h"
#include "tui/keys.h"
#include "tui/term.h"
#include "tui/view.h"

/* At most four frames a second: what a reader can follow and a slow link can carry. */
#define FRAME_MS 250

struct screen {
	struct output_spec spec;
	struct term *term;
	struct ui ui;
	struct loop_timer *timer;
	int64_t drawn_at;
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

static void draw(void *arg)
{
	struct screen *s = arg;
	struct canvas canvas;
	int rows, cols;

	if (s->gone && s->term)
		hang_up(s);
	if (!s->term)
		return;
	term_size(s->term, &rows, &cols);
	canvas_init(&canvas, rows, cols);
	view_draw(&canvas, s->spec.model, &s->ui, view_time(s),
		(unsigned)(clock_now_ms() / FRAME_MS));
	term_draw(s->term, &canvas);
	canvas_release(&canvas);
	s->drawn_at = clock_now_ms();
	if (!s->ui.ended)
		loop_timer_set(s->timer, FRAME_MS);
}

/* Soon, but not sooner than a frame after the last one. */
static void draw_soon(struct screen *s)
{
	loop_timer_set(s->timer, s->drawn_at + FRAME_MS - clock_now_ms());
}

void screen_changed(struct screen *s)
{
	if (!loop_timer_is_set(s->timer))
		draw_soon(s);
}

static void save(struct screen *s)
{
	const char *id = s->spec.model->run_id;
	char *path = xasprintf("ksettle-%s.json", id ? id : "snapshot");
	struct error err = { 0 };

	free(s->ui.message);
	s->ui.message = snapshot_write(s->spec.model, path, &err) ? xasprintf("saved to %s", path)
								  : xstrdup(err.text);
	free(path);
}

static void on_key(void *arg, uint32_t key)
{
	struct screen *s = arg;

	if (key == K_HANGUP) {
		s->gone = true;
		loop_timer_set(s->timer, 0);
		return;
	}
	if (key == K_RESIZE || key == KEY_NONE) {
		draw_soon(s);
		return;
	}
	switch (ui_key(&s->ui, s->spec.model, key)) {
	case OUTCOME_QUIT:
	case OUTCOME_CANCEL:
		s->spec.quit(s->spec.arg);
		return;
	case OUTCOME_SAVE:
		save(s);
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
	loop_timer_set(s->timer, 0);
}

struct screen *screen_open(const struct output_spec *spec, struct error *err)
{
	struct screen *s = xcalloc(1, sizeof(*s));
	struct term_options options = {
		.colors = (enum colors)spec->color, .key = on_key, .arg = s
	};

	s->spec = *spec;
	s->term = term_open(spec->loop, &options, err);
	if (!s->term) {
		free(s);
		return NULL;
	}
	ui_init(&s->ui,
		spec->icons >= 0                ? (enum icons)spec->icons
			: term_unicode(s->term) ? ICONS_UNICODE
						: ICONS_ASCII);
	s->ui.ended = spec->recorder == NULL;
	s->timer = loop_timer_add(spec->loop, draw, s);
	loop_timer_set(s->timer, 0);
	return s;
}

void screen_ended(struct screen *s)
{
	s->ui.ended = true;
	s->ui.asking_quit = false;
	draw_soon(s);
}

int screen_icons(const struct screen *s)
{
	return s->ui.icons;
}

void screen_close(struct screen *s)
{
	if (!s)
		return;
	loop_timer_remove(s->timer);
	term_close(s->term);
	ui_release(&s->ui);
	free(s);
}
