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

/* The bytes of a text that have another role than the rest. */
struct words_part { size_t from, end; enum role role; };

/* The right side of a step's heading: its verdict, its clocks, its window as a bar that fills.
 * detail 0 says all, each further one less; returns false when there is no such detail any more.
 * *part is the verdict, or what stands for it as long as the step goes on. */
bool words_step(struct buf *out, const struct model *m, const struct model_step *s,
	enum icons icons, int64_t now_ms, int detail, struct words_part *part);

/* Every object is at its desired state, and it is seen whether that holds. */
bool words_window_open(const struct model_step *s);
/* "4 of 10 s": how much of the window has passed. */
void words_window(struct buf *out, const struct model_step *s, int64_t now);
