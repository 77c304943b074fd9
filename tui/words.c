/* SPDX-License-Identifier: Apache-2.0 */
/* The sentences of the screen: what a row and a step say about themselves. */
#include "tui/words.h"

#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "record/model.h"
#include "tui/theme.h"
#include "tui/words_parts.h"

int64_t words_now(const struct model *m, const struct model_step *s, int64_t now_ms)
{
	if (s && s->ended_at)
		return s->ended_at;
	if (m->ended_at)
		return m->ended_at;
	return m->frozen ? m->last_at : now_ms;
}

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

void words_row(struct buf *out, const struct model_object *o)
{
	const char *why = o->message && *o->message ? o->message : o->reason;

	if (o->status == STATUS_NONE && o->apply)
		buf_addstr(
			out, o->apply == APPLIED_NOT_TRIED ? "not tried" : applied_word(o->apply));
	else
		buf_addstr(out, theme_status(o->status)->word);
	if (o->apply == APPLIED_FAILED && o->status)
		buf_addstr(out, " (apply failed)");
	if (o->replaced)
		buf_addstr(out, " (replaced)");
	if (o->stale)
		buf_addstr(out, " (as last seen)");
	if (why && *why)
		buf_printf(out, ": %s", why);
	if (o->note && *o->note)
		buf_printf(out, "%s %s", why && *why ? "; note:" : ", note:", o->note);
}

bool words_has_note(const struct model_object *o)
{
	return o->status == STATUS_SUCCESS &&
		((o->note && *o->note) || same(o->reason, "NotAwaited"));
}

const char *words_namespace(const struct model_step *s, bool *several)
{
	const char *found = NULL;

	*several = false;
	for (size_t i = 0; i < s->nobjects; i++) {
		const struct model_object *o = &s->objects[i];

		if (!o->applied || !o->ns || !*o->ns)
			continue;
		if (found && strcmp(found, o->ns) != 0) {
			*several = true;
			return NULL;
		}
		found = o->ns;
	}
	return found;
}

void words_place(struct buf *out, const struct model_step *s)
{
	bool several;
	const char *ns = words_namespace(s, &several);

	buf_addstr(out, s->context ? s->context : "");
	if (ns)
		buf_printf(out, "%s%s", s->context ? "/" : "", ns);
}

void words_add_clock_time(struct buf *out, int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm = { 0 };

	localtime_r(&seconds, &tm);
	buf_printf(out, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

void words_add_elapsed(struct buf *out, int64_t from, int64_t to, int64_t limit_ms)
{
	char text[DURATION_SIZE];

	duration_clock(to - from, text);
	buf_addstr(out, text);
	if (limit_ms > 0) {
		duration_clock(limit_ms, text);
		buf_printf(out, " of %s", text);
	}
}

void words_add_window(struct buf *out, const struct model_step *s, int64_t now)
{
	int64_t held = (now - s->stabilizing_since) / 1000,
		need = (s->stabilizing_need_ms + 999) / 1000;

	held = held < 0 ? 0 : held > need ? need : held;
	buf_printf(out, "stable for %lld of %lld s", (long long)held, (long long)need);
}

bool words_window_open(const struct model_step *s)
{
	return s->stabilizing_since && s->stabilizing_need_ms > 0;
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
		words_add_clock_time(out, s->ended_at);
		buf_addstr(out, "  ");
	}
	*from = out->len;
	buf_printf(out, "%s %s", theme_verdict_mark(s->verdict, icons), verdict_title(s->verdict));
	if (timed) {
		buf_addstr(out, s->verdict == VERDICT_SUCCEEDED ? " in " : " after ");
		words_add_elapsed(out, s->started_at, s->ended_at, 0);
	}
	if (detail < 1 && s->verdict == VERDICT_SUCCEEDED && s->stabilization_ms > 0 &&
		held_at_end(s) >= 1000) {
		char held[DURATION_SIZE];

		duration_format((held_at_end(s) + 500) / 1000 * 1000, held);
		buf_printf(out, ", stable for %s", held);
	}
}

bool words_step(struct buf *out, const struct model *m, const struct model_step *s,
	enum icons icons, int64_t now_ms, unsigned frame, int detail, size_t *from, enum role *role)
{
	int64_t now = words_now(m, s, now_ms);

	*from = out->len;
	*role = theme_verdict_role(s->verdict);
	if (detail > 4)
		return false;
	if (detail == 4) {
		buf_addstr(out,
			s->verdict            ? theme_verdict_mark(s->verdict, icons) :
				s->started_at ? theme_mark(STATUS_IN_PROGRESS, icons, frame) :
						"");
	} else if (s->verdict) {
		step_ended(out, s, icons, detail, from);
	} else if (!s->started_at) {
		*role = ROLE_DIM;
		buf_addstr(out, "waits for its turn");
	} else {
		buf_printf(out, "%s ", theme_mark(STATUS_IN_PROGRESS, icons, frame));
		if (words_window_open(s) && detail < 3) {
			words_add_window(out, s, now);
			buf_addstr(out, "  ");
		} else if (detail < 2) {
			buf_addstr(out, "in progress  ");
		}
		words_add_elapsed(out, s->started_at, now, s->timeout_ms);
	}
	return true;
}

size_t words_break(const char *text, int columns, size_t *skip)
{
	size_t fits = text_clip(text, columns > 1 ? columns : 1), at;

	*skip = 0;
	if (!text[fits])
		return fits;
	if (!fits) { /* one character wider than the room: it has to go somewhere */
		uint32_t cp;

		fits = text_decode(text, strlen(text), &cp);
		return fits ? fits : 1;
	}
	for (at = fits; at > 0 && text[at] != ' '; at--)
		;
	if (!at || at < fits / 2)
		return fits;
	while (at > 1 && text[at - 1] == ' ')
		at--;
	while (text[at + *skip] == ' ')
		++*skip;
	return at;
}
