/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "kube/list.h"

struct kube;
struct loop;

/* One question to a cluster, asked until it is answered, but not for long: nothing is watched here.
 */
struct question {
	struct kube_list_query query; /* its texts are owned */
	char *name;               /* one object; NULL: a list */
	bool asked;               /* what it brings gets rows; else it only explains */
	bool taken;               /* by whoever counts answers */

	json_t *items;            /* the answer */
	json_t *unreadable;       /* what is known of items that cannot be parsed; each has a "why" */
	struct error error;       /* ERROR_NONE: it is complete */

	struct kube *kube;
	struct kube_list *call;
	struct loop_timer *again;
	unsigned tries;
	void (*answered)(void *arg);
	void *arg;
};

/* Copies the query's texts. */
struct question *question_new(
	struct loop *loop, struct kube *kube, const struct kube_list_query *query, const char *name);
void question_free(struct question *q); /* no callback */
/* answered comes once, from the loop. */
void question_ask(struct question *q, void (*answered)(void *arg), void *arg);
/* It asks for all that a question for query (and no name) asks for. */
bool question_covers(const struct question *q, const struct kube_list_query *query);
