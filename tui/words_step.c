/* SPDX-License-Identifier: Apache-2.0 */
/* The right side of a step's heading. */
#include "tui/words_step.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "record/model.h"
#include "tui/theme.h"
#include "tui/words.h"

#define BAR 10

bool words_window_open(const struct model_step *s)
{
	return s->stabilizing_since && s->stabilizing_need_ms > 0;
}

/* How much of the window has passed, of so many parts. */
static long long held(const struct model_step *s, int64_t now, int64_t parts)
{
	int64_t part = (now - s->stabilizing_since) * parts / s->stabilizing_need_ms;

	return part < 0 ? 0 : part > parts ? parts : part;
}

void words_window(struct buf *out, const struct model_step *s, int64_t now)
{
	int64_t need = (s->stabilizing_need_ms + 999) / 1000;
	int64_t seconds = (now - s->stabilizing_since) / 1000;

	seconds = seconds < 0 ? 0 : seconds > need ? need : seconds;
	buf_printf(out, "%lld of %lld s", (long long)seconds, (long long)need);
}

static void add_bar(struct buf *out, const struct model_step *s, int64_t now)
{
	long long full = held(s, now, BAR);

	for (int i = 0; i < BAR; i++)
		buf_addstr(out, i < full ? "█" : "░");
}

/* For how long the applied objects had been Success when the step ended; 0 when they were not. */
static int64_t held_at_end(const struct model_step *s)
{
	int64_t since = s->started_at;

	for (size_t i = 0; i < s->nobjects; i++) {
		const struct model_object *o = &s->objects[i];

		if (!o->applied)
			continue;
		if (o->status != STATUS_SUCCESS || !o->ntimeline)
			return 0;
		if (o->timeline[o->ntimeline - 1].at > since)
			since = o->timeline[o->ntimeline - 1].at;
	}
	return s->nobjects ? s->ended_at - since : 0;
}

static void step_ended(
	struct buf *out, const struct model_step *s, enum icons icons, int detail, size_t *from)
{
	bool timed = s->ended_at && s->started_at;

	if (detail < 3 && timed) {
		buf_addstr(out, detail < 2 ? "Object Snapshot " : "Snapshot ");
		words_time(out, s->ended_at);
		buf_addstr(out, "  ");
	}
	*from = out->len;
	buf_printf(out, "%s %s", theme_verdict_mark(s->verdict, icons), verdict_title(s->verdict));
	if (timed) {
		buf_addstr(out, s->verdict == VERDICT_SUCCEEDED ? " in " : " after ");
		words_elapsed(out, s->started_at, s->ended_at, 0);
	}
	if (detail < 1 && s->verdict == VERDICT_SUCCEEDED && s->stabilization_ms > 0 &&
		held_at_end(s) >= 1000) {
		char text[DURATION_SIZE];

		duration_format((held_at_end(s) + 500) / 1000 * 1000, text);
		buf_printf(out, ", stable for %s", text);
	}
}

static void step_goes_on(
	struct buf *out, const struct model_step *s, int64_t now, int detail, struct words_part *part)
{
	bool open = words_window_open(s);

	if (open && detail < 3) {
		buf_addstr(out, "stable ");
		if (detail < 2) {
			add_bar(out, s, now);
			buf_addch(out, ' ');
		}
	} else if (detail < 2) {
		buf_addstr(out, "in progress  ");
	}
	part->end = out->len;
	if (open && detail < 3) {
		words_window(out, s, now);
		buf_addstr(out, "  ");
	}
	words_elapsed(out, s->started_at, now, s->timeout_ms);
}

bool words_step(struct buf *out, const struct model *m, const struct model_step *s,
	enum icons icons, int64_t now_ms, int detail, struct words_part *part)
{
	*part = (struct words_part){ .from = out->len, .role = theme_verdict_role(s->verdict) };
	if (detail > 4)
		return false;
	if (detail == 4) {
		buf_addstr(out,
			s->verdict              ? theme_verdict_mark(s->verdict, icons)
				: s->started_at ? theme_status(STATUS_IN_PROGRESS)->mark[icons]
						: "");
	} else if (s->verdict) {
		step_ended(out, s, icons, detail, &part->from);
	} else if (!s->started_at) {
		part->role = ROLE_DIM;
		buf_addstr(out, "waits for its turn");
	} else {
		step_goes_on(out, s, words_now(m, s, now_ms), detail, part);
	}
	if (!part->end)
		part->end = out->len;
	return true;
}
