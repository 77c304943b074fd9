/* SPDX-License-Identifier: Apache-2.0 */
/* One run from its first event to its exit code. */
#include "cmd/session.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/loop.h"
#include "base/xalloc.h"
#include "cmd/clusters.h"
#include "cmd/output.h"
#include "cmd/runner.h"
#include "kube/client.h"
#include "record/history.h"
#include "record/journal.h"
#include "record/model.h"
#include "record/snapshot.h"
#include "rules/data.h"
#include "tui/view.h"

#define TWICE_MS 1000

struct session {
	const struct args *args;
	const struct plan *plan;
	struct loop *loop;
	struct model model;
	struct history_run history;
	bool kept;                /* the history's folder is there */
	struct recorder *recorder;
	struct clusters clusters;
	struct output *output;
	struct runner *runner;
	char *snapshot_path;
	int64_t leaving_since;    /* asked to end then, on clock_now_ms(); 0: not yet */
	bool over;
	int exit_code;
};

void session_complain(const struct errors *errs)
{
	for (size_t i = 0; i < errs->n; i++)
		fprintf(stderr, "ksettle: %s\n", errs->items[i].text);
}

int session_exit_code(const struct error *err)
{
	switch (err->code) {
	case ERROR_USAGE:
	case ERROR_CONFIG:
	case ERROR_LIMIT:
	case ERROR_PARSE:
		return 2;
	case ERROR_NETWORK:
	case ERROR_TLS:
	case ERROR_TIMEOUT:
	case ERROR_UNAUTHORIZED:
	case ERROR_RBAC:
		return 4;
	default:
		return 1;
	}
}

int session_fail(const struct error *err)
{
	fprintf(stderr, "ksettle: %s\n", err->text);
	return session_exit_code(err);
}

static bool ends_with(const char *path, const char *suffix)
{
	size_t len = strlen(path), n = strlen(suffix);

	return len >= n && strcmp(path + len - n, suffix) == 0;
}

static bool check_args(const struct args *args, struct error *err)
{
	if (args->output == OUTPUT_TABLE || args->output == OUTPUT_JSON)
		return error_set(err, ERROR_USAGE, "--output takes auto, tui, plain or jsonl here");
	for (size_t i = 0; i < args->snapshots.n; i++) {
		const char *path = args->snapshots.items[i];

		if (!ends_with(path, ".json") && !ends_with(path, ".txt"))
			return error_set(err, ERROR_USAGE,
				"--snapshot %s: the name must end in .json or .txt", path);
	}
	return true;
}

static bool write_one(const struct session *s, const char *path, struct error *err)
{
	struct buf text = { 0 };
	bool ok;

	if (ends_with(path, ".json"))
		return snapshot_write(&s->model, path, err);
	view_text(&text, &s->model,
		s->args->look.icons >= 0 ? (enum icons)s->args->look.icons : ICONS_UNICODE, 100,
		s->model.last_at);
	ok = file_replace(path, buf_str(&text), text.len, err);
	buf_release(&text);
	return ok;
}

/* The record must survive whatever happens to one of its copies. */
static void write_snapshots(struct session *s)
{
	for (size_t i = 0; i <= s->args->snapshots.n; i++) {
		const char *path =
			i < s->args->snapshots.n ? s->args->snapshots.items[i] : s->snapshot_path;
		struct error err = { 0 };

		if (path && !write_one(s, path, &err)) {
			fprintf(stderr, "ksettle: snapshot: %s\n", err.text);
			if (i < s->args->snapshots.n && s->exit_code == 0)
				s->exit_code = 1;
		}
	}
}

static void run_ended(void *arg, enum verdict verdict, int exit_code)
{
	struct session *s = arg;

	(void)verdict;
	s->over = true;
	s->exit_code = exit_code;
	write_snapshots(s);
	output_ended(s->output);
	if (s->leaving_since || !output_stays(s->output))
		loop_stop(s->loop);
}

/* What goes on may need a while to be left in order (helm); once more, and it is cut short. But a
 * signal often comes twice, to us and by who started us. */
static void leave(struct session *s, enum verdict verdict, int exit_code)
{
	int64_t now = clock_now_ms();

	if (s->over) {
		loop_stop(s->loop);
	} else if (!s->leaving_since || now - s->leaving_since >= TWICE_MS) {
		s->leaving_since = s->leaving_since ? s->leaving_since : now;
		runner_stop(s->runner, verdict, exit_code);
	}
}

static void quit(void *arg)
{
	leave(arg, VERDICT_CANCELED, 130);
}

static void hang_up(void *arg)
{
	leave(arg, VERDICT_INTERRUPTED, 129);
}

/* A signal ends the run with its record; one more after that ends the process. */
static void on_signal(void *arg, int signo)
{
	struct session *s = arg;

	leave(s, signo == SIGHUP ? VERDICT_INTERRUPTED : VERDICT_CANCELED, 128 + signo);
	if (s->over)
		loop_signal(s->loop, signo, NULL, NULL, NULL);
}

static bool open_record(struct session *s, struct error *err)
{
	struct error why = { 0 };
	char *path = NULL;

	s->kept = history_create(&s->history, &why);
	if (s->kept) {
		path = history_file(&s->history, "journal.jsonl");
		s->snapshot_path = history_file(&s->history, "snapshot.json");
	} else {
		fprintf(stderr, "ksettle: this run is not kept: %s\n", why.text);
	}
	s->recorder = recorder_new(&s->model, path, err);
	free(path);
	return s->recorder != NULL;
}

static bool open_signals(struct session *s, struct error *err)
{
	signal(SIGPIPE, SIG_IGN);
	return loop_signal(s->loop, SIGINT, on_signal, s, err) &&
		loop_signal(s->loop, SIGTERM, on_signal, s, err) &&
		loop_signal(s->loop, SIGHUP, on_signal, s, err);
}

static bool open_runner(struct session *s, struct error *err)
{
	struct output_spec output = {
		.loop = s->loop,
		.model = &s->model,
		.recorder = s->recorder,
		.kind = output_resolve(s->args->output),
		.look = s->args->look,
		.snapshot_path =
			s->args->snapshots.n ? s->args->snapshots.items[0] : s->snapshot_path,
		.quit = quit,
		.hangup = hang_up,
		.arg = s,
	};
	struct runner_spec runner = {
		.loop = s->loop,
		.recorder = s->recorder,
		.clusters = &s->clusters,
		.plan = s->plan,
		.run_id = s->kept ? s->history.id : "unkept",
		.done = run_ended,
		.arg = s,
	};

	s->output = output_open(&output, err);
	if (!s->output)
		return false;
	s->runner = runner_new(&runner);
	return true;
}

static void close_session(struct session *s)
{
	runner_free(s->runner);
	output_close(s->output);
	clusters_release(&s->clusters);
	recorder_free(s->recorder);
	if (s->kept)
		history_run_release(&s->history);
	loop_free(s->loop);
	model_release(&s->model);
	free(s->snapshot_path);
}

bool session_load_rules(void)
{
	struct errors errs = { 0 };
	bool ok = rules_load_all(PKGDATADIR "/rules.d", &errs);

	session_complain(&errs);
	errors_release(&errs);
	return ok;
}

int session_run(const struct args *args, const struct plan *plan)
{
	struct session s = { .args = args, .plan = plan };
	struct error err = { 0 };

	if (!session_load_rules())
		return 2;
	model_init(&s.model);
	s.loop = check_args(args, &err) ? loop_new(&err) : NULL;
	/* The kubeconfig first: a run that cannot begin leaves no record behind. */
	if (s.loop && clusters_open(&s.clusters, s.loop, plan, &args->kube, &err) &&
		open_record(&s, &err) && open_signals(&s, &err) &&
		open_runner(&s, &err)) {
		runner_start(s.runner);
		loop_run(s.loop, &err);
	}
	close_session(&s);
	rules_forget();
	return err.code ? session_fail(&err) : s.exit_code;
}

int session_run_read(
	const struct args *args, bool read, struct plan *plan_take, struct errors *errs_take)
{
	int code = 2;

	if (read) {
		code = session_run(args, plan_take);
		plan_release(plan_take);
	} else {
		session_complain(errs_take);
	}
	errors_release(errs_take);
	return code;
}
