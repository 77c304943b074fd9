/* SPDX-License-Identifier: Apache-2.0 */
/* The event loop: poll(), a heap of timers, and signals through a pipe to ourselves. */
#include "base/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/unused.h"
#include "base/xalloc.h"

/* poll() does not count suspend and clock_now_ms() does, so a long wait is cut into
 * pieces: after a resume a timer is at most this late. */
#define LONGEST_POLL_MS 10000

#define SIGNALS 65

struct loop_fd {
	struct loop *loop;
	int fd;
	short events, revents;
	bool removed;
	loop_fd_fn *fn;
	void *arg;
};

struct loop_timer {
	struct loop *loop;
	struct loop_timer *prev, *next; /* of all timers, set or not */
	size_t slot;                    /* in the heap, counted from 1; 0: not set */
	int64_t due_ms;
	uint64_t order;                 /* of the settings; equal times fire in it */
	loop_timer_fn *fn;
	void *arg;
};

struct loop {
	struct loop_fd **fds;
	size_t nfds, fds_cap;
	struct pollfd *polls;
	size_t polls_cap;
	bool any_removed;
	int depth; /* of loop_turn() inside loop_turn() */
	bool stopped;

	struct loop_timer *timers;
	struct loop_timer **heap; /* heap[0] is due first */
	size_t nheap, heap_cap;
	uint64_t order;

	int pipe[2];
	struct { loop_signal_fn *fn; void *arg; } signals[SIGNALS];
};

/* A handler can reach nothing but globals. The flags hold what came, the pipe only wakes
 * the loop, so a full pipe loses nothing. */
static volatile sig_atomic_t signal_came[SIGNALS];
static volatile sig_atomic_t signal_pipe = -1;
static struct loop *signal_loop;

static bool make_pipe(int ends[2])
{
	if (pipe(ends) < 0)
		return false;
	for (int i = 0; i < 2; i++) {
		fcntl(ends[i], F_SETFD, FD_CLOEXEC);
		fcntl(ends[i], F_SETFL, O_NONBLOCK);
	}
	return true;
}

static void on_wake(void *arg, int fd, short revents);

struct loop *loop_new(struct error *err)
{
	struct loop *loop = xcalloc(1, sizeof(*loop));

	if (!make_pipe(loop->pipe)) {
		error_set(err, ERROR_IO, "cannot make a pipe for signals: %s", strerror(errno));
		free(loop);
		return NULL;
	}
	loop_fd_add(loop, loop->pipe[0], POLLIN, on_wake, loop);
	return loop;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	for (int signo = 1; signo < SIGNALS; signo++)
		if (loop->signals[signo].fn)
			loop_signal(loop, signo, NULL, NULL, NULL);
	if (signal_loop == loop) {
		signal_loop = NULL;
		signal_pipe = -1;
	}
	for (size_t i = 0; i < loop->nfds; i++)
		free(loop->fds[i]);
	while (loop->timers)
		loop_timer_remove(loop->timers);
	close(loop->pipe[0]);
	close(loop->pipe[1]);
	free(loop->fds);
	free(loop->polls);
	free(loop->heap);
	free(loop);
}

/* --- file descriptors --- */

struct loop_fd *loop_fd_add(struct loop *loop, int fd, short events, loop_fd_fn *fn, void *arg)
{
	struct loop_fd *watch = xcalloc(1, sizeof(*watch));

	*watch = (struct loop_fd){ .loop = loop, .fd = fd, .events = events, .fn = fn, .arg = arg };
	VEC_GROW(loop->fds, loop->nfds, loop->fds_cap);
	loop->fds[loop->nfds++] = watch;
	return watch;
}

void loop_fd_events(struct loop_fd *watch, short events)
{
	watch->events = events;
}

/* Only outside of a turn: a turn walks the array by index. */
static void sweep(struct loop *loop)
{
	size_t kept = 0;

	for (size_t i = 0; i < loop->nfds; i++) {
		if (loop->fds[i]->removed)
			free(loop->fds[i]);
		else
			loop->fds[kept++] = loop->fds[i];
	}
	loop->nfds = kept;
	loop->any_removed = false;
}

void loop_fd_remove(struct loop_fd *watch)
{
	if (!watch)
		return;
	watch->removed = true;
	watch->loop->any_removed = true;
	if (!watch->loop->depth)
		sweep(watch->loop);
}

/* --- timers --- */

static bool earlier(const struct loop_timer *a, const struct loop_timer *b)
{
	return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->order < b->order;
}

static void put(struct loop *loop, size_t i, struct loop_timer *timer)
{
	loop->heap[i] = timer;
	timer->slot = i + 1;
}

/* Moves the timer at i to where it belongs. */
static void settle(struct loop *loop, size_t i)
{
	struct loop_timer *timer = loop->heap[i];

	for (; i > 0 && earlier(timer, loop->heap[(i - 1) / 2]); i = (i - 1) / 2)
		put(loop, i, loop->heap[(i - 1) / 2]);
	for (;;) {
		size_t child = 2 * i + 1;

		if (child + 1 < loop->nheap && earlier(loop->heap[child + 1], loop->heap[child]))
			child++;
		if (child >= loop->nheap || !earlier(loop->heap[child], timer))
			break;
		put(loop, i, loop->heap[child]);
		i = child;
	}
	put(loop, i, timer);
}

struct loop_timer *loop_timer_add(struct loop *loop, loop_timer_fn *fn, void *arg)
{
	struct loop_timer *timer = xcalloc(1, sizeof(*timer));

	*timer = (struct loop_timer){ .loop = loop, .next = loop->timers, .fn = fn, .arg = arg };
	if (loop->timers)
		loop->timers->prev = timer;
	loop->timers = timer;
	return timer;
}

void loop_timer_set(struct loop_timer *timer, int64_t delay_ms)
{
	struct loop *loop = timer->loop;
	int64_t now = clock_now_ms();

	if (delay_ms < 0)
		delay_ms = 0;
	timer->due_ms = delay_ms > INT64_MAX - now ? INT64_MAX : now + delay_ms;
	timer->order = loop->order++;
	if (!timer->slot) {
		VEC_GROW(loop->heap, loop->nheap, loop->heap_cap);
		put(loop, loop->nheap++, timer);
	}
	settle(loop, timer->slot - 1);
}

void loop_timer_stop(struct loop_timer *timer)
{
	struct loop *loop = timer->loop;
	size_t i = timer->slot - 1;

	if (!timer->slot)
		return;
	timer->slot = 0;
	loop->nheap--;
	if (i < loop->nheap) {
		put(loop, i, loop->heap[loop->nheap]);
		settle(loop, i);
	}
}

bool loop_timer_is_set(const struct loop_timer *timer)
{
	return timer->slot != 0;
}

void loop_timer_remove(struct loop_timer *timer)
{
	if (!timer)
		return;
	loop_timer_stop(timer);
	if (timer->prev)
		timer->prev->next = timer->next;
	else
		timer->loop->timers = timer->next;
	if (timer->next)
		timer->next->prev = timer->prev;
	free(timer);
}

/* --- signals --- */

static void on_signal(int signo)
{
	int saved = errno;
	ssize_t ignored;

	signal_came[signo] = 1;
	if (signal_pipe >= 0) {
		ignored = write(signal_pipe, "", 1);
		(void)ignored;
	}
	errno = saved;
}

static void on_wake(void *arg, int fd, short revents UNUSED)
{
	struct loop *loop = arg;
	char bytes[64];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
	if (signal_loop != loop)
		return;
	for (int signo = 1; signo < SIGNALS; signo++) {
		if (!signal_came[signo] || !loop->signals[signo].fn)
			continue;
		signal_came[signo] = 0;
		loop->signals[signo].fn(loop->signals[signo].arg, signo);
	}
}

bool loop_signal(struct loop *loop, int signo, loop_signal_fn *fn, void *arg, struct error *err)
{
	struct sigaction action = { .sa_handler = fn ? on_signal : SIG_DFL,
		.sa_flags = SA_RESTART };

	if (signo < 1 || signo >= SIGNALS)
		return error_set(err, ERROR_IO, "there is no signal %d", signo);
	if (fn) {
		signal_loop = loop;
		signal_pipe = loop->pipe[1];
		if (!loop->signals[signo].fn)
			signal_came[signo] = 0;
	}
	loop->signals[signo].fn = fn;
	loop->signals[signo].arg = arg;
	/* Another loop's handler is not ours to take away. */
	if (!fn && signal_loop != loop)
		return true;
	sigemptyset(&action.sa_mask);
	if (sigaction(signo, &action, NULL) == 0)
		return true;
	loop->signals[signo].fn = NULL;
	return error_set(err, ERROR_IO, "cannot catch signal %d: %s", signo, strerror(errno));
}

/* --- turns --- */

/* clock_now_ms() is rounded down, so this is never too short, which would spin. */
static int poll_ms(int64_t until_ms)
{
	int64_t left;

	if (until_ms < 0)
		return -1;
	left = until_ms - clock_now_ms();
	if (left < 0)
		return 0;
	return left < LONGEST_POLL_MS ? (int)left : LONGEST_POLL_MS;
}

/* Waits for a descriptor, or until until_ms on clock_now_ms() (-1: no limit). */
static bool wait_for_fds(struct loop *loop, int64_t until_ms, struct error *err)
{
	if (loop->polls_cap < loop->nfds) {
		loop->polls_cap = loop->fds_cap;
		loop->polls = xreallocarray(loop->polls, loop->polls_cap, sizeof(*loop->polls));
	}
	for (size_t i = 0; i < loop->nfds; i++) {
		const struct loop_fd *watch = loop->fds[i];

		loop->polls[i] = (struct pollfd){ .fd = watch->removed ? -1 : watch->fd,
			.events = watch->events };
	}
	for (;;) {
		int n = poll(loop->polls, loop->nfds, poll_ms(until_ms));

		if (n < 0 && errno != EINTR)
			return error_set(
				err, ERROR_IO, "cannot wait for events: %s", strerror(errno));
		if (n > 0 || (n == 0 && poll_ms(until_ms) == 0))
			break;
	}
	for (size_t i = 0; i < loop->nfds; i++)
		loop->fds[i]->revents = loop->polls[i].revents;
	return true;
}

/* Watchers added meanwhile stand behind n and wait for the next turn. */
static void dispatch_fds(struct loop *loop, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct loop_fd *watch = loop->fds[i];
		short revents = watch->revents & (watch->events | POLLERR | POLLHUP | POLLNVAL);

		watch->revents = 0;
		if (revents && !watch->removed)
			watch->fn(watch->arg, watch->fd, revents);
	}
}

/* Timers set by a callback have a newer order, so one that sets itself again at once does not
 * hold up the turn. */
static void dispatch_timers(struct loop *loop)
{
	int64_t now = clock_now_ms();
	uint64_t newest = loop->order;

	while (loop->nheap && loop->heap[0]->due_ms <= now && loop->heap[0]->order < newest) {
		struct loop_timer *timer = loop->heap[0];

		loop_timer_stop(timer);
		timer->fn(timer->arg);
	}
}

bool loop_turn(struct loop *loop, int64_t max_ms, struct error *err)
{
	int64_t until = max_ms < 0 ? -1 : clock_now_ms() + max_ms;
	size_t n = loop->nfds;

	if (loop->nheap && (until < 0 || loop->heap[0]->due_ms < until))
		until = loop->heap[0]->due_ms;
	if (!wait_for_fds(loop, until, err))
		return false;
	loop->depth++;
	dispatch_fds(loop, n);
	dispatch_timers(loop);
	if (--loop->depth == 0 && loop->any_removed)
		sweep(loop);
	return true;
}

bool loop_run(struct loop *loop, struct error *err)
{
	while (!loop->stopped)
		if (!loop_turn(loop, -1, err))
			return false;
	loop->stopped = false;
	return true;
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}
