/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "import/octopus_action.h"

/* A step of the plan that is written, for those that start with it. */
struct written {
	char *name;
	size_t group; /* steps of one number start together */
};

/* What the steps of the plan come to. Internal to the import of OCL. */
struct process {
	struct octopus o;
	struct buf steps; /* with their comments */
	struct buf live; /* without them */
	struct remarks remarks; /* of no step */
	struct written *written;
	size_t n, cap;
	size_t group;
	size_t actions; /* that were read */
};

/* A plan whose steps name each other grows with their square. */
#define ACTIONS_MAX 500

/* Text that is no variable, as a plan writes it. A new reference. */
json_t *plan_literal(const char *text);
/* A comment line for each. */
void plan_remarks(struct buf *out, const struct remarks *list);
/* What the steps before came to: each of an earlier group, and those from own_from on. A new
 * reference. */
json_t *plan_needs(const struct process *p, size_t own_from);
/* The action as a step, live or as a comment. needs may be NULL, when too. */
void plan_step(
	struct process *p, struct action *a, const json_t *needs, const char *when, bool live);
/* The whole plan, with what it needs from outside. */
void plan_write(struct process *p);
