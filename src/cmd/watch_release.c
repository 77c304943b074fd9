/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of a release that `ksettle watch helm:RELEASE` follows. */
#include "cmd/watch_release.h"

#include <stdlib.h>
#include <string.h>

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
	struct manifests objects;
	char *trouble;
	bool known, forbidden;
	void (*answered)(void *arg);
	void *arg;
};

static void warn(const struct watch_release *r, const char *text)
{
	recorder_emit(r->spec->recorder, event_warning(r->spec->index, NULL, text));
}

/* It is not there, or cannot be read: what helm says of that, and again in a while. */
static void fail(struct watch_release *r, char *why_take)
{
	bool news = !r->known || !r->trouble || strcmp(r->trouble, why_take) != 0;

	free(r->trouble);
	r->trouble = why_take;
	r->known = true;
	loop_timer_set(r->again, AGAIN_MS);
	if (news)
		r->answered(r->arg);
}

static char *say_failure(const struct watch_release *r, const struct process_result *result)
{
	char *why = helm_failure(result->err), *text;

	if (helm_says_not_found(result->err))
		text = xasprintf("there is no release %s in %s", r->release.name, r->spec->ns);
	else
		text = xasprintf("helm get manifest %s: %s", r->release.name,
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

	r->objects.skips_generated = true;
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

static void on_manifest(void *arg, const struct process_result *result)
{
	struct watch_release *r = arg;

	r->ask = NULL;
	if (result->exit_code != 0 || result->timed_out || result->truncated) {
		r->forbidden = result->err && strstr(result->err, "forbidden");
		fail(r, say_failure(r, result));
		return;
	}
	free(r->trouble);
	r->trouble = NULL;
	r->forbidden = false;
	r->known = true;
	add_objects(r, result);
	r->answered(r->arg);
}

static void ask(void *arg)
{
	struct watch_release *r = arg;
	const struct plan_step step = { .helm = &r->release };
	struct helm_argv argv = { 0 };
	struct error err = { 0 };

	if (!r->place.call.release && !helm_place_open(&r->place, r->spec->plan, &step,
					      r->spec->cluster, r->spec->ns, &err)) {
		fail(r, xstrdup(err.text));
		return;
	}
	helm_argv_get(&argv, &r->place.call, "manifest", 0);
	r->ask = helm_ask(r->spec->loop, &argv, ANSWER_MS, on_manifest, r);
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

bool watch_release_is_forbidden(const struct watch_release *r)
{
	return r->forbidden;
}

size_t watch_release_count(const struct watch_release *r)
{
	return r->objects.n;
}
