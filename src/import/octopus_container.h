/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "import/octopus_action.h"

/* A container while it is made of Octopus' JSON. Internal to the import of OCL. */
struct making {
	struct action *a;
	const struct ocl_node *at; /* of the property */
	json_t *from; /* what is left of Octopus' object */
	json_t *made; /* the plan's */
	char *name;
};

/* Entries that came out of nothing are NULL, and are said. */
typedef json_t *make_entry_fn(struct making *m, json_t *from);

/* "container 'web': Ports", for a remark. To free(). */
char *making_place(const struct making *m, const char *key);
/* made[to] gets an entry for each of the list from[key], behind those that it has. */
void making_list(struct making *m, const char *to, const char *key, make_entry_fn *fn);
/* into[to] is the text from[key], if that is filled; a scalar may be a number or a boolean. */
void making_text(struct making *m, json_t *into, const char *to, json_t *from, const char *key);
void making_scalar(struct making *m, json_t *into, const char *to, json_t *from, const char *key);
/* A list of words, or one text with a word on each line. */
void making_words(struct making *m, json_t *into, const char *to, json_t *from, const char *key);

void making_probe(struct making *m, const char *to, const char *key);
void making_lifecycle(struct making *m);
