/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

/* What every container of a Pod knows of its cluster: variables, and the files of its service
 * account. Strings are owned. */
struct in_cluster {
	char *server;
	char *ca_file;            /* NULL: there is none, the system's roots count */
	char *token_file;
	char *ns;                 /* POD_NAMESPACE, else the service account's; NULL: not said */
};

/* folder: of the service account's files; NULL: where they always are. false: we are in no Pod that
 * has one, and there is nothing to release. */
bool in_cluster_find(struct in_cluster *out, const char *folder);
void in_cluster_release(struct in_cluster *pod); /* a zeroed one, too */
