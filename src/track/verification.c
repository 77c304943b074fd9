/* SPDX-License-Identifier: Apache-2.0 */
/* One step's verification, from before its apply to its verdict. */
#include "track/verification.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/loop.h"
#include "base/xalloc.h"
#include "record/event.h"
#include "record/journal.h"
#include "track/claims.h"
#include "track/detail.h"
#include "track/poll.h"
#include "track/tracker.h"

/* How often what only time changes is looked at: graces, windows, overdue answers. */
#define TICK_MS 1000
#define LINGER_MS 1000
/* So long an end that somebody else decided waits for a last look. */
#define LAST_LOOK_MS 5000
/* The server's clock may be behind ours by this much, and tells whole seconds only. */
#define CLOCKS_MS 2000

struct verification {
	struct verification_spec spec;
	struct tracker *tracker;
	struct poller *poller;
	struct detail *detail;
	struct claims *claims;
	struct loop_timer *timer;
	const char *connection;   /* the state last told */
	struct error fatal;
	bool polling;             /* the objects are asked for */
	bool waiting;             /* between the apply's end and the verdict */
	bool over;                /* ended, or stopped: nothing decides any more */
	bool reached;             /* the cluster took an object */
	int64_t started_at;
	int64_t lingers_since;    /* it would have failed then; 0: not yet */
	bool deploying;           /* another program applies, and bounds the time itself */
	struct verification_word word; /* of who decides instead; verdict NONE: not yet */
	int64_t word_since;
};

static void set_timer(struct verification *v, int64_t delay)
{
	int64_t deadline = verification_deadline(v), now = clock_now_ms();

	if (v->over)
		return;
	if (deadline >= 0 && deadline - now < delay)
		delay = deadline - now;
	loop_timer_set(v->timer, delay);
}

static void tell_connection(struct verification *v, const struct poller_health *health)
{
	const char *state = health->stale ? "stale" : health->retrying ? "retrying" : "live";
	int64_t age = health->since ? clock_now_ms() - health->since : 0;

	if (v->connection == state)
		return;
	if (v->connection || health->retrying || health->stale)
		recorder_emit(v->spec.recorder,
			event_connection(
				v->spec.step, state, clock_wall_ms() - age, health->message));
	v->connection = state;
}

static void end(struct verification *v, enum verdict verdict, int exit_code, const char *reason)
{
	struct verification_end what = { verdict, exit_code, reason };

	v->waiting = false;
	v->over = true;
	loop_timer_stop(v->timer);
	v->spec.done(v->spec.arg, &what);
}

/* DESIGN.md §6, Refusals: a cluster that never answered, or does not let us look, is exit code 4.
 */
static bool end_without_cluster(struct verification *v, const struct settle_result *result,
	const struct poller_health *health)
{
	struct error err = v->fatal;

	if (!err.code &&
		(result->verdict != VERDICT_TIMED_OUT || !v->waiting || v->reached ||
			poller_reached(v->poller)))
		return false;
	if (!err.code)
		error_set(&err, ERROR_NETWORK, "the cluster was never reached: %s",
			health->message ? health->message : "no answer");
	tracker_refresh(v->tracker, clock_now_ms());
	/* A field selector that the server does not know is the command line's mistake. */
	end(v, VERDICT_FAILED, err.code == ERROR_REFUSED ? 2 : 4, err.text);
	return true;
}

/* A step that fails early ends with the events and log lines that say why, if they come soon. */
static bool lingers(struct verification *v, const struct settle_result *result, int64_t now)
{
	int64_t deadline = verification_deadline(v);

	if (result->verdict != VERDICT_FAILED || (deadline >= 0 && now >= deadline))
		return false;
	if (!v->lingers_since)
		v->lingers_since = now;
	detail_look(v->detail, now);
	return detail_open(v->detail) && now - v->lingers_since < LINGER_MS;
}

static bool goes_on(struct verification *v)
{
	if (!v->spec.goes_on || !v->spec.goes_on(v->spec.arg))
		return false;
	tracker_apply_again(v->tracker);
	return true;
}

static bool is_bad(enum verdict verdict)
{
	return verdict == VERDICT_FAILED || verdict == VERDICT_TIMED_OUT;
}

static void free_word(struct verification_word *word)
{
	free((char *)word->head);
	free((char *)word->otherwise);
	free((char *)word->tail);
	free((char *)word->said);
	free((char *)word->cause);
	*word = (struct verification_word){ 0 };
}

static char *what_is_missing(struct verification *v, int64_t now)
{
	const struct verification_word *word = &v->word;

	if (!is_bad(word->verdict))
		return NULL;
	if (word->cause)
		return xasprintf("%s%s%s", word->cause, word->otherwise ? "; " : "",
			word->otherwise ? word->otherwise : "");
	return tracker_missing(v->tracker, word->verdict == VERDICT_FAILED, now);
}

static void conclude(struct verification *v, int64_t now)
{
	struct verification_word word = v->word;
	char *missing = what_is_missing(v, now);
	const char *parts[] = { word.head, missing ? missing : word.otherwise, word.tail };
	struct buf reason = { 0 };

	v->word = (struct verification_word){ 0 };
	tracker_refresh(v->tracker, now);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		bool cause = i == 1 && word.verdict == VERDICT_TIMED_OUT;

		if (parts[i])
			buf_printf(&reason, "%s%s", !reason.len ? "" : cause ? ": " : "; ",
				parts[i]);
	}
	if (word.verdict == VERDICT_TIMED_OUT)
		tracker_time_out(v->tracker, now);
	free(missing);
	end(v, word.verdict, word.exit_code, buf_str(&reason));
	buf_release(&reason);
	free_word(&word);
}

/* The objects were looked at since, and those in trouble say why; or it takes too long. */
static bool may_conclude(struct verification *v, int64_t now)
{
	if (v->word.verdict == VERDICT_NONE)
		return false;
	if (!v->polling || v->tracker->napplied == 0 || now - v->word_since >= LAST_LOOK_MS)
		return true;
	return poller_fresh_since(v->poller) >= v->word_since &&
		!(is_bad(v->word.verdict) && detail_open(v->detail) &&
			now - v->word_since < LINGER_MS);
}

/* Somebody else decides: the rows tell what there is. */
static void tick_informing(struct verification *v, int64_t now)
{
	struct poller_health health = poller_health(v->poller, now);

	if (v->word.verdict == VERDICT_NONE)
		tracker_refresh(v->tracker, now);
	if (v->polling) {
		detail_look(v->detail, now);
		claims_look(v->claims, now);
		tell_connection(v, &health);
	}
	if (may_conclude(v, now))
		conclude(v, now);
	else
		loop_timer_set(v->timer, TICK_MS);
}

static void tick(void *arg)
{
	struct verification *v = arg;
	int64_t now = clock_now_ms();
	struct poller_health health = poller_health(v->poller, now);
	struct settle_result result;

	if (v->deploying || v->word.verdict != VERDICT_NONE) {
		tick_informing(v, now);
		return;
	}

	tracker_settle(v->tracker, poller_fresh_since(v->poller), health.stale, now, &result);
	if (end_without_cluster(v, &result, &health))
		return;
	if (result.verdict == VERDICT_SUCCEEDED && goes_on(v)) {
		set_timer(v, 0);
		return;
	}
	if (result.verdict != VERDICT_NONE && !lingers(v, &result, now)) {
		end(v, result.verdict, verdict_exit_code(result.verdict), result.reason);
		return;
	}
	if (v->waiting) {
		detail_look(v->detail, now);
		claims_look(v->claims, now);
		tell_connection(v, &health);
		if (result.look_at >= 0)
			poller_look_at(v->poller, result.look_at);
	}
	set_timer(v, TICK_MS);
}

static void answered(void *arg)
{
	struct verification *v = arg;

	set_timer(v, 0);
}

static void fatal(void *arg, const struct error *err)
{
	struct verification *v = arg;

	error_set(&v->fatal, err->code, "%s", err->text);
	set_timer(v, 0);
}

struct verification *verification_new(const struct verification_spec *spec)
{
	struct verification *v = xcalloc(1, sizeof(*v));
	struct poller_handler handler = { answered, fatal, v };

	v->spec = *spec;
	v->started_at = clock_now_ms();
	v->tracker = tracker_new(spec->recorder, spec->step, &spec->verify, v->started_at);
	v->poller = poller_new(spec->loop, spec->kube, spec->discovery, v->tracker, &handler);
	v->detail =
		detail_new(spec->kube, spec->discovery, spec->recorder, v->tracker, answered, v);
	v->claims =
		claims_new(spec->kube, spec->discovery, v->tracker, answered, v);
	v->timer = loop_timer_add(spec->loop, tick, v);
	set_timer(v, TICK_MS);
	return v;
}

void verification_free(struct verification *v)
{
	if (!v)
		return;
	loop_timer_remove(v->timer);
	claims_free(v->claims);
	detail_free(v->detail);
	poller_free(v->poller);
	tracker_free(v->tracker);
	free_word(&v->word);
	free(v);
}

void verification_add(struct verification *v, const struct manifest *m, const char *ns,
	const struct kube_apply_result *result)
{
	enum applied applied = result ? result->applied : APPLIED_NONE;
	struct tracked *o = tracker_add(v->tracker, m->api_version, m->kind, ns, m->name, applied,
		m->object, m->shown, result ? result->warnings : NULL, NULL, NULL, clock_now_ms());

	v->reached |= result != NULL;
	poller_add(v->poller, o);
	if (result && result->object) {
		tracker_seen(v->tracker, result->object, TRACKER_APPLY, clock_now_ms());
		poller_seen_by_apply(v->poller, o, result->object);
	}
}

void verification_select(struct verification *v, const struct kube_resource *resource,
	const char *ns, const char *labels, const char *fields)
{
	poller_select(v->poller, resource, ns, labels, fields);
}

void verification_selected(struct verification *v, const char *words)
{
	poller_selected(v->poller, words);
}

void verification_missing(struct verification *v, const char *why, bool hopeless)
{
	int64_t now = clock_now_ms();

	v->reached = true; /* else its kinds were not known */
	if (v->waiting && !why && v->tracker->missing)
		tracker_apply_ended(v->tracker, now);
	tracker_waits_for(v->tracker, why, hopeless, now);
}

void verification_add_hook(struct verification *v, const struct manifest *m, const char *ns,
	struct hook *hook_take)
{
	struct tracked *o = tracker_add(v->tracker, m->api_version, m->kind, ns, m->name,
		APPLIED_NONE, m->object, m->shown, NULL, NULL, NULL, clock_now_ms());

	tracker_hook(o, hook_take);
	poller_add(v->poller, o);
}

void verification_deploying(struct verification *v)
{
	v->deploying = true;
	tracker_deploying(v->tracker, clock_wall_ms() - CLOCKS_MS);
	loop_timer_set(v->timer, TICK_MS);
}

void verification_deploying_first(struct verification *v)
{
	tracker_deploying(v->tracker, 1);
}

void verification_follow(struct verification *v)
{
	v->polling = v->spec.verify.mode != VERIFY_NONE;
	if (v->polling)
		poller_start(v->poller);
}

void verification_conclude(struct verification *v, const struct verification_word *word)
{
	int64_t now = clock_now_ms();

	v->word = (struct verification_word){ word->verdict, word->exit_code,
		xstrdup_or_null(word->head), xstrdup_or_null(word->otherwise),
		xstrdup_or_null(word->tail), xstrdup_or_null(word->said),
		xstrdup_or_null(word->cause) };
	v->word_since = now;
	tracker_deployed(v->tracker, !is_bad(word->verdict) && word->exit_code == 0, word->said);
	tracker_apply_ended(v->tracker, now);
	poller_look_at(v->poller, now);
	loop_timer_set(v->timer, 0);
}

void verification_add_refused(struct verification *v, const struct manifest *m, const char *ns,
	const char *reason, const char *why, const char *const *warnings)
{
	tracker_add(v->tracker, m->api_version, m->kind, ns, m->name,
		reason ? APPLIED_FAILED : APPLIED_NOT_TRIED, m->object, m->shown, warnings, reason,
		why, clock_now_ms());
}

void verification_apply_waits(struct verification *v, const char *why)
{
	tracker_apply_waits(v->tracker, why);
}

void verification_applied(struct verification *v)
{
	v->waiting = true;
	if (v->deploying)
		tracker_deployed(v->tracker, true, NULL);
	v->deploying = false;
	v->polling = true;
	tracker_apply_ended(v->tracker, clock_now_ms());
	poller_start(v->poller);
	set_timer(v, 0);
}

char *verification_cause(struct verification *v)
{
	return tracker_missing(v->tracker, false, clock_now_ms());
}

void verification_stop(struct verification *v)
{
	v->waiting = false;
	v->over = true;
	loop_timer_stop(v->timer);
	tracker_refresh(v->tracker, clock_now_ms());
}

int64_t verification_deadline(const struct verification *v)
{
	return settle_deadline(&v->tracker->settle);
}
