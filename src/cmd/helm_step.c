/* SPDX-License-Identifier: Apache-2.0 */
/* One helm step: what the release was, helm upgrade --install, and what it has come to. */
#include "cmd/helm_step.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/loop.h"
#include "base/process.h"
#include "base/xalloc.h"
#include "cmd/cluster.h"
#include "cmd/helm_ask.h"
#include "cmd/helm_objects.h"
#include "cmd/helm_output.h"
#include "cmd/helm_place.h"
#include "plan/helm.h"
#include "plan/helm_words.h"
#include "record/event.h"
#include "record/journal.h"
#include "track/verification.h"

#define ANSWER_MS 30000
#define OUTPUT_MAX ((size_t)4 << 20)
#define LATE_MS 5000  /* helm's own --timeout ends with the step's time: TERM if it did not */
#define KILL_MS 10000 /* after TERM */
/* An atomic release is rolled back after its time was up, or after TERM; cut short, that leaves it
 * worse than it was. */
#define ROLLBACK_MS 60000

struct helm_step {
	struct executor executor;
	struct executor_spec spec;
	const struct helm_release *release;
	struct helm_place place;
	struct helm_output *output;
	struct helm_objects *objects;
	struct helm_state before; /* of the release; revision 0: there was none */
	struct helm_ask *ask;
	struct process *upgrade;
	struct loop_timer *timer; /* starts it; then, while helm runs, the end of its time */
	bool due;                 /* the step's time is over … */
	bool late;                /* … and what helm gets beyond it, too, while it ran */
	bool rolling_back;        /* … and it was given more time for that */
	/* How the step ends: asked for (canceled), or what helm's end came to. */
	enum verdict verdict;
	int exit_code;
	char *head, *otherwise, *said;
	char *cause; /* of a release that helm takes back: what the objects said before that */
};

static const struct plan_step *step_of(const struct helm_step *h)
{
	return &h->spec.plan->steps[h->spec.index];
}

static void warn(struct helm_step *h, const char *text)
{
	recorder_emit(h->spec.recorder, event_warning(h->spec.index, NULL, text));
}

/* What is left of the step's time; < 0: no limit. */
static int64_t time_left(const struct helm_step *h)
{
	int64_t deadline = verification_deadline(h->spec.verification), left;

	if (deadline < 0)
		return -1;
	left = deadline - clock_now_ms();
	return left > 0 ? left : 0;
}

static void set_end(struct helm_step *h, enum verdict verdict, int exit_code, const char *head)
{
	h->verdict = verdict;
	h->exit_code = exit_code;
	free(h->head);
	h->head = xstrdup(head);
}

static void conclude(struct helm_step *h, const char *tail)
{
	struct verification_word word = { h->verdict, h->exit_code, h->head, h->otherwise, tail,
		h->said, h->cause };

	verification_conclude(h->spec.verification, &word);
}

/* --- after helm --- */

static void left(void *arg, const struct process_result *result)
{
	struct helm_step *h = arg;
	struct helm_state state = { 0 };
	struct buf tail = { 0 };

	h->ask = NULL;
	if (helm_says_not_found(result->err) ||
		(result->exit_code == 0 && helm_state_parse(&state, result->out, NULL)))
		helm_add_left(&tail, &state, &h->place.call);
	else
		buf_printf(&tail, "how release %s is left is not known: see helm status %s -n %s",
			h->release->name, h->release->name, h->place.call.ns);
	conclude(h, buf_str(&tail));
	helm_state_release(&state);
	buf_release(&tail);
}

static void ask_history(struct helm_step *h, int64_t timeout_ms, process_done_fn *done)
{
	struct helm_argv argv = { 0 };

	helm_argv_history(&argv, &h->place.call);
	h->ask = helm_ask(h->spec.loop, &argv, timeout_ms, done, h);
}

static void say_well(struct helm_step *h, const char *trouble)
{
	bool none = !trouble && helm_objects_count(h->objects) == 0;
	char *head = xasprintf("helm deployed revision %d of release %s%s", h->before.revision + 1,
		h->release->name, none ? "; no objects" : "");

	if (none)
		warn(h, helm_objects_hooks(h->objects) ? "no objects: the chart has hooks only"
						       : "no objects: the chart makes none");
	set_end(h, VERDICT_SUCCEEDED, 0, head);
	free(head);
}

/* What ksettle is to judge and cannot read is no success. */
static void cannot_judge(struct helm_step *h, const char *trouble)
{
	char *why = xasprintf(
		"helm deployed revision %d of release %s, but its objects cannot be read: %s",
		h->before.revision + 1, h->release->name, trouble);

	set_end(h, VERDICT_FAILED, verdict_exit_code(VERDICT_FAILED), why);
	conclude(h, NULL);
	free(why);
}

static void ended_well(struct helm_step *h, const char *trouble)
{
	enum verify_mode mode = step_of(h)->verify.mode;
	struct error none = { 0 };

	if (mode == VERIFY_OBJECTS && trouble) {
		cannot_judge(h, trouble);
		return;
	}
	say_well(h, trouble);
	if (mode == VERIFY_OBJECTS && helm_objects_count(h->objects)) {
		h->spec.applied(h->spec.arg, &none);
		return;
	}
	if (mode == VERIFY_NONE)
		h->verdict = VERDICT_NOT_VERIFIED;
	conclude(h, mode == VERIFY_NONE ? "not verified, as the plan says" : NULL);
}

static void objects_read(void *arg, const char *trouble)
{
	struct helm_step *h = arg;
	char *text;

	helm_output_end(h->output);
	if (h->verdict != VERDICT_SUCCEEDED) {
		ask_history(h, ANSWER_MS, left);
		return;
	}
	if (trouble) {
		text = xasprintf("not every object of the release can be shown: %s", trouble);
		warn(h, text);
		free(text);
	}
	ended_well(h, trouble);
}

/* --- helm --- */

static char *failure_of(const struct helm_step *h, const char *said)
{
	char *why = helm_failure(said), *more;

	if (!why || h->release->create_namespace || !helm_failure_is_namespace(said))
		return why;
	more = xasprintf("%s; createNamespace: true in the step lets helm make it", why);
	free(why);
	return more;
}

static void judge_failure(struct helm_step *h, const struct process_result *result)
{
	char *masked = helm_output_masked(h->output, result->err);
	char *why = failure_of(h, masked), *said = NULL;
	int timed_out = verdict_exit_code(VERDICT_TIMED_OUT);

	if (!why && result->signal)
		said = xasprintf("helm was ended by signal %d", result->signal);
	else if (!why)
		said = xasprintf("helm ended with code %d and did not say why", result->exit_code);
	if (helm_failure_is_timeout(result->err)) {
		set_end(h, VERDICT_TIMED_OUT, timed_out, "helm timed out waiting");
		h->otherwise = xstrdup(why);
	} else if (h->late) { /* what it says is that we ended it */
		set_end(h, VERDICT_TIMED_OUT, timed_out, "helm did not end in time");
	} else {
		set_end(h, VERDICT_FAILED, verdict_exit_code(VERDICT_FAILED), why ? why : said);
		h->said = xstrdup_or_null(why);
	}
	free(said);
	free(why);
	free(masked);
}

static void upgraded(void *arg, const struct process_result *result)
{
	struct helm_step *h = arg;

	h->upgrade = NULL;
	loop_timer_stop(h->timer);
	if (h->verdict == VERDICT_NONE && result->exit_code == 0)
		h->verdict = VERDICT_SUCCEEDED;
	else if (h->verdict == VERDICT_NONE)
		judge_failure(h, result);
	helm_objects_finish(h->objects, objects_read, h);
}

static void on_output(void *arg, int stream, const char *bytes, size_t len)
{
	struct helm_step *h = arg;

	helm_output_add(h->output, stream, bytes, len);
}

/* From now on helm may take the release back, and its objects tell no more why. */
static void on_due(struct helm_step *h)
{
	h->due = true;
	if (h->release->atomic)
		h->cause = verification_cause(h->spec.verification);
	loop_timer_set(h->timer, LATE_MS);
}

/* helm has outlived the step's time. */
static void on_late(struct helm_step *h)
{
	int64_t timeout = step_of(h)->verify.timeout_ms;

	h->late = true;
	if (h->release->atomic && !h->rolling_back) {
		h->rolling_back = true;
		warn(h, "its time is up; waiting for helm to roll the release back (atomic)");
		loop_timer_set(h->timer, timeout > ROLLBACK_MS ? timeout : ROLLBACK_MS);
		return;
	}
	process_end(h->upgrade, KILL_MS);
}

static void start_objects(struct helm_step *h)
{
	struct helm_objects_spec spec = {
		.loop = h->spec.loop,
		.cluster = h->spec.cluster,
		.verification = h->spec.verification,
		.output = h->output,
		.call = &h->place.call,
		.revision = h->before.revision + 1,
		.event = h->before.revision ? "upgrade" : "install",
	};

	h->objects = helm_objects_start(&spec);
}

static void fail(struct helm_step *h, const char *why)
{
	set_end(h, VERDICT_FAILED, verdict_exit_code(VERDICT_FAILED), why);
	conclude(h, NULL);
}

static void start_upgrade(struct helm_step *h)
{
	struct helm_argv argv = { 0 };
	struct process_spec spec = { .env = helm_place_env(), .max_output = OUTPUT_MAX };
	int64_t time = time_left(h);
	struct error err = { 0 };

	helm_argv_upgrade(&argv, &h->place.call, &step_of(h)->verify, time);
	spec.argv = (const char *const *)argv.items;
	h->upgrade = process_start(h->spec.loop, &spec, upgraded, h, &err);
	helm_argv_release(&argv);
	if (!h->upgrade) {
		fail(h, err.text);
		return;
	}
	process_on_output(h->upgrade, on_output, h);
	if (time >= 0)
		loop_timer_set(h->timer, time);
	start_objects(h);
}

/* --- before helm --- */

static void refuse_history(struct helm_step *h, const struct process_result *result)
{
	char *said = helm_failure(result->err);
	char *why = xasprintf("helm history: %s",
		said                      ? said
			: result->timed_out ? "no answer in time"
					    : "it failed and did not say why");

	if (result->timed_out && time_left(h) == 0) {
		set_end(h, VERDICT_TIMED_OUT, verdict_exit_code(VERDICT_TIMED_OUT), why);
		conclude(h, NULL);
	} else {
		fail(h, why);
	}
	free(said);
	free(why);
}

static void looked(void *arg, const struct process_result *result)
{
	struct helm_step *h = arg;
	struct buf why = { 0 };
	struct error err = { 0 };

	h->ask = NULL;
	if (result->exit_code != 0 && !helm_says_not_found(result->err)) {
		refuse_history(h, result);
	} else if (result->exit_code == 0 && !helm_state_parse(&h->before, result->out, &err)) {
		fail(h, err.text);
	} else if (helm_state_in_the_way(&h->before)) {
		helm_add_in_the_way(&why, &h->before, &h->place.call);
		fail(h, buf_str(&why));
	} else {
		if (!h->before.revision)
			verification_deploying_first(h->spec.verification);
		start_upgrade(h);
	}
	buf_release(&why);
}

static void begin(struct helm_step *h)
{
	int64_t time = time_left(h);
	struct error err = { 0 };

	if (!helm_place_open(
		    &h->place, h->spec.plan, step_of(h), h->spec.cluster, h->spec.ns, &err)) {
		fail(h, err.text);
		return;
	}
	ask_history(h, time >= 0 && time < ANSWER_MS ? time + 1 : ANSWER_MS, looked);
}

static void on_timer(void *arg)
{
	struct helm_step *h = arg;

	if (h->upgrade && !h->due)
		on_due(h);
	else if (h->upgrade)
		on_late(h);
	else
		begin(h);
}

/* --- the executor --- */

static struct executor *start(const struct executor_spec *spec)
{
	struct helm_step *h = xcalloc(1, sizeof(*h));

	h->executor.kind = &executor_helm;
	h->spec = *spec;
	h->release = step_of(h)->helm;
	h->output = helm_output_new(spec->recorder, spec->index, h->release);
	h->timer = loop_timer_add(spec->loop, on_timer, h);
	loop_timer_set(h->timer, 0);
	verification_deploying(spec->verification);
	return &h->executor;
}

static bool wind_up(struct executor *e, enum verdict verdict, int exit_code, const char *why)
{
	struct helm_step *h = (struct helm_step *)e;

	if (!h->upgrade || h->verdict != VERDICT_NONE)
		return false;
	set_end(h, verdict, exit_code, why);
	loop_timer_stop(h->timer);
	process_end(h->upgrade, h->release->atomic ? ROLLBACK_MS : KILL_MS);
	warn(h, h->release->atomic
			? "ending helm, which rolls the release back (atomic); once more to kill it"
			: "ending helm; once more to kill it");
	return true;
}

static void give_up(struct executor *e)
{
	struct helm_step *h = (struct helm_step *)e;
	char *text;

	loop_timer_stop(h->timer);
	helm_ask_cancel(h->ask);
	h->ask = NULL;
	helm_objects_free(h->objects);
	h->objects = NULL;
	if (!h->upgrade)
		return;
	process_abandon(h->upgrade);
	h->upgrade = NULL;
	helm_output_end(h->output);
	text = xasprintf(
		"helm was killed before it had ended; see how it left the release: helm status %s -n %s",
		h->release->name, h->place.call.ns);
	warn(h, text);
	free(text);
}

static void helm_free(struct executor *e)
{
	struct helm_step *h = (struct helm_step *)e;

	helm_ask_cancel(h->ask);
	process_abandon(h->upgrade);
	helm_objects_free(h->objects);
	helm_output_free(h->output);
	helm_place_close(&h->place);
	helm_state_release(&h->before);
	loop_timer_remove(h->timer);
	free(h->head);
	free(h->otherwise);
	free(h->said);
	free(h->cause);
	free(h);
}

const struct executor_kind executor_helm = {
	.start = start,
	.wind_up = wind_up,
	.give_up = give_up,
	.free = helm_free,
};
