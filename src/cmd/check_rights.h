/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kube/access.h"
#include "plan/plan.h"

struct clusters;

/* What a step needs to be allowed to do: its kinds where they are applied, and where it is
 * verified those of the objects that explain. */
struct right {
	const struct kube_resource *resource;
	const char *ns;           /* borrowed from the plan or the clusters; NULL: cluster scope */
	bool own;                 /* the step's objects are of this kind */
	bool removes;             /* … and some of them are deleted, as other colours are */
	bool allowed[5];          /* by verb; what was not asked is allowed */
};

struct rights {
	struct right *items;
	size_t n, cap;
	size_t next;              /* the question that comes next: right * 5 + verb */
};

void rights_of_step(struct rights *rights, const struct plan *plan,
	const struct clusters *clusters, size_t step);
void rights_release(struct rights *rights);

/* The next question; false: all were asked. Answer it before the next one. */
bool rights_next(const struct rights *rights, struct kube_access_question *question);
void rights_answer(struct rights *rights, bool allowed);
void rights_skip(struct rights *rights); /* none is asked any more */

/* What the answers come to, each a line to free(): "forbidden: …" or "note: …"; NULL: all is
 * allowed. barred: a run would end for want of it. */
char *rights_trouble(const struct right *right, bool verified, bool *barred);
