/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "import/import.h"
#include "import/ocl.h"
#include "import/octostache.h"

/* A process while it is read. Internal to the import of OCL. */
struct octopus {
	const char *file;
	struct import *out;
	struct variables variables; /* of --set */
	struct variables env; /* names of ${env:NAME}, for what is secret */
	bool said_client_side;
};

/* One action while it is read: each property is taken once, and what is left is said. */
struct action {
	struct octopus *o;
	const struct ocl_node *step, *node, *props; /* props may be NULL */
	bool *taken; /* of props, one each */
	char *name, *slug;
	struct remarks remarks;
	/* The step of the plan: TYPE: {body}, namespace, verify; NULL: not said. */
	const char *type;
	json_t *body, *ns, *verify;
	bool unusable;
	struct buf ignored; /* names of properties, for one note */
};

typedef void action_reader(struct action *a);
action_reader read_raw_yaml, read_kustomize, read_helm, read_containers, read_config_map,
	read_secret, read_ingress, read_service;

/* Properties are named without "Octopus.Action.". NULL: absent; blank text is "". A boolean or a
 * number is text, too; a list or a map is left out. Borrowed. */
const char *action_take(struct action *a, const char *key);
/* The same, but blank is NULL. */
const char *action_filled(struct action *a, const char *key);
bool action_flag(struct action *a, const char *key); /* "True", whatever the case */
/* It has no effect in Octopus, or none of ksettle's: it is named in one note with the others. */
void action_ignore(struct action *a, const char *key);
/* JSON of that type; NULL: absent, blank, empty, or no such JSON, which is said. A new reference.
 */
json_t *action_json(struct action *a, const char *key, json_type type);
/* Where a property stands; the action itself where there is none. */
const struct ocl_node *action_at(const struct action *a, const char *key);

void action_leave(struct action *a, const struct ocl_node *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4))); /* left out */
/* … and so the step can stand in the plan as a comment only. */
void action_unusable(struct action *a, const struct ocl_node *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void action_note(struct action *a, const struct ocl_node *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Octopus' text as a value of the plan. A new reference. */
json_t *action_value(struct action *a, const struct ocl_node *at, const char *text);
/* The same, but digits are a number and True and False are booleans. */
json_t *action_scalar(struct action *a, const struct ocl_node *at, const char *text);
/* Kubernetes' own JSON, but whose scalars are all texts: without what is blank. A new reference. */
json_t *action_typed(struct action *a, const struct ocl_node *at, const json_t *from);
/* Takes a property that is filled: sets into[to]. */
void action_set(struct action *a, json_t *into, const char *to, const char *key); /* text */
void action_set_scalar(struct action *a, json_t *into, const char *to, const char *key);
/* The same for a list of lines, or of words between commas. */
void action_set_words(struct action *a, json_t *into, const char *to, const char *key);

/* Text that goes into a file beside the plan, folder/SLUG.yaml; its path, borrowed. With variables
 * in it the file gets ".in" behind, and a remark says how the other is made. */
const char *action_file(
	struct action *a, const struct ocl_node *at, const char *folder, const char *text);

/* The packages block of that name ("": the action's own); NULL: none. */
const struct ocl_node *action_package(const struct action *a, const char *name);
const struct ocl_node *action_git(const struct action *a, const char *name); /* the same */
/* "${nginx.version}": which one Octopus deploys, its release says. To free(). */
char *action_version(struct action *a, const struct ocl_node *at, const char *package_id);

/* verify and forceConflicts, as the action's properties say. */
void action_verify(struct action *a);
void action_force(struct action *a);
/* Kubernetes.DeploymentTimeout, Octopus' seconds, as a duration; 0, or nothing between the quotes: no
 * limit. Absent: its default. A new reference. */
json_t *action_timeout(struct action *a);

/* All that nobody took of the action, and what its step says. */
void action_read_rest(struct action *a);

/* Everything in value is "", null, empty or made of such. */
bool json_is_blank(const json_t *value);
/* An object's member, taken out of it; NULL: absent or blank. A new reference. */
json_t *member_take(json_t *object, const char *key);
/* Its text, to free(); NULL: absent, blank or no text. A number or boolean is text, too. */
char *member_text(json_t *object, const char *key);
/* What nobody took is left out by name: "container 'web': Lifecycle". */
void members_leave(struct action *a, const struct ocl_node *at, const char *what, json_t *object);
/* {key: value} of Octopus' [{key, value}, …] or {key: value}; NULL: empty. A new reference. */
json_t *action_pairs(
	struct action *a, const struct ocl_node *at, const char *what, const json_t *from);
/* Takes a property that holds pairs: sets into[to]. */
void action_set_pairs(struct action *a, json_t *into, const char *to, const char *key);

/* The parts of a containers action. */
json_t *containers_of(struct action *a, const struct ocl_node *at, const json_t *list, bool init);
json_t *volumes_of(struct action *a);
/* Objects from their properties; NULL: they are not there. The caller sets the rest. */
json_t *config_map_of(struct action *a);
json_t *secret_of(struct action *a);
json_t *ingress_of(struct action *a);
json_t *service_of(struct action *a);
