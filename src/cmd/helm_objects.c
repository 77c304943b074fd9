/* SPDX-License-Identifier: Apache-2.0 */
/* Reading what a revision is made of. */
#include "cmd/helm_objects.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/loop.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "cmd/cluster.h"
#include "cmd/helm_ask.h"
#include "cmd/helm_output.h"
#include "cmd/preflight.h"
#include "kube/discovery.h"
#include "manifest/manifest.h"
#include "plan/helm_command.h"
#include "plan/helm_words.h"
#include "track/hook.h"
#include "track/verification.h"

#define AGAIN_MS 1000
#define ANSWER_MS 20000

struct helm_objects {
	struct helm_objects_spec spec;
	struct loop_timer *timer;
	struct helm_ask *ask;
	struct manifests objects, hooks;
	struct buf trouble;    /* of reading; the last one counts */
	bool known;            /* read, and with the verification */
	bool finishing, last;  /* helm has ended; the open question was asked after that */
	void (*done)(void *arg, const char *trouble);
	void *arg;
};

static void look(void *arg);

struct helm_objects *helm_objects_start(const struct helm_objects_spec *spec)
{
	struct helm_objects *o = xcalloc(1, sizeof(*o));

	o->spec = *spec;
	o->timer = loop_timer_add(spec->loop, look, o);
	loop_timer_set(o->timer, AGAIN_MS / 4);
	return o;
}

void helm_objects_free(struct helm_objects *o)
{
	if (!o)
		return;
	helm_ask_cancel(o->ask);
	kube_discover_cancel(o->spec.cluster->discovery, o);
	loop_timer_remove(o->timer);
	manifests_release(&o->objects);
	manifests_release(&o->hooks);
	buf_release(&o->trouble);
	free(o);
}

size_t helm_objects_count(const struct helm_objects *o)
{
	return o->objects.n;
}

size_t helm_objects_hooks(const struct helm_objects *o)
{
	return o->hooks.n;
}

static void finish(struct helm_objects *o)
{
	o->finishing = false;
	o->done(o->arg, o->trouble.len ? buf_str(&o->trouble) : NULL);
}

/* It cannot be read yet, or cannot be read at all. */
static void try_again(struct helm_objects *o)
{
	if (o->finishing && o->last)
		finish(o);
	else
		loop_timer_set(o->timer, o->finishing ? 0 : AGAIN_MS);
}

static void note_failure(struct helm_objects *o, const char *what, const struct process_result *r)
{
	char *why = helm_failure(r->err);

	buf_reset(&o->trouble);
	buf_printf(&o->trouble, "helm get %s: %s", what,
		why                      ? why
			: r->timed_out   ? "no answer in 20s"
			: r->err_len > 0 ? "it failed"
					 : "it failed and did not say why");
	free(why);
}

/* False, with trouble, when the answer is none. What cannot be read in it is said and left out. */
static bool take(struct helm_objects *o, const char *what, const struct process_result *r,
	struct manifests *into)
{
	struct errors errs = { 0 };
	char *name = xasprintf("helm get %s", what);
	bool good = r->exit_code == 0 && !r->timed_out && !r->truncated;

	buf_reset(&o->trouble);
	if (!good)
		note_failure(o, what, r);
	else if (!manifests_parse(into, r->out, r->out_len, name, &errs))
		buf_printf(&o->trouble, "%s", errs.items[0].text);
	errors_release(&errs);
	free(name);
	return good;
}

static void add_all(struct helm_objects *o)
{
	struct verification *v = o->spec.verification;
	const struct kube_discovery *discovery = o->spec.cluster->discovery;
	const char *ns = o->spec.call->ns;

	for (size_t i = 0; i < o->objects.n; i++) {
		const struct manifest *m = &o->objects.items[i];

		verification_add(v, m, preflight_ns(discovery, m, ns), NULL);
	}
	for (size_t i = 0; i < o->hooks.n; i++) {
		const struct manifest *m = &o->hooks.items[i];
		struct hook *hook = hook_of(m->object, o->spec.event);

		if (hook)
			verification_add_hook(v, m, preflight_ns(discovery, m, ns), hook);
	}
	o->known = true;
	helm_output_open(o->spec.output);
	verification_follow(v);
	if (o->finishing)
		finish(o);
}

static void discovered(void *arg, const struct error *err)
{
	(void)err; /* an unknown kind is said on its row */
	add_all(arg);
}

static bool all_known(const struct helm_objects *o, const struct manifests *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (!kube_find_kind(o->spec.cluster->discovery, list->items[i].api_version,
			    list->items[i].kind))
			return false;
	return true;
}

static void on_hooks(void *arg, const struct process_result *result)
{
	struct helm_objects *o = arg;

	o->ask = NULL;
	take(o, "hooks", result, &o->hooks); /* the objects are shown without them, too */
	helm_output_mask(o->spec.output, &o->hooks);
	/* The chart's own CRDs are in the cluster by now. */
	if (all_known(o, &o->objects) && all_known(o, &o->hooks))
		add_all(o);
	else
		kube_discover(o->spec.cluster->discovery, discovered, o);
}

static void ask(struct helm_objects *o, const char *what, process_done_fn *done)
{
	struct helm_argv argv = { 0 };

	helm_argv_get(&argv, o->spec.call, what, o->spec.revision);
	o->ask = helm_ask(o->spec.loop, &argv, ANSWER_MS, done, o);
}

static void on_manifest(void *arg, const struct process_result *result)
{
	struct helm_objects *o = arg;

	o->ask = NULL;
	if (!take(o, "manifest", result, &o->objects)) {
		try_again(o);
		return;
	}
	helm_output_mask(o->spec.output, &o->objects);
	ask(o, "hooks", on_hooks);
}

static void look(void *arg)
{
	struct helm_objects *o = arg;

	o->last = o->finishing;
	ask(o, "manifest", on_manifest);
}

void helm_objects_finish(struct helm_objects *o,
	void (*done)(void *arg, const char *trouble), void *arg)
{
	o->done = done;
	o->arg = arg;
	o->finishing = true;
	if (o->known)
		finish(o);
	else if (loop_timer_is_set(o->timer))
		loop_timer_set(o->timer, 0);
}
