/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct meaning;
struct tracked;
struct tracker;

/* A hook of helm: an object that helm makes when its time has come, waits for, and may remove. Its
 * row informs and never decides: whether it did well is helm's to say. */
struct hook {
	char *label;               /* "pre-upgrade hook" */
	bool goes_good, goes_bad;  /* its delete policy, by how it ended */
};

/* Out of the annotations of a hook's manifest; event: "install" or "upgrade". NULL: it has no part
 * in that. To hook_free(). */
struct hook *hook_of(const json_t *manifest, const char *event);
void hook_free(struct hook *hook); /* accepts NULL */

/* Internal to src/track: the words of a hook that is not there, not there yet, or still the one of
 * an earlier revision. False: it is there, and is judged as any object. */
bool hook_meaning(
	struct meaning *m, const struct tracker *t, const struct tracked *o, int64_t now);
/* helm waits for it, at the moment. */
bool hook_runs(const struct tracked *o);
/* Says that it is one. */
void hook_add_label(struct meaning *m, const struct tracked *o);
