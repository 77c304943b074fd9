/* SPDX-License-Identifier: Apache-2.0 */
/* Starting a program: everything between the decision and its first instruction. */
#include "base/process_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/process.h"
#include "base/xalloc.h"

extern char **environ;

/* Ours lie above the standard descriptors, so that none is in the way of another when the
 * child puts its own in place, whatever our parent left closed. */
#define FIRST_FREE_FD 10

/* What the child is made of, prepared before the fork: another thread (curl's resolver) may
 * hold malloc's lock at that moment, so the child must not need it. */
struct plan {
	const char *path;
	char *const *argv;
	char **env;
	int fds[3]; /* the child's 0, 1, 2; -1: keep ours */
	int report; /* where it writes errno if it cannot run */
	bool own_group;
};

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* Relative entries of PATH are left out, as in Go's exec.LookPath: what lies in the working
 * directory is not a program that somebody meant. NULL: not found. To free(). */
char *process_find(const char *name)
{
	const char *dir = getenv("PATH");

	if (strchr(name, '/'))
		return xstrdup(name);
	while (name[0] && dir && *dir) {
		size_t len = strcspn(dir, ":");

		if (dir[0] == '/') {
			char *path = xasprintf("%.*s/%s", (int)len, dir, name);

			if (is_program(path))
				return path;
			free(path);
		}
		dir += len + (dir[len] == ':');
	}
	return NULL;
}

static bool same_name(const char *a, const char *b)
{
	size_t len = strcspn(a, "=");

	return strncmp(a, b, len + 1) == 0;
}

/* Our environment with the additions over it; the array is to free(), its strings are borrowed. */
static char **merge_env(const char *const *added)
{
	size_t ours = 0, more = 0, n = 0;
	char **env;

	while (environ[ours])
		ours++;
	while (added && added[more])
		more++;
	env = xcalloc(ours + more + 1, sizeof(*env));
	for (size_t i = 0; i < ours; i++) {
		bool replaced = false;

		for (size_t j = 0; j < more && !replaced; j++)
			replaced = same_name(added[j], environ[i]);
		if (!replaced)
			env[n++] = environ[i];
	}
	for (size_t j = 0; j < more; j++)
		env[n++] = (char *)added[j];
	return env;
}

static bool make_pipe(int ends[2])
{
	int low[2];

	ends[0] = ends[1] = -1;
	if (pipe(low) < 0)
		return false;
	for (int i = 0; i < 2; i++) {
		ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, FIRST_FREE_FD);
		close(low[i]);
	}
	return ends[0] >= 0 && ends[1] >= 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* --- in the child: async-signal-safe calls only --- */

static void close_others(int keep)
{
	long max;

#ifdef SYS_close_range
	if (syscall(SYS_close_range, 3U, (unsigned)keep - 1, 0U) == 0 &&
		syscall(SYS_close_range, (unsigned)keep + 1, ~0U, 0U) == 0)
		return;
#endif
	max = sysconf(_SC_OPEN_MAX);
	for (int fd = 3; fd < max; fd++)
		if (fd != keep)
			close(fd);
}

/* What was caught, or ignored by us (SIGPIPE), is as any program expects it. What our own
 * parent ignored (nohup) stays. */
static void reset_signals(void)
{
	struct sigaction action;
	sigset_t none;

	for (int signo = 1; signo < NSIG; signo++) {
		if (sigaction(signo, NULL, &action) < 0)
			continue;
		if (action.sa_handler != SIG_IGN || signo == SIGPIPE)
			signal(signo, SIG_DFL);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void become(const struct plan *plan)
{
	int why;

	if (plan->own_group)
		setpgid(0, 0);
	for (int fd = 0; fd < 3; fd++)
		if (plan->fds[fd] >= 0)
			dup2(plan->fds[fd], fd);
	close_others(plan->report);
	reset_signals();
	execve(plan->path, plan->argv, plan->env);
	why = errno;
	if (write(plan->report, &why, sizeof(why)) < 0)
		_exit(127);
	_exit(127);
}

/* --- in the parent --- */

static pid_t fork_child(const struct plan *plan)
{
	sigset_t all, before;
	pid_t pid;

	/* Until it has its own dispositions, a signal would run our handlers in the child. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0)
		become(plan);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid > 0 && plan->own_group)
		setpgid(pid, pid); /* both do it: neither has to wait for the other */
	return pid;
}

/* The errno that kept the program from running; 0 when it runs. */
static int read_report(int fd)
{
	int why = 0;
	ssize_t n;

	do
		n = read(fd, &why, sizeof(why));
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(why) ? why : 0;
}

/* Opens the child's three descriptors and our ends of them. */
static bool open_streams(struct plan *plan, struct spawned *child, const struct process_spec *spec)
{
	int ends[2];

	if (!spec->inherit_stdin && spec->stdin_text) {
		bool made = make_pipe(ends);

		plan->fds[0] = ends[0];
		child->in = ends[1];
		if (!made)
			return false;
	} else if (!spec->inherit_stdin) {
		int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

		plan->fds[0] = fcntl(null, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
		close_fd(&null);
		if (plan->fds[0] < 0)
			return false;
	}
	for (int i = 0; i < 2; i++) {
		bool made;

		if (i == 1 && spec->inherit_stderr)
			continue;
		made = make_pipe(ends);
		child->out[i] = ends[0];
		plan->fds[i + 1] = ends[1];
		if (!made)
			return false;
	}
	return true;
}

static void set_nonblocking(int fd)
{
	if (fd >= 0)
		fcntl(fd, F_SETFL, O_NONBLOCK);
}

static bool start(struct plan *plan, struct spawned *child, const char *name, struct error *err)
{
	int report[2], why;

	if (!make_pipe(report)) {
		why = errno;
		close_fd(&report[0]);
		close_fd(&report[1]);
		return error_set(err, ERROR_IO, "exec: cannot make a pipe: %s", strerror(why));
	}
	plan->report = report[1];
	child->pid = fork_child(plan);
	why = child->pid < 0 ? errno : 0;
	close_fd(&report[1]);
	if (child->pid > 0 && (why = read_report(report[0])) != 0)
		waitpid(child->pid, NULL, 0);
	close_fd(&report[0]);
	if (why == ENOENT && is_program(plan->path))
		return error_set(err, ERROR_IO, "exec: the interpreter of %s not found", name);
	if (why == ENOENT)
		return error_set(err, ERROR_IO, "exec: executable %s not found", name);
	if (why)
		return error_set(
			err, ERROR_IO, "exec: %s cannot be started: %s", name, strerror(why));
	return true;
}

bool spawn(struct spawned *child, const struct process_spec *spec, struct error *err)
{
	const char *name = spec->argv[0];
	char *path = process_find(name);
	struct spawned made = { .in = -1, .out = { -1, -1 } };
	struct plan plan = {
		.path = path,
		.argv = (char *const *)spec->argv,
		.fds = { -1, -1, -1 },
		.own_group = !spec->inherit_stdin,
	};
	bool started = false;

	if (!path)
		return error_set(err, ERROR_IO, "exec: executable %s not found", name);
	plan.env = merge_env(spec->env);
	if (open_streams(&plan, &made, spec))
		started = start(&plan, &made, name, err);
	else
		error_set(err, ERROR_IO, "exec: cannot make a pipe: %s", strerror(errno));
	for (int i = 0; i < 3; i++)
		close_fd(&plan.fds[i]);
	free(plan.env);
	free(path);
	if (!started) {
		close_fd(&made.in);
		close_fd(&made.out[0]);
		close_fd(&made.out[1]);
		return false;
	}
	set_nonblocking(made.in);
	set_nonblocking(made.out[0]);
	set_nonblocking(made.out[1]);
	*child = made;
	return true;
}
