/* SPDX-License-Identifier: Apache-2.0 */
/* The sentences of the screen: what a row, a step and the run say about themselves. */
#include "tui/words.h"

#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "record/model.h"
#include "tui/theme.h"

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

static void add_clock_time(struct buf *out, int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm = { 0 };

	localtime_r(&seconds, &tm);
	buf_printf(out, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void add_elapsed(struct buf *out, int64_t from, int64_t to, int64_t limit_ms)
{
	char text[DURATION_SIZE];

	duration_clock(to - from, text);
	buf_addstr(out, text);
	if (limit_ms > 0) {
		duration_clock(limit_ms, text);
		buf_printf(out, " of %s", text);
	}
}

/* "4 of 10 s": how much of the window has passed. */
static void add_window(struct buf *out, const struct model_step *s, int64_t now)
{
	int64_t held = (now - s->stabilizing_since) / 1000,
		need = (s->stabilizing_need_ms + 999) / 1000;

	held = held < 0 ? 0 : held > need ? need : held;
	buf_printf(out, "stable for %lld of %lld s", (long long)held, (long long)need);
}

static bool window_open(const struct model_step *s)
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
		add_clock_time(out, s->ended_at);
		buf_addstr(out, "  ");
	}
	*from = out->len;
	buf_printf(out, "%s %s", theme_verdict_mark(s->verdict, icons), verdict_title(s->verdict));
	if (timed) {
		buf_addstr(out, s->verdict == VERDICT_SUCCEEDED ? " in " : " after ");
		add_elapsed(out, s->started_at, s->ended_at, 0);
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
		if (window_open(s) && detail < 3) {
			add_window(out, s, now);
			buf_addstr(out, "  ");
		} else if (detail < 2) {
			buf_addstr(out, "in progress  ");
		}
		add_elapsed(out, s->started_at, now, s->timeout_ms);
	}
	return true;
}

size_t words_current(const struct model *m)
{
	size_t last = 0;

	for (size_t i = 0; i < m->nsteps; i++)
		if (m->steps[i].started_at && !m->steps[i].verdict)
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

/* The applied object that holds the step up: one in Error before one in progress. */
static const struct model_object *culprit(const struct model_step *s, size_t *others)
{
	const struct model_object *worst = NULL;
	size_t n = 0;

	for (size_t i = 0; i < s->nobjects; i++) {
		const struct model_object *o = &s->objects[i];

		if (!o->applied || o->status == STATUS_SUCCESS || o->status == STATUS_NONE)
			continue;
		n++;
		if (!worst || (o->status == STATUS_ERROR && worst->status != STATUS_ERROR))
			worst = o;
	}
	*others = n ? n - 1 : 0;
	return worst;
}

static enum role step_waits(struct buf *out, const struct model_step *s, int64_t now)
{
	size_t others;
	const struct model_object *o = culprit(s, &others);

	if (o) {
		const char *why = o->message && *o->message ? o->message : o->reason;

		buf_printf(
			out, "Waiting for %s %s: ", o->kind ? o->kind : "", o->name ? o->name : "");
		if (o->status == STATUS_IN_PROGRESS && !o->stale && why && *why)
			buf_addstr(out, why);
		else
			words_row(out, o);
		if (others)
			buf_printf(out, " (and %zu more)", others);
		return theme_status(o->status)->role;
	}
	if (window_open(s)) {
		buf_addstr(out, "Every object is at its desired state: ");
		add_window(out, s, now);
		return ROLE_PROGRESS;
	}
	if (same(s->mode, "helm"))
		buf_addstr(out, "Waiting for helm, which decides this step");
	else if (!s->nobjects)
		buf_printf(out, "Applying %s", s->name ? s->name : "the step");
	else
		buf_addstr(out, "Waiting for a fresh look at the cluster");
	return ROLE_PROGRESS;
}

/* What a good end must not hide: steps that nobody verified, objects that helm did not wait for,
 * notes. */
struct remains {
	size_t unverified, open, noted;
};

static struct remains remains_of(const struct model *m)
{
	struct remains r = { 0 };

	for (size_t i = 0; i < m->nsteps; i++) {
		const struct model_step *s = &m->steps[i];

		r.unverified += s->verdict == VERDICT_NOT_VERIFIED;
		for (size_t k = 0; s->verdict == VERDICT_SUCCEEDED && k < s->nobjects; k++) {
			const struct model_object *o = &s->objects[k];

			r.open += o->applied && o->status != STATUS_SUCCESS;
			r.noted += o->applied && words_has_note(o);
		}
	}
	return r;
}

static void good_end(struct buf *out, const struct model *m)
{
	struct remains r = remains_of(m);

	if (r.unverified == m->nsteps) {
		buf_addstr(out, "Applied; nothing was verified");
		return;
	}
	buf_addstr(out, r.open ? "Every step succeeded" : "Every object has settled");
	if (r.open)
		buf_printf(out, "; %zu object%s not in Success: helm decided", r.open,
			r.open == 1 ? " is" : "s are");
	if (r.noted)
		buf_printf(out, "; %zu with a note", r.noted);
	if (r.unverified)
		buf_printf(out, "; %zu of %zu steps not verified", r.unverified, m->nsteps);
}

static enum role run_ended(struct buf *out, const struct model *m)
{
	const struct model_step *s = m->nsteps ? &m->steps[words_current(m)] : NULL;

	if (m->verdict == VERDICT_SUCCEEDED || m->verdict == VERDICT_NOT_VERIFIED) {
		good_end(out, m);
		return theme_verdict_role(m->verdict);
	}
	buf_printf(out, "The run %s",
		m->verdict == VERDICT_FAILED || m->verdict == VERDICT_TIMED_OUT ? "" : "was ");
	buf_addstr(out,
		m->verdict ? verdict_title(m->verdict) : "has no verdict: its record ends here");
	if (s && s->verdict && s->verdict != VERDICT_SUCCEEDED && s->name) {
		buf_printf(out, " in step %zu, %s", (size_t)(s - m->steps) + 1, s->name);
		if (s->reason)
			buf_printf(out, ": %s", s->reason);
	}
	return m->verdict ? theme_verdict_role(m->verdict) : ROLE_WARNING;
}

enum role words_waiting(struct buf *out, const struct model *m, int64_t now_ms)
{
	const struct model_step *s = m->nsteps ? &m->steps[words_current(m)] : NULL;

	if (m->verdict || m->frozen)
		return run_ended(out, m);
	if (!s || !s->started_at) {
		buf_addstr(out, "Starting");
		return ROLE_PROGRESS;
	}
	if (s->verdict) {
		buf_printf(out, "Step %s %s; going on", s->name ? s->name : "",
			verdict_title(s->verdict));
		return theme_verdict_role(s->verdict);
	}
	if (s->connection && !same(s->connection, "live")) {
		bool retrying = same(s->connection, "retrying");

		buf_addstr(out,
			retrying ? "No connection to the cluster since " :
				   "The picture is old: nothing fresh since ");
		add_clock_time(out, s->connection_since);
		if (s->connection_message)
			buf_printf(out, " (%s)", s->connection_message);
		return ROLE_WARNING;
	}
	return step_waits(out, s, words_now(m, s, now_ms));
}

enum role words_progress(
	struct buf *out, const struct model *m, enum icons icons, int64_t now_ms, unsigned frame)
{
	size_t current = words_current(m), done = 0;
	const struct model_step *s = m->nsteps ? &m->steps[current] : NULL;
	enum role role = ROLE_PROGRESS;

	for (size_t i = 0; i < m->nsteps; i++)
		done += m->steps[i].verdict != VERDICT_NONE &&
			m->steps[i].verdict != VERDICT_SKIPPED;
	if (m->verdict) {
		role = theme_verdict_role(m->verdict);
		buf_printf(out, "%s %s", theme_verdict_mark(m->verdict, icons),
			verdict_title(m->verdict));
		if (m->started_at && m->ended_at) {
			buf_addstr(out, " in ");
			add_elapsed(out, m->started_at, m->ended_at, 0);
		}
	} else if (s && s->started_at) {
		buf_printf(
			out, "%s ", m->frozen ? "-" : theme_mark(STATUS_IN_PROGRESS, icons, frame));
		add_elapsed(out, s->started_at, words_now(m, s, now_ms), s->timeout_ms);
	}
	if (m->nsteps)
		buf_printf(out, "   %zu/%zu step%s", m->verdict ? done : current + 1, m->nsteps,
			m->nsteps == 1 ? "" : "s");
	return role;
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
