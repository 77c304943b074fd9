/* SPDX-License-Identifier: Apache-2.0 */
/* A watch that only rings. */
#include "kube/watch.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "kube/client.h"
#include "kube/discovery.h"
#include "kube/list.h"

#define WATCH_S 290 /* the server ends it then; between client-go's limits of 5 and 10 minutes … */
#define WATCH_MS ((WATCH_S + 10) * INT64_C(1000)) /* … and we do if it does not */

struct kube_watch {
	struct kube_call *call;
	bool rang;
	kube_watch_fn *done;
	void *arg;
};

/* Without bookmarks every byte belongs to an event, be it one that says 410 Gone. */
static bool on_data(void *arg, const char *bytes UNUSED, size_t len UNUSED)
{
	struct kube_watch *watch = arg;

	watch->rang = true;
	return false;
}

static void on_end(void *arg, const struct kube_answer *answer)
{
	struct kube_watch *watch = arg;
	kube_watch_fn *done = watch->done;
	void *whose = watch->arg;
	bool rang = watch->rang;

	free(watch);
	done(whose, rang, &answer->error);
}

static void on_dropped(void *arg)
{
	free(arg);
}

struct kube_watch *kube_watch(struct kube *kube, const struct kube_list_query *query,
	const char *name, const char *resource_version, kube_watch_fn *done, void *arg)
{
	const struct kube_resource *resource = query->resource;
	struct kube_watch *watch = xcalloc(1, sizeof(*watch));
	char *field = name ? xasprintf("metadata.name=%s", name) : NULL;
	char *what = xasprintf("watch %s", resource->plural);
	struct kube_request request = {
		.what = what,
		.timeout_ms = WATCH_MS,
		.data = on_data,
		.done = on_end,
		.dropped = on_dropped,
		.arg = watch,
	};
	struct buf path;

	watch->done = done;
	watch->arg = arg;
	buf_init(&path, 0);
	kube_path(&path, resource, resource->namespaced ? query->ns : NULL, NULL);
	buf_printf(&path, "?watch=true&timeoutSeconds=%d", WATCH_S);
	kube_query(&path, "resourceVersion", resource_version);
	kube_query(&path, "labelSelector", query->label_selector);
	kube_query(&path, "fieldSelector", field ? field : query->field_selector);
	request.path = buf_str(&path);
	watch->call = kube_send(kube, &request);
	buf_release(&path);
	free(field);
	free(what);
	return watch;
}

void kube_watch_cancel(struct kube_watch *watch)
{
	if (!watch)
		return;
	kube_cancel(watch->call);
	free(watch);
}
