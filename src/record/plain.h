/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct model;

/* One line per change: time, step, object, status, reason (UX.md §4.2), for logs and CI. A recorder
 * listener. */
struct plain;

struct plain *plain_new(FILE *out);
void plain_free(struct plain *p);
void plain_listen(void *arg /* struct plain */, const struct model *model, const json_t *event,
	const char *line);

/* Call about once a second: after 30 s without a line it writes one that names what is still
 * awaited and why. now_ms is the wall clock, as in the model. */
void plain_tick(struct plain *p, const struct model *model, int64_t now_ms);
/* True once a write failed with EPIPE or another error: leave off quietly. */
bool plain_broken(const struct plain *p);
