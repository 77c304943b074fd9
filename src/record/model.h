/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct error;

/* A fold over the journal's events and nothing else: the same whether they come from a tracker in
 * this process, from another one's journal, or from a snapshot. Everything that shows something
 * reads this. Times are wall ms; 0 means "not yet". Strings are owned by the model, display text;
 * NULL means null. What is large and rarely shown (conditions, events, logs) is kept as compact
 * JSON text. */

struct model_moment { int64_t at; enum status status; char *reason, *message; };

struct model_column { char *name, *value; };

struct model_object {
	char *id, *api_version, *kind, *ns, *name, *uid;
	char *owner;              /* id, or NULL */
	size_t parent; /* index of the owner in the step's objects, MODEL_NO_PARENT if none or
			  unknown; see model_order() */
	size_t depth;             /* 0 for applied objects and orphans; likewise */
	uint32_t rank;            /* its age among the step's rows: model.c's own */
	bool applied;             /* decides */
	enum applied apply;
	enum status status;
	char *reason, *message, *note;
	struct model_column *columns; size_t ncolumns;
	int64_t created_at;       /* object's creationTimestamp; 0 unknown */
	bool replaced, stale;
	bool outdated; /* of an old revision of its owner; what it owns is then, too */
	char *manifest;           /* YAML text, only where applied */
	char *conditions, *events, *logs; /* JSON text, NULL when empty */
	char *pod;                /* of a Pod in trouble: its node and containers, as JSON text */
	char **warnings; size_t nwarnings;
	struct model_moment *timeline; size_t ntimeline;
};
#define MODEL_NO_PARENT ((size_t)-1)
#define MODEL_OUTPUT_MAX 200

struct model_step {
	char *name, *type;
	enum verdict verdict;
	char *reason;
	int exit_code;
	int64_t started_at, ended_at;
	char *tool; /* that makes its objects: "helm v3.19.0" */
	char *context, *server, *server_version;
	char *mode, *fail_early;
	int64_t timeout_ms, stabilization_ms, grace_ms; /* timeout, stabilization: -1 none */
	bool wait_for_jobs;
	char **warnings; size_t nwarnings;
	char **output; size_t noutput; /* the last lines of its tool, MODEL_OUTPUT_MAX at most */
	struct model_object *objects;
	size_t nobjects, cap; /* in display order after model_order(): applied ones in apply
			       * order, each followed by its children (depth first, in the order
			       * seen); then orphans */
	int64_t stabilizing_since; int64_t stabilizing_need_ms; /* 0: the window is shut */
	char *connection;         /* "live", "retrying", "stale"; NULL: nothing said */
	int64_t connection_since; char *connection_message;
	struct model_index *index; /* id → position; model.c's own */
};

struct model {
	char *run_id, *plan, *version;
	long pid;
	int64_t started_at, ended_at;
	enum verdict verdict; int exit_code;
	struct model_step *steps; size_t nsteps;
	int64_t last_seq;
	int64_t last_at;          /* wall ms of the newest event: "now" of a replay */
	uint64_t changes; /* counts up with every event that changed something: redraw when it moved
			   */
	bool frozen;              /* read from a snapshot, or run.end was seen */
	struct model_pool *pool;  /* strings that many rows share: model.c's own */
};

void model_init(struct model *m);
void model_release(struct model *m);

/* Folds one event in. Unknown events and fields are ignored; one that cannot be applied (no such
 * step, a wrong type) returns false with a sentence and changes nothing. */
bool model_apply(struct model *m, const json_t *event, struct error *err);

/* Brings the objects of every step into display order and their parents and depths up to date. To
 * be called before objects are walked by index, after any number of events; costs nothing when no
 * row came, went or moved. */
void model_order(const struct model *m);

/* NULL when there is none. Borrowed until the next model_apply() or model_order(). */
const struct model_object *model_find(const struct model *m, size_t step, const char *id);
const char *model_column(const struct model_object *o, const char *name);

/* Counts per status; of applied objects only, or of all. */
struct model_counts { size_t by[STATUS__COUNT], total; };
struct model_counts model_count(const struct model_step *step, bool applied_only);
