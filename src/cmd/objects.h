/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct errors;
struct input;

/* The objects of files, one at a time: documents of YAML and of JSON in any order, JSON with
 * nothing between, Lists, typed lists, Lists in Lists. Of JSON no more than one item is held at a
 * time, however large the list. */

struct place {
	const char *file;
	int line, column;
};

/* Who gets them. What an unfinished document has given may turn out to be none: then
 * everything from the count before it on is dropped. */
struct object_sink {
	void *arg;
	/* object is borrowed, and may be changed. False with a sentence when it is no object. */
	bool (*take)(void *arg, json_t *object, const struct place *at, struct errors *errs);
	size_t (*count)(void *arg);
	void (*drop)(void *arg, size_t from);
	bool any; /* a document was there, if only an empty list */
};

/* path and deep are as manifest_files_each() takes them. False with sentences: a file or a document cannot be
 * read, or take() refused. */
bool objects_read(const char *path, bool deep, struct object_sink *to, struct errors *errs);

/* What its reader and that of JSON share. */
struct objects {
	struct input *in;
	struct object_sink *to;
	struct errors *errs;
	const char *file;
	size_t mistakes; /* of errs before this file */
};

/* One is enough to see what is wrong; a million of them is no help. */
bool objects_are_hopeless(const struct objects *o);

/* The input stands at '{': reads to the closing brace. JSON_NOT: it is not JSON, or not JSON
 * alone, and nothing of it was taken; what there is in input's `kept` begins where the
 * document does. JSON_BROKEN: likewise, and it is too late to read it as something else. */
enum json_end { JSON_READ, JSON_NOT, JSON_BROKEN };
enum json_end objects_read_json(struct objects *o);

/* One value: an object, or a List of them. nested: how many Lists it is in. */
struct yaml_node;
bool objects_take(struct objects *o, json_t *value, const struct yaml_node *node,
	const struct place *at, int nested);

/* "PodList" of "v1": what its items need not repeat. */
struct list_type {
	const char *kind, *api_version; /* either may be NULL */
};
bool list_type_is_list(const struct list_type *type);
/* The item has a type; it may be the list's. */
bool list_type_complete(const struct list_type *type, json_t *item);
