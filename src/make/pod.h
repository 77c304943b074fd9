/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "make/make.h"

/* The Pod template that workloads share. */
extern const struct make_keys pod_keys;      /* of the Pod's spec */
extern const struct make_keys pod_meta_keys; /* podLabels, podAnnotations: of its metadata */

/* No init container is called as a container is. */
bool pod_check_names(const struct make *m, const struct yaml_node *node, const json_t *pod);
/* Every mount of the containers in node names a volume of `pod` (the finished spec) or one of
 * `claims` (volumeClaimTemplates; may be NULL). */
bool pod_check_mounts(const struct make *m, const struct yaml_node *node, const json_t *pod,
	const json_t *claims);
