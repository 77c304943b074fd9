/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a record that are the same in events and in snapshots: lists, times, how a step is
 * verified. */
#include "record/model_own.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/jx.h"
#include "base/text.h"
#include "base/xalloc.h"

#define SECONDS_MAX 1e10 /* three centuries: what is longer is a mistake */

enum member_type { MEMBER_END, MEMBER_TEXT, MEMBER_NUMBER, MEMBER_FLAG, MEMBER_LINES };

struct member {
	const char *name;
	enum member_type type;
};

static json_t *display(const json_t *value)
{
	const char *raw = json_string_value(value);
	json_t *string;
	char *shown;

	if (!raw)
		return json_null();
	if (text_is_display(raw, TEXT_LINE))
		return json_string(raw);
	shown = text_display(raw, strlen(raw), TEXT_LINE);
	string = json_string(shown);
	free(shown);
	return string;
}

/* A log line keeps its indentation, which a line of display text would not. */
static char *display_log_text(const char *raw)
{
	char *shown = text_display(raw, strlen(raw), TEXT_BLOCK);

	for (char *c = shown; (c = strchr(c, '\n')) != NULL;)
		*c = ' ';
	return shown;
}

static json_t *display_log_line(const char *raw)
{
	char *shown = display_log_text(raw);
	json_t *string = json_string(shown);

	free(shown);
	return string;
}

static json_t *lines(const json_t *list)
{
	json_t *out = json_array();

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *raw = json_string_value(json_array_get(list, i));

		if (raw)
			json_array_append_new(out, display_log_line(raw));
	}
	return out;
}

static json_t *member_value(const json_t *value, enum member_type type)
{
	switch (type) {
	case MEMBER_NUMBER:
		return json_is_integer(value) ? json_integer(json_integer_value(value))
					      : json_null();
	case MEMBER_FLAG: return json_boolean(json_is_true(value));
	case MEMBER_LINES: return lines(value);
	default: return display(value);
	}
}

static json_t *normal_list(const json_t *list, const struct member *members)
{
	json_t *out = json_array();

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		json_t *copy;

		if (!json_is_object(item))
			continue;
		copy = json_object();
		for (const struct member *m = members; m->name; m++)
			json_object_set_new(copy, m->name,
				member_value(json_object_get(item, m->name), m->type));
		json_array_append_new(out, copy);
	}
	return out;
}

static char *list_text(json_t *list_take)
{
	char *text = json_array_size(list_take) > 0 ? jx_dump(list_take) : NULL;

	json_decref(list_take);
	return text;
}

json_t *model_condition_list(const json_t *list)
{
	static const struct member members[] = {
		{ "type", MEMBER_TEXT },
		{ "status", MEMBER_TEXT },
		{ "reason", MEMBER_TEXT },
		{ "message", MEMBER_TEXT },
		{ "lastTransitionTime", MEMBER_TEXT },
		{ 0 },
	};

	return normal_list(list, members);
}

char *model_conditions(const json_t *list)
{
	return list_text(model_condition_list(list));
}

json_t *model_pod_value(const json_t *pod)
{
	static const struct member members[] = {
		{ "name", MEMBER_TEXT },
		{ "image", MEMBER_TEXT },
		{ "init", MEMBER_FLAG },
		{ "state", MEMBER_TEXT },
		{ "reason", MEMBER_TEXT },
		{ "message", MEMBER_TEXT },
		{ "ready", MEMBER_FLAG },
		{ "restarts", MEMBER_NUMBER },
		{ "exitCode", MEMBER_NUMBER },
		{ 0 },
	};

	if (!json_is_object(pod))
		return NULL;
	return json_pack("{s:o, s:o}", "node", display(json_object_get(pod, "node")), "containers",
		normal_list(json_object_get(pod, "containers"), members));
}

char *model_pod(const json_t *pod)
{
	json_t *value = model_pod_value(pod);
	char *text = value ? jx_dump(value) : NULL;

	json_decref(value);
	return text;
}

char *model_events(const json_t *list)
{
	static const struct member members[] = {
		{ "type", MEMBER_TEXT },
		{ "reason", MEMBER_TEXT },
		{ "message", MEMBER_TEXT },
		{ "count", MEMBER_NUMBER },
		{ "firstAt", MEMBER_TEXT },
		{ "lastAt", MEMBER_TEXT },
		{ 0 },
	};

	return list_text(normal_list(list, members));
}

char *model_logs(const json_t *list)
{
	static const struct member members[] = {
		{ "container", MEMBER_TEXT },
		{ "previous", MEMBER_FLAG },
		{ "lines", MEMBER_LINES },
		{ 0 },
	};

	return list_text(normal_list(list, members));
}

void model_step_output(struct model_step *step, const json_t *lines)
{
	for (size_t i = 0; i < json_array_size(lines); i++) {
		const char *raw = json_string_value(json_array_get(lines, i));

		if (!raw)
			continue;
		if (!step->output)
			step->output = xcalloc(MODEL_OUTPUT_MAX, sizeof(*step->output));
		if (step->noutput == MODEL_OUTPUT_MAX) {
			free(step->output[0]);
			memmove(step->output, step->output + 1,
				--step->noutput * sizeof(*step->output));
		}
		step->output[step->noutput++] = display_log_text(raw);
	}
}

int64_t model_time(const json_t *obj, const char *key)
{
	const char *stamp = json_string_value(json_object_get(obj, key));
	int64_t wall = 0;

	return stamp && clock_parse_stamp(stamp, &wall) ? wall : 0;
}

int64_t model_seconds(const json_t *obj, const char *key)
{
	const json_t *value = json_object_get(obj, key);
	double seconds = json_number_value(value);

	if (!json_is_number(value) || !(seconds >= 0 && seconds <= SECONDS_MAX))
		return -1;
	return (int64_t)(seconds * 1000 + 0.5);
}

void model_step_cluster(struct model *m, struct model_step *step, const json_t *cluster)
{
	model_set(m, &step->context, jx_str(cluster, "context"));
	model_set(m, &step->server, jx_str(cluster, "server"));
	model_set(m, &step->server_version, jx_str(cluster, "version"));
}

void model_step_verify(struct model *m, struct model_step *step, const json_t *verify)
{
	int64_t grace = model_seconds(verify, "graceSeconds");

	model_set(m, &step->mode, jx_str(verify, "mode"));
	model_set(m, &step->fail_early, jx_str(verify, "failEarly"));
	step->timeout_ms = model_seconds(verify, "timeoutSeconds");
	step->stabilization_ms = model_seconds(verify, "stabilizationSeconds");
	step->grace_ms = grace < 0 ? 0 : grace;
	step->wait_for_jobs = jx_bool(verify, "waitForJobs");
}
