/* SPDX-License-Identifier: Apache-2.0 */
/* What a step's rows say and when it ends, without a cluster and without a clock: the cases of tests/track.
 * Their lines (times are seconds since the step's start):
 *   == NAME                                a new case; its verify: timeout= stabilization= grace= jobs any never none
 *   add KIND/NAME [created|unchanged|…]    an object that was applied
 *   answer KIND/NAME KEY…                  … and what its apply returned
 *   applied N                              the apply ended then
 *   at N                                   from now on it is then
 *   waits TEXT                             what holds the apply up
 *   see KIND/NAME KEY=VALUE…               an answer has it: see keys[] and put_key()
 *   same, gone KIND/NAME                   it is as it was; a complete answer does not have it
 *   trouble, children KIND/NAME TEXT       it, or what it owns, cannot be read
 *   ended KIND/NAME REASON TEXT            an event tells how a Job ended
 *   cause KIND/NAME REASON TEXT            an event tells why it does not get on
 *   claim KIND/NAME [TEXT]                 what is the matter with a claim that it waits for
 *   classes JSON                           the StorageClasses
 *   log KIND/NAME TEXT                     the last line of a container that failed
 *   fresh N, stale                         how the next look is
 *   asked N                                what is seen now was asked for then
 *   deploying                              another program applies, since 2026-06-01; until `applied` looks only inform
 *   deployed well|badly [WORDS]            how that ended, and what it said of that
 *   hook KIND/NAME EVENT ANNOTATION=VALUE… an object that is a hook of that program, if it has a part in EVENT
 *   lacks, broken TEXT                     not all is there (-: it is), and that is waited for, or not
 *   expire                                 the time of that program is over
 *   missing all|errors TEXT                what the objects say of why it has not settled: a part of it, - for nothing
 *   -> VERDICT|open|-  [PART]              a look: the verdict and a part of its reason; the window is open, or not
 *   => KIND/NAME STATUS REASON | MESSAGE | NOTE   a row: parts of its texts, - for none, * for any
 *   no KIND/NAME                           there is no such row
 *   event TEXT                             one since `at` holds this text
 *   silent                                 there was none */
#include "track/tracker.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/jx.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "record/event.h"
#include "record/journal.h"
#include "record/model.h"
#include "track/hook.h"
#include "tests/unit/tap.h"

struct play {
	char name[256];
	struct verify verify;
	struct model model;
	struct recorder *recorder;
	struct tracker *tracker;
	struct buf events;
	int64_t base, now, asked, fresh;
	bool stale, looked, informing;
	struct settle_result result;
	int line;
};

static const struct { const char *kind, *api_version; bool cluster; } kinds[] = {
	{ "Deployment", "apps/v1", false }, { "ReplicaSet", "apps/v1", false }, { "StatefulSet", "apps/v1", false },
	{ "DaemonSet", "apps/v1", false }, { "Pod", "v1", false }, { "ConfigMap", "v1", false }, { "Service", "v1", false },
	{ "ReplicationController", "v1", false }, { "Job", "batch/v1", false }, { "CronJob", "batch/v1", false },
	{ "PersistentVolumeClaim", "v1", false }, { "Widget", "example.com/v1", false }, { "Namespace", "v1", true },
};

/* A key of `see` and the JSON it stands for; %s is its value. */
static const struct { const char *key, *path, *json; } keys[] = {
	{ "uid", "metadata.uid", "\"%s\"" },
	{ "gen", "metadata.generation", "%s" },
	{ "og", "status.observedGeneration", "%s" },
	{ "owner", "metadata.ownerReferences", "[{\"uid\":\"%s\",\"controller\":true,\"kind\":\"ReplicaSet\",\"name\":\"o\"}]" },
	{ "job", "metadata.ownerReferences", "[{\"uid\":\"%s\",\"controller\":true,\"kind\":\"Job\",\"name\":\"o\"}]" },
	{ "set", "metadata.ownerReferences", "[{\"uid\":\"%s\",\"controller\":true,\"kind\":\"StatefulSet\",\"name\":\"o\"}]" },
	{ "rev", "metadata.annotations", "{\"deployment.kubernetes.io/revision\":\"%s\"}" },
	{ "hash", "metadata.labels", "{\"controller-revision-hash\":\"%s\"}" },
	{ "deleting", "metadata.deletionTimestamp", "\"%s\"" },
	{ "want", "spec.replicas", "%s" },
	{ "total", "status.replicas", "%s" },
	{ "updated", "status.updatedReplicas", "%s" },
	{ "ready", "status.readyReplicas", "%s" },
	{ "available", "status.availableReplicas", "%s" },
	{ "deadline", "spec.progressDeadlineSeconds", "%s" },
	{ "progressing", "status.conditions", "[{\"type\":\"Progressing\",\"status\":\"True\",\"reason\":\"%s\"}]" },
	{ "stuck", "status.conditions", "[{\"type\":\"Progressing\",\"status\":\"False\",\"reason\":\"%s\"}]" },
	{ "failure", "status.conditions",
		"[{\"type\":\"ReplicaFailure\",\"status\":\"True\",\"reason\":\"FailedCreate\",\"message\":\"%s\"}]" },
	{ "phase", "status.phase", "\"%s\"" },
	{ "why", "status.reason", "\"%s\"" },
	{ "policy", "spec.restartPolicy", "\"%s\"" },
	{ "unschedulable", "status.conditions",
		"[{\"type\":\"PodScheduled\",\"status\":\"False\",\"reason\":\"Unschedulable\",\"message\":\"%s\"}]" },
	{ "active", "status.active", "%s" },
	{ "start", "status.startTime", "\"%s\"" },
	{ "end", "status.completionTime", "\"%s\"" },
	{ "done", "status.conditions", "[{\"type\":\"Complete\",\"status\":\"True\",\"reason\":\"%s\"}]" },
	{ "failed", "status.conditions",
		"[{\"type\":\"Failed\",\"status\":\"True\",\"reason\":\"%s\",\"message\":\"it failed\"}]" },
	{ "ttl", "spec.ttlSecondsAfterFinished", "%s" },
};

static void put(json_t *object, const char *path, json_t *value_take)
{
	const char *dot = strchr(path, '.');
	char *key = dot ? xstrndup(path, (size_t)(dot - path)) : xstrdup(path);
	json_t *part = json_object_get(object, key);

	if (!dot) {
		json_object_set_new(object, key, value_take);
	} else {
		if (!part)
			json_object_set_new(object, key, part = json_object());
		put(part, dot + 1, value_take);
	}
	free(key);
}

static void put_text(const struct play *p, json_t *object, const char *path, const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	if (!value) {
		printf("# line %d: no JSON: %s\n", p->line, text);
		abort();
	}
	put(object, path, value);
}

/* n=READY/WANT: a workload that has come so far. */
static void put_counts(const struct play *p UNUSED, json_t *object, const char *value)
{
	int ready = 0, want = 0;
	static const char *const counts[] = { "status.updatedReplicas", "status.readyReplicas", "status.availableReplicas" };

	if (sscanf(value, "%d/%d", &ready, &want) != 2)
		abort();
	put(object, "spec.replicas", json_integer(want));
	put(object, "status.replicas", json_integer(want));
	put(object, "metadata.generation", json_integer(1));
	put(object, "status.observedGeneration", json_integer(1));
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		put(object, counts[i], json_integer(ready));
}

/* run=RESTARTS: a Pod that runs and is ready; waits=REASON[:RESTARTS]: one whose container waits; starts: one that runs, not ready. */
static bool put_pod(json_t *object, const char *key, const char *value)
{
	bool runs = strcmp(key, "run") == 0, starts = strcmp(key, "starts") == 0, waits = strcmp(key, "waits") == 0;
	const char *colon = strchr(value, ':');
	int restarts = atoi(waits ? colon ? colon + 1 : "0" : value);
	char *reason = colon ? xstrndup(value, (size_t)(colon - value)) : xstrdup(value);
	json_t *state = waits ? json_pack("{s:{s:s}}", "waiting", "reason", reason) : json_pack("{s:{}}", "running");

	free(reason);
	if (!runs && !starts && !waits) {
		json_decref(state);
		return false;
	}
	put(object, "status.phase", json_string("Running"));
	put(object, "spec.containers", json_pack("[{s:s, s:s}]", "name", "web", "image", "web:1"));
	put(object, "status.containerStatuses", json_pack("[{s:s, s:b, s:i, s:o}]", "name", "web", "ready", runs,
		"restartCount", restarts, "state", state));
	put(object, "status.conditions", json_pack("[{s:s, s:s}]", "type", "Ready", "status", runs ? "True" : "False"));
	return true;
}

static void put_key(const struct play *p, json_t *object, char *word)
{
	char *equals = strchr(word, '=');
	const char *value = equals ? equals + 1 : "";

	if (equals)
		*equals = '\0';
	if (*word == '+') {
		put_text(p, object, word + 1, value);
		return;
	}
	if (strcmp(word, "n") == 0) {
		put_counts(p, object, value);
		return;
	}
	if (put_pod(object, word, value))
		return;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (strcmp(keys[i].key, word) == 0) {
			const char *at = strstr(keys[i].json, "%s");
			char *text = xasprintf("%.*s%s%s", (int)(at - keys[i].json), keys[i].json, value, at + 2);

			put_text(p, object, keys[i].path, text);
			free(text);
			return;
		}
	printf("# line %d: no such key: %s\n", p->line, word);
	abort();
}

/* The next word; backquotes hold spaces together. NULL: none. */
static char *next_word(char **rest)
{
	char *start = *rest + strspn(*rest, " "), *to = start, *from = start;
	bool quoted = false;

	if (!*start)
		return NULL;
	for (; *from && (quoted || *from != ' '); from++) {
		if (*from == '`')
			quoted = !quoted;
		else
			*to++ = *from;
	}
	*rest = *from ? from + 1 : from;
	*to = '\0';
	return start;
}

struct place { const char *api_version, *kind, *name, *ns; };

static struct place place_of(const struct play *p, char *word)
{
	char *slash = word ? strchr(word, '/') : NULL;

	for (size_t i = 0; slash && i < ARRAY_LEN(kinds); i++)
		if (strncmp(kinds[i].kind, word, (size_t)(slash - word)) == 0 && strlen(kinds[i].kind) == (size_t)(slash - word))
			return (struct place){ kinds[i].api_version, kinds[i].kind, slash + 1, kinds[i].cluster ? NULL : "shop" };
	printf("# line %d: what is %s?\n", p->line, word ? word : "");
	abort();
}

static struct tracked *find(const struct play *p, char *word)
{
	struct place at = place_of(p, word);

	for (size_t i = 0; i < p->tracker->n; i++)
		if (strcmp(p->tracker->objects[i]->kind, at.kind) == 0 && strcmp(p->tracker->objects[i]->name, at.name) == 0)
			return p->tracker->objects[i];
	printf("# line %d: %s has no row\n", p->line, word);
	abort();
}

static void note_event(void *arg, const struct model *model, const json_t *event, const char *line)
{
	struct play *p = arg;

	(void)model;
	(void)event;
	buf_addstr(&p->events, line);
	buf_addch(&p->events, '\n');
}

static int64_t seconds(const char *text)
{
	return (int64_t)(atof(text) * 1000);
}

static void read_verify(struct play *p, char *rest)
{
	const char *word;

	p->verify = (struct verify){ .mode = VERIFY_OBJECTS, .timeout_ms = 180000, .stabilization_ms = 10000,
		.grace_ms = 30000, .poll_ms = 2000 };
	while ((word = next_word(&rest)) != NULL) {
		const char *value = strchr(word, '=') ? strchr(word, '=') + 1 : "";

		if (strncmp(word, "timeout", 7) == 0)
			p->verify.timeout_ms = strcmp(value, "none") == 0 ? VERIFY_NO_TIMEOUT : seconds(value);
		else if (strncmp(word, "stabilization", 13) == 0)
			p->verify.stabilization_ms = seconds(value);
		else if (strncmp(word, "grace", 5) == 0)
			p->verify.grace_ms = seconds(value);
		else if (strcmp(word, "jobs") == 0)
			p->verify.wait_for_jobs = true;
		else if (strcmp(word, "none") == 0)
			p->verify.mode = VERIFY_NONE;
		else if (!fail_early_parse(word, &p->verify.fail_early))
			abort();
	}
}

static void end(struct play *p)
{
	if (!p->tracker)
		return;
	tracker_free(p->tracker);
	recorder_free(p->recorder);
	model_release(&p->model);
	buf_release(&p->events);
	p->tracker = NULL;
}

static void begin(struct play *p)
{
	struct cluster_words cluster = { "c", "s", "v" };
	struct verify_words words = { .mode = "objects", .timeout_ms = -1 };
	struct error err = { 0 };

	buf_init(&p->events, 0);
	model_init(&p->model);
	p->recorder = recorder_new(&p->model, NULL, &err);
	recorder_listen(p->recorder, note_event, p);
	recorder_emit(p->recorder, event_run_start("r", "p", "v", 1, json_pack("[{s:s, s:s}]", "name", "one", "type", "yaml")));
	recorder_emit(p->recorder, event_step_start(0, NULL, &cluster, &words));
	p->base = p->now = p->asked = clock_now_ms();
	p->fresh = -1;
	p->stale = p->looked = p->informing = false;
	p->tracker = tracker_new(p->recorder, 0, &p->verify, p->base);
}

static void look(struct play *p)
{
	if (p->informing)
		tracker_refresh(p->tracker, p->now);
	if (p->looked || p->informing)
		return;
	tracker_settle(p->tracker, p->fresh >= 0 ? p->fresh : p->now, p->stale, p->now, &p->result);
	p->looked = true;
}

static void do_add(struct play *p, char *rest)
{
	char *word = next_word(&rest), *how = next_word(&rest), *more;
	struct place at = place_of(p, word);
	json_t *manifest = NULL;

	while ((more = next_word(&rest)) != NULL) {
		manifest = manifest ? manifest : json_object();
		put_key(p, manifest, more);
	}
	tracker_add(p->tracker, at.api_version, at.kind, at.ns, at.name, applied_parse(how), manifest, NULL, NULL, "Refused",
		"the server refused it", p->now);
	json_decref(manifest);
}

static void do_see(struct play *p, char *rest, bool of_apply)
{
	struct place at = place_of(p, next_word(&rest));
	json_t *object = json_pack("{s:s, s:s, s:{s:s, s:s*, s:s}}", "apiVersion", at.api_version, "kind", at.kind, "metadata",
		"name", at.name, "namespace", at.ns, "creationTimestamp", "2026-01-01T00:00:00Z");
	char *word;

	while ((word = next_word(&rest)) != NULL)
		put_key(p, object, word);
	tracker_seen(p->tracker, object, of_apply ? TRACKER_APPLY : p->asked, p->now);
	json_decref(object);
}

static void check_part(const struct play *p, const char *what, const char *got, const char *want)
{
	char name[512];
	bool good;

	while (*want == ' ')
		want++;
	if (strcmp(want, "*") == 0)
		return;
	snprintf(name, sizeof(name), "%s: line %d: %s", p->name, p->line, what);
	good = strcmp(want, "-") == 0 ? !got || !*got : got && strstr(got, want);
	if (!ok(good, name)) {
		tap_text("got ", got);
		tap_text("want", want);
	}
}

static void check_row(struct play *p, char *rest)
{
	char *word = next_word(&rest);
	struct tracked *o = find(p, word);
	char *status = next_word(&rest), *reason = next_word(&rest), *bar = strchr(rest, '|');
	char *message = bar ? bar + 1 : NULL, *note = message ? strstr(message, " | ") : NULL;
	const struct model_object *row;
	char name[512];

	look(p);
	row = model_find(&p->model, 0, o->id);
	if (note) {
		*note = '\0';
		note += 3;
	}
	snprintf(name, sizeof(name), "%s: line %d: %s is %s", p->name, p->line, o->name, status);
	is_str(row && row->status ? status_word(row->status) : "-", status, name);
	check_part(p, "reason", row ? row->reason : NULL, reason ? reason : "*");
	if (message)
		check_part(p, "message", row ? row->message : NULL, message);
	if (note)
		check_part(p, "note", row ? row->note : NULL, note);
}

static void check_verdict(struct play *p, char *rest)
{
	char *want = next_word(&rest), name[512];
	const char *got;

	look(p);
	got = verdict_word(p->result.verdict);
	if (!got)
		got = p->tracker->settle.window_since >= 0 ? "open" : "-";
	snprintf(name, sizeof(name), "%s: line %d: after %llds", p->name, p->line, (long long)(p->now - p->base) / 1000);
	is_str(got, want, name);
	if (*rest)
		check_part(p, "reason", p->result.reason, rest);
}

static void check_absent(struct play *p, char *rest)
{
	struct place at = place_of(p, rest);
	char name[512];
	bool found = false;

	for (size_t i = 0; i < p->model.nsteps && i < 1; i++)
		for (size_t k = 0; k < p->model.steps[i].nobjects; k++)
			found |= strcmp(p->model.steps[i].objects[k].name, at.name) == 0 &&
				strcmp(p->model.steps[i].objects[k].kind, at.kind) == 0;
	snprintf(name, sizeof(name), "%s: line %d: no row of %s", p->name, p->line, at.name);
	ok(!found, name);
}

static void turn_clock(struct play *p, const char *rest)
{
	p->now = p->asked = p->base + seconds(rest);
	p->fresh = -1;
	p->stale = p->looked = false;
	buf_reset(&p->events);
}

/* What is said of one row by another than an answer. */
static void do_row(struct play *p, const char *what, char *rest)
{
	struct tracked *o = find(p, next_word(&rest));
	const char *reason;

	if (strcmp(what, "same") == 0) {
		tracker_same(p->tracker, o, p->asked, p->now);
	} else if (strcmp(what, "gone") == 0) {
		tracker_gone(p->tracker, o, p->now);
	} else if (strcmp(what, "trouble") == 0) {
		tracker_trouble(p->tracker, o, "Unreadable", *rest ? rest : NULL);
	} else if (strcmp(what, "children") == 0) {
		tracker_children_trouble(p->tracker, o, rest);
	} else if (strcmp(what, "log") == 0) {
		tracker_last_log(p->tracker, o, rest);
	} else if (strcmp(what, "claim") == 0) {
		tracker_claim(p->tracker, o, *rest ? rest : NULL);
	} else if (strcmp(what, "cause") == 0) {
		reason = next_word(&rest);
		tracker_cause(p->tracker, o, reason, rest);
	} else if (strcmp(what, "ended") == 0) {
		reason = next_word(&rest);
		tracker_job_ended(p->tracker, o, reason, rest, p->now);
	} else {
		abort();
	}
}

static void do_hook(struct play *p, char *rest)
{
	struct place at = place_of(p, next_word(&rest));
	char *event = next_word(&rest), *word;
	json_t *manifest = json_pack("{s:{s:{}}}", "metadata", "annotations"), *annotations;
	struct hook *hook;

	annotations = json_object_get(json_object_get(manifest, "metadata"), "annotations");
	while ((word = next_word(&rest)) != NULL) {
		char *value = strchr(word, '=');

		*value++ = '\0';
		json_object_set_new(annotations, word, json_string(value));
	}
	hook = hook_of(manifest, event);
	if (hook)
		tracker_hook(tracker_add(p->tracker, at.api_version, at.kind, at.ns, at.name, APPLIED_NONE, manifest, NULL, NULL,
			NULL, NULL, p->now), hook);
	json_decref(manifest);
}

static void check_missing(struct play *p, char *rest)
{
	bool errors = strcmp(next_word(&rest), "errors") == 0;
	char *got = tracker_missing(p->tracker, errors, p->now);

	check_part(p, "missing", got, rest);
	free(got);
}

/* Another program that applies. False: the line is about something else. */
static bool do_deployer(struct play *p, const char *word, char *rest)
{
	int64_t since = 0;

	if (strcmp(word, "deploying") == 0) {
		p->informing = true;
		clock_parse_stamp("2026-06-01T00:00:00Z", &since);
		tracker_deploying(p->tracker, since);
	} else if (strcmp(word, "deployed") == 0) {
		word = next_word(&rest);
		tracker_deployed(p->tracker, strcmp(word, "well") == 0, rest && *rest ? rest : NULL);
	} else if (strcmp(word, "hook") == 0) {
		do_hook(p, rest);
	} else if (strcmp(word, "expire") == 0) {
		tracker_time_out(p->tracker, p->now);
		p->informing = false;
		p->looked = true;
	} else if (strcmp(word, "lacks") == 0 || strcmp(word, "broken") == 0) {
		tracker_waits_for(p->tracker, strcmp(rest, "-") == 0 ? NULL : rest, *word == 'b', p->now);
	} else if (strcmp(word, "missing") == 0) {
		check_missing(p, rest);
	} else {
		return false;
	}
	return true;
}

static void do_applied(struct play *p, const char *rest)
{
	tracker_apply_ended(p->tracker, p->base + seconds(rest));
	p->informing = false;
}

static void do_classes(struct play *p, const char *text)
{
	json_t *classes = json_loads(text, 0, NULL);

	tracker_classes(p->tracker, classes);
	json_decref(classes);
}

static void do_line(struct play *p, char *line)
{
	char *rest = line, *word = next_word(&rest);

	if (strcmp(word, "->") == 0)
		check_verdict(p, rest);
	else if (strcmp(word, "=>") == 0)
		check_row(p, rest);
	else if (strcmp(word, "no") == 0)
		check_absent(p, rest);
	else if (strcmp(word, "event") == 0)
		check_part(p, "event", buf_str(&p->events), rest);
	else if (strcmp(word, "silent") == 0)
		check_part(p, "silence", buf_str(&p->events), "-");
	else if (strcmp(word, "at") == 0)
		turn_clock(p, rest);
	else if (strcmp(word, "add") == 0)
		do_add(p, rest);
	else if (strcmp(word, "answer") == 0)
		do_see(p, rest, true);
	else if (strcmp(word, "applied") == 0)
		do_applied(p, rest);
	else if (strcmp(word, "see") == 0)
		do_see(p, rest, false);
	else if (strcmp(word, "asked") == 0)
		p->asked = p->base + seconds(rest);
	else if (strcmp(word, "fresh") == 0)
		p->fresh = p->base + seconds(rest);
	else if (strcmp(word, "stale") == 0)
		p->stale = true;
	else if (strcmp(word, "waits") == 0)
		tracker_apply_waits(p->tracker, rest);
	else if (strcmp(word, "classes") == 0)
		do_classes(p, rest);
	else if (!do_deployer(p, word, rest))
		do_row(p, word, rest);
}

static void play_file(const char *path)
{
	struct play p = { .line = 0 };
	struct buf text;
	char *at, *line;

	buf_init(&text, 0);
	if (!file_read(path, &text, NULL))
		abort();
	buf_str(&text);
	for (at = text.data; (line = strsep(&at, "\n")) != NULL;) {
		p.line++;
		if (!*line || *line == '#')
			continue;
		if (strncmp(line, "== ", 3) != 0) {
			do_line(&p, line);
			continue;
		}
		end(&p);
		at[-1] = '\0';
		snprintf(p.name, sizeof(p.name), "%s", line + 3);
		line = strsep(&at, "\n");
		p.line++;
		if (strncmp(line, "verify", 6) != 0)
			abort();
		read_verify(&p, line + 6);
		begin(&p);
	}
	end(&p);
	buf_release(&text);
}

static int is_case(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, ".case") == 0;
}

int main(void)
{
	const char *srcdir = getenv("srcdir");
	char *folder = xasprintf("%s/tests/track", srcdir ? srcdir : ".");
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, is_case, alphasort);

	ok(n > 0, "there are cases");
	for (int i = 0; i < n; i++) {
		char *path = xasprintf("%s/%s", folder, entries[i]->d_name);

		play_file(path);
		free(path);
		free(entries[i]);
	}
	free(entries);
	free(folder);
	return tap_done();
}
