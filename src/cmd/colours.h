/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "cmd/executor.h"

/* What a cluster is asked about the colours of a blue/green Deployment: which one the Services lead
 * to, and to take the others away. One question at a time; the answers stay until it is freed. */
struct colours;

struct colours *colours_new(const struct executor_spec *spec);
void colours_free(struct colours *c); /* accepts NULL; no callback */
void colours_cancel(struct colours *c); /* the open question is given up; no callback */

/* Called once from the loop. ERROR_NONE, or why the step cannot go on. */
typedef void colours_fn(void *arg, const struct error *err);

/* Reads the Services that are to be switched; weather is tried again without end. With `verified`
 * one that already leads to every Pod of the new colour is an error: it would do so before they
 * have settled. */
void colours_look(struct colours *c, bool verified, colours_fn *done, void *arg);
/* Deletes the other colours to which no Service leads, for at most limit_ms. What was removed, and what could not be, is said
 * as warnings of the step; that is no error. */
void colours_remove(struct colours *c, int64_t limit_ms, colours_fn *done, void *arg);

/* The Deployment that a Service leads to, as it was seen; NULL: none of ours, or not seen. */
const char *colours_serving(const struct colours *c);
/* The first Service that is to be switched. */
const struct manifest *colours_service(const struct colours *c);
/* It was seen. */
bool colours_has_service(const struct colours *c);
