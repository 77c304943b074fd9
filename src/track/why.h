/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

#include "track/tracker.h"

/* The deepest known cause of an object's trouble, from the Pods below it: "2 of 3 Pods:
 * ImagePullBackOff (image "api:nope" not found)", counted over the Pods that should be there. The
 * same causes are grouped, errors before mere waiting, the commonest first; of the rarest at least
 * the reason is named. */
struct why {
	char *message;        /* owned; NULL: the children explain nothing */
	const char *reason;   /* of the commonest cause; borrowed from a child */
	size_t failing, pods; /* current Pods in Error; current Pods */
	int64_t failing_since; /* when the last of them began to fail */
};

void why_find(struct why *out, const struct tracked *o, int64_t now);
void why_release(struct why *why);
