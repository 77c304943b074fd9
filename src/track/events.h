/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdint.h>

/* Kubernetes events (core/v1) of one object, digested. Pure. Events are best effort: they explain,
 * they never decide. */
struct event_digest {
	json_t *events; /* [{type, reason, message, count, firstAt, lastAt}], newest first, routine
			   ones left out; new reference */
	char *reason, *cause; /* of the newest one that says why an object does not get on; NULL:
				 none does. Owned */
};

/* list: array of Event objects; since_ms (wall): older ones belong to an earlier story. */
void event_digest(struct event_digest *out, const json_t *list, int64_t since_ms);
void event_digest_release(struct event_digest *d);
