/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/executor.h"

/* Blue/green: applies what does not serve yet (the new colour and what it needs), then, when that
 * has settled or at once in a step that is not verified, the Services that are switched to it and
 * what stands behind them, then removes the other colours. */
extern const struct executor_kind executor_switch;
