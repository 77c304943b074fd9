/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

struct cluster;
struct helm_call;
struct helm_output;
struct loop;
struct verification;

/* The objects and hooks of a revision, read from helm as soon as it has written its record, and
 * followed from then on. */
struct helm_objects;

struct helm_objects_spec {
	struct loop *loop;
	struct cluster *cluster;
	struct verification *verification; /* gets the objects */
	struct helm_output *output;        /* learns the Secrets, and is opened */
	const struct helm_call *call;
	int revision;
	const char *event; /* "install" or "upgrade": which hooks have a part in it */
};

struct helm_objects *helm_objects_start(const struct helm_objects_spec *spec);
/* helm has ended: what there is now is all. done comes once, from the loop or from inside; trouble
 * says why it cannot be read, and is NULL when it was. */
void helm_objects_finish(struct helm_objects *o,
	void (*done)(void *arg, const char *trouble), void *arg);
size_t helm_objects_count(const struct helm_objects *o); /* without hooks */
size_t helm_objects_hooks(const struct helm_objects *o);
void helm_objects_free(struct helm_objects *o);          /* accepts NULL; no callback */
