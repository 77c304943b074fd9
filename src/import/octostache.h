/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Octopus' #{…}: a variable becomes one of the plan, ${name}. What computes (filters, conditions,
 * loops) becomes a variable, too, for its result. */
struct variable {
	char *name; /* letters, digits, '.', '-', '_' */
	char *what; /* that it stands for: "#{Name}", "#{if A}b#{/if}", "the version of nginx" */
	int line, column; /* where it was first seen */
	bool computed; /* Octopus works it out while it deploys */
};

struct variables {
	struct variable *items;
	size_t n, cap;
	bool full; /* there were more than VARIABLES_MAX: not all are here */
};

#define VARIABLES_MAX 1000

void variables_release(struct variables *list);
/* The index of the variable that stands for `what`; a new one is called `wish`, or as near to that
 * as can be. */
size_t variables_add(struct variables *list, const char *wish, const char *what, bool computed,
	int line, int column);

/* The value of a variable that is known while importing, borrowed; NULL: it is not. */
typedef const char *octostache_known_fn(void *arg, const char *name);

struct octostache {
	struct variables *variables; /* what is found is added, once each */
	octostache_known_fn *known;
	void *arg;
	int line, column; /* of the text */
};

/* For a value of a plan: ${name}, and $${ for what was ${ before. To free(). */
char *octostache_plan(const struct octostache *o, const char *text);
/* For a file that envsubst(1) fills: ${NAME} of letters, digits and '_'. The indexes of the
 * variables that it uses are added to *used (to free()), *n of them. To free(). */
char *octostache_file(const struct octostache *o, const char *text, size_t **used, size_t *n);
/* A name as the environment has it: every other character is '_'. To free(). */
char *octostache_env_name(const char *name);
/* Text that holds no variable and no "${", which keys of a plan must not. */
bool octostache_is_plain(const char *text);
/* The name in "#{Name}" if that is all there is; else NULL. To free(). */
char *octostache_single(const char *text);
