/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "track/tracker.h"

/* What a judgement means over time (DESIGN.md §6), and the events that say so. Internal to
 * src/track. */

/* The words of one row, ready to be emitted; message and note are owned. */
struct meaning {
	enum status status;
	enum severity severity;
	const char *reason;     /* borrowed */
	char *message, *note;
	int64_t success_since, error_since;
	bool pods_failing;
	int64_t pods_failing_since;
};

void meaning_find(struct meaning *m, const struct tracker *t, const struct tracked *o, int64_t now);
void meaning_release(struct meaning *m);
/* Emits object.status if the words differ from the last ones. */
void meaning_emit(struct tracker *t, struct tracked *o, const struct meaning *m);

/* What the newest event that explains says, with the Pod's own words where they belong together. To
 * free(). */
char *meaning_of_cause(const struct tracked *o);
/* A Pod's own sentence with what its events and its log add to it. To free(); NULL: it needs none.
 */
char *meaning_of_leaf(const struct tracked *o);
/* Takes the columns over, and keeps the conditions, until they are emitted. */
void meaning_keep_details(struct tracked *o, const json_t *object);
/* Nothing of it is there to be shown any more. */
void meaning_drop_details(struct tracked *o);
/* A child that owns nothing: emitted as judged. */
void meaning_leaf(struct tracker *t, struct tracked *o);
void meaning_failed_apply(
	struct tracker *t, struct tracked *o, const char *reason, const char *why);
