/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a snapshot, which anybody may have written, into a model. */
#include "record/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "record/foreign.h"
#include "record/journal.h"
#include "record/model_own.h"

#define SCHEMA_NAME "ksettle.snapshot/"
#define SCHEMA_MAJOR 1
#define FILE_MAX ((size_t)64 << 20)
#define VALUES_MAX 4000000
#define STEPS_MAX 10000
#define PEEK 4096
#define CHUNK ((size_t)64 << 10)

enum type { TYPE_STRING, TYPE_BOOL, TYPE_INT, TYPE_NUMBER, TYPE_OBJECT, TYPE_ARRAY };

struct field {
	const char *name;
	enum type type;
	bool needed; /* else it may be null or absent */
};

static bool is_type(const json_t *value, enum type type)
{
	switch (type) {
	case TYPE_STRING: return json_is_string(value);
	case TYPE_BOOL: return json_is_boolean(value);
	case TYPE_INT: return json_is_integer(value);
	case TYPE_NUMBER: return json_is_number(value);
	case TYPE_OBJECT: return json_is_object(value);
	case TYPE_ARRAY: return json_is_array(value);
	}
	return false;
}

static bool check(
	const json_t *obj, const char *what, const struct field *fields, struct error *err)
{
	if (!json_is_object(obj))
		return error_set(err, ERROR_PARSE, "not a snapshot: %s is not an object", what);
	for (; fields->name; fields++) {
		const json_t *value = json_object_get(obj, fields->name);

		if (!fields->needed && (!value || json_is_null(value)))
			continue;
		if (!is_type(value, fields->type))
			return error_set(err, ERROR_PARSE,
				"not a snapshot: field '%s' of %s is missing or of the wrong type",
				fields->name, what);
	}
	return true;
}

static const struct field run_fields[] = {
	{ "id", TYPE_STRING, true },
	{ "plan", TYPE_STRING, false },
	{ "startedAt", TYPE_STRING, false },
	{ "endedAt", TYPE_STRING, false },
	{ "verdict", TYPE_STRING, false },
	{ "exitCode", TYPE_INT, false },
	{ "version", TYPE_STRING, false },
	{ 0 },
};

static const struct field step_fields[] = {
	{ "name", TYPE_STRING, true },
	{ "type", TYPE_STRING, true },
	{ "tool", TYPE_STRING, false },
	{ "verdict", TYPE_STRING, false },
	{ "reason", TYPE_STRING, false },
	{ "startedAt", TYPE_STRING, false },
	{ "endedAt", TYPE_STRING, false },
	{ "exitCode", TYPE_INT, false },
	{ "warnings", TYPE_ARRAY, false },
	{ "output", TYPE_ARRAY, false },
	{ "cluster", TYPE_OBJECT, false },
	{ "verify", TYPE_OBJECT, false },
	{ "objects", TYPE_ARRAY, true },
	{ 0 },
};

static const struct field verify_fields[] = {
	{ "mode", TYPE_STRING, false },
	{ "timeoutSeconds", TYPE_NUMBER, false },
	{ "stabilizationSeconds", TYPE_NUMBER, false },
	{ "waitForJobs", TYPE_BOOL, false },
	{ "failEarly", TYPE_STRING, false },
	{ "graceSeconds", TYPE_NUMBER, false },
	{ 0 },
};

static const struct field object_fields[] = {
	{ "id", TYPE_STRING, true },
	{ "apiVersion", TYPE_STRING, false },
	{ "kind", TYPE_STRING, true },
	{ "namespace", TYPE_STRING, false },
	{ "name", TYPE_STRING, true },
	{ "uid", TYPE_STRING, false },
	{ "owner", TYPE_STRING, false },
	{ "applied", TYPE_BOOL, true },
	{ "apply", TYPE_STRING, false },
	{ "status", TYPE_STRING, false },
	{ "reason", TYPE_STRING, false },
	{ "message", TYPE_STRING, false },
	{ "note", TYPE_STRING, false },
	{ "columns", TYPE_OBJECT, false },
	{ "createdAt", TYPE_STRING, false },
	{ "replaced", TYPE_BOOL, false },
	{ "stale", TYPE_BOOL, false },
	{ "outdated", TYPE_BOOL, false },
	{ "manifest", TYPE_STRING, false },
	{ "conditions", TYPE_ARRAY, false },
	{ "events", TYPE_ARRAY, false },
	{ "logs", TYPE_ARRAY, false },
	{ "pod", TYPE_OBJECT, false },
	{ "timeline", TYPE_ARRAY, false },
	{ 0 },
};

static void fill_timeline(struct model *m, struct model_object *o, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *moment = json_array_get(list, i);

		if (json_is_object(moment))
			model_row_moment(m, o, model_time(moment, "at"),
				status_parse(jx_str(moment, "status")), jx_str(moment, "reason"),
				jx_str(moment, "message"));
	}
}

static void fill_words(struct model *m, struct model_object *o, const json_t *obj)
{
	o->apply = applied_parse(jx_str(obj, "apply"));
	o->status = status_parse(jx_str(obj, "status"));
	model_set(m, &o->reason, jx_str(obj, "reason"));
	model_set(m, &o->message, jx_str(obj, "message"));
	model_set(m, &o->note, jx_str(obj, "note"));
	model_row_columns(m, o, json_object_get(obj, "columns"));
	o->created_at = model_time(obj, "createdAt");
	o->replaced = jx_bool(obj, "replaced");
	o->stale = jx_bool(obj, "stale");
	o->outdated = jx_bool(obj, "outdated");
}

static bool fill_object(
	struct model *m, struct model_step *step, const json_t *obj, struct error *err)
{
	size_t before = step->nobjects;
	struct model_object *o;

	if (!check(obj, "an object", object_fields, err))
		return false;
	o = model_row(step, jx_str(obj, "id"));
	if (step->nobjects == before)
		return error_set(
			err, ERROR_PARSE, "not a snapshot: two objects with the id '%s'", o->id);
	model_set(m, &o->api_version, jx_str(obj, "apiVersion"));
	model_set(m, &o->kind, jx_str(obj, "kind"));
	model_set(m, &o->ns, jx_str(obj, "namespace"));
	model_row_name(m, o, jx_str(obj, "name"));
	model_own(&o->uid, model_text(jx_str(obj, "uid")));
	if (jx_bool(obj, "applied"))
		model_row_applied(m, step, o);
	model_row_owner(m, step, o, jx_str(obj, "owner"));
	fill_words(m, o, obj);
	model_own(&o->manifest, o->applied ? model_text(jx_str(obj, "manifest")) : NULL);
	model_own_shared(
		m, &o->conditions, model_conditions(json_object_get(obj, "conditions")));
	model_own(&o->events, model_events(json_object_get(obj, "events")));
	model_own(&o->logs, model_logs(json_object_get(obj, "logs")));
	model_own(&o->pod, model_pod(json_object_get(obj, "pod")));
	fill_timeline(m, o, json_object_get(obj, "timeline"));
	return true;
}

static bool fill_step(
	struct model *m, struct model_step *step, const json_t *obj, struct error *err)
{
	const json_t *warnings, *objects, *verify = jx_get(obj, "verify");

	if (!check(obj, "a step", step_fields, err) ||
		(verify && !check(verify, "verify", verify_fields, err)))
		return false;
	model_set(m, &step->name, jx_str(obj, "name"));
	model_set(m, &step->type, jx_str(obj, "type"));
	model_set(m, &step->tool, jx_str(obj, "tool"));
	step->verdict = verdict_parse(jx_str(obj, "verdict"));
	model_set(m, &step->reason, jx_str(obj, "reason"));
	step->started_at = model_time(obj, "startedAt");
	step->ended_at = model_time(obj, "endedAt");
	step->exit_code = (int)(jx_int(obj, "exitCode", 0) & 0xff);
	model_step_cluster(m, step, jx_get(obj, "cluster"));
	model_step_verify(m, step, verify);
	warnings = json_object_get(obj, "warnings");
	for (size_t i = 0; i < json_array_size(warnings); i++)
		if (json_is_string(json_array_get(warnings, i)))
			model_warn(m, &step->warnings, &step->nwarnings,
				json_string_value(json_array_get(warnings, i)));
	model_step_output(step, json_object_get(obj, "output"));
	objects = json_object_get(obj, "objects");
	for (size_t i = 0; i < json_array_size(objects); i++)
		if (!fill_object(m, step, json_array_get(objects, i), err))
			return false;
	return true;
}

static bool check_schema(const json_t *snapshot, struct error *err)
{
	const char *schema = jx_str(snapshot, "schema"), *digits;
	size_t prefix = strlen(SCHEMA_NAME);
	char *end;
	long major;

	if (!schema || strncmp(schema, SCHEMA_NAME, prefix) != 0)
		return error_set(err, ERROR_PARSE,
			"not a snapshot: its schema is not " SCHEMA_NAME "%d", SCHEMA_MAJOR);
	digits = schema + prefix;
	major = strtol(digits, &end, 10);
	if (end == digits || (*end != '\0' && *end != '.') || major < 1)
		return error_set(err, ERROR_PARSE, "not a snapshot: its schema is '%s'", schema);
	if (major > SCHEMA_MAJOR)
		return error_set(err, ERROR_PARSE,
			"this snapshot has schema '%s'; a newer ksettle can read it", schema);
	return true;
}

/* "Now" of a snapshot is the last time that it tells of. */
static int64_t last_time(const struct model *m)
{
	int64_t last = m->ended_at > m->started_at ? m->ended_at : m->started_at;

	for (size_t i = 0; i < m->nsteps; i++) {
		const struct model_step *step = &m->steps[i];

		last = step->started_at > last ? step->started_at : last;
		last = step->ended_at > last ? step->ended_at : last;
	}
	return last;
}

static bool fill_model(struct model *m, const json_t *snapshot, struct error *err)
{
	const json_t *run = jx_get(snapshot, "run"), *steps = jx_get(snapshot, "steps");

	if (!check_schema(snapshot, err) || !check(run, "the run", run_fields, err))
		return false;
	if (!json_is_array(steps) || json_array_size(steps) > STEPS_MAX)
		return error_set(err, ERROR_PARSE,
			"not a snapshot: it has no steps, or more than %d", STEPS_MAX);
	model_set(m, &m->run_id, jx_str(run, "id"));
	model_set(m, &m->plan, jx_str(run, "plan"));
	model_set(m, &m->version, jx_str(run, "version"));
	m->started_at = model_time(run, "startedAt");
	m->ended_at = model_time(run, "endedAt");
	m->verdict = verdict_parse(jx_str(run, "verdict"));
	m->exit_code = (int)(jx_int(run, "exitCode", 0) & 0xff);
	model_set_steps(m, json_array_size(steps));
	for (size_t i = 0; i < m->nsteps; i++)
		if (!fill_step(m, &m->steps[i], json_array_get(steps, i), err))
			return false;
	m->last_at = last_time(m);
	m->frozen = true;
	m->changes++;
	model_order(m);
	return true;
}

bool snapshot_load(struct model *m, const json_t *snapshot, struct error *err)
{
	if (fill_model(m, snapshot, err))
		return true;
	model_release(m);
	model_init(m);
	return false;
}

static bool read_all(int fd, const char *path, struct buf *out, struct error *err)
{
	char *chunk = xmalloc(CHUNK);
	ssize_t got;

	while ((got = read(fd, chunk, CHUNK)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			error_set(err, ERROR_IO, "cannot read %s: %s", path, strerror(errno));
			break;
		}
		if (!buf_add(out, chunk, (size_t)got)) {
			error_set(err, ERROR_LIMIT, "%s is larger than %zu MiB", path,
				FILE_MAX >> 20);
			break;
		}
	}
	free(chunk);
	return got == 0;
}

/* A snapshot begins with "{" on a line of its own, a journal's first line is an event. */
static bool is_journal(int fd)
{
	char head[PEEK + 1];
	ssize_t got = pread(fd, head, PEEK, 0);
	const char *line;

	head[got > 0 ? got : 0] = '\0';
	line = strchr(head, '\n');
	if (line)
		head[line - head] = '\0';
	return strstr(head, "\"event\":\"run.start\"") != NULL;
}

static bool read_snapshot(struct model *m, int fd, const char *path, struct error *err)
{
	struct error why = { 0 };
	json_t *snapshot = NULL;
	struct buf text;
	bool done = false;

	buf_init(&text, FILE_MAX);
	if (read_all(fd, path, &text, err)) {
		snapshot = foreign_json(buf_str(&text), text.len, VALUES_MAX, &why);
		buf_release(&text); /* before the model grows beside it */
		done = snapshot && snapshot_load(m, snapshot, &why);
		if (!done)
			error_set(err, why.code, "%s: %s%s", path,
				snapshot ? "" : "not a snapshot: ", why.text);
	}
	buf_release(&text);
	json_decref(snapshot);
	return done;
}

bool snapshot_read(struct model *m, const char *path, struct error *err)
{
	int fd = foreign_open(path, err);
	bool done;

	if (fd < 0)
		return false;
	done = is_journal(fd) ? journal_read(m, path, err) : read_snapshot(m, fd, path, err);
	close(fd);
	return done;
}
