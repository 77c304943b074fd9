/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "plan/make.h"

/* Containers of a Pod template: `containers` or `initContainers`. A single one without a name is
 * called as its workload. Internal to src/plan. */
make_fn make_containers;
