/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/executor.h"

/* Applies nothing: the step's objects are what something else deployed. */
extern const struct executor_kind executor_watch;
