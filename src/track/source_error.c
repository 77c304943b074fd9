/* SPDX-License-Identifier: Apache-2.0 */
/* What it means that a question was not answered. */
#include <stdlib.h>

#include "base/xalloc.h"
#include "kube/discovery.h"
#include "track/source.h"
#include "track/tracker.h"

#define BACKOFF_MS 1000
#define BACKOFF_MAX_MS 16000
#define FORBIDDEN_MS 60000 /* a child kind that may not be listed is asked for again after this */
#define UNKNOWN_MS 10000         /* so is a kind that the server does not know */

static void forbidden_children(struct source *s)
{
	struct group *g = s->group;
	char *text = xasprintf("cannot list %s: %s", g->resource->plural,
		s->error.code == ERROR_RBAC ? "forbidden" : s->error.text);

	for (size_t i = 0; i < g->n; i++)
		tracker_children_trouble(s->poller->tracker, g->members[i], text);
	free(text);
	g->list_forbidden = true;
	s->off = true;
	source_ask_again_in(s, FORBIDDEN_MS);
}

/* RBAC forbids one way of asking for given objects: try the other. */
static void forbidden_targets(struct source *s)
{
	struct group *g = s->group;

	if (g->set && s->target) { /* it may still be there */
		tracker_trouble(s->poller->tracker, s->target, "Forbidden", s->error.text);
		source_ask_again_in(s, FORBIDDEN_MS);
		return;
	}
	*(s->target ? &g->get_forbidden : &g->list_forbidden) = true;
	if (!g->set && (!g->get_forbidden || !g->list_forbidden)) {
		g->outdated = true;
		return;
	}
	for (size_t i = 0; i < g->n; i++)
		if (s->target ? s->target == g->members[i] : !g->members[i]->fresh)
			tracker_trouble(
				s->poller->tracker, g->members[i], "Forbidden", s->error.text);
	s->poller->handler.fatal(s->poller->handler.arg, &s->error);
}

static void unknown_kind(struct source *s)
{
	struct group *g = s->group;

	for (size_t i = 0; !g->children && i < g->n; i++)
		tracker_trouble(s->poller->tracker, g->members[i], "UnknownKind",
			"the server does not know this kind any more");
	s->off = g->children;
	source_ask_again_in(s, UNKNOWN_MS);
}

static void failed(struct source *s, int64_t retry_after_ms)
{
	s->backoff_ms = s->backoff_ms ? s->backoff_ms * 2 : BACKOFF_MS;
	if (s->backoff_ms > BACKOFF_MAX_MS)
		s->backoff_ms = BACKOFF_MAX_MS;
	if (s->target &&
		(s->error.code == ERROR_PARSE || s->error.code == ERROR_LIMIT ||
			s->error.code == ERROR_REFUSED))
		tracker_trouble(s->poller->tracker, s->target, "Unreadable", s->error.text);
	source_ask_again_in(s, s->backoff_ms > retry_after_ms ? s->backoff_ms : retry_after_ms);
}

void source_failed(struct source *s, int64_t retry_after_ms)
{
	switch (s->error.code) {
	case ERROR_UNAUTHORIZED:
		s->poller->handler.fatal(s->poller->handler.arg, &s->error);
		break;
	case ERROR_RBAC:
		if (s->group->children)
			forbidden_children(s);
		else
			forbidden_targets(s);
		break;
	case ERROR_REFUSED:
		if (s->group->children)
			forbidden_children(s);
		else if (s->group->set && !s->target) /* a field that it does not know */
			s->poller->handler.fatal(s->poller->handler.arg, &s->error);
		else
			failed(s, retry_after_ms);
		break;
	case ERROR_NOT_FOUND:
		unknown_kind(s);
		break;
	default:
		failed(s, retry_after_ms);
	}
}
