/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/yaml.h"

struct errors;

/* Kubernetes objects from the plan's short forms, by tables of their keys. Every mistake has its
 * position in the plan; no sentence quotes a value that may be secret (env, data). */
struct make {
	const char *base; /* the folder that relative paths start from */
	const char *file; /* the plan, for positions */
	const char *name; /* of the object that is made */
	bool alone; /* that is the whole step: forceConflicts stands in it, too */
	struct errors *errs;
};

struct make_key;
struct make_keys;

/* The value for a key of the object: a new reference; NULL: a mistake was said. */
typedef json_t *make_fn(
	const struct make *m, const struct make_key *key, const struct yaml_node *node);

/* One key of a short form. Which of the fields behind `to` count depends on `make`. */
struct make_key {
	const char *key; /* in the plan */
	make_fn *make;
	const char *to; /* in the object; NULL: the same */
	const char *const *words; /* make_word: those allowed, NULL-terminated; make_map: the keys in
				     it, however deep, whose values are texts */
	bool (*is)(const char *); /* make_named: whether it may be that … */
	const char *like;         /* … and what it is, for the sentence: "a name is …" */
	json_int_t low, high;     /* make_int: its range */
	const struct make_keys *keys; /* make_table, make_tables: of the mapping, of each item */
	bool needed;              /* it must be there */
	bool one;                 /* one of those of which exactly one must be there */
};

struct make_keys {
	const char *what; /* for the sentence: "a container" */
	const char *rest; /* where what it does not know may go; NULL: nowhere */
	const char *one_of; /* "one of httpGet, exec", for the sentence; NULL: no key is `one` */
	const struct make_key *items;
	size_t n;
};

/* Where the keys of a table go. */
struct make_part {
	const struct make_keys *keys;
	json_t *into;
};

/* Reads a mapping whose keys may be of several tables. An unknown key names the nearest known one
 * of all. The first part says what it is. False: a mistake was said. */
bool make_parts(const struct make *m, const struct yaml_node *node, const struct make_part *parts,
	size_t n);

bool make_mistake(const struct make *m, const struct yaml_node *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4))); /* always false */

/* What has a key in the plan, or one that looks like a slip of the pen for it, and could not be read:
 * what depends on it cannot be judged. */
bool make_lost(const struct yaml_node *node, const json_t *into, const char *key);

/* "name cannot be 'A_b': like", without the value where it came from a variable. Always false. */
bool make_unfit(const struct make *m, const struct yaml_node *node, const char *what,
	const char *like);
/* What was made if it is good, else NULL and released. */
json_t *make_kept(json_t *made_take, bool good);

make_fn make_text;    /* a text, not empty; numbers and true are text here */
make_fn make_string;  /* the same, may be empty */
make_fn make_named;
make_fn make_word;
make_fn make_int;
make_fn make_bool;
make_fn make_mode;    /* of a file: YAML's own number, 0400 */
make_fn make_map;     /* Kubernetes' own mapping, passed on as it is, but for words */
make_fn make_maps;    /* a list of those */
extern const char *const pod_texts[]; /* words for it, of all that a Pod's spec has */
make_fn make_table;
make_fn make_tables;  /* a list of mappings */
make_fn make_table_or_first; /* a text alone stands for the first key of the table */
make_fn make_strings; /* a list of texts */
make_fn make_pairs;   /* a mapping of texts */
make_fn make_labels;  /* … whose keys and values are those of labels */
make_fn make_annotations;
make_fn make_quantity;
make_fn make_quantities; /* a mapping of them */
make_fn make_int_or_percent;
make_fn make_port;    /* a number from 1 to 65535, or a port's name */

/* A list, each of whose items fn makes; `of` is for the sentence: "mappings". */
json_t *make_list(const struct make *m, const struct make_key *key, const struct yaml_node *node,
	const char *of, make_fn *fn);
/* A list from a mapping: an item for each of its names. */
typedef json_t *make_item_fn(
	const struct make *m, const struct yaml_node *name, const struct yaml_node *node);
json_t *make_list_by_name(const struct make *m, const struct yaml_node *node, make_item_fn *fn);

/* A scalar's text, borrowed; NULL with the mistake said: no scalar, or nothing is there. `what` is
 * for the sentence. */
const char *make_scalar(const struct make *m, const struct yaml_node *node, const char *what);
/* A whole number in digits, quoted or not; no mistake is said. */
bool make_is_int(const struct yaml_node *node, json_int_t *out);
/* A port says its protocol, so that 80 and 80/TCP are seen to be one; accepts and returns NULL. */
json_t *make_protocol(json_t *made);
/* What an item of a list has under key, to free(); NULL: nothing. */
typedef char *make_text_fn(const struct yaml_node *item, const char *key);
make_text_fn make_text_of;
make_text_fn make_port_of; /* "80/TCP" of 80, "80:8080", {KEY: 80} and so on */
/* Two items of the list that have the same there are a mistake, whatever else is wrong with them.
 * What is no list has none. */
bool make_unique(const struct make *m, const struct yaml_node *node, const char *key,
	make_text_fn *text_of);
/* A mapping in the list that has no such key is a mistake, said in that sentence. */
bool make_each_has(
	const struct make *m, const struct yaml_node *node, const char *key, const char *sentence);
/* The node as it is; NULL with the mistake said. */
json_t *make_any(const struct make *m, const struct yaml_node *node);

#define MAKE_KEYS(array) .items = (array), .n = ARRAY_LEN(array)
