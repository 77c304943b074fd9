/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct model_step;

/* What the sentences of a step and of the run have in common. Internal to tui/words*.c. */
void words_add_clock_time(struct buf *out, int64_t wall_ms); /* "14:03:21" */
void words_add_elapsed(struct buf *out, int64_t from, int64_t to,
	int64_t limit_ms); /* "00:42 of 03:00"; limit <= 0: none */
/* "4 of 10 s": how much of the window has passed. */
void words_add_window(struct buf *out, const struct model_step *s, int64_t now);
bool words_window_open(const struct model_step *s);
