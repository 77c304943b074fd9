/* SPDX-License-Identifier: Apache-2.0 */
/* Child processes: what they write, how they end, and that none is left behind. */
#include "base/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/loop.h"
#include "base/process_run.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "tap.h"

static struct loop *loop;

/* What a process reported. */
struct end {
	int calls, exit_code, signal;
	bool timed_out, truncated;
	char *out, *err;
	size_t out_len;
};

static void on_done(void *arg, const struct process_result *result)
{
	struct end *end = arg;

	end->calls++;
	end->exit_code = result->exit_code;
	end->signal = result->signal;
	end->timed_out = result->timed_out;
	end->truncated = result->truncated;
	end->out = xstrdup(result->out);
	end->err = xstrdup(result->err);
	end->out_len = result->out_len;
}

static void release(struct end *end)
{
	free(end->out);
	free(end->err);
	*end = (struct end){ 0 };
}

static void turn(void)
{
	struct error err = { 0 };

	if (!loop_turn(loop, 20000, &err))
		printf("# %s\n", err.text);
}

static struct process *start(struct process_spec spec, struct end *end)
{
	struct error err = { 0 };
	struct process *p = process_start(loop, &spec, on_done, end, &err);

	if (!p)
		printf("# %s\n", err.text);
	return p;
}

/* Runs a shell script to its end. */
static void run(struct process_spec spec, const char *script, struct end *end)
{
	const char *argv[] = { "sh", "-c", script, NULL };

	spec.argv = argv;
	start(spec, end);
	while (!end->calls)
		turn();
}

static void test_ends(void)
{
	static const struct {
		const char *name, *script, *out, *err;
		int exit_code, signal;
	} scripts[] = {
		{ "success", "true", "", "", 0, 0 },
		{ "an exit code", "exit 7", "", "", 7, 0 },
		{ "both streams", "echo out; echo err >&2", "out\n", "err\n", 0, 0 },
		{ "no newline at the end", "printf a; printf b", "ab", "", 0, 0 },
		{ "an end by a signal", "echo x; kill -9 $$", "x\n", "", -1, 9 },
		{ "standard input is empty", "cat; echo end", "end\n", "", 0, 0 },
		{ "output after the streams were closed elsewhere", "exec 2>&-; echo x", "x\n", "", 0, 0 },
		{ "a process that closes its streams first", "exec >&- 2>&-; exit 3", "", "", 3, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
		struct end end = { 0 };

		run((struct process_spec){ 0 }, scripts[i].script, &end);
		is_int(end.exit_code, scripts[i].exit_code, scripts[i].name);
		is_int(end.signal, scripts[i].signal, "  its signal");
		is_str(end.out, scripts[i].out, "  its output");
		is_str(end.err, scripts[i].err, "  its errors");
		release(&end);
	}
}

static void test_not_started(void)
{
	static const struct { const char *program, *text; } programs[] = {
		{ "ksettle-no-such-program", "exec: executable ksettle-no-such-program not found" },
		{ "/no/such/program", "exec: executable /no/such/program not found" },
		{ "", "exec: executable  not found" },
		{ "/", "exec: / cannot be started: Permission denied" },
		{ "no\x1b[31m", "exec: executable no\xef\xbf\xbd[31m not found" },
	};

	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		const char *argv[] = { programs[i].program, NULL };
		struct error err = { 0 };
		struct end end = { 0 };

		ok(!process_start(loop, &(struct process_spec){ .argv = argv }, on_done, &end, &err), "not started");
		is_str(err.text, programs[i].text, "  with a sentence");
		is_int(end.calls, 0, "  and without a callback");
	}
}

/* A file of this test's own, executable. */
static char *make_script(const char *text)
{
	static char path[] = "/tmp/ksettle-test-XXXXXX";
	int fd;

	strcpy(path + strlen(path) - 6, "XXXXXX");
	fd = mkstemp(path);
	if (fd < 0 || write(fd, text, strlen(text)) < 0 || fchmod(fd, 0700) < 0)
		exit(1);
	close(fd);
	return path;
}

static void test_interpreter(void)
{
	char *path = make_script("#!/no/such/interpreter\n");
	const char *argv[] = { path, NULL };
	struct error err = { 0 };

	ok(!process_start(loop, &(struct process_spec){ .argv = argv }, on_done, NULL, &err), "no interpreter");
	ok(strstr(err.text, "the interpreter of ") != NULL, "  is told apart from no program");
	unlink(path);
}

static void test_input(void)
{
	size_t size = 3 << 20;
	char *large = malloc(size + 1);
	struct end end = { 0 };

	run((struct process_spec){ .stdin_text = "hello" }, "cat", &end);
	is_str(end.out, "hello", "standard input is fed");
	release(&end);
	run((struct process_spec){ .stdin_text = "" }, "cat; echo end", &end);
	is_str(end.out, "end\n", "an empty one ends");
	release(&end);
	memset(large, 'x', size);
	large[size] = '\0';
	run((struct process_spec){ .stdin_text = large, .max_output = 4 << 20 }, "cat", &end);
	is_int(end.out_len, size, "more than a pipe holds goes through and comes back");
	ok(!end.truncated, "  whole");
	release(&end);
	run((struct process_spec){ .stdin_text = large }, "exec <&-; echo done", &end);
	is_str(end.out, "done\n", "a process may leave its input unread");
	release(&end);
	run((struct process_spec){ .stdin_text = large }, "cat", &end);
	is_int(end.out_len, 1 << 20, "of a long output 1 MiB is kept");
	ok(end.truncated && end.exit_code == 0, "  the rest is read and dropped, and that is said");
	release(&end);
	free(large);
}

/* --- what the child gets --- */

static void test_surroundings(void)
{
	const char *env[] = { "KSETTLE_A=new", "KSETTLE_B=b", NULL };
	struct end end = { 0 };
	char text[64];
	int fd = open("/dev/null", O_RDONLY);

	setenv("KSETTLE_A", "old", 1);
	setenv("KSETTLE_AB", "kept", 1);
	run((struct process_spec){ .env = env }, "echo $KSETTLE_A $KSETTLE_B $KSETTLE_AB; env | grep -c ^KSETTLE_A=", &end);
	is_str(end.out, "new b kept\n1\n", "additions go over our environment");
	release(&end);
	snprintf(text, sizeof(text), "[ -e /proc/self/fd/%d ] && echo open || echo closed", dup2(fd, 57));
	run((struct process_spec){ 0 }, text, &end);
	is_str(end.out, "closed\n", "descriptors of ours are closed");
	release(&end);
	close(fd);
	close(57);
	signal(SIGPIPE, SIG_IGN);
	run((struct process_spec){ 0 }, "sh -c 'kill -PIPE $$; echo ignored'; echo $?", &end);
	is_str(end.out, "141\n", "SIGPIPE is not ignored in a child");
	release(&end);
	run((struct process_spec){ 0 }, "[ $$ = $(ps -o pgid= -p $$) ] && echo own", &end);
	ok(strcmp(end.out, "own\n") == 0 || access("/bin/ps", X_OK) != 0, "a child leads its own process group");
	release(&end);
}

static void test_path(void)
{
	char *path = make_script("#!/bin/sh\necho here\n"), *name = strrchr(path, '/') + 1;
	char *before = xstrdup(getenv("PATH")), *with = xasprintf("/no/such:::/tmp:%s", before);
	const char *argv[] = { name, NULL };
	struct error err = { 0 };
	struct end end = { 0 };

	setenv("PATH", with, 1);
	start((struct process_spec){ .argv = argv }, &end);
	while (!end.calls)
		turn();
	is_str(end.out, "here\n", "a program is looked up in PATH");
	release(&end);
	setenv("PATH", ":.::", 1);
	if (chdir("/tmp") == 0)
		ok(!process_start(loop, &(struct process_spec){ .argv = argv }, on_done, &end, &err),
			"but not in the working directory");
	setenv("PATH", before, 1);
	unlink(path);
	free(before);
	free(with);
}

/* --- ends by us --- */

static void test_timeout(void)
{
	struct end end = { 0 };

	run((struct process_spec){ .timeout_ms = 100 }, "echo x; exec sleep 60", &end);
	ok(end.timed_out && end.signal == SIGTERM, "a deadline ends it with TERM");
	is_str(end.out, "x\n", "  what it wrote is kept");
	release(&end);
	run((struct process_spec){ .timeout_ms = 100, .kill_after_ms = 100 },
		"trap '' TERM; echo x; while :; do sleep 1; done", &end);
	ok(end.timed_out && end.signal == SIGKILL, "one that ignores TERM gets KILL");
	release(&end);
	run((struct process_spec){ .timeout_ms = 100 }, "sleep 60 & sleep 60 & wait", &end);
	ok(end.timed_out, "the whole group is ended");
	release(&end);
	run((struct process_spec){ .timeout_ms = 100 }, "trap 'exit 5' TERM; sleep 60 & wait", &end);
	ok(end.timed_out && end.exit_code == 5, "one that exits on TERM has its exit code");
	release(&end);
	run((struct process_spec){ .timeout_ms = 60000 }, "exit 0", &end);
	ok(!end.timed_out, "one that was in time has not timed out");
	release(&end);
}

/* The pipe of a grandchild stays open; the result does not wait for it. */
static void test_grandchild(void)
{
	struct end end = { 0 };
	long pid;

	run((struct process_spec){ 0 }, "sleep 600 & echo $!", &end);
	is_int(end.exit_code, 0, "a grandchild that holds the streams does not hold up the end");
	pid = strtol(end.out, NULL, 10);
	ok(pid > 1, "  what was written before is there");
	if (pid > 1)
		kill((pid_t)pid, SIGKILL);
	release(&end);
}

struct talk { struct process *p; char text[64]; bool end_it, abandon_it; };

static void on_output(void *arg, int stream, const char *bytes, size_t len)
{
	struct talk *talk = arg;
	size_t used = strlen(talk->text);

	snprintf(talk->text + used, sizeof(talk->text) - used, "%d:%.*s", stream, (int)len, bytes);
	if (talk->end_it)
		process_end(talk->p, 0);
	if (talk->abandon_it)
		process_abandon(talk->p);
}

static void test_output_callback(void)
{
	const char *argv[] = { "sh", "-c", "echo a; read x; echo b >&2; sleep 60", NULL };
	struct process_spec spec = { .argv = argv, .stdin_text = "go\n" };
	struct talk talk = { 0 };
	struct end end = { 0 };

	talk.p = start(spec, &end);
	process_on_output(talk.p, on_output, &talk);
	while (!strstr(talk.text, "a\n") || !strstr(talk.text, "b\n"))
		turn();
	ok(strstr(talk.text, "1:a\n") && strstr(talk.text, "2:b\n"), "output is told as it comes, by stream");
	process_end(talk.p, 0);
	while (!end.calls)
		turn();
	ok(end.signal == SIGTERM && !end.timed_out, "an end that was asked for is no timeout");
	is_str(end.out, "a\n", "what was told is kept as well");
	release(&end);

	talk = (struct talk){ .end_it = true };
	talk.p = start(spec, &end);
	process_on_output(talk.p, on_output, &talk);
	while (!end.calls)
		turn();
	is_int(end.signal, SIGTERM, "it may be ended from there");
	release(&end);

	talk = (struct talk){ .abandon_it = true };
	talk.p = start(spec, &end);
	process_on_output(talk.p, on_output, &talk);
	while (!talk.text[0])
		turn();
	is_int(end.calls, 0, "or abandoned, without a callback");
}

static void on_done_abandon(void *arg, const struct process_result *result UNUSED)
{
	struct talk *talk = arg;

	process_abandon(talk->p);
	process_end(talk->p, 0);
	talk->text[0] = 'd';
}

/* Looks only: what this collected would not be left. */
static bool no_children(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD;
}

static void test_abandon(void)
{
	const char *argv[] = { "sleep", "60", NULL }, *quick[] = { "true", NULL };
	struct process_spec spec = { .argv = argv };
	struct talk talk = { 0 };
	struct end end = { 0 };
	struct error err = { 0 };

	for (int i = 0; i < 20; i++)
		process_abandon(start(spec, &end));
	process_abandon(NULL);
	/* A later child's end also collects those. */
	spec.argv = quick;
	talk.p = process_start(loop, &spec, on_done_abandon, &talk, &err);
	while (!talk.text[0])
		turn();
	for (int i = 0; i < 100 && !no_children(); i++) {
		struct end more = { 0 };

		loop_turn(loop, 10, &err);
		start(spec, &more);
		while (!more.calls)
			turn();
		release(&more);
	}
	is_int(end.calls, 0, "an abandoned process calls nothing back");
	ok(no_children(), "and no zombie is left");
}

static int open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

static void test_many(void)
{
	struct end ends[40] = { 0 };
	const char *argv[] = { "sh", "-c", "echo $0; exit 3", "x", NULL };
	int before = open_fds(), good = 0, done = 0;

	for (int i = 0; i < 40; i++)
		start((struct process_spec){ .argv = argv }, &ends[i]);
	while (done < 40) {
		turn();
		done = 0;
		for (int i = 0; i < 40; i++)
			done += ends[i].calls;
	}
	for (int i = 0; i < 40; i++) {
		good += ends[i].calls == 1 && ends[i].exit_code == 3 && strcmp(ends[i].out, "x\n") == 0;
		release(&ends[i]);
	}
	is_int(good, 40, "forty at once each end once");
	is_int(open_fds(), before, "no descriptor is left open");
}

/* Even when our own standard descriptors are closed, a child has its three. */
static void test_closed_stdio(void)
{
	int kept = dup(0);
	struct end end = { 0 };

	close(0);
	run((struct process_spec){ .stdin_text = "in" }, "cat; echo err >&2", &end);
	dup2(kept, 0);
	close(kept);
	is_str(end.out, "in", "without a standard input of our own, a child's works");
	is_str(end.err, "err\n", "  and its errors too");
	release(&end);
}

/* A child that is waited for, in a loop of its own. */
static void test_run(void)
{
	const char *argv[] = { "sh", "-c", "echo out; echo err >&2; exit 3", NULL }, *slow[] = { "sleep", "60", NULL };
	const char *absent[] = { "ksettle-no-such-program", NULL };
	struct sigaction after;
	struct error err = { 0 };
	struct end end = { 0 };
	char *path;

	ok(process_run(&(struct process_spec){ .argv = argv }, on_done, &end, &err), "a program is run to its end");
	is_int(end.exit_code, 3, "  with its exit code");
	is_str(end.out, "out\n", "  and its output");
	is_int(end.calls, 1, "  told of once");
	release(&end);
	ok(process_run(&(struct process_spec){ .argv = slow, .timeout_ms = 50 }, on_done, &end, &err), "a slow one");
	ok(end.timed_out, "  ends at its deadline");
	release(&end);
	ok(!process_run(&(struct process_spec){ .argv = absent }, on_done, &end, &err) && err.code && !end.calls, "one that is not there");
	ok(sigaction(SIGINT, NULL, &after) == 0 && after.sa_handler == SIG_DFL, "signals mean again what they did");
	path = process_find("sh");
	ok(path && path[0] == '/', "a program is found on PATH");
	free(path);
	ok(!process_find("ksettle-no-such-program"), "or not");
}

int main(void)
{
	struct error err = { 0 };

	signal(SIGPIPE, SIG_IGN); /* as main() does */
	loop = loop_new(&err);
	test_ends();
	test_not_started();
	test_interpreter();
	test_input();
	test_surroundings();
	test_path();
	test_timeout();
	test_grandchild();
	test_output_callback();
	test_abandon();
	test_many();
	test_closed_stdio();
	loop_free(loop);
	test_run();
	return tap_done();
}
