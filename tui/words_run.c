/* SPDX-License-Identifier: Apache-2.0 */
/* The sentences of the screen: what the run says about itself. */
#include "tui/words.h"

#include <string.h>

#include "base/buf.h"
#include "record/model.h"
#include "tui/theme.h"
#include "tui/words_parts.h"

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
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
	if (words_window_open(s)) {
		buf_addstr(out, "Every object is at its desired state: ");
		words_add_window(out, s, now);
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

static bool is_open(const struct model_step *s)
{
	return s->started_at && !s->verdict;
}

static size_t count_open(const struct model *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->nsteps; i++)
		n += is_open(&m->steps[i]);
	return n;
}

/* Of several steps that go on the one to speak of: the first with an Error, else the first. */
static const struct model_step *spokesman(const struct model *m)
{
	size_t others;

	for (size_t i = 0; i < m->nsteps; i++) {
		const struct model_object *o =
			is_open(&m->steps[i]) ? culprit(&m->steps[i], &others) : NULL;

		if (o && o->status == STATUS_ERROR)
			return &m->steps[i];
	}
	return m->nsteps ? &m->steps[words_current(m)] : NULL;
}

enum role words_waiting(struct buf *out, const struct model *m, int64_t now_ms)
{
	const struct model_step *s = spokesman(m);

	if (m->verdict || m->frozen)
		return run_ended(out, m);
	if (count_open(m) > 1 && s->name)
		buf_printf(out, "%s: ", s->name);
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
		words_add_clock_time(out, s->connection_since);
		if (s->connection_message)
			buf_printf(out, " (%s)", s->connection_message);
		return ROLE_WARNING;
	}
	return step_waits(out, s, words_now(m, s, now_ms));
}

enum role words_progress(
	struct buf *out, const struct model *m, enum icons icons, int64_t now_ms, unsigned frame)
{
	const struct model_step *s = m->nsteps ? &m->steps[words_current(m)] : NULL;
	size_t done = 0, begun = 0, open = count_open(m);
	enum role role = ROLE_PROGRESS;

	for (size_t i = 0; i < m->nsteps; i++) {
		done += m->steps[i].verdict != VERDICT_NONE &&
			m->steps[i].verdict != VERDICT_SKIPPED;
		begun += m->steps[i].verdict != VERDICT_NONE || m->steps[i].started_at;
	}
	if (m->verdict) {
		role = theme_verdict_role(m->verdict);
		buf_printf(out, "%s %s", theme_verdict_mark(m->verdict, icons),
			verdict_title(m->verdict));
		if (m->started_at && m->ended_at) {
			buf_addstr(out, " in ");
			words_add_elapsed(out, m->started_at, m->ended_at, 0);
		}
	} else if (s && s->started_at) {
		buf_printf(
			out, "%s ", m->frozen ? "-" : theme_mark(STATUS_IN_PROGRESS, icons, frame));
		if (open > 1) /* each has its own clock in its section */
			words_add_elapsed(out, m->started_at, words_now(m, s, now_ms), 0);
		else
			words_add_elapsed(out, s->started_at, words_now(m, s, now_ms), s->timeout_ms);
	}
	if (!m->verdict && open > 1)
		buf_printf(out, "   %zu side by side", open);
	if (m->nsteps)
		buf_printf(out, "   %zu/%zu step%s",
			m->verdict ? done :
			begun      ? begun :
				     1,
			m->nsteps, m->nsteps == 1 ? "" : "s");
	return role;
}
