/* SPDX-License-Identifier: Apache-2.0 */
/* Child processes in the loop: feeding, reading, deadlines, reaping. */
#include "base/process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/loop.h"
#include "base/process_spawn.h"
#include "base/xalloc.h"

#define MAX_OUTPUT ((size_t)1 << 20)
#define KILL_AFTER_MS 5000
/* How long streams that a grandchild holds open are waited for. */
#define LINGER_MS 1000
#define READ_SIZE 16384

struct stream {
	struct process *process;
	int number; /* 1 or 2 */
	int fd;     /* -1: closed, or never ours */
	struct loop_fd *watch;
	struct buf text;
};

struct process {
	struct process *prev, *next;
	struct loop *loop;
	pid_t pid;
	bool own_group;
	bool reaped, timed_out, truncated;
	bool reporting; /* its done function runs */
	bool abandoned; /* inside of one of its callbacks */
	int busy;       /* callbacks under way */
	int wait_status;
	int64_t kill_after_ms;

	struct stream streams[2];
	int in;
	struct loop_fd *in_watch;
	char *in_text;
	size_t in_len, in_done;
	struct loop_timer *deadline, *kill, *linger;

	process_output_fn *output;
	void *output_arg;
	process_done_fn *done;
	void *arg;
};

/* All that run, because one SIGCHLD may stand for several; and the ids of those that were
 * abandoned and are still to be collected. */
static struct process *running;
static pid_t *orphans;
static size_t norphans, orphans_cap;

static void close_input(struct process *p)
{
	loop_fd_remove(p->in_watch);
	p->in_watch = NULL;
	if (p->in >= 0)
		close(p->in);
	p->in = -1;
}

static void close_stream(struct stream *s)
{
	loop_fd_remove(s->watch);
	s->watch = NULL;
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static void process_free(struct process *p)
{
	*(p->prev ? &p->prev->next : &running) = p->next;
	if (p->next)
		p->next->prev = p->prev;
	close_input(p);
	for (int i = 0; i < 2; i++) {
		close_stream(&p->streams[i]);
		buf_release(&p->streams[i].text);
	}
	loop_timer_remove(p->deadline);
	loop_timer_remove(p->kill);
	loop_timer_remove(p->linger);
	if (p->in_text)
		explicit_bzero(p->in_text, p->in_len); /* it may hold a Secret's manifest */
	free(p->in_text);
	free(p);
}

static void send_signal(const struct process *p, int signo)
{
	if (!p->reaped)
		kill(p->own_group ? -p->pid : p->pid, signo);
}

static void report(struct process *p)
{
	const struct stream *out = &p->streams[0], *err = &p->streams[1];
	int status = p->wait_status;

	close_input(p);
	p->reporting = true;
	p->done(p->arg, &(struct process_result){
		.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
		.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
		.timed_out = p->timed_out,
		.truncated = p->truncated,
		.out = buf_str(&out->text),
		.out_len = out->text.len,
		.err = buf_str(&err->text),
		.err_len = err->text.len,
	});
	process_free(p);
}

/* Reports a process of which nothing more can come; what was abandoned meanwhile just goes. */
static void check(struct process *p)
{
	if (p->busy || p->reporting)
		return;
	if (p->abandoned)
		process_free(p);
	else if (p->reaped && p->streams[0].fd < 0 && p->streams[1].fd < 0)
		report(p);
}

static void keep(struct stream *s, const char *bytes, size_t len)
{
	struct process *p = s->process;
	size_t room = s->text.max - s->text.len;

	if (len > room)
		p->truncated = true;
	buf_add(&s->text, bytes, len < room ? len : room);
	if (p->output) {
		p->busy++;
		p->output(p->output_arg, s->number, bytes, len);
		p->busy--;
	}
}

static void on_output(void *arg, int fd, short revents)
{
	struct stream *s = arg;
	char bytes[READ_SIZE];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	(void)revents;
	if (n > 0)
		keep(s, bytes, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		close_stream(s);
	check(s->process);
}

static void on_input(void *arg, int fd, short revents)
{
	struct process *p = arg;
	ssize_t n = write(fd, p->in_text + p->in_done, p->in_len - p->in_done);

	(void)revents;
	if (n > 0)
		p->in_done += (size_t)n;
	/* One that does not read its input to the end has its reasons. */
	if (p->in_done == p->in_len || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_input(p);
}

static void on_deadline(void *arg)
{
	struct process *p = arg;

	p->timed_out = !p->reaped;
	process_end(p, p->kill_after_ms);
}

static void on_kill(void *arg)
{
	send_signal(arg, SIGKILL);
}

static void on_linger(void *arg)
{
	struct process *p = arg;

	close_stream(&p->streams[0]);
	close_stream(&p->streams[1]);
	check(p);
}

/* True if this collected it. */
static bool reap(struct process *p)
{
	if (p->reaped || waitpid(p->pid, &p->wait_status, WNOHANG) != p->pid)
		return false;
	p->reaped = true;
	loop_timer_stop(p->deadline);
	loop_timer_stop(p->kill);
	loop_timer_set(p->linger, LINGER_MS);
	return true;
}

static void on_child(void *arg, int signo)
{
	struct process *p = running;

	(void)arg;
	(void)signo;
	for (size_t i = norphans; i-- > 0;)
		if (waitpid(orphans[i], NULL, WNOHANG) != 0)
			orphans[i] = orphans[--norphans];
	while (p) {
		if (!reap(p)) {
			p = p->next;
			continue;
		}
		check(p);
		p = running; /* a done function may have changed the list */
	}
}

static void watch(struct process *p, const struct spawned *child, const struct process_spec *spec)
{
	for (int i = 0; i < 2; i++) {
		struct stream *s = &p->streams[i];

		*s = (struct stream){ .process = p, .number = i + 1, .fd = child->out[i] };
		buf_init(&s->text, spec->max_output ? spec->max_output : MAX_OUTPUT);
		if (s->fd >= 0)
			s->watch = loop_fd_add(p->loop, s->fd, POLLIN, on_output, s);
	}
	if (child->in < 0)
		return;
	p->in_text = xstrdup(spec->stdin_text);
	p->in_len = strlen(p->in_text);
	p->in_watch = loop_fd_add(p->loop, child->in, POLLOUT, on_input, p);
	if (!p->in_len)
		close_input(p);
}

struct process *process_start(struct loop *loop, const struct process_spec *spec,
	process_done_fn *done, void *arg, struct error *err)
{
	struct spawned child;
	struct process *p;

	if (!loop_signal(loop, SIGCHLD, on_child, NULL, err) || !spawn(&child, spec, err))
		return NULL;
	p = xcalloc(1, sizeof(*p));
	*p = (struct process){
		.next = running,
		.loop = loop,
		.pid = child.pid,
		.own_group = !spec->inherit_stdin,
		.kill_after_ms = spec->kill_after_ms,
		.in = child.in,
		.done = done,
		.arg = arg,
	};
	if (running)
		running->prev = p;
	running = p;
	p->deadline = loop_timer_add(loop, on_deadline, p);
	p->kill = loop_timer_add(loop, on_kill, p);
	p->linger = loop_timer_add(loop, on_linger, p);
	watch(p, &child, spec);
	if (spec->timeout_ms)
		loop_timer_set(p->deadline, spec->timeout_ms);
	return p;
}

void process_on_output(struct process *p, process_output_fn *fn, void *arg)
{
	p->output = fn;
	p->output_arg = arg;
}

void process_end(struct process *p, int64_t kill_after_ms)
{
	send_signal(p, SIGTERM);
	if (!p->reaped)
		loop_timer_set(p->kill, kill_after_ms ? kill_after_ms : KILL_AFTER_MS);
}

void process_abandon(struct process *p)
{
	if (!p || p->reporting || p->abandoned)
		return;
	send_signal(p, SIGKILL);
	if (!p->reaped && waitpid(p->pid, NULL, WNOHANG) == 0) {
		VEC_GROW(orphans, norphans, orphans_cap);
		orphans[norphans++] = p->pid;
	}
	p->reaped = true;
	p->abandoned = true;
	check(p);
}
