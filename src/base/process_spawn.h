/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct error;
struct process_spec;

/* A started child and our ends of its streams: non-blocking, close-on-exec, -1 where there is no
 * pipe. */
struct spawned {
	pid_t pid;
	int in;      /* to write to */
	int out[2];  /* to read its streams 1 and 2 from */
};

/* Forks and waits until the program runs or could not be started (then false with a sentence). */
bool spawn(struct spawned *child, const struct process_spec *spec, struct error *err);
