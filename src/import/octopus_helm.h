/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "import/octopus_action.h"

/* A helm step while it is made; a->body is what it says. Internal to the import of OCL. */
struct helm {
	struct action *a;
	bool wait, wait_for_jobs; /* by its additional arguments */
	json_t *timeout; /* of them, owned; NULL: they have none */
};

/* The chart lies in a repository, not in a package. */
bool helm_is_git(const struct helm *h);
void helm_add_arg(struct helm *h, const char *arg); /* to args:, as it is */
/* AdditionalArgs: flags become keys, or stay arguments. */
void helm_read_args(struct helm *h);
/* Where values come from, the one that wins last. */
void helm_read_values(struct helm *h);
