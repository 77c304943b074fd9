/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/* The journal's events (DESIGN.md §7) as JSON objects. Each function returns a new reference
 * without v, seq and at, which the recorder puts in. NULL strings become JSON null. json_t
 * arguments named _take are stolen, others borrowed. Texts are display text and already redacted.
 */

struct verify_words { /* as in the snapshot */
	const char *mode;        /* "objects", "helm", "none" */
	int64_t timeout_ms;      /* -1: none */
	int64_t stabilization_ms; /* -1: does not apply */
	bool wait_for_jobs;
	const char *fail_early;  /* NULL: does not apply */
	int64_t grace_ms;
};

struct cluster_words { const char *context, *server, *version; };

struct object_words {
	const char *id, *api_version, *kind, *ns, *name, *uid;
};

json_t *event_run_start(
	const char *run, const char *plan, const char *version, int pid, json_t *steps_take);
/* tool: what makes the step's objects, "helm v3.19.0"; NULL: nothing, and then no field. */
json_t *event_step_start(size_t step, const char *tool, const struct cluster_words *cluster,
	const struct verify_words *verify);
json_t *event_object_applied(size_t step, const struct object_words *o, enum applied applied,
	const char *manifest, json_t *warnings_take);
json_t *event_object_seen(size_t step, const struct object_words *o, const char *owner,
	bool applied, const char *created_at);

struct status_words {
	enum status status;
	const char *reason, *message, *note;
	json_t *columns_take;    /* object of strings, ordered; NULL: {} */
	json_t *conditions_take; /* array; NULL: [] */
	json_t *pod_take; /* {node, containers} of a Pod in trouble; NULL: none */
	bool replaced, stale;
	bool outdated; /* of another revision than its owner's current one: it never decides */
};
json_t *event_object_status(size_t step, const char *id, const struct status_words *words);
json_t *event_object_detail(size_t step, const char *id, json_t *events_take, json_t *logs_take);
json_t *event_object_removed(size_t step, const char *id, const char *why);
json_t *event_step_stabilizing(size_t step, int64_t since_wall_ms, int64_t need_ms);
json_t *event_step_unsettled(size_t step, const char *id, const char *why);
/* What the step's tool wrote, whole lines; stream: "stdout" or "stderr". */
json_t *event_step_output(size_t step, const char *stream, json_t *lines_take);
json_t *event_step_verdict(size_t step, enum verdict verdict, const char *reason, int exit_code);
json_t *event_run_end(enum verdict verdict, int exit_code);
json_t *event_connection(
	size_t step, const char *state, int64_t since_wall_ms, const char *message);
json_t *event_warning(size_t step, const char *id, const char *message);
