/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "rules/read.h"
#include "rules/rule.h"

struct errors;
struct yaml_node;

/* The parts of a rule of rules.d, as its file says them. Internal to src/rules/data*.c. */

/* Frees everything of a folder's rules at once. */
struct pool {
	void **items;
	size_t n, cap;
	json_t *values; /* an array that holds the values of tests */
};
void *pool_keep(struct pool *pool, void *item); /* returns it */
void *pool_alloc(struct pool *pool, size_t n, size_t size); /* zeroed */
void pool_release(struct pool *pool);

/* status.phase, metadata.annotations[example.com/paused], condition.Ready.message; the sum of
 * spec.sets[*].count. */
struct data_path {
	const char *text;
	const char **keys;
	size_t n; /* 0: there is no path */
	bool of_condition, sums;
};

/* Words with {paths} in them, each with what stands where it leads nowhere. */
struct data_piece {
	const char *words; /* literal, or the fallback of the path; may be "" */
	struct data_path path;
};
struct data_template {
	struct data_piece *pieces;
	size_t n;
};

enum test_kind {
	TEST_ALL,
	TEST_ANY,
	TEST_NOT,
	TEST_CONDITION,
	TEST_FIELD,
	TEST_PRESENT,
	TEST_ABSENT,
	TEST_FULL,
	TEST_NUMBER
};

struct data_test {
	enum test_kind kind;
	struct data_test *items; /* of all, any, not */
	size_t n;
	const char *type;        /* of a condition */
	unsigned truths;         /* bits 1 << enum truth */
	/* NULL-terminated; NULL: whatever its reason or its severity is */
	const char *const *reasons, *const *severities;
	/* A field; or, of a condition, the list whose items have conditions (n 0: the object's). */
	struct data_path path;
	struct data_path other;       /* what a number is compared with */
	struct data_path minus;       /* what is taken from that first; n 0: nothing */
	const json_t *values;          /* what a field may be: an array */
	json_int_t number; /* compared with, or the other path's where it leads nowhere */
	bool has_number, below;
};

struct data_case {
	struct data_path suspend;    /* nothing but this, if it is there */
	const char *suspend_word;    /* as judge_suspended_at() takes it */
	const struct data_test *when; /* NULL: always */
	enum status status;
	enum severity severity;
	struct data_template reason, message, note;
};

struct data_rule {
	struct rule rule;         /* what rule_find() returns: its data is this */
	const char *group;        /* or what it ends in, the dot included */
	bool any_prefix;
	const char *const *kinds; /* NULL-terminated; NULL: every kind of the group */
	bool passive;
	const char *const *needs; /* NULL-terminated; NULL: the generic rule */
	struct data_case *cases;
	size_t ncases;
	struct data_path *columns; /* one for each of rule.columns */
	const char *where;         /* "file:line:column" */
};

/* The rules of one folder. */
struct data_rules {
	struct data_rule **items;
	size_t n, cap;
	struct pool pool;
};

/* One mistake of a file: always false. */
struct data_reader {
	const char *file;
	struct data_rules *rules;
	struct errors *errs;
};
bool data_mistake(const struct data_reader *r, const struct yaml_node *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds the rules of a file's text. What is wrong goes to r->errs. */
void data_read(struct data_reader *r, const char *text, size_t len);
bool data_read_case(struct data_reader *r, struct data_case *out, const struct yaml_node *node);
bool data_read_test(struct data_reader *r, struct data_test *out, const struct yaml_node *node);

/* Reading mappings: known is a NULL-terminated list of keys; a key that is none of them is a
 * mistake with the nearest. */
bool data_keys(const struct data_reader *r, const struct yaml_node *node, const char *what,
	const char *const *known);
/* The text of a scalar, in the pool; NULL and a mistake for anything else. */
const char *data_word(struct data_reader *r, const struct yaml_node *node, const char *what);
/* One word, or a list of them: NULL-terminated; NULL and a mistake for anything else, or for none.
 */
const char *const *data_words(
	struct data_reader *r, const struct yaml_node *node, const char *what);
/* NULL is an empty list. */
bool data_listed(const char *const *words, const char *word);
bool data_integer(const struct yaml_node *node, json_int_t *out); /* of 0 or more */

bool data_read_path(struct data_reader *r, struct data_path *out, const struct yaml_node *node,
	const char *what);
bool data_read_template(struct data_reader *r, struct data_template *out,
	const struct yaml_node *node, const char *what);

/* One look at an object, for one case of a rule. */
struct data_look {
	const json_t *object;
	const json_t *conditions; /* of the item of a list that a test found; NULL: the object's */
	const char *bad;          /* the path of a number that is none */
};

/* The value a path leads to; NULL for nothing, and for what is empty. Not for paths of a condition.
 */
const json_t *data_path_raw(
	const struct data_path *path, const json_t *object); /* what is empty, too */
const json_t *data_path_get(const struct data_path *path, const json_t *object);
/* The number it leads to, 0 for nothing, or the sum of all that it leads to; false for what is no
 * number of 0 or more, or too many. *there: it leads to one. */
bool data_path_number(const struct data_path *path, const json_t *object, json_int_t *out,
	bool *there);
/* It as a piece of a sentence; "" for nothing. Returns out. */
const char *data_path_words(
	char out[static SHOWN_SIZE], const struct data_path *path, const struct data_look *look);
/* The template filled in, to free(). */
char *data_template_fill(const struct data_template *template, const struct data_look *look);

bool data_test_holds(const struct data_test *test, struct data_look *look);
void judge_data(struct judgement *out, const json_t *object, const struct judge_options *options,
	int64_t now_ms, const struct data_rule *rule);

/* The rule of the newest folder that has one; NULL if none has. */
const struct rule *data_find(const char *group, const char *kind);
