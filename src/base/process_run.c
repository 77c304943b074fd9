/* SPDX-License-Identifier: Apache-2.0 */
/* A child process that is waited for, in a loop of its own. */
#include "base/process_run.h"

#include <signal.h>

#include "base/loop.h"
#include "base/xalloc.h"

struct run {
	process_done_fn *done;
	void *arg;
	bool over;
	int signo; /* came for us; 0: none */
};

static void on_done(void *arg, const struct process_result *result)
{
	struct run *run = arg;

	run->over = true;
	run->done(run->arg, result);
}

static void on_signal(void *arg, int signo)
{
	struct run *run = arg;

	run->signo = signo;
}

static bool turn(struct loop *loop, struct run *run, struct process *p, struct error *err)
{
	bool good = true;

	while (good && !run->over && !run->signo)
		good = loop_turn(loop, -1, err);
	if (!run->over)
		process_abandon(p);
	return run->over;
}

/* What is ignored (nohup) stays so. */
static bool catch_signals(struct loop *loop, struct run *run, struct error *err)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action;

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (sigaction(ends[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN &&
			!loop_signal(loop, ends[i], on_signal, run, err))
			return false;
	return true;
}

bool process_run(
	const struct process_spec *spec, process_done_fn *done, void *arg, struct error *err)
{
	struct run run = { .done = done, .arg = arg };
	struct loop *loop = loop_new(err);
	struct process *p = NULL;
	bool good;

	if (loop && catch_signals(loop, &run, err))
		p = process_start(loop, spec, on_done, &run, err);
	good = p && turn(loop, &run, p, err);
	loop_free(loop); /* the signals mean again what they did */
	if (run.signo)
		raise(run.signo);
	return good;
}
