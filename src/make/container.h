/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "make/make.h"

/* Containers of a Pod template: `containers` or `initContainers`. A single one without a name is
 * called as its workload. */
make_fn make_containers;
