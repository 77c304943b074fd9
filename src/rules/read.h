/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>

#include "rules/rule.h"

/* How rules read an object that may hold anything. Everything returned is borrowed from it. */

/* Foreign text as a piece of a sentence: one line of display text, cut to fit, without the full
 * stop at its end. NULL gives "". Returns out. */
#define SHOWN_SIZE 304
const char *shown(char out[static SHOWN_SIZE], const char *s);

/* s if it is a word that can stand as a reason (a letter, then letters, digits, '_', '-', '.';
 * at most 63), else fallback. */
const char *reason_or(const char *s, const char *fallback);

/* Do two strings, each of which may be NULL, say the same? NULL equals nothing. */
bool same(const char *a, const char *b);
bool same_fold(const char *a, const char *b); /* without regard to case */
bool has_suffix(const char *s, const char *suffix);

/* "" for 1, "s" for any other number. */
const char *plural(json_int_t n);

/* A count that decides: `absent` when the path leads nowhere. Anything but an integer of 0 or
 * more gives 0 and puts the path into *bad, unless that holds one already. */
json_int_t count_of(const json_t *object, const char *path, json_int_t absent, const char **bad);

/* metadata.generation, 0 when absent. What is none leaves it open: no answer can be for it. */
#define GENERATION_UNREADABLE LLONG_MAX
json_int_t generation_of(const json_t *object);

/* status.observedGeneration, an integer or its digits in a string. */
enum observed { OBSERVED_ABSENT, OBSERVED_UNREADABLE, OBSERVED };
enum observed observed_generation(const json_t *object, json_int_t *out);

/* A condition, where an answer for an older generation than the object's is STALE: it says
 * nothing. Types and statuses are read without regard to case, as kubectl wait does. */
enum truth { TRUTH_ABSENT, TRUTH_STALE, TRUTH_TRUE, TRUTH_FALSE, TRUTH_UNKNOWN };
struct condition {
	enum truth is;
	const char *reason, *message, *severity; /* as they came; NULL when absent */
	bool dated; /* it says itself for which generation it answers */
};
struct condition condition_of(const json_t *object, const char *type);
/* The same in another array of conditions; generation is the object's. */
struct condition condition_in(const json_t *conditions, const char *type, json_int_t generation);
/* The object has one of that type, be it stale. */
bool condition_present(const struct condition *c);

/* The kind of the object's controller, or else of its first owner; NULL if it has none. */
const char *owner_kind(const json_t *object);

/* One of the child's owners is that object, by uid. */
bool is_owned_by(const json_t *child, const json_t *owner);

/* What the tracker knows of related objects of that kind; NULL if nothing is known. */
const struct related *related_of(const struct judge_options *options, const char *kind);

/* A plain Success: no reason, no message. */
void judge_success(struct judgement *out);

/* Answers that several rules give; each returns false where it does not apply. */

/* A number that decides is none: In progress, never Success. bad is a path or NULL. */
bool judge_unreadable(struct judgement *out, const char *bad);

/* spec.FIELD ("suspend", "paused") is true: Success and a note if the manifest says so or is not
 * known, else In progress, suspended by the manager that metadata.managedFields names. */
bool judge_suspended(struct judgement *out, const json_t *object,
	const struct judge_options *options, const char *field);

/* The same for any path of keys. word is what it says where it suspends; NULL is true, as a word
 * too under metadata (an annotation); SUSPENDS_IF_THERE: it suspends whatever it says. */
#define SUSPENDS_IF_THERE ""
bool judge_suspended_at(struct judgement *out, const json_t *object,
	const struct judge_options *options, const char *const *keys, size_t n, const char *word);

/* By one positive condition: True is Success; anything else In progress, False with its message
 * as a note. Always decides. */
void judge_by_condition(struct judgement *out, const json_t *object, const char *type);

/* By one negative condition, which is True: a soft Error with its words. */
void judge_by_negative(struct judgement *out, const struct condition *c, const char *type);
