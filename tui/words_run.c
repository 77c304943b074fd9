/* SPDX-License-Identifier: Apache-2.0 */
/* What the run waits for, how far it is, how it ended. */
#include "tui/words_run.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "record/model.h"
#include "tui/theme.h"
#include "tui/words.h"
#include "tui/words_step.h"

#define LAST_MS 60000
#define LEFT_STEP_MS 10000

static size_t count_open(const struct model *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->nsteps; i++)
		n += words_open(&m->steps[i]);
	return n;
}

static bool fails_below(const struct model_step *s, size_t i)
{
	for (size_t k = i + 1; k < s->nobjects && s->objects[k].depth > s->objects[i].depth; k++)
		if (s->objects[k].status == STATUS_ERROR)
			return true;
	return false;
}

/* False: helm has not come to it yet, and works at something else. */
static bool has_its_turn(const struct model_step *s, const struct model_object *o)
{
	static const char *const before[] = { "NotFound", "HookNotRun", "Unchanged" };

	for (size_t i = 0; i < ARRAY_LEN(before) && words_same(s->mode, "helm"); i++)
		if (words_same(o->reason, before[i]))
			return false;
	return true;
}

static int badness_of(const struct model_step *s, size_t i)
{
	if (s->objects[i].status == STATUS_ERROR)
		return 3;
	return fails_below(s, i) ? 2 : has_its_turn(s, &s->objects[i]);
}

const struct model_object *words_culprit(
	const struct model *m, const struct model_step **whose, size_t *others)
{
	const struct model_object *worst = NULL;
	int badness = -1;
	size_t n = 0;

	for (size_t i = 0; i < m->nsteps; i++)
		for (size_t k = 0; words_open(&m->steps[i]) && k < m->steps[i].nobjects; k++) {
			const struct model_object *o = &m->steps[i].objects[k];
			int bad;

			if (!o->applied || o->status == STATUS_SUCCESS || o->status == STATUS_NONE)
				continue;
			n++;
			bad = badness_of(&m->steps[i], k);
			if (bad <= badness)
				continue;
			badness = bad;
			worst = o;
			*whose = &m->steps[i];
		}
	*others = n ? n - 1 : 0;
	return worst;
}

/* "2 of 3 Pods of api: …" is the cause of Deployment api, which says "2 of 3 Pods: …". */
static void add_cause(struct buf *out, const struct model_object *o, const char *why)
{
	unsigned some, all;
	int len = 0;

	if (sscanf(why, "%u of %u Pod%n", &some, &all, &len) == 2 && len)
		len += why[len] == 's';
	if (len && why[len] == ':')
		buf_printf(out, "%.*s of %s%s", len, why, o->name ? o->name : "", why + len);
	else
		buf_printf(out, "%s %s: %s", o->kind ? o->kind : "", o->name ? o->name : "", why);
}

static enum role waits_for(struct buf *out, const struct model_object *o, size_t others)
{
	const char *why = o->message && *o->message ? o->message : o->reason;
	struct buf row = { 0 };

	words_row(&row, o);
	if (o->status != STATUS_IN_PROGRESS || o->stale || !why || !*why)
		why = buf_str(&row);
	if (strncmp(why, "waiting for ", strlen("waiting for ")) != 0)
		buf_addstr(out, "Waiting for ");
	add_cause(out, o, why);
	if (others)
		buf_printf(out, " (and %zu more)", others);
	buf_release(&row);
	return theme_status(o->status)->role;
}

static enum role step_waits(struct buf *out, const struct model_step *s, int64_t now)
{
	if (words_window_open(s)) {
		buf_addstr(out, "Every object is at its desired state: stable for ");
		words_window(out, s, now);
	} else if (words_same(s->mode, "helm")) {
		buf_addstr(out, "Waiting for helm, which decides this step");
	} else if (!s->nobjects) {
		buf_printf(out, "Applying %s", s->name ? s->name : "the step");
	} else {
		buf_addstr(out, "Waiting for a fresh look at the cluster");
	}
	return ROLE_PROGRESS;
}

/* The step that goes on and whose time is over first; NULL: none has a timeout. */
static const struct model_step *next_deadline(const struct model *m)
{
	const struct model_step *next = NULL;

	for (size_t i = 0; i < m->nsteps; i++) {
		const struct model_step *s = &m->steps[i];

		if (words_open(s) && s->timeout_ms > 0 &&
			(!next || s->started_at + s->timeout_ms < next->started_at + next->timeout_ms))
			next = s;
	}
	return next;
}

void words_deadline(struct buf *out, const struct model *m, int64_t now_ms)
{
	const struct model_step *s = m->verdict || m->frozen ? NULL : next_deadline(m);
	char text[DURATION_SIZE];
	int64_t left;

	if (!s)
		return;
	left = s->started_at + s->timeout_ms - now_ms + 999;
	if (left > LAST_MS) /* as long as there is much of it, it moves in steps */
		left -= left % LEFT_STEP_MS;
	duration_clock(left, text);
	buf_printf(out, "; times out in %s", text);
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

static enum role no_connection(struct buf *out, const struct model_step *s)
{
	buf_addstr(out,
		words_same(s->connection, "retrying") ? "No connection to the cluster since " :
							"The picture is old: nothing fresh since ");
	words_time(out, s->connection_since);
	if (s->connection_message)
		buf_printf(out, " (%s)", s->connection_message);
	return ROLE_WARNING;
}

/* The step that goes on without a connection; NULL: there is none. */
static const struct model_step *unconnected(const struct model *m)
{
	for (size_t i = 0; i < m->nsteps; i++)
		if (words_open(&m->steps[i]) && m->steps[i].connection &&
			!words_same(m->steps[i].connection, "live"))
			return &m->steps[i];
	return NULL;
}

enum role words_waiting(struct buf *out, const struct model *m, int64_t now_ms)
{
	const struct model_step *s = m->nsteps ? &m->steps[words_current(m)] : NULL;
	const struct model_step *lost;
	const struct model_object *o;
	size_t others;

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
	lost = unconnected(m);
	if (lost)
		return no_connection(out, lost);
	o = words_culprit(m, &s, &others);
	if (count_open(m) > 1 && s->name)
		buf_printf(out, "%s: ", s->name);
	return o ? waits_for(out, o, others) : step_waits(out, s, words_now(m, s, now_ms));
}

static void add_steps(struct buf *out, const struct model *m)
{
	size_t done = 0, running = count_open(m);

	for (size_t i = 0; i < m->nsteps; i++)
		done += m->steps[i].verdict != VERDICT_NONE &&
			m->steps[i].verdict != VERDICT_SKIPPED;
	if (running > 1)
		buf_printf(out, "   %zu running, %zu/%zu done", running, done, m->nsteps);
	else if (m->nsteps)
		buf_printf(out, "   %zu/%zu step%s", m->verdict ? done : words_current(m) + 1,
			m->nsteps, m->nsteps == 1 ? "" : "s");
}

enum role words_progress(
	struct buf *out, const struct model *m, enum icons icons, int64_t now_ms, unsigned frame)
{
	const struct model_step *s = m->nsteps ? &m->steps[words_current(m)] : NULL;
	enum role role = ROLE_NORMAL; /* of what moves each second: a colour would cost as much again */
	size_t running = count_open(m);

	if (m->verdict) {
		role = theme_verdict_role(m->verdict);
		buf_printf(out, "%s %s", theme_verdict_mark(m->verdict, icons),
			verdict_title(m->verdict));
		if (m->started_at && m->ended_at) {
			buf_addstr(out, " in ");
			words_elapsed(out, m->started_at, m->ended_at, 0);
		}
	} else if (s && s->started_at) {
		buf_printf(
			out, "%s ", m->frozen ? "-" : theme_mark(STATUS_IN_PROGRESS, icons, frame));
		words_elapsed(out, running > 1 ? m->started_at : s->started_at,
			words_now(m, s, now_ms), running > 1 ? 0 : s->timeout_ms);
	}
	add_steps(out, m);
	return role;
}

void words_title(struct buf *out, const struct model *m, enum icons icons)
{
	const char *plan = m->plan ? m->plan : "ksettle";
	struct buf steps = { 0 };

	if (m->verdict) {
		buf_printf(out, "%s %s %s", theme_verdict_mark(m->verdict, icons), plan,
			verdict_title(m->verdict));
	} else {
		add_steps(&steps, m);
		buf_printf(out, "%s: %s", plan, buf_str(&steps) + strspn(buf_str(&steps), " "));
	}
	buf_release(&steps);
}
