/* SPDX-License-Identifier: Apache-2.0 */
/* One question of `ksettle status` to a cluster. */
#include "cmd/status_ask.h"

#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/loop.h"
#include "base/xalloc.h"
#include "cmd/status.h"
#include "kube/discovery.h"

#define TRIES 4
#define AGAIN_MS 500 /* twice as long each time */

static void ask(void *arg);

struct question *question_new(
	struct loop *loop, struct kube *kube, const struct kube_list_query *query, const char *name)
{
	struct question *q = xcalloc(1, sizeof(*q));

	q->query = (struct kube_list_query){
		.resource = query->resource,
		.ns = xstrdup_or_null(query->ns),
		.label_selector = xstrdup_or_null(query->label_selector),
		.field_selector = xstrdup_or_null(query->field_selector),
	};
	q->name = xstrdup_or_null(name);
	q->items = json_array();
	q->unreadable = json_array();
	q->kube = kube;
	q->again = loop_timer_add(loop, ask, q);
	return q;
}

void question_free(struct question *q)
{
	kube_list_cancel(q->call);
	loop_timer_remove(q->again);
	json_decref(q->items);
	json_decref(q->unreadable);
	free((char *)q->query.ns);
	free((char *)q->query.label_selector);
	free((char *)q->query.field_selector);
	free(q->name);
	free(q);
}

static void seen(void *arg, const json_t *object, uint64_t hash)
{
	struct question *q = arg;

	(void)hash;
	status_slim((json_t *)object);
	json_array_append(q->items, (json_t *)object);
}

static void unreadable(void *arg, const char *ns, const char *name, const struct error *err)
{
	struct question *q = arg;
	char *api_version = kube_api_version(q->query.resource);

	json_array_append_new(q->unreadable,
		json_pack("{s:o, s:s, s:{s:o*, s:o*}, s:o}", "apiVersion", jx_string(api_version),
			"kind", q->query.resource->kind, "metadata", "namespace",
			ns ? jx_string(ns) : NULL, "name", name ? jx_string(name) : NULL, "why",
			jx_string(err->text)));
	free(api_version);
}

static void forget(void *arg)
{
	struct question *q = arg;

	json_array_clear(q->items);
	json_array_clear(q->unreadable);
}

static bool is_weather(enum error_code code)
{
	return code == ERROR_NETWORK || code == ERROR_TIMEOUT || code == ERROR_THROTTLED ||
		code == ERROR_SERVER;
}

static void done(void *arg, const struct error *err, int64_t remaining, int64_t retry_after_ms)
{
	struct question *q = arg;
	int64_t wait = AGAIN_MS << q->tries;

	(void)remaining;
	q->call = NULL;
	q->error = *err;
	if (is_weather(err->code) && ++q->tries < TRIES) {
		loop_timer_set(q->again, retry_after_ms > wait ? retry_after_ms : wait);
		return;
	}
	q->answered(q->arg);
}

static void ask(void *arg)
{
	struct question *q = arg;
	struct kube_list_handler handler = {
		.item = seen, .unreadable = unreadable, .restart = forget, .done = done, .arg = q
	};

	forget(q);
	if (q->name)
		q->call = kube_get_object(
			q->kube, q->query.resource, q->query.ns, q->name, &handler);
	else
		q->call = kube_list(q->kube, &q->query, &handler);
}

void question_ask(struct question *q, void (*answered)(void *arg), void *arg)
{
	q->answered = answered;
	q->arg = arg;
	loop_timer_set(q->again, 0);
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool question_covers(const struct question *q, const struct kube_list_query *query)
{
	const struct kube_list_query *own = &q->query;

	return !q->name && own->resource == query->resource &&
		(!own->ns || same_text(own->ns, query->ns)) &&
		(!own->label_selector || same_text(own->label_selector, query->label_selector)) &&
		(!own->field_selector || same_text(own->field_selector, query->field_selector));
}
