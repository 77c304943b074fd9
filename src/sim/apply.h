/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct kind;
struct object;
struct reply;
struct sim;

/* Server-side apply, coarse: maps are merged, lists replaced as a whole. What each manager applied
 * is kept, so that a value that another manager holds is a conflict, and what a manager no longer
 * names goes away. */
struct apply {
	const struct kind *kind;
	const char *ns, *name;   /* ns NULL for cluster scope */
	const char *manager;
	bool force;
	bool dry;                /* only says what it would come to */
	bool foreign; /* from the scenario itself, whose rules are for the user under test */
	json_t *body;            /* borrowed */
};

/* Answers with the object (201 or 200) or a refusal. */
void apply_object(struct sim *sim, const struct apply *apply, struct reply *reply);
/* An object that somebody else applied, from a scenario. Ignored when it names no known kind. */
void apply_foreign(struct sim *sim, const json_t *object, const char *manager);
/* A POST: as an apply by a manager, but the object must not exist. */
void apply_create(struct sim *sim, const struct apply *apply, struct reply *reply);

/* Counts the generation and tells the controllers. */
void object_spec_changed(struct sim *sim, struct object *obj);
/* Fills in what the server fills in. defaults.c */
void defaults_set(struct sim *sim, const struct kind *kind, json_t *object);
/* What a new object's status says before a controller has seen it; NULL for none. */
json_t *defaults_status(const struct kind *kind);
