/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rules/rule.h"

/* The cases of tests/rules.
 *
 *   == name                                        begins a case
 *   ## why                                         a comment
 *   # options: wait_for_jobs look_once now=TIME    of judge(); blind: may be Success without a status
 *   # manifest: {...}                              as applied
 *   # related Kind: [...]                          known objects of that kind
 *   # like: name                                   the JSON below is a merge patch on that case
 *   # kinds: A B                                   the same is true of these kinds of its group
 *   {...}                                          the object
 *   => Success|InProgress|Error hard|soft|deadline family | Reason | message | note: … |
 *      columns A=1, B=2 | facts a=1               (on one line)
 *
 * What a case does not name it does not assert; "-" is none. A file that cannot be read so ends the
 * test. */
#define RELATED_MAX 4

struct rule_case {
	char *name, *like, *want, *more_kinds;
	json_t *object, *manifest, *lists[RELATED_MAX];
	char *kinds[RELATED_MAX];
	size_t nlists;
	bool wait_for_jobs, look_once, blind;
	int64_t now_ms;
};

struct case_file {
	const char *name;
	struct rule_case *cases;
	size_t n, cap;
};

char *case_read_text(const char *path); /* to free() */
void case_file_read(struct case_file *file, const char *path);
void case_file_release(struct case_file *file);

/* Judges an object as the case says; it need not be the case's own. */
void case_judge(struct judgement *out, const struct rule_case *c, const json_t *object);

bool judgement_matches(const struct judgement *j, const char *want);
void judgement_print(const struct judgement *j);

/* What holds for every judgement; NULL, or what does not. */
const char *judgement_broken(const struct judgement *j);

/* Every value of a case's object replaced in turn by hostile ones, and removed: how many judgements
 * that were; what is wrong with one is printed and makes *good false. */
long case_mutate(const struct case_file *file, const struct rule_case *c, bool *good);
