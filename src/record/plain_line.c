/* SPDX-License-Identifier: Apache-2.0 */
/* Putting one line of plain output together. */
#include "record/plain_line.h"

#include <string.h>

#include "base/clock.h"
#include "record/model.h"

void line_begin(struct plain_line *l, const struct model *m, int64_t at)
{
	char stamp[CLOCK_STAMP_SIZE], since[DURATION_SIZE];
	int64_t elapsed = m->started_at && at > m->started_at ? at - m->started_at : 0;

	clock_stamp(at, stamp);
	duration_format(elapsed / 1000 * 1000, since);
	buf_reset(&l->text);
	buf_printf(&l->text, "%.19sZ +%s ", stamp, since);
}

void line_begin_step(struct plain_line *l, const struct model *m, size_t step, int64_t at)
{
	line_begin(l, m, at);
	buf_printf(&l->text, "step %zu/%zu ", step + 1, m->nsteps);
	line_add(l, m->steps[step].name);
	line_add(l, " | ");
}

/* CI systems obey "::", "##[", "##vso[" and the like, some of them anywhere in a line. None of our
 * own words holds such a pair, so that the whole line can be mended, whichever parts made it. */
static void break_commands(struct buf *out, const char *line)
{
	for (; *line; line++) {
		buf_addch(out, *line);
		if ((*line == ':' || *line == '#') && line[1] == *line)
			buf_addch(out, ' ');
	}
	buf_addch(out, '\n');
}

void line_end(struct plain_line *l, int64_t at)
{
	struct buf line;

	if (l->broken)
		return;
	buf_init(&line, 0);
	break_commands(&line, buf_str(&l->text));
	l->last = at;
	if (fwrite(buf_str(&line), 1, line.len, l->out) != line.len || fflush(l->out) != 0)
		l->broken = true;
	buf_release(&line);
}

void line_add(struct plain_line *l, const char *text)
{
	if (text)
		buf_addstr(&l->text, text);
}

static bool given(const char *s)
{
	return s && *s;
}

void line_add_label(struct plain_line *l, const struct model_object *o)
{
	line_add(l, o->kind ? o->kind : "object");
	line_add(l, " ");
	if (given(o->ns)) {
		line_add(l, o->ns);
		line_add(l, "/");
	}
	line_add(l, o->name);
}

void line_add_cause(struct plain_line *l, const struct model_object *o)
{
	bool cause = given(o->reason) || given(o->message);
	bool named = given(o->reason) && given(o->message) && strstr(o->message, o->reason);

	if (cause)
		line_add(l, " | ");
	if (!named)
		line_add(l, o->reason);
	if (!named && given(o->reason) && given(o->message))
		line_add(l, ": ");
	line_add(l, o->message);
	if (given(o->note)) {
		line_add(l, cause ? " (note: " : " | note: ");
		line_add(l, o->note);
		line_add(l, cause ? ")" : "");
	}
}

void line_add_duration(struct plain_line *l, const char *before, int64_t ms)
{
	char text[DURATION_SIZE];

	duration_format(ms >= 1000 ? ms / 1000 * 1000 : ms, text);
	buf_printf(&l->text, "%s%s", before, text);
}
