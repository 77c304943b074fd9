/* SPDX-License-Identifier: Apache-2.0 */
/* The journal's events as JSON: exactly the fields of the contract, in its order. */
#include "record/event.h"

#include "base/clock.h"
#include "base/jx.h"
#include "record/model_own.h"

static json_t *event_new(const char *name)
{
	json_t *event = json_object();

	json_object_set_new(event, "event", json_string(name));
	return event;
}

static json_t *event_of_step(const char *name, size_t step)
{
	json_t *event = event_new(name);

	json_object_set_new(event, "step", json_integer((json_int_t)step));
	return event;
}

static void set_str(json_t *event, const char *key, const char *value)
{
	json_object_set_new(event, key, jx_string(value));
}

static void set_bool(json_t *event, const char *key, bool value)
{
	json_object_set_new(event, key, json_boolean(value));
}

static void set_int(json_t *event, const char *key, json_int_t value)
{
	json_object_set_new(event, key, json_integer(value));
}

static void set_time(json_t *event, const char *key, int64_t wall_ms)
{
	char stamp[CLOCK_STAMP_SIZE];

	clock_stamp(wall_ms, stamp);
	set_str(event, key, stamp);
}

/* Whole seconds stay whole numbers; negative means none. */
static void set_seconds(json_t *event, const char *key, int64_t ms)
{
	json_t *value = ms < 0      ? json_null()
			: ms % 1000 ? json_real((double)ms / 1000)
				    : json_integer(ms / 1000);

	json_object_set_new(event, key, value);
}

static void set_list(json_t *event, const char *key, json_t *list_take)
{
	json_object_set_new(event, key, list_take ? list_take : json_array());
}

/* What a server calls a condition may hold anything: the five fields of the contract, as display
 * text. */
static void set_conditions(json_t *event, json_t *list_take)
{
	set_list(event, "conditions", model_condition_list(list_take));
	json_decref(list_take);
}

static void set_object(json_t *event, const struct object_words *o)
{
	set_str(event, "id", o->id);
	set_str(event, "apiVersion", o->api_version);
	set_str(event, "kind", o->kind);
	set_str(event, "namespace", o->ns);
	set_str(event, "name", o->name);
	set_str(event, "uid", o->uid);
}

json_t *event_run_start(
	const char *run, const char *plan, const char *version, int pid, json_t *steps_take)
{
	json_t *event = event_new("run.start");

	set_str(event, "run", run);
	set_str(event, "plan", plan);
	set_str(event, "version", version);
	set_int(event, "pid", pid);
	set_list(event, "steps", steps_take);
	return event;
}

json_t *event_step_start(size_t step, const char *tool, const struct cluster_words *cluster,
	const struct verify_words *verify)
{
	json_t *event = event_of_step("step.start", step), *part = json_object();

	if (tool)
		set_str(event, "tool", tool);
	set_str(part, "context", cluster->context);
	set_str(part, "server", cluster->server);
	set_str(part, "version", cluster->version);
	json_object_set_new(event, "cluster", part);

	part = json_object();
	set_str(part, "mode", verify->mode);
	set_seconds(part, "timeoutSeconds", verify->timeout_ms);
	set_seconds(part, "stabilizationSeconds", verify->stabilization_ms);
	set_bool(part, "waitForJobs", verify->wait_for_jobs);
	set_str(part, "failEarly", verify->fail_early);
	set_seconds(part, "graceSeconds", verify->grace_ms);
	json_object_set_new(event, "verify", part);
	return event;
}

json_t *event_object_applied(size_t step, const struct object_words *o, enum applied applied,
	const char *manifest, json_t *warnings_take)
{
	json_t *event = event_of_step("object.applied", step);

	set_object(event, o);
	set_str(event, "apply", applied_word(applied));
	set_str(event, "manifest", manifest);
	set_list(event, "warnings", warnings_take);
	return event;
}

json_t *event_object_seen(size_t step, const struct object_words *o, const char *owner,
	bool applied, const char *created_at)
{
	json_t *event = event_of_step("object.seen", step);

	set_object(event, o);
	set_str(event, "owner", owner);
	set_bool(event, "applied", applied);
	set_str(event, "createdAt", created_at);
	return event;
}

json_t *event_object_status(size_t step, const char *id, const struct status_words *words)
{
	json_t *event = event_of_step("object.status", step);

	set_str(event, "id", id);
	set_str(event, "status", status_word(words->status));
	set_str(event, "reason", words->reason);
	set_str(event, "message", words->message);
	set_str(event, "note", words->note);
	json_object_set_new(
		event, "columns", words->columns_take ? words->columns_take : json_object());
	set_conditions(event, words->conditions_take);
	if (words->pod_take)
		json_object_set_new(event, "pod", model_pod_value(words->pod_take));
	json_decref(words->pod_take);
	set_bool(event, "replaced", words->replaced);
	set_bool(event, "stale", words->stale);
	if (words->outdated)
		set_bool(event, "outdated", true);
	return event;
}

json_t *event_object_detail(size_t step, const char *id, json_t *events_take, json_t *logs_take)
{
	json_t *event = event_of_step("object.detail", step);

	set_str(event, "id", id);
	set_list(event, "events", events_take);
	set_list(event, "logs", logs_take);
	return event;
}

json_t *event_object_removed(size_t step, const char *id, const char *why)
{
	json_t *event = event_of_step("object.removed", step);

	set_str(event, "id", id);
	set_str(event, "why", why);
	return event;
}

json_t *event_step_stabilizing(size_t step, int64_t since_wall_ms, int64_t need_ms)
{
	json_t *event = event_of_step("step.stabilizing", step);

	set_time(event, "since", since_wall_ms);
	set_seconds(event, "need", need_ms);
	return event;
}

json_t *event_step_unsettled(size_t step, const char *id, const char *why)
{
	json_t *event = event_of_step("step.unsettled", step);

	set_str(event, "id", id);
	set_str(event, "why", why);
	return event;
}

json_t *event_step_output(size_t step, const char *stream, json_t *lines_take)
{
	json_t *event = event_of_step("step.output", step);

	set_str(event, "stream", stream);
	set_list(event, "lines", lines_take);
	return event;
}

json_t *event_step_verdict(size_t step, enum verdict verdict, const char *reason, int exit_code)
{
	json_t *event = event_of_step("step.verdict", step);

	set_str(event, "verdict", verdict_word(verdict));
	set_str(event, "reason", reason);
	set_int(event, "exitCode", exit_code);
	return event;
}

json_t *event_run_end(enum verdict verdict, int exit_code)
{
	json_t *event = event_new("run.end");

	set_str(event, "verdict", verdict_word(verdict));
	set_int(event, "exitCode", exit_code);
	return event;
}

json_t *event_connection(size_t step, const char *state, int64_t since_wall_ms, const char *message)
{
	json_t *event = event_of_step("connection", step);

	set_str(event, "state", state);
	set_time(event, "since", since_wall_ms);
	set_str(event, "message", message);
	return event;
}

json_t *event_warning(size_t step, const char *id, const char *message)
{
	json_t *event = event_of_step("warning", step);

	set_str(event, "id", id);
	set_str(event, "message", message);
	return event;
}
