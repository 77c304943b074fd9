/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes events of one object: the same ones counted together, newest first, and the one that
 * explains. */
#include "track/events.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/jx.h"
#include "base/text.h"
#include "base/xalloc.h"

#define KEPT 20
#define TEXT_SIZE 1024

struct entry {
	char *type, *reason, *message;
	json_int_t count;
	int64_t first, last;
};

/* What a healthy rollout says; nobody needs to read it (krane drops the same ones). */
static bool is_routine(const char *type, const char *reason)
{
	static const char *const routine[] = {
		"Scheduled",
		"Pulling",
		"Pulled",
		"Created",
		"Started",
		"SuccessfulCreate",
		"SuccessfulDelete",
		"ScalingReplicaSet",
		"Completed",
		"SawCompletedJob",
	};

	if (strcmp(type, "Normal") != 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(routine); i++)
		if (strcmp(reason, routine[i]) == 0)
			return true;
	return false;
}

/* STATUS-RULES.md §3.4. BackOff and Failed only repeat what the container's own state says better.
 */
static bool explains(const struct entry *e)
{
	static const char *const causes[] = {
		"Unhealthy",
		"NetworkNotReady",
		"NotTriggerScaleUp",
		"SyncLoadBalancerFailed",
		"VolumeMismatch",
		"ClaimLost",
		"ReplicaSetCreateError",
		"SelectingAll",
		"InvalidSelector",
	};

	if (strcmp(e->type, "Warning") != 0 && strcmp(e->reason, "NotTriggerScaleUp") != 0)
		return false;
	if (strcmp(e->reason, "Failed") == 0 || strcmp(e->reason, "FailedScheduling") == 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(causes); i++)
		if (strcmp(e->reason, causes[i]) == 0)
			return true;
	return strstr(e->reason, "Fail") != NULL;
}

static char *shown(const json_t *event, const char *path)
{
	const char *raw = jx_str(event, path);
	char *line = text_display(raw ? raw : "", raw ? strlen(raw) : 0, TEXT_LINE);
	char cut[TEXT_SIZE];

	text_copy(cut, sizeof(cut), line);
	free(line);
	return xstrdup(cut);
}

/* The first of these paths that holds a time; 0: none does. */
static int64_t first_time(const json_t *event, const char *const *paths)
{
	int64_t ms;

	for (; *paths; paths++) {
		const char *text = jx_str(event, *paths);

		if (text && clock_parse_stamp(text, &ms))
			return ms;
	}
	return 0;
}

static struct entry read_entry(const json_t *event)
{
	static const char *const last[] = { "series.lastObservedTime", "lastTimestamp", "eventTime",
		"firstTimestamp", "metadata.creationTimestamp", NULL };
	static const char *const first[] = { "firstTimestamp", "eventTime",
		"metadata.creationTimestamp", NULL };
	struct entry e = {
		.type = shown(event, "type"),
		.reason = shown(event, "reason"),
		.message = shown(event, "message"),
		.count = jx_int(event, "series.count", jx_int(event, "count", 1)),
		.first = first_time(event, first),
		.last = first_time(event, last),
	};

	return e;
}

static void release_entry(struct entry *e)
{
	free(e->type);
	free(e->reason);
	free(e->message);
}

static bool merge(struct entry *entries, size_t n, struct entry *e)
{
	for (size_t i = 0; i < n; i++) {
		struct entry *have = &entries[i];

		if (strcmp(have->reason, e->reason) != 0 || strcmp(have->message, e->message) != 0)
			continue;
		have->count += e->count;
		have->first = e->first < have->first ? e->first : have->first;
		have->last = e->last > have->last ? e->last : have->last;
		return true;
	}
	return false;
}

static int newest_first(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->last < y->last) - (x->last > y->last);
}

static json_t *stamp(int64_t ms)
{
	char text[CLOCK_STAMP_SIZE];

	if (!ms)
		return json_null();
	clock_stamp(ms, text);
	return json_string(text);
}

static void add_json(json_t *array, const struct entry *e)
{
	json_array_append_new(array,
		json_pack("{s:s, s:s, s:s, s:I, s:o, s:o}", "type", e->type, "reason", e->reason,
			"message", e->message, "count", e->count, "firstAt", stamp(e->first),
			"lastAt", stamp(e->last)));
}

void event_digest(struct event_digest *out, const json_t *list, int64_t since_ms)
{
	size_t total = json_array_size(list), n = 0;
	struct entry *entries = xcalloc(total, sizeof(*entries));

	for (size_t i = 0; i < total; i++) {
		struct entry e = read_entry(json_array_get(list, i));

		if (e.last < since_ms || is_routine(e.type, e.reason) || merge(entries, n, &e))
			release_entry(&e);
		else
			entries[n++] = e;
	}
	if (n)
		qsort(entries, n, sizeof(*entries), newest_first);
	*out = (struct event_digest){ .events = json_array() };
	for (size_t i = 0; i < n; i++) {
		if (i < KEPT)
			add_json(out->events, &entries[i]);
		if (!out->cause && explains(&entries[i])) {
			out->reason = xstrdup(entries[i].reason);
			out->cause = xstrdup(entries[i].message);
		}
		release_entry(&entries[i]);
	}
	free(entries);
}

void event_digest_release(struct event_digest *d)
{
	json_decref(d->events);
	free(d->reason);
	free(d->cause);
	*d = (struct event_digest){ 0 };
}
