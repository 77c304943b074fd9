/* SPDX-License-Identifier: Apache-2.0 */
/* How a Job ended that its TTL removed before its end was seen: its events may still tell
 * (DESIGN.md §6). */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "kube/discovery.h"
#include "kube/list.h"
#include "track/source.h"
#include "track/tracker.h"

/* Events are written behind the Job's back: one more look a moment later. */
#define TRIES 3
#define AGAIN_MS 1500

struct job_end {
	struct poller *poller;
	uint64_t job;             /* its row's serial */
	char *uid;
	struct kube_list *call;
	int tries;
	int64_t asked_at;
};

static bool is_end(const char *reason)
{
	static const char *const ends[] = {
		"Completed",
		"BackoffLimitExceeded",
		"DeadlineExceeded",
		"PodFailurePolicy",
		"FailedIndexes",
		"MaxFailedIndexesExceeded",
	};

	for (size_t i = 0; reason && i < ARRAY_LEN(ends); i++)
		if (strcmp(reason, ends[i]) == 0)
			return true;
	return false;
}

static void seen(void *arg, const json_t *event, uint64_t hash)
{
	struct job_end *end = arg;
	struct tracked *job = tracker_by_serial(end->poller->tracker, end->job);
	const char *reason = jx_str(event, "reason"), *uid = jx_str(event, "involvedObject.uid");

	(void)hash;
	/* The field selector asked for this, but it is the server that answers. */
	if (!job || !job->uid || strcmp(job->uid, end->uid) != 0 || !uid ||
		strcmp(uid, end->uid) != 0 || !is_end(reason))
		return;
	tracker_job_ended(
		end->poller->tracker, job, reason, jx_str(event, "message"), clock_now_ms());
}

static void answered(void *arg, const struct error *err, int64_t remaining, int64_t retry_after_ms)
{
	struct job_end *end = arg;
	struct poller *p = end->poller;

	(void)err; /* without events it is Timed out, and its row says why */
	(void)remaining;
	(void)retry_after_ms;
	end->call = NULL;
	p->handler.answer(p->handler.arg);
}

static struct job_end *end_of(struct poller *p, const struct tracked *job)
{
	struct job_end *end;

	for (size_t i = 0; i < p->nends; i++)
		if (p->ends[i]->job == job->serial && strcmp(p->ends[i]->uid, job->uid) == 0)
			return p->ends[i];
	end = xcalloc(1, sizeof(*end));
	end->poller = p;
	end->job = job->serial;
	end->uid = xstrdup(job->uid);
	VEC_GROW(p->ends, p->nends, p->ends_cap);
	p->ends[p->nends++] = end;
	return end;
}

void job_end_ask(struct poller *p, struct tracked *job)
{
	const struct kube_resource *events = kube_find_group_kind(p->discovery, "", "Event");
	struct job_end *end = end_of(p, job);
	struct kube_list_handler handler = { .item = seen, .done = answered, .arg = end };
	struct kube_list_query query = { .resource = events, .ns = job->ns };
	int64_t now = clock_now_ms();
	char *selector;

	if (!events || end->call || end->tries == TRIES ||
		(end->tries && now - end->asked_at < AGAIN_MS))
		return;
	end->tries++;
	end->asked_at = now;
	selector = xasprintf("involvedObject.uid=%s", end->uid);
	query.field_selector = selector;
	end->call = kube_list(p->kube, &query, &handler);
	free(selector);
}

void job_ends_free(struct poller *p)
{
	for (size_t i = 0; i < p->nends; i++) {
		kube_list_cancel(p->ends[i]->call);
		free(p->ends[i]->uid);
		free(p->ends[i]);
	}
	free(p->ends);
}
