/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "plan/helm_command.h"

struct cluster;
struct error;
struct plan;
struct plan_step;

/* What a helm that we start needs around it: the cluster and the user of the run, and a private
 * folder for what must not stand in a command line. */
struct helm_place {
	struct helm_call call;
	char *folder, *kubeconfig; /* NULL: none is needed */
};

/* ns: the release's. false with a sentence: nothing to close. */
bool helm_place_open(struct helm_place *place, const struct plan *plan,
	const struct plan_step *step, const struct cluster *cluster, const char *ns,
	struct error *err);
void helm_place_close(struct helm_place *place); /* removes the folder; accepts a zeroed one */

/* NULL-terminated: nothing in our own environment sends helm to another cluster, or makes it print
 * what is secret. */
const char *const *helm_place_env(void);
