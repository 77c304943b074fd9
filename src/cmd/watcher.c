/* SPDX-License-Identifier: Apache-2.0 */
/* The executor of `ksettle watch`: only says which objects there are. */
#include "cmd/watcher.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/loop.h"
#include "base/xalloc.h"
#include "cmd/cluster.h"
#include "cmd/preflight.h"
#include "track/verification.h"

struct watcher {
	struct executor executor;
	struct executor_spec spec;
	struct loop_timer *timer;
};

static void tell(void *arg)
{
	struct watcher *w = arg;
	const struct manifests *list = &w->spec.plan->steps[w->spec.index].manifests;
	struct error none = { 0 };

	for (size_t i = 0; i < list->n; i++) {
		const struct manifest *m = &list->items[i];

		verification_add(w->spec.verification, m,
			preflight_ns(w->spec.cluster->discovery, m, w->spec.ns), NULL);
	}
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
