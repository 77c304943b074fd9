/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "rules/rule.h"

/* Objects judged together by one look, with the words that a run's rows have: each is a relative of
 * the others, and what ails the children stands on their owner's row. No time passes here: a soft
 * error never gets beyond its grace, and what takes time to tell is In progress. */
struct once;

/* What is said of one object; texts are display text, owned by the once. */
struct once_row {
	const json_t *object;     /* borrowed */
	char *api_version, *kind, *ns, *name; /* NULL where the object names none */
	enum status status;
	char *reason, *message, *note;
	struct column_value *columns;
	size_t ncolumns;
};

struct once *once_new(bool wait_for_jobs);
void once_free(struct once *o); /* accepts NULL */

/* An object (borrowed; the once takes a reference). asked: it is to have a row; else it only
 * explains others. */
void once_add(struct once *o, const json_t *object, bool asked);
/* One that was asked for and cannot be read: object has what is known of it, reason is a constant.
 */
void once_add_missing(struct once *o, const json_t *object, const char *reason, const char *why);
/* All objects of that kind that matter were added, even if there are none. */
void once_knows(struct once *o, const char *kind);

/* Judges what was added so far; may be called again after more was. wall_ms: the time by the clock
 * on the wall; events older than since_ms (wall) explain nothing. */
void once_judge(struct once *o, int64_t wall_ms, int64_t since_ms);
/* The rows of what was asked for, in order; until the next judgement. */
const struct once_row *once_rows(const struct once *o, size_t *n);
