/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/executor.h"

/* The executor of helm steps: helm upgrade --install as a child, whose word is the verdict with
 * --wait; else it only applies. */
extern const struct executor_kind executor_helm;
