/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/canvas.h"
#include "tui/view.h"

struct buf;
struct model;
struct model_step;

/* The right side of a step's heading: its verdict, its clocks, its window as a bar that fills.
 * detail 0 says all, each further one less; returns false when there is no such detail any more.
 * *role is that of the verdict's part, which begins at byte *from of what was appended. */
bool words_step(struct buf *out, const struct model *m, const struct model_step *s,
	enum icons icons, int64_t now_ms, int detail, size_t *from, enum role *role);

/* Every object is at its desired state, and it is seen whether that holds. */
bool words_window_open(const struct model_step *s);
/* "4 of 10 s": how much of the window has passed. */
void words_window(struct buf *out, const struct model_step *s, int64_t now);
