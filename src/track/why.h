/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

#include "track/tracker.h"

/* The deepest known cause of an object's trouble, from the Pods below it: "2 of 3 Pods:
 * ImagePullBackOff (image "api:nope" not found)", counted over the Pods that should be there. The
 * same causes are grouped: errors, then what is held up, then what has merely waited for some
 * seconds; the commonest first, and of the rarest at least the reason is named. A single Pod of a
 * StatefulSet is named: the others wait for it. */
struct why {
	char *message;        /* owned; NULL: the children explain nothing */
	const char *reason;   /* of the commonest cause; borrowed from a child */
	size_t failing, pods; /* current Pods in Error; current Pods */
	int64_t failing_since; /* when the last of them began to fail */
};

void why_find(struct why *out, const struct tracked *o, int64_t now);
void why_release(struct why *why);
