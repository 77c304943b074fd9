/* SPDX-License-Identifier: Apache-2.0 */
/* When a step has settled, failed or run out of time (DESIGN.md §6). */
#include "track/settle.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define LAST_LOOK_MS 1000

void settle_init(struct settle *s, const struct verify *verify, int64_t now)
{
	*s = (struct settle){
		.verify = *verify,
		.started_at = now,
		.applied_at = -1,
		.window_since = -1,
	};
}

void settle_applied(struct settle *s, int64_t now)
{
	s->applied_at = now;
}

void settle_apply_again(struct settle *s)
{
	s->applied_at = -1;
}

int64_t settle_deadline(const struct settle *s)
{
	return s->verify.timeout_ms < 0 ? -1 : s->started_at + s->verify.timeout_ms;
}

static int64_t max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Of two times, each of which may be "never": < 0. */
static int64_t sooner(int64_t a, int64_t b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

static size_t count(const struct settle_look *look, enum status status)
{
	size_t n = 0;

	for (size_t i = 0; i < look->n; i++)
		n += look->objects[i].status == status;
	return n;
}

/* Existence either is or is not: only kinds that can waver need a window. */
static int64_t window_need(const struct settle *s, const struct settle_look *look)
{
	for (size_t i = 0; i < look->n; i++)
		if (!look->objects[i].by_existence)
			return s->verify.stabilization_ms;
	return 0;
}

static void say(struct settle_result *out, enum verdict verdict, const char *text)
{
	out->verdict = verdict;
	text_copy(out->reason, sizeof(out->reason), text);
}

static void blame(struct settle_result *out, const struct settle_object *o, size_t others)
{
	char text[1024], more[64] = "";

	if (others)
		snprintf(more, sizeof(more), " (and %zu more in error)", others);
	snprintf(text, sizeof(text), "%s%s%s%s", o->label ? o->label : "", o->label ? ": " : "",
		o->why ? o->why : "in error", more);
	say(out, VERDICT_FAILED, text);
}

/* Opens or shuts the window; true when the desired state held for all of it. A look counts
 * for the time at which its oldest question was asked, not for when the answer came. */
static bool window_step(struct settle *s, const struct settle_look *look, struct settle_result *out)
{
	int64_t since = s->applied_at;

	out->need_ms = window_need(s, look);
	if (s->gap && !look->stale)
		s->not_before = look->fresh_since;
	s->gap = look->stale;
	if (s->applied_at >= 0 && look->fresh_since < s->applied_at)
		out->look_at = s->applied_at;
	if (s->applied_at < 0 || look->stale || look->fresh_since < s->applied_at ||
	    count(look, STATUS_SUCCESS) != look->n) {
		s->window_since = -1;
		return false;
	}
	for (size_t i = 0; i < look->n; i++)
		since = max64(since, look->objects[i].success_since);
	since = max64(since, max64(look->disturbed_at, s->not_before));
	s->window_since = since;
	out->look_at = since + out->need_ms;
	return out->need_ms == 0 || look->fresh_since >= since + out->need_ms;
}

/* An Error that may end the step all by itself. A grace goes on while nothing is heard from the
 * cluster, but it does not end the step then: what may heal has perhaps done so. */
static bool fails_now(
	const struct settle *s, const struct settle_object *o, bool stale, int64_t now)
{
	bool any = s->verify.fail_early == FAIL_EARLY_ANY;

	if (any && o->pods_failing && o->status != STATUS_SUCCESS && !stale &&
	    now - o->pods_failing_since >= s->verify.grace_ms)
		return true;
	if (o->status != STATUS_ERROR || !(any || o->fails_alone))
		return false;
	return o->severity == SEVERITY_HARD ||
		(!stale && now - o->error_since >= s->verify.grace_ms);
}

/* Nothing is In progress any more: what is left cannot get better by waiting. Held back for
 * the stabilization and one more look, so that one run shows all faults. */
static const struct settle_object *hopeless(
	const struct settle *s, const struct settle_look *look, int64_t now)
{
	const struct settle_object *hard = NULL, *soft = NULL;
	int64_t patience = max64(s->verify.grace_ms, s->verify.stabilization_ms);
	bool soft_held = true;

	if (look->stale || s->applied_at < 0 || count(look, STATUS_IN_PROGRESS))
		return NULL;
	for (size_t i = 0; i < look->n; i++) {
		const struct settle_object *o = &look->objects[i];

		if (o->status != STATUS_ERROR)
			continue;
		if (o->severity == SEVERITY_HARD) {
			if (look->fresh_since > o->error_since &&
			    look->fresh_since - o->error_since >= s->verify.stabilization_ms)
				hard = hard ? hard : o;
		} else {
			soft = soft ? soft : o;
			soft_held = soft_held && now - o->error_since >= patience;
		}
	}
	if (hard)
		return hard;
	return s->verify.timeout_ms < 0 && soft && soft_held ? soft : NULL;
}

/* When a look can confirm the first hard error that would end the step; < 0: nothing waits for one.
 */
static int64_t confirms_at(const struct settle *s, const struct settle_look *look)
{
	int64_t at = -1;

	if (s->verify.fail_early == FAIL_EARLY_NEVER || look->stale || s->applied_at < 0 ||
		count(look, STATUS_IN_PROGRESS))
		return -1;
	for (size_t i = 0; i < look->n; i++)
		if (look->objects[i].status == STATUS_ERROR &&
			look->objects[i].severity == SEVERITY_HARD)
			at = sooner(at, look->objects[i].error_since +
				max64(s->verify.stabilization_ms, 1));
	return at;
}

static const struct settle_object *early_failure(
	const struct settle *s, const struct settle_look *look, int64_t now)
{
	if (s->verify.fail_early == FAIL_EARLY_NEVER || s->applied_at < 0)
		return NULL;
	for (size_t i = 0; i < look->n; i++)
		if (fails_now(s, &look->objects[i], look->stale, now))
			return &look->objects[i];
	return hopeless(s, look, now);
}

/* The first object that kept the step from its desired state. */
static const struct settle_object *first_missing(const struct settle_look *look)
{
	for (size_t i = 0; i < look->n; i++)
		if (look->objects[i].status == STATUS_IN_PROGRESS)
			return &look->objects[i];
	return NULL;
}

/* What was missing when time ran out. */
static void say_missing(const struct settle *s, const struct settle_look *look, int64_t now,
	struct settle_result *out)
{
	const struct settle_object *first = first_missing(look);
	size_t missing = look->n - count(look, STATUS_SUCCESS);
	char text[1024], more[64] = "", limit[DURATION_SIZE], part[DURATION_SIZE],
			 need[DURATION_SIZE];

	duration_format(s->verify.timeout_ms, limit);
	duration_format(out->need_ms, need);
	duration_format((now - s->window_since) / 1000 * 1000, part);
	if (missing > 1)
		snprintf(more, sizeof(more), " (and %zu more not settled)", missing - 1);
	if (s->applied_at < 0)
		snprintf(text, sizeof(text), "the apply did not end within %s%s%s", limit,
			look->applying ? ": " : "", look->applying ? look->applying : "");
	else if (s->window_since >= 0)
		snprintf(text, sizeof(text),
			"the desired state held for %s of %s when %s had passed", part, need,
			limit);
	else if (first)
		snprintf(text, sizeof(text), "not settled within %s: %s%s%s%s", limit,
			first->label ? first->label : "", first->label ? ": " : "",
			first->why ? first->why : "still in progress", more);
	else
		snprintf(text, sizeof(text),
			"no fresh answer from the cluster confirmed the desired state within %s",
			limit);
	say(out, VERDICT_TIMED_OUT, text);
}

/* Failed if every object that is not Success is in Error, else timed out. */
static void time_out(const struct settle *s, const struct settle_look *look, int64_t now,
	struct settle_result *out)
{
	size_t errors = count(look, STATUS_ERROR);
	const struct settle_object *bad = look->objects;

	if (s->applied_at < 0 || errors == 0 || errors + count(look, STATUS_SUCCESS) < look->n) {
		say_missing(s, look, now, out);
		return;
	}
	while (bad->status != STATUS_ERROR)
		bad++;
	blame(out, bad, errors - 1);
}

void settle_step(
	struct settle *s, const struct settle_look *look, int64_t now, struct settle_result *out)
{
	int64_t deadline = settle_deadline(s);
	const struct settle_object *bad;
	bool done;

	*out = (struct settle_result){ .look_at = -1 };
	done = window_step(s, look, out);
	if (deadline >= 0 && now >= deadline) {
		time_out(s, look, now, out);
		return;
	}
	if (done) {
		say(out, VERDICT_SUCCEEDED, "every object is at its desired state");
		return;
	}
	bad = early_failure(s, look, now);
	if (bad)
		blame(out, bad, count(look, STATUS_ERROR) - (bad->status == STATUS_ERROR));
	out->look_at = sooner(out->look_at, confirms_at(s, look));
	if (deadline >= 0) /* what it ends with is told as it is then */
		out->look_at = sooner(out->look_at, deadline - LAST_LOOK_MS);
}
