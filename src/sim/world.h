/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/kinds.h"
#include "sim/scenario.h"
#include "sim/store.h"

/* Everything there is in the simulated cluster. One thread; nothing in it blocks. Two clocks:
 * `now` runs `speed` times as fast as the world and drives every delay; the times written into
 * objects are the wall clock's, because a client compares them with its own. */
struct sim {
	struct scenario scenario;
	struct kinds kinds;
	struct store store;
	int64_t now;        /* simulated ms since the start */
	double speed;
	char token[48];
	unsigned addresses; /* handed out so far, for Services and Pods */
};

void sim_init(struct sim
		*sim); /* the scenario is there already; makes the namespaces, nodes and classes */
void sim_release(struct sim *sim);
/* Lets everything happen that is due at `now`. */
void sim_tick(struct sim *sim, int64_t now);

/* "2026-11-23T18:39:48Z", the API's precision; a new reference. */
json_t *sim_stamp(void);
