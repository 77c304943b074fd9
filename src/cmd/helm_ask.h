/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include "base/process.h"
#include "plan/helm_command.h"

struct loop;

/* Runs helm for an answer: history, get manifest. done comes as process_start() says; when helm
 * cannot be started, from the loop all the same, with exit code -1 and the sentence as its error.
 */
struct helm_ask;

struct helm_ask *helm_ask(struct loop *loop, struct helm_argv *argv_take, int64_t timeout_ms,
	process_done_fn *done, void *arg);
/* No callback any more. Accepts NULL; also inside of done, where it does nothing. */
void helm_ask_cancel(struct helm_ask *ask);
