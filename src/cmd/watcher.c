/* SPDX-License-Identifier: Apache-2.0 */
/* The executor of `ksettle watch`: only says which objects there are. */
#include "cmd/watcher.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/loop.h"
#include "base/xalloc.h"
#include "cmd/cluster.h"
#include "cmd/preflight.h"
#include "cmd/watch_release.h"
#include "kube/discovery.h"
#include "plan/selection.h"
#include "track/verification.h"

struct watcher {
	struct executor executor;
	struct executor_spec spec;
	struct loop_timer *timer;
	struct watch_release **releases;
	size_t nreleases;
	bool told;                /* the step knows that its objects are there */
};

static void add_manifests(const struct watcher *w, const struct manifests *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct manifest *m = &list->items[i];

		verification_add(w->spec.verification, m,
			preflight_ns(w->spec.cluster->discovery, m, w->spec.ns), NULL);
	}
}

/* What is known of it is what it is called. */
static void add_named(const struct watcher *w, const struct target *t)
{
	struct manifest m = { .api_version = kube_api_version(t->resource),
		.kind = t->resource->kind,
		.name = (char *)t->name };

	verification_add(w->spec.verification, &m, t->ns, NULL);
	free(m.api_version);
}

static void add_selection(const struct watcher *w, const struct selection *s)
{
	struct errors known = { 0 }; /* preflight() has said them */
	struct targets targets;
	bool lists = false;

	selection_resolve(s, w->spec.cluster->discovery, w->spec.ns, &targets, &known);
	for (size_t i = 0; i < targets.n; i++) {
		const struct target *t = &targets.items[i];

		lists |= !t->name;
		if (t->name)
			add_named(w, t);
		else
			verification_select(w->spec.verification, t->resource, t->ns, s->labels,
				s->fields);
	}
	if (lists) {
		char *words = selection_words(s, &targets, w->spec.ns);

		verification_selected(w->spec.verification, words);
		free(words);
	}
	targets_release(&targets);
	errors_release(&known);
}

static const struct selection *selection_of(const struct watcher *w)
{
	return w->spec.plan->steps[w->spec.index].selection;
}

/* What is not as it should be with the releases, in one sentence; NULL: nothing. To free(). */
static char *releases_trouble(const struct watcher *w, bool *hopeless)
{
	struct buf text = { 0 };

	*hopeless = true;
	for (size_t i = 0; i < w->nreleases; i++) {
		const char *trouble = watch_release_trouble(w->releases[i]);

		if (!trouble)
			continue;
		buf_printf(&text, "%s%s", text.len ? "; " : "", trouble);
		*hopeless = *hopeless && watch_release_is_hopeless(w->releases[i]);
	}
	return text.len ? buf_take(&text) : NULL;
}

static bool has_objects(const struct watcher *w)
{
	for (size_t i = 0; i < w->nreleases; i++)
		if (watch_release_count(w->releases[i]) || watch_release_trouble(w->releases[i]))
			return true;
	return selection_of(w)->n > 0;
}

/* The first answers of all releases are there. The watcher may be freed in it. */
static void begin(struct watcher *w, const char *trouble, bool hopeless)
{
	struct error err = { 0 };

	w->told = true;
	for (size_t i = 0; i < w->nreleases; i++)
		if (watch_release_is_forbidden(w->releases[i]))
			error_set(&err, ERROR_RBAC, "%s",
				watch_release_trouble(w->releases[i]));
	if (!err.code && !has_objects(w)) {
		w->spec.ended(w->spec.arg, VERDICT_SUCCEEDED, "the release has no objects");
		return;
	}
	if (!err.code)
		verification_missing(w->spec.verification, trouble, hopeless);
	w->spec.applied(w->spec.arg, &err);
}

static void release_answered(void *arg)
{
	struct watcher *w = arg;
	char *trouble;
	bool hopeless;

	for (size_t i = 0; i < w->nreleases; i++)
		if (!watch_release_is_known(w->releases[i]))
			return;
	trouble = releases_trouble(w, &hopeless);
	if (w->told) {
		verification_missing(w->spec.verification, trouble, hopeless);
		verification_follow(w->spec.verification);
	} else {
		begin(w, trouble, hopeless);
	}
	free(trouble);
}

static void start_releases(struct watcher *w, const struct selection *s)
{
	w->releases = xcalloc(s->nreleases, sizeof(*w->releases));
	for (size_t i = 0; i < s->nreleases; i++)
		w->releases[w->nreleases++] =
			watch_release_start(&w->spec, s->releases[i], release_answered, w);
}

static void tell(void *arg)
{
	struct watcher *w = arg;
	const struct plan_step *step = &w->spec.plan->steps[w->spec.index];
	struct error none = { 0 };

	add_manifests(w, &step->manifests);
	if (step->selection)
		add_selection(w, step->selection);
	if (step->selection && step->selection->nreleases)
		start_releases(w, step->selection);
	else
		w->spec.applied(w->spec.arg, &none);
}

static struct executor *start(const struct executor_spec *spec)
{
	struct watcher *w = xcalloc(1, sizeof(*w));

	w->executor.kind = &executor_watch;
	w->spec = *spec;
	w->timer = loop_timer_add(spec->loop, tell, w);
	loop_timer_set(w->timer, 0);
	return &w->executor;
}

static void give_up(struct executor *e)
{
	struct watcher *w = (struct watcher *)e;

	loop_timer_stop(w->timer);
	for (size_t i = 0; i < w->nreleases; i++)
		watch_release_stop(w->releases[i]);
}

static void watcher_free(struct executor *e)
{
	struct watcher *w = (struct watcher *)e;

	loop_timer_remove(w->timer);
	for (size_t i = 0; i < w->nreleases; i++)
		watch_release_free(w->releases[i]);
	free(w->releases);
	free(w);
}

const struct executor_kind executor_watch = {
	.start = start,
	.give_up = give_up,
	.free = watcher_free,
};
