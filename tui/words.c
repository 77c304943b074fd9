/* SPDX-License-Identifier: Apache-2.0 */
/* What a row says about itself, and the small words that all sentences share. */
#include "tui/words.h"

#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "record/model.h"
#include "tui/theme.h"

/* Ages that go on move in steps: every move costs a line its bytes. */
static const struct { int64_t from_ms, step_ms; } age_steps[] = {
	{ 60000, 60000 },
	{ 10000, 10000 },
	{ 0, 5000 },
};

int64_t words_now(const struct model *m, const struct model_step *s, int64_t now_ms)
{
	if (s && s->ended_at)
		return s->ended_at;
	if (m->ended_at)
		return m->ended_at;
	return m->frozen ? m->last_at : now_ms;
}

int64_t words_age(
	const struct model *m, const struct model_step *s, int64_t created_at, int64_t now_ms)
{
	int64_t age = words_now(m, s, now_ms) - created_at;

	if (s->ended_at || m->ended_at || m->frozen || age < 0)
		return age;
	for (size_t i = 0; i < ARRAY_LEN(age_steps); i++)
		if (age >= age_steps[i].from_ms)
			return age - age % age_steps[i].step_ms;
	return age;
}

bool words_same(const char *a, const char *b)
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
	if (o->outdated)
		buf_addstr(out, " (old revision)");
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
		((o->note && *o->note) || words_same(o->reason, "NotAwaited"));
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

void words_time(struct buf *out, int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm = { 0 };

	localtime_r(&seconds, &tm);
	buf_printf(out, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

void words_elapsed(struct buf *out, int64_t from, int64_t to, int64_t limit_ms)
{
	char text[DURATION_SIZE];

	duration_clock(to - from, text);
	buf_addstr(out, text);
	if (limit_ms > 0) {
		duration_clock(limit_ms, text);
		buf_printf(out, " of %s", text);
	}
}

bool words_open(const struct model_step *s)
{
	return s->started_at && !s->verdict;
}

size_t words_current(const struct model *m)
{
	size_t last = 0;

	for (size_t i = 0; i < m->nsteps; i++)
		if (words_open(&m->steps[i]))
			return i;
	for (size_t i = 0; i < m->nsteps; i++) {
		enum verdict v = m->steps[i].verdict;

		if (v && v != VERDICT_SUCCEEDED && v != VERDICT_SKIPPED &&
			v != VERDICT_NOT_VERIFIED)
			return i;
		if (v && v != VERDICT_SKIPPED)
			last = i;
	}
	return last;
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
