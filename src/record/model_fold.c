/* SPDX-License-Identifier: Apache-2.0 */
/* Folding one event into the model. First everything that could be wrong with it is looked at, by a
 * table; only then something is changed. */
#include "record/model.h"

#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "record/model_own.h"

#define JOURNAL_VERSION 1
#define STEPS_MAX 10000

struct fold {
	struct model *m;
	const json_t *event;
	int64_t at;
	struct model_step *step;  /* NULL where the event has none */
	struct model_object *row; /* NULL where the event has none or makes it */
};

static const char *text(const struct fold *f, const char *key)
{
	return json_string_value(json_object_get(f->event, key));
}

static const json_t *value(const struct fold *f, const char *key)
{
	return json_object_get(f->event, key);
}

static bool flag(const struct fold *f, const char *key)
{
	return json_is_true(value(f, key));
}

static int exit_code(const struct fold *f)
{
	return (int)(json_integer_value(value(f, "exitCode")) & 0xff);
}

static void fold_run_start(struct fold *f)
{
	const json_t *steps = value(f, "steps");
	struct model *m = f->m;

	model_set(m, &m->run_id, text(f, "run"));
	model_set(m, &m->plan, text(f, "plan"));
	model_set(m, &m->version, text(f, "version"));
	m->pid = (long)json_integer_value(value(f, "pid"));
	m->started_at = f->at;
	model_set_steps(m, json_array_size(steps));
	for (size_t i = 0; i < m->nsteps; i++) {
		const char *name = jx_str(json_array_get(steps, i), "name");
		const char *type = jx_str(json_array_get(steps, i), "type");

		model_set(m, &m->steps[i].name, name ? name : "");
		model_set(m, &m->steps[i].type, type ? type : "");
	}
}

static void fold_step_start(struct fold *f)
{
	f->step->started_at = f->at;
	model_set(f->m, &f->step->tool, text(f, "tool"));
	model_step_cluster(f->m, f->step, value(f, "cluster"));
	model_step_verify(f->m, f->step, value(f, "verify"));
}

static struct model_object *fold_identity(struct fold *f)
{
	struct model_object *o = model_row(f->step, text(f, "id"));

	model_set(f->m, &o->api_version, text(f, "apiVersion"));
	model_set(f->m, &o->kind, text(f, "kind"));
	model_set(f->m, &o->ns, text(f, "namespace"));
	model_row_name(f->m, o, text(f, "name"));
	/* What was applied is often not read yet: that is no reason to forget a uid. */
	if (text(f, "uid"))
		model_own(&o->uid, model_text(text(f, "uid")));
	return o;
}

static void fold_object_applied(struct fold *f)
{
	struct model_object *o = fold_identity(f);
	const json_t *warnings = value(f, "warnings");

	model_row_applied(f->m, f->step, o);
	o->apply = applied_parse(text(f, "apply"));
	model_own(&o->manifest, model_text(text(f, "manifest")));
	for (size_t i = 0; i < json_array_size(warnings); i++) {
		const char *warning = json_string_value(json_array_get(warnings, i));

		if (warning)
			model_warn(f->m, &o->warnings, &o->nwarnings, warning);
	}
}

static void fold_object_seen(struct fold *f)
{
	struct model_object *o = fold_identity(f);

	if (flag(f, "applied"))
		model_row_applied(f->m, f->step, o);
	model_row_owner(f->m, f->step, o, text(f, "owner"));
	o->created_at = model_time(f->event, "createdAt");
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static void fold_object_status(struct fold *f)
{
	enum status status = status_parse(text(f, "status"));
	char *reason = model_share(f->m, text(f, "reason"));
	struct model_object *o = f->row;

	/* A message may count restarts or seconds: on its own it makes no moment. */
	if (status != o->status || !same_text(reason, o->reason))
		model_row_moment(f->m, o, f->at, status, reason, text(f, "message"));
	model_unshare(f->m, reason);
	o->status = status;
	model_set(f->m, &o->reason, text(f, "reason"));
	model_set(f->m, &o->message, text(f, "message"));
	model_set(f->m, &o->note, text(f, "note"));
	model_row_columns(f->m, o, value(f, "columns"));
	model_own_shared(f->m, &o->conditions, model_conditions(value(f, "conditions")));
	model_own(&o->pod, model_pod(value(f, "pod")));
	o->replaced = flag(f, "replaced");
	o->stale = flag(f, "stale");
	o->outdated = flag(f, "outdated");
}

static void fold_object_detail(struct fold *f)
{
	model_own(&f->row->events, model_events(value(f, "events")));
	model_own(&f->row->logs, model_logs(value(f, "logs")));
}

/* Children of a row that went stay until they are removed themselves, as orphans. */
static void fold_object_removed(struct fold *f)
{
	if (!f->row->applied)
		model_drop_row(f->m, f->step, f->row);
}

static void fold_step_stabilizing(struct fold *f)
{
	int64_t need = model_seconds(f->event, "need");

	f->step->stabilizing_since = model_time(f->event, "since");
	f->step->stabilizing_need_ms = need < 0 ? 0 : need;
}

static void fold_step_unsettled(struct fold *f)
{
	f->step->stabilizing_since = 0;
	f->step->stabilizing_need_ms = 0;
}

static void fold_step_output(struct fold *f)
{
	model_step_output(f->step, value(f, "lines"));
}

static void fold_step_verdict(struct fold *f)
{
	f->step->verdict = verdict_parse(text(f, "verdict"));
	model_set(f->m, &f->step->reason, text(f, "reason"));
	f->step->exit_code = exit_code(f);
	f->step->ended_at = f->step->started_at ? f->at : 0; /* a skipped step never began */
	fold_step_unsettled(f);
}

static void fold_run_end(struct fold *f)
{
	f->m->verdict = verdict_parse(text(f, "verdict"));
	f->m->exit_code = exit_code(f);
	f->m->ended_at = f->at;
	f->m->frozen = true;
}

static void fold_connection(struct fold *f)
{
	model_set(f->m, &f->step->connection, text(f, "state"));
	f->step->connection_since = model_time(f->event, "since");
	model_set(f->m, &f->step->connection_message, text(f, "message"));
}

static void fold_warning(struct fold *f)
{
	if (f->row)
		model_warn(f->m, &f->row->warnings, &f->row->nwarnings, text(f, "message"));
	else
		model_warn(f->m, &f->step->warnings, &f->step->nwarnings, text(f, "message"));
}

/* Fields by name behind the letter of their type: s string, i integer, n number, b boolean,
 * a array, o object, t time. A capital may be null or absent. `row`: its id must be a row's. */
static const struct rule {
	const char *name;
	const char *fields[12];
	bool row;
	void (*fold)(struct fold *f);
} rules[] = {
	{ "run.start", { "s run", "S plan", "S version", "I pid", "a steps" }, false,
		fold_run_start },
	{ "step.start", { "i step", "S tool", "O cluster", "O verify" }, false, fold_step_start },
	{ "object.applied",
		{ "i step", "s id", "S apiVersion", "s kind", "S namespace", "s name", "S uid",
			"S apply", "S manifest", "A warnings" },
		false, fold_object_applied },
	{ "object.seen",
		{ "i step", "s id", "S apiVersion", "s kind", "S namespace", "s name", "S uid",
			"S owner", "B applied", "S createdAt" },
		false, fold_object_seen },
	{ "object.status",
		{ "i step", "s id", "S status", "S reason", "S message", "S note", "O columns",
			"A conditions", "B replaced", "B stale", "B outdated", "O pod" },
		true, fold_object_status },
	{ "object.detail", { "i step", "s id", "A events", "A logs" }, true, fold_object_detail },
	{ "object.removed", { "i step", "s id", "S why" }, true, fold_object_removed },
	{ "step.stabilizing", { "i step", "t since", "n need" }, false, fold_step_stabilizing },
	{ "step.unsettled", { "i step", "S id", "S why" }, false, fold_step_unsettled },
	{ "step.output", { "i step", "S stream", "a lines" }, false, fold_step_output },
	{ "step.verdict", { "i step", "s verdict", "S reason", "I exitCode" }, false,
		fold_step_verdict },
	{ "run.end", { "s verdict", "I exitCode" }, false, fold_run_end },
	{ "connection", { "i step", "s state", "T since", "S message" }, false, fold_connection },
	{ "warning", { "i step", "S id", "s message" }, false, fold_warning },
};

static const struct rule *find_rule(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (strcmp(rules[i].name, name) == 0)
			return &rules[i];
	return NULL;
}

static bool has_type(const json_t *field, char type)
{
	int64_t unused;

	switch (type) {
	case 's': return json_is_string(field);
	case 'i': return json_is_integer(field);
	case 'n': return json_is_number(field);
	case 'b': return json_is_boolean(field);
	case 'a': return json_is_array(field);
	case 'o': return json_is_object(field);
	case 't':
		return json_is_string(field) &&
		       clock_parse_stamp(json_string_value(field), &unused);
	default: return false;
	}
}

static bool check_fields(const json_t *event, const struct rule *rule, struct error *err)
{
	for (size_t i = 0; i < ARRAY_LEN(rule->fields) && rule->fields[i]; i++) {
		const char *field = rule->fields[i], *name = field + 2;
		const json_t *found = json_object_get(event, name);
		char type = (char)tolower((unsigned char)*field);
		bool optional = *field != type;

		if (optional && (!found || json_is_null(found)))
			continue;
		if (!has_type(found, type))
			return error_set(err, ERROR_PARSE,
				"event %s: field '%s' is missing or of the wrong type", rule->name,
				name);
	}
	return true;
}

static bool check_run(const struct fold *f, const struct rule *rule, struct error *err)
{
	if (rule->fold != fold_run_start)
		return f->m->run_id ||
		       error_set(err, ERROR_PARSE, "event %s stands before run.start", rule->name);
	if (f->m->run_id)
		return error_set(err, ERROR_PARSE, "a second run.start");
	if (jx_len(f->event, "steps") > STEPS_MAX)
		return error_set(err, ERROR_LIMIT, "a run of more than %d steps", STEPS_MAX);
	return true;
}

static bool find_place(struct fold *f, const struct rule *rule, struct error *err)
{
	const json_t *step = value(f, "step");
	const char *id = text(f, "id");

	if (rule->fields[0][0] == 's')
		return true; /* the run's own events */
	if (json_integer_value(step) < 0 || (size_t)json_integer_value(step) >= f->m->nsteps)
		return error_set(err, ERROR_PARSE,
			"event %s: there is no step %" JSON_INTEGER_FORMAT, rule->name,
			json_integer_value(step));
	f->step = &f->m->steps[json_integer_value(step)];
	f->row = id ? model_known_row(f->step, id) : NULL;
	if (rule->row && !f->row)
		return error_set(
			err, ERROR_PARSE, "event %s: there is no object '%s'", rule->name, id);
	return true;
}

/* v, seq and at, which every event has. Those of tests may lack them. */
static bool check_envelope(const struct fold *f, struct error *err)
{
	static const struct rule envelope = { "envelope", { "I v", "I seq", "T at" }, false, NULL };

	if (!check_fields(f->event, &envelope, err))
		return false;
	if (jx_int(f->event, "v", JOURNAL_VERSION) > JOURNAL_VERSION)
		return error_set(err, ERROR_PARSE,
			"a journal of version %" JSON_INTEGER_FORMAT
			", which this program does not know",
			jx_int(f->event, "v", 0));
	return true;
}

bool model_apply(struct model *m, const json_t *event, struct error *err)
{
	const char *name = jx_str(event, "event");
	const struct rule *rule = name ? find_rule(name) : NULL;
	struct fold f = { .m = m, .event = event };
	int64_t seq = jx_int(event, "seq", 0);

	if (!name)
		return error_set(err, ERROR_PARSE, "not an event: it has no name");
	if (!check_envelope(&f, err))
		return false;
	f.at = model_time(event, "at");
	if (f.at < m->last_at)
		f.at = m->last_at;
	if (rule) {
		if (!check_fields(event, rule, err) || !check_run(&f, rule, err) ||
			!find_place(&f, rule, err))
			return false;
		rule->fold(&f);
		m->changes++;
	}
	m->last_at = f.at;
	m->last_seq = seq > m->last_seq ? seq : m->last_seq;
	return true;
}
