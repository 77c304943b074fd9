/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cmd/executor.h"

/* A release of helm that is watched: its objects are what `helm get manifest` says of its newest
 * revision. They go to the verification as they become known. helm is asked again until there is
 * such a release, and that revision is deployed. */
struct watch_release;

/* The executor's spec is borrowed. answered comes from the loop, each time helm has said something
 * new; the release may be freed in it. */
struct watch_release *watch_release_start(const struct executor_spec *spec, const char *name,
	void (*answered)(void *arg), void *arg);
void watch_release_stop(struct watch_release *r); /* no callback any more */
void watch_release_free(struct watch_release *r); /* accepts NULL */

bool watch_release_is_known(const struct watch_release *r); /* helm has said whether it is there */
/* Why its objects are not known, or are not what they are to be; NULL: all is well. */
const char *watch_release_trouble(const struct watch_release *r);
bool watch_release_is_hopeless(const struct watch_release *r);  /* waiting does not help against it */
bool watch_release_is_forbidden(const struct watch_release *r); /* that is why */
size_t watch_release_count(const struct watch_release *r);      /* of its objects */
