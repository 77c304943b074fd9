/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"

struct model;
struct model_object;

/* One line of plain output while it is put together. It begins with its time, never with what a
 * cluster said, and what a cluster said is broken where a CI system would take it for a command. */
struct plain_line {
	FILE *out;
	struct buf text;
	int64_t last; /* wall ms of the last line written; 0: none yet */
	bool broken;  /* a write failed: no more are tried */
};

void line_begin(struct plain_line *l, const struct model *m, int64_t at);
void line_begin_step(struct plain_line *l, const struct model *m, size_t step, int64_t at);
void line_end(struct plain_line *l, int64_t at); /* writes and flushes it */

void line_add(struct plain_line *l, const char *text); /* display text; NULL adds nothing */
void line_add_label(struct plain_line *l, const struct model_object *o);
/* " | reason: message (note: …)", as far as there is something to say. */
void line_add_cause(struct plain_line *l, const struct model_object *o);
void line_add_duration(struct plain_line *l, const char *before, int64_t ms);

/* The whole line: what the step still awaits, why, and how much time is left. The model's rows are
 * in order. */
void line_heartbeat(struct plain_line *l, const struct model *m, size_t step, int64_t now_ms);
