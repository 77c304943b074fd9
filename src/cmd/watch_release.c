/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of a release that `ksettle watch helm:RELEASE` follows. */
#include "cmd/watch_release.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/loop.h"
#include "base/xalloc.h"
#include "cmd/cluster.h"
#include "cmd/helm_ask.h"
#include "cmd/helm_place.h"
#include "cmd/preflight.h"
#include "manifest/manifest.h"
#include "plan/helm.h"
#include "plan/helm_words.h"
#include "record/event.h"
#include "record/journal.h"
#include "track/verification.h"

#define AGAIN_MS 2000
#define ANSWER_MS 20000

struct watch_release {
	const struct executor_spec *spec;
	struct helm_release release; /* nothing but its name */
	struct helm_place place;
	struct loop_timer *again;
	struct helm_ask *ask;
	struct helm_state state; /* as helm last told it */
	struct manifests objects;
	int revision;  /* whose objects these are; 0: none yet */
	char *trouble;
	bool known, forbidden;
	bool hopeless; /* waiting does not help against the trouble */
	void (*answered)(void *arg);
	void *arg;
};

static void warn(const struct watch_release *r, const char *text)
{
	recorder_emit(r->spec->recorder, event_warning(r->spec->index, NULL, text));
}

/* It is not there, not done, or cannot be read: why, and again in a while. */
static void fail(struct watch_release *r, char *why_take, bool hopeless)
{
	bool news = !r->known || !r->trouble || strcmp(r->trouble, why_take) != 0;

	free(r->trouble);
	r->trouble = why_take;
	r->hopeless = hopeless;
	r->known = true;
	loop_timer_set(r->again, AGAIN_MS);
	if (news)
		r->answered(r->arg);
}

static char *say_failure(const struct watch_release *r, const char *question,
	const struct process_result *result)
{
	char *why = helm_failure(result->err), *text;

	if (helm_says_not_found(result->err))
		text = xasprintf("there is no release %s in %s", r->release.name, r->spec->ns);
	else
		text = xasprintf("helm %s %s: %s", question, r->release.name,
			why                         ? why
				: result->timed_out ? "no answer in 20s"
				: result->truncated ? "its answer is larger than 32 MiB"
						    : "it failed and did not say why");
	free(why);
	return text;
}

/* What cannot be read in it is said and left out. */
static void add_objects(struct watch_release *r, const struct process_result *result)
{
	char *source = xasprintf("helm get manifest %s", r->release.name);
	struct errors errs = { 0 };

	r->objects.skips_passing = true;
	manifests_parse(&r->objects, result->out, result->out_len, source, &errs);
	for (size_t i = 0; i < errs.n; i++)
		warn(r, errs.items[i].text);
	for (size_t i = 0; i < r->objects.nskipped; i++)
		warn(r, r->objects.skipped[i]);
	for (size_t i = 0; i < r->objects.n; i++) {
		const struct manifest *m = &r->objects.items[i];

		verification_add(r->spec->verification, m,
			preflight_ns(r->spec->cluster->discovery, m, r->spec->ns), NULL);
	}
	errors_release(&errs);
	free(source);
}

/* Why what there is of the release is not what it is to be; NULL: it is deployed. */
static char *say_state(struct watch_release *r)
{
	const struct helm_state *state = &r->state;
	struct buf text = { 0 };

	if (r->revision && r->revision != state->revision)
		buf_printf(&text, "release %s is %s at revision %d by now, and revision %d was "
				  "watched; watch it again",
			r->release.name, state->status, state->revision, r->revision);
	else if (helm_state_in_the_way(state))
		buf_printf(&text, "release %s is %s at revision %d: helm is at work, or was "
				  "interrupted",
			r->release.name, state->status, state->revision);
	else if (strcmp(state->status, "deployed") != 0)
		helm_add_left(&text, state, &r->place.call);
	return text.len ? buf_take(&text) : NULL;
}

/* Its objects are known, and so is what became of it. */
static void tell(struct watch_release *r)
{
	char *why = say_state(r);

	r->forbidden = false;
	if (why) {
		fail(r, why, !helm_state_in_the_way(&r->state) || r->revision != r->state.revision);
		return;
	}
	free(r->trouble);
	r->trouble = NULL;
	r->known = true;
	r->answered(r->arg);
}

/* False, with the failure told, when the answer is none. */
static bool is_answer(
	struct watch_release *r, const char *question, const struct process_result *result)
{
	if (result->exit_code == 0 && !result->timed_out && !result->truncated)
		return true;
	r->forbidden = result->err && strstr(result->err, "forbidden");
	fail(r, say_failure(r, question, result), false);
	return false;
}

static void on_manifest(void *arg, const struct process_result *result)
{
	struct watch_release *r = arg;

	r->ask = NULL;
	if (!is_answer(r, "get manifest", result))
		return;
	r->revision = r->state.revision;
	add_objects(r, result);
	tell(r);
}

static void on_history(void *arg, const struct process_result *result)
{
	struct watch_release *r = arg;
	struct helm_argv argv = { 0 };
	struct error err = { 0 };

	r->ask = NULL;
	if (!is_answer(r, "history", result))
		return;
	helm_state_release(&r->state);
	if (!helm_state_parse(&r->state, result->out, &err)) {
		fail(r, xstrdup(err.text), false);
	} else if (r->revision) {
		tell(r);
	} else {
		helm_argv_get(&argv, &r->place.call, "manifest", r->state.revision);
		r->ask = helm_ask(r->spec->loop, &argv, ANSWER_MS, on_manifest, r);
	}
}

static void ask(void *arg)
{
	struct watch_release *r = arg;
	const struct plan_step step = { .helm = &r->release };
	struct helm_argv argv = { 0 };
	struct error err = { 0 };

	if (!r->place.call.release && !helm_place_open(&r->place, r->spec->plan, &step,
					      r->spec->cluster, r->spec->ns, &err)) {
		fail(r, xstrdup(err.text), false);
		return;
	}
	helm_argv_history(&argv, &r->place.call);
	r->ask = helm_ask(r->spec->loop, &argv, ANSWER_MS, on_history, r);
}

struct watch_release *watch_release_start(const struct executor_spec *spec, const char *name,
	void (*answered)(void *arg), void *arg)
{
	struct watch_release *r = xcalloc(1, sizeof(*r));

	r->spec = spec;
	r->release.name = xstrdup(name);
	r->answered = answered;
	r->arg = arg;
	r->again = loop_timer_add(spec->loop, ask, r);
	loop_timer_set(r->again, 0);
	return r;
}

void watch_release_stop(struct watch_release *r)
{
	helm_ask_cancel(r->ask);
	r->ask = NULL;
	loop_timer_stop(r->again);
}

void watch_release_free(struct watch_release *r)
{
	if (!r)
		return;
	watch_release_stop(r);
	loop_timer_remove(r->again);
	helm_place_close(&r->place);
	manifests_release(&r->objects);
	helm_state_release(&r->state);
	free(r->release.name);
	free(r->trouble);
	free(r);
}

bool watch_release_is_known(const struct watch_release *r)
{
	return r->known;
}

const char *watch_release_trouble(const struct watch_release *r)
{
	return r->trouble;
}

bool watch_release_is_hopeless(const struct watch_release *r)
{
	return r->hopeless;
}

bool watch_release_is_forbidden(const struct watch_release *r)
{
	return r->forbidden;
}

size_t watch_release_count(const struct watch_release *r)
{
	return r->objects.n;
}
