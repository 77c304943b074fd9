/* SPDX-License-Identifier: Apache-2.0 */
/* ksettle show [RUN|FILE]: open a finished run in the viewer. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/loop.h"
#include "cmd/command.h"
#include "cmd/output.h"
#include "cmd/session.h"
#include "record/event.h"
#include "record/history.h"
#include "record/model.h"
#include "record/snapshot.h"

/* As if it had been written right after the last event. */
static void fold(struct model *model, json_t *event_take)
{
	char at[CLOCK_STAMP_SIZE];

	clock_stamp(model->last_at, at);
	json_object_set_new(event_take, "v", json_integer(1));
	json_object_set_new(event_take, "seq", json_integer(model->last_seq + 1));
	json_object_set_new(event_take, "at", json_string(at));
	model_apply(model, event_take, NULL);
	json_decref(event_take);
}

/* A journal that nobody writes any more and that has no end: its run was killed. */
static void close_killed(struct model *model)
{
	bool gone = model->pid > 0 && kill((pid_t)model->pid, 0) != 0 && errno == ESRCH;
	int code = verdict_exit_code(VERDICT_INTERRUPTED);
	bool open = false;

	if (model->verdict != VERDICT_NONE || model->frozen || !gone)
		return;
	for (size_t i = 0; i < model->nsteps; i++)
		open |= model->steps[i].started_at && model->steps[i].verdict == VERDICT_NONE;
	for (size_t i = 0; i < model->nsteps; i++) {
		bool hit = model->steps[i].started_at || !open; /* one of them must be */

		if (model->steps[i].verdict != VERDICT_NONE)
			continue;
		fold(model,
			event_step_verdict(i, hit ? VERDICT_INTERRUPTED : VERDICT_SKIPPED,
				"the run was killed", hit ? code : 0));
		open = true;
	}
	fold(model, event_run_end(VERDICT_INTERRUPTED, code));
}

static void leave(void *arg)
{
	loop_stop(arg);
}

static void print_snapshot(const struct model *model)
{
	struct buf text = { 0 };

	snapshot_print(model, &text);
	fwrite(buf_str(&text), 1, text.len, stdout);
	buf_release(&text);
}

static int show(const struct args *args, struct model *model, struct error *err)
{
	struct loop *loop = loop_new(err);
	struct output_spec spec = {
		.loop = loop,
		.model = model,
		.kind = output_resolve(args->output),
		.look = args->look,
		.quit = leave,
		.hangup = leave,
		.arg = loop,
	};
	struct output *output;

	if (!loop)
		return 2;
	if (spec.kind == OUTPUT_JSON || spec.kind == OUTPUT_JSONL) {
		print_snapshot(model);
	} else {
		output = output_open(&spec, err);
		if (output && output_stays(output))
			loop_run(loop, err);
		output_close(output);
	}
	loop_free(loop);
	return err->code ? 2 : 0;
}

static int run(const struct args *args)
{
	struct error err = { 0 };
	struct model model;
	char *path;
	int code = 2;

	if (args->rest.n > 1) {
		fprintf(stderr, "ksettle: show takes one run or file; see '%s show --help'\n",
			program_name());
		return 2;
	}
	model_init(&model);
	path = history_find(args->rest.n ? args->rest.items[0] : NULL, &err);
	if (path && snapshot_read(&model, path, &err)) {
		close_killed(&model);
		code = show(args, &model, &err);
	}
	if (err.code) {
		session_fail(&err);
		code = 2;
	}
	free(path);
	model_release(&model);
	return code;
}

const struct command command_show = {
	.name = "show",
	.usage = "show [RUN|FILE] [flags]",
	.summary = "open a finished run (the newest, or a snapshot file)",
	.example = "show out.json",
	.bit = FOR_SHOW,
	.run = run,
};
