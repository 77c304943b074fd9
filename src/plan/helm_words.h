/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct error;
struct helm_call;

/* What helm says, read. Everything is pure; texts that come out are display text. */

/* One sentence out of what `helm upgrade` wrote to its standard error when it failed: its last
 * "Error: …" without "UPGRADE FAILED:" and the like, on one line. To free(); NULL: there is none.
 */
char *helm_failure(const char *said);
/* It ran out of its own --timeout. */
bool helm_failure_is_timeout(const char *said);

/* A line of what helm wrote: objects that a server's message quotes as JSON are cut out, as they
 * are long and may hold anything. Raw bytes, to free(). */
char *helm_without_objects(const char *said);

/* The state of a release, from `helm history -o json`. */
struct helm_state {
	int revision;      /* the newest; 0: there is no release */
	int good_revision; /* the newest that was deployed well; 0: none */
	char *status;      /* of the newest: "deployed", "failed", "pending-upgrade", … */
	char *updated;     /* RFC 3339, or "" */
};
bool helm_state_parse(struct helm_state *out, const char *json, struct error *err);
void helm_state_release(struct helm_state *state);
/* It failed because the release's namespace is not there. */
bool helm_failure_is_namespace(const char *said);
/* `helm history` failed with that because there is no such release. */
bool helm_says_not_found(const char *said);
/* An operation is under way, or was interrupted: helm refuses another one. */
bool helm_state_in_the_way(const struct helm_state *state);

/* "release web is left failed at revision 4; helm rollback web 3 -n shop brings revision 3 back" */
void helm_add_left(struct buf *out, const struct helm_state *state, const struct helm_call *call);
/* The same for one that stands in the way before we began: since when, and what to do. */
void helm_add_in_the_way(
	struct buf *out, const struct helm_state *state, const struct helm_call *call);
