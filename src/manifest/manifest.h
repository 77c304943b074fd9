/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct error;
struct errors;

/* One Kubernetes object as a file gave it. Strings are owned. */
struct manifest {
	char *api_version;  /* "apps/v1" */
	char *kind;
	char *ns;           /* metadata.namespace; NULL when the document names none */
	char *name;
	json_t *object;     /* parsed as kubectl would read it */
	char *body; /* what is sent: the document's own text, or JSON emitted anew (an item of a
		       List) */
	size_t body_len;
	char *shown; /* what the drawer shows: the same text, or emitted anew with a Secret's values
		      * masked; display text (TEXT_BLOCK) */
	char *file;         /* as given; "-" for standard input */
	int line, column;   /* of the object */
};

struct manifests {
	struct manifest *items;
	size_t n, cap;
	bool skips_passing; /* what nobody can look for (the server is to name it; it is a hook that
			     * helm makes) is left out, and told of … */
	char **skipped; size_t nskipped, skipped_cap; /* … by a sentence each */
};

/* Adds the objects of a file, a directory (its .yaml, .yml and .json files by name, not
 * deeper), a glob (sorted; one that matches nothing is a mistake) or "-" (standard input, once).
 * `base` is the directory relative paths start from; NULL: the working directory. A List and any
 * *List with items is flattened, each item keeping its own kind. Every mistake is one sentence in
 * errs, "file:line:column: what; what to do": YAML errors, no apiVersion, kind or name,
 * generateName (but see skips_passing), a wrong type. Documents before and after a mistake are still added. Returns whether
 * nothing was added to errs. */
bool manifests_load(
	struct manifests *list, const char *path, const char *base, struct errors *errs);

/* The same for what -f -R names on the command line: folders with all their subfolders. */
bool manifests_load_deep(struct manifests *list, const char *path, struct errors *errs);

/* The same from memory; `file` is only named in messages. */
bool manifests_parse(struct manifests *list, const char *text, size_t len, const char *file,
	struct errors *errs);

/* Adds an object of our own making, with apiVersion, kind and metadata.name. What is sent and what
 * is shown is its YAML; file, line and column say where the plan asks for it. */
void manifests_add_object(
	struct manifests *list, json_t *object_take, const char *file, int line, int column);
/* m->object was changed: writes body and shown anew. */
void manifest_rewrite(struct manifest *m);

/* The same object twice: same group, kind, namespace (an absent one is default_ns) and name. */
bool manifests_check_duplicates(
	const struct manifests *list, const char *default_ns, struct errors *errs);

/* What a server wrote into objects that were read from it (status, managedFields, uid, …) is no part
 * of a manifest: takes it out. */
void manifests_forget_live(struct manifests *list);

/* Only the objects that the selector (manifest/labels.h) matches stay. */
void manifests_keep_labelled(struct manifests *list, const char *labels);

void manifests_release(struct manifests *list);

/* "apps/v1" → "apps"; "v1" → "". Returned in a caller's buffer that is always large enough (254).
 */
#define GROUP_SIZE 256
void group_of(const char *api_version, char out[static GROUP_SIZE]);

/* Step index/group/Kind/namespace/name (DESIGN.md §7), the core group and cluster scope empty:
 * "0//Pod/shop/web-1". To free(). ns may be NULL. */
char *object_id(
	size_t step, const char *api_version, const char *kind, const char *ns, const char *name);
