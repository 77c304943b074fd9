/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "record/model.h"

/* What fills a model: shared by the fold of events and the reader of snapshots, of interest to
 * nobody else. Everything given here may be hostile; it becomes display text on its way in. */

/* A string kept once however many rows say it; one line of display text. NULL stays NULL. */
char *model_share(struct model *m, const char *raw);
void model_unshare(struct model *m, char *shared);
void model_set(
	struct model *m, char **slot, const char *raw); /* the same, in place of what *slot held */

/* The row with that id; made as a child without owner, if there is none. Borrowed until the next
 * one is made. */
struct model_object *model_row(struct model_step *step, const char *id);
struct model_object *model_known_row(
	const struct model_step *step, const char *id); /* NULL if there is none */
void model_drop_row(struct model *m, struct model_step *step, struct model_object *o);

/* Its place among the rows changed. As applied it ranks behind all that were applied before. */
void model_row_applied(struct model *m, struct model_step *step, struct model_object *o);
void model_row_owner(
	struct model *m, struct model_step *step, struct model_object *o, const char *owner);

void model_row_name(struct model *m, struct model_object *o, const char *name);
void model_row_columns(struct model *m, struct model_object *o, const json_t *columns);
void model_row_moment(struct model *m, struct model_object *o, int64_t at, enum status status,
	const char *reason, const char *message);

/* Adds a text unless the list has it. */
void model_warn(struct model *m, char ***list, size_t *n, const char *message);
/* Lines of a step's tool, behind those it has. */
void model_step_output(struct model_step *step, const json_t *lines);
void model_set_steps(struct model *m, size_t n);

/* The arrays as the contract has them: known fields only, of the right type, texts made display
 * text. Compact JSON text to free(), NULL when nothing is left. */
char *model_conditions(const json_t *list);
json_t *model_condition_list(const json_t *list); /* the same as JSON, perhaps empty */
char *model_events(const json_t *list);
/* {node, containers: [{name, image, init, state, reason, message, ready, restarts, exitCode}]} */
json_t *model_pod_value(const json_t *pod); /* a new reference; NULL when it is none */
char *model_pod(const json_t *pod);
char *model_logs(const json_t *list);
/* Replaces *slot by a string that was allocated; by one that many rows share. */
void model_own(char **slot, char *text_take);
void model_own_shared(struct model *m, char **slot, char *text_take);
char *model_text(const char *raw); /* several lines of display text, to free(); NULL stays NULL */

/* Fields of verify and cluster, as events and snapshots have them. */
void model_step_cluster(struct model *m, struct model_step *step, const json_t *cluster);
void model_step_verify(struct model *m, struct model_step *step, const json_t *verify);
int64_t model_time(const json_t *obj, const char *key);    /* wall ms; 0 when null or none */
int64_t model_seconds(const json_t *obj, const char *key); /* ms; -1 when null or none */
