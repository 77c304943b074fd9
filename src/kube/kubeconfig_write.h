/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

struct kube_config;

/* A kubeconfig (JSON is YAML) with the one cluster and the one user that config comes to, for
 * another program that is to reach the same cluster as the same user. It holds secrets. New
 * reference. */
json_t *kubeconfig_write(const struct kube_config *config);
