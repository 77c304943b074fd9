/* SPDX-License-Identifier: Apache-2.0 */
/* When a question is worth asking again: while nothing changes a watch is open that rings. Rows are
 * judged by whole answers only; a watch that stays silent proves nothing, so it only makes the
 * questions rarer. */
#include "base/clock.h"
#include "base/xalloc.h"
#include "kube/discovery.h"
#include "kube/list.h"
#include "kube/watch.h"
#include "track/source.h"
#include "track/tracker.h"

#define WATCHES_MAX 8   /* of one step: over HTTP/1.1 each of them takes a connection */
#define SHORT_MS 5000   /* a watch that ends sooner without an event was cut by something … */
#define CUTS_MAX 3      /* … that would do it again */
#define RING_MS 100     /* changes come in swarms */

/* The server will not have it; any other error may be gone the next time. */
static bool is_refused(const struct error *err)
{
	return err->code == ERROR_UNAUTHORIZED || err->code == ERROR_RBAC ||
		err->code == ERROR_REFUSED || err->code == ERROR_NOT_FOUND;
}

static void ended(void *arg, bool rang, const struct error *err)
{
	struct source *s = arg;
	int64_t now = clock_now_ms(), wait = s->asked_at + source_next_wait(s, now) - now;

	s->watch = NULL;
	s->poller->watches--;
	s->rang = true;
	if (rang)
		s->cuts = 0;
	else if (is_refused(err) || (now - s->watched_at < SHORT_MS && ++s->cuts >= CUTS_MAX))
		s->deaf = true;
	if (!s->call && s->error.code == ERROR_NONE)
		source_ask_in(s, wait > RING_MS ? wait : RING_MS);
}

bool source_listen(struct source *s)
{
	const struct group *g = s->group;
	struct kube_list_query query = {
		.resource = g->resource,
		.ns = s->target ? s->target->ns : g->ns,
		.label_selector = s->selector,
		.field_selector = g->set ? g->set->fields : NULL,
	};

	if (s->watch)
		return true;
	if (s->deaf || !s->version || !g->resource->can_watch || s->poller->watches >= WATCHES_MAX)
		return false;
	s->watch = kube_watch(s->poller->kube, &query, s->target ? s->target->name : NULL,
		s->version, ended, s);
	s->watched_at = clock_now_ms();
	s->poller->watches++;
	return true;
}

void source_stop_listening(struct source *s)
{
	if (!s->watch)
		return;
	kube_watch_cancel(s->watch);
	s->watch = NULL;
	s->poller->watches--;
}
