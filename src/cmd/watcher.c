/* SPDX-License-Identifier: Apache-2.0 */
/* The executor of `ksettle watch`: only says which objects there are. */
#include "cmd/watcher.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/loop.h"
#include "base/xalloc.h"
#include "cmd/cluster.h"
#include "cmd/preflight.h"
#include "kube/discovery.h"
#include "plan/selection.h"
#include "track/verification.h"

struct watcher {
	struct executor executor;
	struct executor_spec spec;
	struct loop_timer *timer;
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

static void tell(void *arg)
{
	struct watcher *w = arg;
	const struct plan_step *step = &w->spec.plan->steps[w->spec.index];
	struct error none = { 0 };

	add_manifests(w, &step->manifests);
	if (step->selection)
		add_selection(w, step->selection);
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
	loop_timer_stop(((struct watcher *)e)->timer);
}

static void watcher_free(struct executor *e)
{
	struct watcher *w = (struct watcher *)e;

	loop_timer_remove(w->timer);
	free(w);
}

const struct executor_kind executor_watch = {
	.start = start,
	.give_up = give_up,
	.free = watcher_free,
};
