/* SPDX-License-Identifier: Apache-2.0 */
/* A question to helm. */
#include "cmd/helm_ask.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/loop.h"
#include "base/xalloc.h"
#include "cmd/helm_place.h"

#define ANSWER_MAX ((size_t)32 << 20)

struct helm_ask {
	struct process *process;
	struct loop_timer *failed; /* it could not be started: says so from the loop */
	struct error error;
	process_done_fn *done;
	void *arg;
	bool answering;
};

static void ask_free(struct helm_ask *ask)
{
	loop_timer_remove(ask->failed);
	free(ask);
}

static void on_done(void *arg, const struct process_result *result)
{
	struct helm_ask *ask = arg;

	ask->answering = true;
	ask->done(ask->arg, result);
	ask_free(ask);
}

static void on_failed(void *arg)
{
	struct helm_ask *ask = arg;

	on_done(ask, &(struct process_result){ .exit_code = -1, .out = "", .err = ask->error.text,
		.err_len = strlen(ask->error.text) });
}

struct helm_ask *helm_ask(struct loop *loop, struct helm_argv *argv_take, int64_t timeout_ms,
	process_done_fn *done, void *arg)
{
	struct helm_ask *ask = xcalloc(1, sizeof(*ask));
	struct process_spec spec = {
		.argv = (const char *const *)argv_take->items,
		.env = helm_place_env(),
		.max_output = ANSWER_MAX,
		.timeout_ms = timeout_ms,
	};

	ask->done = done;
	ask->arg = arg;
	ask->process = process_start(loop, &spec, on_done, ask, &ask->error);
	if (!ask->process) {
		ask->failed = loop_timer_add(loop, on_failed, ask);
		loop_timer_set(ask->failed, 0);
	}
	helm_argv_release(argv_take);
	return ask;
}

void helm_ask_cancel(struct helm_ask *ask)
{
	if (!ask || ask->answering)
		return;
	process_abandon(ask->process);
	ask_free(ask);
}
