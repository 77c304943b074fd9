/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include "tui/view.h"

/* What the text of a run and its summary share. */

#define EXPORT_COLS_MIN 40

void export_wrapped(struct buf *out, int indent, int cols, const char *text);
/* Plan, place, verdict or clock, steps. */
void export_title(
	struct buf *out, const struct model *m, enum icons icons, int cols, int64_t now_ms);
/* What the run waits for, or how it ended. */
void export_sentence(struct buf *out, const struct model *m, int cols, int64_t now_ms);
