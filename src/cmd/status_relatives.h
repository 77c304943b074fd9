/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

struct cluster;
struct loop;
struct once;
struct question;

struct questions {
	struct question **items; /* owned */
	size_t n, cap;
};
void questions_add(struct questions *list, struct question *q_take);

/* Adds the questions whose answers may explain the rows of an object that has not settled: what
 * stands below it, events, and for a claim the classes and the Pods that use it. What is known
 * already is not asked for again: when nothing is added, all that can be known is known. */
void relatives_ask(struct questions *list, struct loop *loop, const struct cluster *cluster,
	const struct once *once);
