/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "tui/canvas.h"
#include "tui/view.h"

struct buf;
struct model;
struct model_object;
struct model_step;

/* The applied object that holds the run up, of all steps that go on: one in Error before one with a
 * Pod in Error, and that before one that is only in progress. Its step into *whose; NULL leaves it
 * alone. */
const struct model_object *words_culprit(
	const struct model *m, const struct model_step **whose, size_t *others);
/* One sentence: what the run waits for now, or how it ended. */
enum role words_waiting(struct buf *out, const struct model *m, int64_t now_ms);
/* "; times out in 01:12", to go behind it; nothing when no step that goes on has a timeout. */
void words_deadline(struct buf *out, const struct model *m, int64_t now_ms);
/* "shop 1.42: step 2/4", "✘ shop 1.42 failed": for the terminal's title. */
void words_title(struct buf *out, const struct model *m, enum icons icons);
/* "⠙ 00:21 of 03:00   2/4 steps", "♥ succeeded in 00:42   4/4 steps". frame counts the steps of the
 * mark that turns. */
enum role words_progress(
	struct buf *out, const struct model *m, enum icons icons, int64_t now_ms, unsigned frame);
