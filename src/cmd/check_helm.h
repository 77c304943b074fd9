/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

#include "plan/plan.h"

struct cluster;
struct loop;

/* What helm would make of a helm step: its own dry run, which asks the server and changes nothing.
 */
struct check_helm;

struct check_helm_spec {
	struct loop *loop;
	const struct plan *plan;
	size_t index;             /* of the step in the plan */
	const struct cluster *cluster;
	const char *ns;           /* the release's */
	/* Comes once, from the loop. made: the objects of the release as it would be, hooks not
	 * among them; revision: its number. trouble: why helm would fail, display text without
	 * what is secret; then there is nothing else. All borrowed until it returns. */
	void (*done)(void *arg, const struct manifests *made, int revision, const char *trouble);
	void *arg;
};

struct check_helm *check_helm_start(const struct check_helm_spec *spec);
void check_helm_free(struct check_helm *h); /* accepts NULL; no callback; also inside of done */
