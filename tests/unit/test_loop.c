/* SPDX-License-Identifier: Apache-2.0 */
/* The loop: order of timers, removal while calling back, signals, and no spinning. */
#include "base/loop.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/unused.h"
#include "tap.h"

static struct loop *loop;
static char seen[256]; /* what called back, a letter each */

static void note(char c)
{
	size_t len = strlen(seen);

	if (len + 1 < sizeof(seen)) {
		seen[len] = c;
		seen[len + 1] = '\0';
	}
}

static void begin(void)
{
	struct error err = { 0 };

	seen[0] = '\0';
	loop = loop_new(&err);
}

static void turn(int64_t max_ms)
{
	struct error err = { 0 };

	if (!loop_turn(loop, max_ms, &err))
		printf("# %s\n", err.text);
}

/* --- timers --- */

static void on_letter(void *arg)
{
	note(*(const char *)arg);
}

static void on_stop(void *arg UNUSED)
{
	loop_stop(loop);
}

static void test_timer_order(void)
{
	static const struct { const char *name; int64_t delay_ms; } timers[] = {
		{ "d", 30 }, { "a", 0 }, { "e", 31 }, { "b", 0 }, { "c", -5 }, { "f", 40 },
	};
	struct error err = { 0 };

	begin();
	for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
		loop_timer_set(loop_timer_add(loop, on_letter, (void *)timers[i].name), timers[i].delay_ms);
	loop_timer_set(loop_timer_add(loop, on_stop, NULL), 45);
	ok(loop_run(loop, &err), "a loop runs until it is stopped");
	is_str(seen, "abcdef", "timers fire by their time, then in the order they were set");
	loop_free(loop);
}

struct many { struct loop_timer *timer; int64_t due; };
static int64_t last_due;
static int out_of_order, fired;

static void on_many(void *arg)
{
	const struct many *m = arg;

	out_of_order += m->due < last_due;
	last_due = m->due;
	fired++;
}

/* Set, set again and stopped at random, against what must come of it. */
static void test_timer_heap(void)
{
	struct many many[300];
	int set = 0;

	begin();
	srandom(7);
	for (int i = 0; i < 300; i++)
		many[i].timer = loop_timer_add(loop, on_many, &many[i]);
	for (int round = 0; round < 3000; round++) {
		struct many *m = &many[random() % 300];
		long delay = random() % 50;

		if (random() % 4 == 0) {
			loop_timer_stop(m->timer);
			continue;
		}
		m->due = clock_now_ms() + delay;
		loop_timer_set(m->timer, delay);
	}
	for (int i = 0; i < 300; i++)
		set += loop_timer_is_set(many[i].timer);
	for (int64_t end = clock_now_ms() + 60; clock_now_ms() < end;)
		turn(10);
	is_int(fired, set, "every timer that is set fires, once");
	ok(out_of_order <= set / 4, "in order (a millisecond may pass while they are set)");
	loop_free(loop);
}

static struct loop_timer *first, *second;

static void on_again(void *arg UNUSED)
{
	note('x');
	loop_timer_set(first, 0);
}

static void on_remove_both(void *arg UNUSED)
{
	note('r');
	loop_timer_remove(first);
	loop_timer_remove(second);
}

static void test_timer_changes(void)
{
	begin();
	first = loop_timer_add(loop, on_again, NULL);
	ok(!loop_timer_is_set(first), "a new timer is not set");
	loop_timer_set(first, 0);
	ok(loop_timer_is_set(first), "now it is");
	turn(0);
	is_str(seen, "x", "a timer that sets itself at once fires once a turn");
	turn(0);
	is_str(seen, "xx", "and again in the next one");
	loop_timer_stop(first);
	loop_timer_stop(first);
	turn(0);
	is_str(seen, "xx", "a stopped timer does not fire");
	loop_timer_remove(first);
	first = loop_timer_add(loop, on_remove_both, NULL);
	second = loop_timer_add(loop, on_letter, (void *)"s");
	loop_timer_set(first, 0);
	loop_timer_set(second, 0);
	turn(0);
	turn(0);
	is_str(seen, "xxr", "a timer may remove itself and one that is due");
	loop_timer_remove(NULL);
	loop_free(loop);
}

static void test_no_spin(void)
{
	struct rusage before, after;
	int turns = 0;
	long ms;

	begin();
	fired = 0;
	loop_timer_set(loop_timer_add(loop, on_letter, (void *)"t"), 300);
	getrusage(RUSAGE_SELF, &before);
	while (!seen[0] && turns < 1000) {
		turn(-1);
		turns++;
	}
	getrusage(RUSAGE_SELF, &after);
	is_int(turns, 1, "waiting for a timer takes one turn");
	ms = (after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1000 +
		(after.ru_utime.tv_usec - before.ru_utime.tv_usec) / 1000;
	ok(ms < 200, "and no work");
	loop_free(loop);
}

/* --- descriptors --- */

struct end { int fds[2]; struct loop_fd *watch; };
static struct end ends[3];

static void on_drain(void *arg UNUSED, int fd, short revents UNUSED)
{
	char byte;

	note(read(fd, &byte, 1) == 1 ? byte : '?');
}

static void on_remove_others(void *arg, int fd, short revents)
{
	on_drain(arg, fd, revents);
	for (int i = 0; i < 3; i++) {
		loop_fd_remove(ends[i].watch);
		ends[i].watch = NULL;
	}
}

static void open_ends(loop_fd_fn *fn)
{
	for (int i = 0; i < 3; i++) {
		if (pipe(ends[i].fds) < 0)
			exit(1);
		ends[i].watch = loop_fd_add(loop, ends[i].fds[0], POLLIN, fn, &ends[i]);
		if (write(ends[i].fds[1], &"pqr"[i], 1) != 1)
			exit(1);
	}
}

static void close_ends(void)
{
	for (int i = 0; i < 3; i++) {
		loop_fd_remove(ends[i].watch);
		close(ends[i].fds[0]);
		close(ends[i].fds[1]);
	}
}

static void on_add(void *arg, int fd, short revents)
{
	struct end *end = arg;

	on_drain(arg, fd, revents);
	loop_fd_remove(end->watch);
	end->watch = loop_fd_add(loop, fd, POLLIN, on_drain, end);
}

static void on_mute(void *arg, int fd, short revents)
{
	on_drain(arg, fd, revents);
	for (int i = 0; i < 3; i++)
		loop_fd_events(ends[i].watch, 0);
}

static void on_hangup(void *arg, int fd UNUSED, short revents)
{
	struct end *end = arg;

	note(revents & POLLHUP ? 'h' : '?');
	loop_fd_remove(end->watch);
	end->watch = NULL;
}

static void test_fds(void)
{
	begin();
	open_ends(on_drain);
	turn(1000);
	is_str(seen, "pqr", "every readable descriptor is told in one turn");
	turn(0);
	is_str(seen, "pqr", "and not when there is nothing to read");
	close_ends();
	loop_free(loop);

	begin();
	open_ends(on_remove_others);
	turn(1000);
	turn(0);
	is_str(seen, "p", "one that is removed does not fire, not even in this turn");
	close_ends();
	loop_free(loop);

	begin();
	open_ends(on_add);
	turn(1000);
	is_str(seen, "pqr", "one that is added in a turn waits for the next");
	if (write(ends[1].fds[1], "z", 1) == 1)
		turn(1000);
	is_str(seen, "pqrz", "and then fires");
	close_ends();
	loop_free(loop);

	begin();
	open_ends(on_mute);
	turn(1000);
	turn(0);
	is_str(seen, "p", "events that are no longer wanted do not come, not even in this turn");
	close_ends();
	loop_free(loop);

	begin();
	open_ends(on_drain);
	for (int i = 0; i < 3; i++)
		loop_fd_remove(ends[i].watch);
	ends[1].watch = ends[2].watch = NULL;
	ends[0].watch = loop_fd_add(loop, ends[0].fds[0], 0, on_hangup, &ends[0]);
	close(ends[0].fds[1]);
	turn(1000);
	is_str(seen, "h", "a hang-up comes without being asked for");
	close_ends();
	loop_fd_remove(NULL);
	loop_free(loop);
}

/* A callback that turns the loop itself, as a login does. */
static void on_nested(void *arg, int fd, short revents)
{
	struct end *end = arg;

	on_drain(arg, fd, revents);
	loop_fd_remove(end->watch);
	end->watch = NULL;
	turn(0);
}

static void test_nested(void)
{
	begin();
	open_ends(on_nested);
	turn(1000);
	is_str(seen, "pqr", "a turn inside of a turn calls everything back once");
	close_ends();
	loop_free(loop);
}

/* --- signals --- */

static void on_signal_letter(void *arg, int signo)
{
	note(*(const char *)arg);
	if (signo == SIGUSR2)
		loop_stop(loop);
}

static bool is_default(int signo)
{
	struct sigaction action;

	return sigaction(signo, NULL, &action) == 0 && action.sa_handler == SIG_DFL;
}

static void test_signals(void)
{
	struct error err = { 0 };
	struct loop *other;

	begin();
	ok(loop_signal(loop, SIGUSR1, on_signal_letter, (void *)"1", &err), "a signal can be asked for");
	ok(loop_signal(loop, SIGUSR2, on_signal_letter, (void *)"2", &err), "and another");
	raise(SIGUSR1);
	is_str(seen, "", "nothing is called from the handler");
	raise(SIGUSR2);
	ok(loop_run(loop, &err), "both wake the loop");
	is_str(seen, "12", "both are told");
	for (int i = 0; i < 100000; i++)
		raise(SIGUSR1); /* more than a pipe holds */
	raise(SIGUSR2);
	seen[0] = '\0';
	loop_run(loop, &err);
	is_str(seen, "12", "a flood becomes one, and hides no other");
	loop_signal(loop, SIGUSR1, on_signal_letter, (void *)"n", &err);
	raise(SIGUSR1);
	turn(0);
	is_str(seen, "12n", "a later function replaces the first");
	loop_signal(loop, SIGUSR1, NULL, NULL, &err);
	ok(is_default(SIGUSR1), "no function restores the default");
	ok(!loop_signal(loop, SIGKILL, on_signal_letter, NULL, &err), "SIGKILL cannot be caught");
	is_int(err.code, ERROR_IO, "  and that is said");
	loop_free(loop);
	ok(is_default(SIGUSR2), "a freed loop restores the default");

	begin();
	loop_signal(loop, SIGUSR1, on_signal_letter, (void *)"a", &err);
	other = loop;
	loop = loop_new(&err);
	loop_signal(loop, SIGUSR1, on_signal_letter, (void *)"b", &err);
	loop_free(other);
	raise(SIGUSR1);
	turn(1000);
	is_str(seen, "b", "a signal belongs to the loop that asked last");
	loop_free(loop);
	loop_free(NULL);
}

int main(void)
{
	test_timer_order();
	test_timer_heap();
	test_timer_changes();
	test_no_spin();
	test_fds();
	test_nested();
	test_signals();
	return tap_done();
}
