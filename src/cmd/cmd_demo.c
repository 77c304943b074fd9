/* SPDX-License-Identifier: Apache-2.0 */
/* ksettle demo [SCENARIO]: a plan against the built-in simulated cluster, through the normal code,
 * HTTP and all. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/xalloc.h"
#include "cmd/command.h"
#include "cmd/session.h"
#include "sim/sim.h"

#define DEFAULT_SCENARIO "success"
#define READY_MS 20000

struct cluster {
	pid_t pid;
	int keep;          /* its standard input: it ends when we close this, or die */
	char *folder, *kubeconfig;
};

static _Noreturn void be_cluster(
	int keep, int answer, const struct cluster *c, const char *scenario, const char *speed)
{
	const char *argv[] = { "sim", "--kubeconfig", c->kubeconfig, "--scenario", scenario,
		"--speed", speed, NULL };

	/* A process group of its own: Ctrl-C at the terminal is for the monitor alone. */
	setpgid(0, 0);
	dup2(keep, STDIN_FILENO);
	dup2(answer, STDOUT_FILENO);
	_exit(sim_main(7, (char **)argv));
}

/* Waits for the line "ready URL". */
static bool wait_ready(int fd, struct error *err)
{
	char line[256];
	size_t len = 0;

	while (len < sizeof(line) - 1) {
		struct pollfd p = { fd, POLLIN, 0 };
		ssize_t n;

		if (poll(&p, 1, READY_MS) <= 0)
			return error_set(err, ERROR_IO, "the simulated cluster did not start");
		n = read(fd, line + len, sizeof(line) - 1 - len);
		if (n <= 0)
			return error_set(
				err, ERROR_IO, "the simulated cluster ended before it was ready");
		len += (size_t)n;
		line[len] = '\0';
		if (strchr(line, '\n'))
			return strncmp(line, "ready ", 6) == 0 ||
				error_set(err, ERROR_IO, "the simulated cluster said: %s", line);
	}
	return error_set(err, ERROR_IO, "the simulated cluster said too much");
}

static bool start(struct cluster *c, const char *scenario, const char *speed, struct error *err)
{
	const char *tmp = getenv("TMPDIR");
	int keep[2], answer[2];
	bool ok;

	c->folder = xasprintf("%s/ksettle-demo-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(c->folder) || pipe2(keep, O_CLOEXEC) < 0)
		return error_set(err, ERROR_IO, "%s: %s", c->folder, strerror(errno));
	if (pipe2(answer, O_CLOEXEC) < 0)
		return error_set(err, ERROR_IO, "pipe: %s", strerror(errno));
	c->kubeconfig = xasprintf("%s/kubeconfig", c->folder);
	c->pid = fork();
	if (c->pid == 0) {
		close(keep[1]);
		be_cluster(keep[0], answer[1], c, scenario, speed);
	}
	close(keep[0]);
	close(answer[1]);
	c->keep = keep[1];
	ok = c->pid > 0 ? wait_ready(answer[0], err)
			: error_set(err, ERROR_IO, "fork: %s", strerror(errno));
	close(answer[0]);
	return ok;
}

static void stop(struct cluster *c)
{
	if (c->pid > 0) {
		close(c->keep);
		waitpid(c->pid, NULL, 0);
	}
	if (c->kubeconfig)
		unlink(c->kubeconfig);
	if (c->folder)
		rmdir(c->folder);
	free(c->kubeconfig);
	free(c->folder);
}

/* The demo's files: where $KSETTLE_DEMO_DIR says, beside the program that was built, or where they
 * were installed. */
static char *find_file(const char *name, struct error *err)
{
	const char *own = getenv("KSETTLE_DEMO_DIR");
	char *built = xasprintf("examples/demo/%s", name), *path;

	path = own ? xasprintf("%s/%s", own, name) : file_beside_program(built);
	if (!path)
		path = xasprintf("%s/%s", PKGDATADIR, built);
	free(built);
	if (access(path, R_OK) == 0)
		return path;
	free(path);
	error_set(err, ERROR_USAGE,
		"the demo has no %s; its scenarios are success, bad-image, timeout, job and flapping",
		name);
	return NULL;
}

static int play(
	const struct args *args, const char *plan_path, const char *scenario, struct error *err)
{
	struct cluster cluster = { .keep = -1 };
	struct args own = *args;
	struct errors errs = { 0 };
	struct plan plan;
	int code = 2;

	if (!plan_load(&plan, plan_path, &args->verify, NULL, &errs)) {
		session_complain(&errs);
		errors_release(&errs);
		return 2;
	}
	if (start(&cluster, scenario, args->speed ? args->speed : "1", err)) {
		own.kube = (struct kube_flags){ .kubeconfig = cluster.kubeconfig };
		code = session_run(&own, &plan);
	}
	stop(&cluster);
	plan_release(&plan);
	return code;
}

static int run(const struct args *args)
{
	const char *name = args->rest.n ? args->rest.items[0] : DEFAULT_SCENARIO;
	char *file = xasprintf("scenarios/%s.yaml", name);
	struct error err = { 0 };
	char *scenario = NULL, *plan = NULL;
	int code = 2;

	if (args->rest.n > 1 || strchr(name, '/'))
		error_set(&err, ERROR_USAGE, "demo takes one scenario by name");
	else if ((scenario = find_file(file, &err)) && (plan = find_file("plan.yaml", &err)))
		code = play(args, plan, scenario, &err);
	if (err.code)
		code = session_fail(&err);
	free(scenario);
	free(plan);
	free(file);
	return code;
}

const struct command command_demo = {
	.name = "demo",
	.usage = "demo [SCENARIO] [flags]",
	.summary =
		"a plan against the built-in simulated cluster: success, bad-image, timeout, job, flapping",
	.example = "demo bad-image",
	.bit = FOR_DEMO,
	.run = run,
};
