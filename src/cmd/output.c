/* SPDX-License-Identifier: Apache-2.0 */
/* How a run is shown: the screen, plain lines, or the journal's lines. */
#include "cmd/output.h"

#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/loop.h"
#include "base/xalloc.h"
#include "cmd/outlet.h"
#include "cmd/screen.h"
#include "record/journal.h"
#include "record/model.h"
#include "record/plain.h"
#include "tui/term.h"
#include "tui/view.h"

#define TICK_MS 1000
#define COLUMNS 80
#define SUMMARY_COLUMNS 120 /* longer lines are hard to read */

struct output {
	struct output_spec spec;
	struct screen *screen;
	struct outlet *outlet;
	struct plain *plain;
	struct loop_timer *tick;
	bool ended, broken;
};

enum output_kind output_resolve(enum output_kind wanted)
{
	if (wanted != OUTPUT_AUTO)
		return wanted;
	return isatty(STDOUT_FILENO) && term_usable() ? OUTPUT_TUI : OUTPUT_PLAIN;
}

static enum icons icons_of(const struct output *o)
{
	if (o->spec.look.icons >= 0)
		return (enum icons)o->spec.look.icons;
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? ICONS_UNICODE : ICONS_ASCII;
}

static void to_screen(void *arg, const struct model *model, const json_t *event, const char *line)
{
	struct output *o = arg;

	(void)model;
	(void)event;
	(void)line;
	if (o->screen)
		screen_changed(o->screen);
}

static void to_jsonl(void *arg, const struct model *model, const json_t *event, const char *line)
{
	struct output *o = arg;

	(void)model;
	(void)event;
	if (!o->broken &&
		(fprintf(outlet_stream(o->outlet), "%s\n", line) < 0 ||
			fflush(outlet_stream(o->outlet)) != 0))
		o->broken = true;
}

static void tick(void *arg)
{
	struct output *o = arg;

	plain_tick(o->plain, o->spec.model, clock_wall_ms());
	loop_timer_set(o->tick, TICK_MS);
}

struct output *output_open(const struct output_spec *spec, struct error *err)
{
	struct output *o = xcalloc(1, sizeof(*o));

	o->spec = *spec;
	if (spec->kind == OUTPUT_TUI) {
		o->screen = screen_open(spec, err);
		if (!o->screen) {
			free(o);
			return NULL;
		}
		if (spec->recorder)
			recorder_listen(spec->recorder, to_screen, o);
		return o;
	}
	o->outlet = outlet_open(spec->loop, STDOUT_FILENO);
	if (spec->kind == OUTPUT_PLAIN && spec->recorder) {
		o->plain = plain_new(outlet_stream(o->outlet));
		o->tick = loop_timer_add(spec->loop, tick, o);
		loop_timer_set(o->tick, TICK_MS);
	}
	if (o->plain)
		recorder_listen(spec->recorder, plain_listen, o->plain);
	else if (spec->recorder)
		recorder_listen(spec->recorder, to_jsonl, o);
	return o;
}

void output_ended(struct output *o)
{
	o->ended = true;
	if (o->tick)
		loop_timer_stop(o->tick);
	if (o->screen)
		screen_ended(o->screen);
}

bool output_stays(const struct output *o)
{
	return o->screen != NULL;
}

/* What stays: the final table, or of a screen its summary, as it looked and as wide as it was. */
static void add_end(struct buf *out, const struct output *o)
{
	const struct model *model = o->spec.model;
	int64_t now = model->last_at ? model->last_at : clock_wall_ms();
	int cols = o->screen ? screen_columns(o->screen) : COLUMNS;

	if (o->screen)
		view_summary(out, model, screen_icons(o->screen),
			cols < SUMMARY_COLUMNS ? cols : SUMMARY_COLUMNS, now);
	else
		view_text(out, model, icons_of(o), cols, now);
	if (o->spec.snapshot_path)
		buf_printf(out, "snapshot: %s\n", o->spec.snapshot_path);
}

void output_close(struct output *o)
{
	struct buf end = { 0 };
	FILE *out;

	if (!o)
		return;
	if (o->spec.kind != OUTPUT_JSONL && !(o->plain && plain_broken(o->plain)))
		add_end(&end, o);
	screen_close(o->screen);
	out = o->outlet ? outlet_stream(o->outlet) : stdout;
	if (end.len && fwrite(end.data, 1, end.len, out) == end.len)
		fflush(out);
	buf_release(&end);
	loop_timer_remove(o->tick);
	plain_free(o->plain);
	outlet_close(o->outlet);
	free(o);
}
