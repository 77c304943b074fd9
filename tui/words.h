/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/canvas.h"
#include "tui/view.h"

struct buf;
struct model;
struct model_object;
struct model_step;

/* The sentences of the screen and of the text export: made from the model alone, appended to *out.
 */

/* The wall clock that ages and elapsed times refer to: an ended step stands still, so does a run
 * that is over. */
int64_t words_now(const struct model *m, const struct model_step *s, int64_t now_ms);

/* "Error: image … not found", "In progress (as last seen): …", "Success, note: …"; never empty. */
void words_row(struct buf *out, const struct model_object *o);
/* Success, but with something that must not be lost: a note, or a Job that was not waited for. */
bool words_has_note(const struct model_object *o);
/* "prod/shop": the step's context and the namespace that its applied objects share. */
void words_place(struct buf *out, const struct model_step *s);
/* NULL when the step's applied objects are in several namespaces (rows then say theirs) or in none.
 */
const char *words_namespace(const struct model_step *s, bool *several);

/* The right side of a step's heading. detail 0 says all, each further one less; returns false when
 * there is no such detail any more. *role is that of the verdict's part, which begins at byte *from
 * of what was appended. */
bool words_step(struct buf *out, const struct model *m, const struct model_step *s,
	enum icons icons, int64_t now_ms, unsigned frame, int detail, size_t *from,
	enum role *role);

/* The step that goes on now, or where the run ended; 0 when there is none. */
size_t words_current(const struct model *m);
/* One sentence: what the run waits for now, or how it ended. */
enum role words_waiting(struct buf *out, const struct model *m, int64_t now_ms);
/* "2/4 steps" and its neighbour: "⠙ 00:21 of 03:00", "♥ succeeded in 00:42". */
enum role words_progress(
	struct buf *out, const struct model *m, enum icons icons, int64_t now_ms, unsigned frame);

/* Where to break text that has more than columns: the bytes of its first line; *skip gets the
 * spaces behind it. */
size_t words_break(const char *text, int columns, size_t *skip);
