/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct error;

/* Milliseconds on a clock that never jumps and also counts suspend
 * (CLOCK_BOOTTIME, else CLOCK_MONOTONIC). For deadlines and intervals. */
int64_t clock_now_ms(void);

/* Milliseconds since the epoch. For what people and journals read. */
int64_t clock_wall_ms(void);

/* RFC 3339, UTC, with milliseconds: "2026-11-23T18:39:48.123Z". */
#define CLOCK_STAMP_SIZE 32
void clock_stamp(int64_t wall_ms, char out[static CLOCK_STAMP_SIZE]);
/* Any RFC 3339 time (offset or Z, fraction of any length); false if it is none. */
bool clock_parse_stamp(const char *s, int64_t *wall_ms);

/* Go's durations ("1h5m", "1.5h", "300ms", "µs" too) and bare seconds ("90").
 * Negative, empty, overflowing or unknown ones: false, with a sentence. */
bool duration_parse(const char *s, int64_t *ms, struct error *err);
/* Go's notation without fractions of seconds below 1 s being lost: "1m30s", "250ms", "0s". */
#define DURATION_SIZE 32
void duration_format(int64_t ms, char out[static DURATION_SIZE]);
/* "00:42", "12:05", "1:02:03": clocks on the screen. Negative counts as 0. */
void duration_clock(int64_t ms, char out[static DURATION_SIZE]);
/* kubectl's AGE column (k8s.io/apimachinery/pkg/util/duration HumanDuration): "40s", "5m10s",
 * "3h12m", "2d". */
void duration_age(int64_t ms, char out[static DURATION_SIZE]);
