/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct model;
struct model_object;
struct model_step;

/* What a row says about itself, and the small words that all sentences share: made from the model
 * alone, appended to *out. */

/* "Error: image … not found", "In progress (as last seen): …", "Success, note: …"; never empty. */
void words_row(struct buf *out, const struct model_object *o);
/* Success, but with something that must not be lost: a note, or a Job that was not waited for. */
bool words_has_note(const struct model_object *o);

/* "prod/shop": the step's context and the namespace that its applied objects share. */
void words_place(struct buf *out, const struct model_step *s);
/* NULL when the step's applied objects are in several namespaces (rows then say theirs) or in none.
 */
const char *words_namespace(const struct model_step *s, bool *several);

/* It has begun and has no verdict. */
bool words_open(const struct model_step *s);
/* The first step that goes on now, or where the run ended; 0 when there is none. */
size_t words_current(const struct model *m);

/* The wall clock that ages and elapsed times refer to: an ended step stands still, so does a run
 * that is over. */
int64_t words_now(const struct model *m, const struct model_step *s, int64_t now_ms);
/* How old a row says it is, in ms: in steps of some seconds as long as it goes on. */
int64_t words_age(
	const struct model *m, const struct model_step *s, int64_t created_at, int64_t now_ms);
void words_time(struct buf *out, int64_t wall_ms);                           /* "14:03:21" */
void words_elapsed(struct buf *out, int64_t from, int64_t to, int64_t limit_ms); /* "00:21 of 03:00" */

bool words_same(const char *a, const char *b); /* neither is NULL, and they are alike */

/* Where to break text that has more than columns: the bytes of its first line; *skip gets the
 * spaces behind it. */
size_t words_break(const char *text, int columns, size_t *skip);
