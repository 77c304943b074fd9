/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

/* Whether a sentence that tells why something failed is about this object: it has the name as a
 * word of its own, and the kind beside it, as in `Service "web" is invalid`, `deployments.apps
 * "web" is forbidden`, `resource Job/shop/web not ready`, `cannot patch "web" with kind
 * Deployment`. Pure. */
bool blame_names(const char *said, const char *kind, const char *name);
