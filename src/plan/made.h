/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "make/object.h"
#include "plan/plan.h"

/* The objects of one step while they are made from their short forms. Internal to src/plan. */
struct made {
	const struct form *form;
	const struct yaml_node *node;
	json_t *object;           /* NULL: a mistake in it was said */
	bool last;                /* it is applied behind all others */
};

struct made_list {
	struct make make;
	struct made *items;       /* in the order in which they are applied */
	size_t n, cap;
	size_t custom_at;         /* so many of them stand before the custom files' objects */
	struct manifests custom;
	bool custom_lost;         /* not all of their files could be read */
	bool unsure;              /* the step has a block that nobody knows: it may hold what is
				   * missed elsewhere */
};

/* Reads the blocks that node has: configMap:, deployment: and so on, each one object or a list. */
void made_read(struct made_list *list, const struct yaml_node *node);
/* Reads one block that is the whole step. */
void made_read_one(struct made_list *list, make_object_fn *make, const struct yaml_node *node);
/* Services without a selector find their Pods; names by content are followed. */
void made_link(struct made_list *list);
/* The n-th object made by it; NULL: there are not so many. */
struct made *made_find(const struct made_list *list, make_object_fn *make, size_t nth);
/* They become manifests; returns how many of those stand before the ones that are `last`. */
size_t made_finish(struct made_list *list, struct manifests *manifests);
void made_release(struct made_list *list);
