/* SPDX-License-Identifier: Apache-2.0 */
/* Events and log lines of rows in trouble. */
#include "track/detail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "kube/client.h"
#include "kube/discovery.h"
#include "kube/list.h"
#include "record/event.h"
#include "record/journal.h"
#include "track/events.h"
#include "track/tracker.h"

#define PATIENCE_MS                                                                                \
	5000 /* what is in progress is given this long before its events are asked for */
#define AGAIN_MS 5000         /* … and asked for again after this, twice as long each time … */
#define AGAIN_MAX_MS 40000    /* … up to this */
#define OPEN_MAX 4            /* questions open at a time */
#define ALIKE_MAX 3 /* so many of the Pods of one owner that fail for one reason are looked at */
#define BEFORE_MS 5000        /* events from so long before the step's start still belong to it */
#define LOG_LINES 20
#define LOG_BYTES 16384
#define LINE_SIZE 512

/* What is known and asked of one object, by uid: its row may go while a question is open. */
struct subject {
	struct detail *detail;
	char *uid;
	int64_t due, wait;
	bool failing;          /* it was in Error: its first question was not put off */
	struct kube_list *events_call;
	struct kube_call *log_call;
	json_t *raw;           /* events as they come */
	json_t *events, *logs; /* as last emitted; never NULL */
	char *container;
	bool previous;
	int64_t log_restarts;  /* the logs are of this many restarts; < 0: none were asked for */
};

struct detail {
	struct kube *kube;
	struct kube_discovery *discovery;
	struct recorder *recorder;
	struct tracker *tracker;
	void (*changed)(void *arg);
	void *arg;
	struct map subjects;
	int64_t since_wall_ms;
	size_t open;
	bool events_forbidden, logs_forbidden;
};

struct detail *detail_new(struct kube *kube, struct kube_discovery *discovery,
	struct recorder *recorder, struct tracker *tracker, void (*changed)(void *arg), void *arg)
{
	struct detail *d = xcalloc(1, sizeof(*d));

	*d = (struct detail){ .kube = kube,
		.discovery = discovery,
		.recorder = recorder,
		.tracker = tracker,
		.changed = changed,
		.arg = arg,
		.since_wall_ms = clock_wall_ms() - BEFORE_MS };
	return d;
}

static void subject_free(struct subject *s)
{
	kube_list_cancel(s->events_call);
	kube_cancel(s->log_call);
	json_decref(s->raw);
	json_decref(s->events);
	json_decref(s->logs);
	free(s->container);
	free(s->uid);
	free(s);
}

void detail_free(struct detail *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->subjects.cap; i++)
		if (d->subjects.slots[i].value)
			subject_free(d->subjects.slots[i].value);
	map_release(&d->subjects);
	free(d);
}

static struct tracked *row_of(const struct subject *s)
{
	return map_get(&s->detail->tracker->by_uid, s->uid);
}

static void emit(struct subject *s)
{
	struct tracked *o = row_of(s);

	if (o && o->announced)
		recorder_emit(s->detail->recorder,
			event_object_detail(s->detail->tracker->step, o->id, json_incref(s->events),
				json_incref(s->logs)));
	s->detail->changed(s->detail->arg);
}

static void say_forbidden(struct detail *d, bool *said, const char *what)
{
	char *text;

	if (*said)
		return;
	*said = true;
	text = xasprintf("%s cannot be read (forbidden): causes may be less exact", what);
	recorder_emit(d->recorder, event_warning(d->tracker->step, NULL, text));
	free(text);
}

static void event_seen(void *arg, const json_t *object, uint64_t hash)
{
	struct subject *s = arg;

	(void)hash;
	json_array_append(s->raw, (json_t *)object);
}

static void events_done(
	void *arg, const struct error *err, int64_t remaining, int64_t retry_after_ms)
{
	struct subject *s = arg;
	struct tracked *o = row_of(s);
	struct event_digest digest;

	(void)remaining;
	s->events_call = NULL;
	s->detail->open--;
	if (err->code == ERROR_RBAC)
		say_forbidden(s->detail, &s->detail->events_forbidden, "events");
	if (retry_after_ms > 0)
		s->due = clock_now_ms() + retry_after_ms;
	if (err->code != ERROR_NONE || !o)
		return;
	event_digest(&digest, s->raw, s->detail->since_wall_ms);
	tracker_cause(s->detail->tracker, o, digest.reason, digest.cause);
	if (!json_equal(digest.events, s->events)) {
		json_decref(s->events);
		s->events = json_incref(digest.events);
		emit(s);
	}
	event_digest_release(&digest);
}

static void ask_events(struct subject *s, const struct tracked *o)
{
	struct detail *d = s->detail;
	char *selector = xasprintf("involvedObject.uid=%s", s->uid);
	struct kube_list_query query = {
		.resource = kube_find_kind(d->discovery, "v1", "Event"),
		.ns = o->ns ? o->ns
			    : "default", /* where events of cluster-scoped objects are kept */
		.field_selector = selector,
	};
	struct kube_list_handler handler = { .item = event_seen, .done = events_done, .arg = s };

	if (query.resource && query.resource->can_list) {
		json_decref(s->raw);
		s->raw = json_array();
		s->events_call = kube_list(d->kube, &query, &handler);
		d->open++;
	}
	free(selector);
}

static json_t *lines_of(const char *text, size_t len)
{
	json_t *lines = json_array();

	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;
		char *shown = text_display(text, n, TEXT_LINE), cut[LINE_SIZE];

		text_copy(cut, sizeof(cut), shown);
		json_array_append_new(lines, json_string(cut));
		free(shown);
		n += end != NULL;
		text += n;
		len -= n;
	}
	while (json_array_size(lines) > LOG_LINES)
		json_array_remove(lines, 0);
	return lines;
}

static void ask_log(struct subject *s, const struct tracked *o);

static void log_done(void *arg, const struct kube_answer *answer)
{
	struct subject *s = arg;
	struct tracked *o = row_of(s);
	json_t *lines;
	size_t n;

	s->log_call = NULL;
	s->detail->open--;
	if (answer->error.code == ERROR_RBAC)
		say_forbidden(s->detail, &s->detail->logs_forbidden, "logs");
	if (answer->error.code == ERROR_REFUSED && s->previous && o) {
		s->previous = false; /* the previous instance is gone: the present one's lines are
					better than none */
		ask_log(s, o);
		return;
	}
	if (answer->error.code != ERROR_NONE || !o)
		return;
	lines = lines_of(answer->body, answer->body_len);
	n = json_array_size(lines);
	tracker_last_log(
		s->detail->tracker, o, n ? json_string_value(json_array_get(lines, n - 1)) : NULL);
	json_array_clear(s->logs);
	json_array_append_new(s->logs,
		json_pack("{s:s, s:b, s:o}", "container", s->container, "previous", s->previous,
			"lines", lines));
	emit(s);
}

static void ask_log(struct subject *s, const struct tracked *o)
{
	const struct kube_resource *pods = kube_find_kind(s->detail->discovery, "v1", "Pod");
	struct buf path = { 0 };
	struct kube_request request = {
		.accept = "*/*", .max_body = (size_t)LOG_BYTES * 2, .done = log_done, .arg = s
	};
	char *what = xasprintf("read the log of Pod %s/%s", o->ns, o->name);

	kube_path(&path, pods, o->ns, o->name);
	buf_addstr(&path, "/log?container=");
	kube_escape(&path, s->container);
	buf_printf(&path, "&tailLines=%d&limitBytes=%d&previous=%s", LOG_LINES, LOG_BYTES,
		s->previous ? "true" : "false");
	request.path = buf_str(&path);
	request.what = what;
	s->log_call = kube_send(s->detail->kube, &request);
	s->detail->open++;
	buf_release(&path);
	free(what);
}

/* The lines of a container that ended are worth reading once for each time it ended. */
static bool wants_log(const struct subject *s, const struct tracked *o)
{
	const struct judgement *j = &o->judged;

	return !s->detail->logs_forbidden && !s->log_call && j->container &&
		j->status == STATUS_ERROR && (j->family == FAMILY_CRASH || j->finished) &&
		s->log_restarts != j->restarts;
}

static bool in_trouble(const struct tracked *o)
{
	return o->uid && o->announced && !o->gone && !o->refused && tracked_current(o) &&
		(o->shown == STATUS_ERROR || o->shown == STATUS_IN_PROGRESS);
}

/* Of rows that fail alike the first few tell enough. */
static bool is_one_of_many(struct map64 *alike, const struct tracked *o)
{
	uint64_t key;
	void **slot;
	size_t n;

	if (o->applied || !o->owner)
		return false;
	key = hash_str((uint64_t)(uintptr_t)o->owner ^ (uint64_t)o->shown, o->judged.reason);
	slot = map64_get(alike, key);
	n = slot ? (size_t)(uintptr_t)*slot : 0;
	map64_set(alike, key, (void *)(uintptr_t)(n + 1));
	return n >= ALIKE_MAX;
}

static struct subject *subject_for(struct detail *d, const struct tracked *o, int64_t now)
{
	struct subject *s = map_get(&d->subjects, o->uid);

	if (s) {
		if (o->shown == STATUS_ERROR && !s->failing)
			s->due = now;
		s->failing = o->shown == STATUS_ERROR;
		return s;
	}
	s = xcalloc(1, sizeof(*s));
	*s = (struct subject){ .detail = d,
		.uid = xstrdup(o->uid),
		.wait = AGAIN_MS,
		.log_restarts = -1,
		.events = json_array(),
		.logs = json_array() };
	s->failing = o->shown == STATUS_ERROR;
	s->due = s->failing ? now : now + PATIENCE_MS;
	map_set(&d->subjects, s->uid, s);
	return s;
}

static void ask_due(struct subject *s, const struct tracked *o, int64_t now)
{
	if (wants_log(s, o)) {
		free(s->container);
		s->container = xstrdup(o->judged.container);
		s->previous = o->judged.container_restarted;
		s->log_restarts = o->judged.restarts;
		ask_log(s, o);
	}
	if (s->detail->events_forbidden || s->events_call || now < s->due)
		return;
	s->due = now + s->wait;
	s->wait = s->wait * 2 > AGAIN_MAX_MS ? AGAIN_MAX_MS : s->wait * 2;
	ask_events(s, o);
}

bool detail_open(const struct detail *d)
{
	return d->open > 0;
}

void detail_look(struct detail *d, int64_t now)
{
	struct tracker *t = d->tracker;
	struct map64 alike = { 0 };

	for (size_t i = 0; i < t->n && d->open < OPEN_MAX; i++) {
		struct tracked *o = t->objects[i];

		if (in_trouble(o) && !is_one_of_many(&alike, o))
			ask_due(subject_for(d, o, now), o, now);
	}
	map64_release(&alike);
}
