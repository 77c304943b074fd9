/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

#include "track/tracker.h"

/* How a row is judged: by its rule, with the related objects that the rule asks for, and with what
 * is known of the volumes that a Pod waits for. Internal to src/track. */

/* Sets o->judged from the object as it was just seen. */
void judging_seen(const struct tracker *t, struct tracked *o, const json_t *object);
/* Whether the Pod waits for volumes, by its judgement, and for which: sets o->claims. */
void judging_claims(struct tracked *o, const json_t *object);
/* What is the matter with a claim, for a Pod that waits for it. To free(); NULL: nothing is. */
char *judging_claim_words(const char *name, const struct judgement *j);
/* Once more from the object that was kept, where others may have changed. */
void judging_again(const struct tracker *t, struct tracked *o);
void judging_forget(struct tracked *o);
