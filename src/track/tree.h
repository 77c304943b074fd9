/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "track/tracker.h"

/* The rows of a tracker: found by id, by uid and by serial, linked to their owners. Internal to
 * src/track. */

/* A new row; takes id over. */
struct tracked *tree_add(struct tracker *t, const char *api_version, const char *kind,
	const char *ns, const char *name, char *id_take);
/* The row with its id or its uid; NULL: it has none. */
struct tracked *tree_find(const struct tracker *t, const json_t *object);
/* The owner that has a row: the controller first, any other after it; NULL: none has. */
struct tracked *tree_owner(const struct tracker *t, const json_t *object);
/* The row of an object: the one with its id or its uid, or a new one if an owner of it has a row.
 * NULL: it is nobody's. Links it to the owner that it names now. */
struct tracked *tree_row(struct tracker *t, const json_t *object);
/* Links a row to the owner that its object names now. */
void tree_link(struct tracker *t, struct tracked *o, const json_t *object);
/* Its uid is another than before: what was known of the old object is forgotten. */
void tree_set_uid(struct tracker *t, struct tracked *o, const char *uid);
/* Takes the row out and frees it; its children hang in the air until they go too. */
void tree_drop(struct tracker *t, struct tracked *o);
void tree_release(struct tracker *t);
