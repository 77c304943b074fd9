/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct error;

/* The one loop of the one thread: file descriptors, timers and signals call back
 * from loop_run(), never from anywhere else. Every function here may be called
 * inside a callback; a removed watcher never fires again, not even in this turn.
 * Handles are owned by the loop and freed by their remove function or loop_free(). */
struct loop;
struct loop_fd;
struct loop_timer;

/* Both return NULL / false with a sentence when the system refuses. */
struct loop *loop_new(struct error *err);
void loop_free(struct loop *loop); /* accepts NULL */

/* events and revents are poll()'s (POLLIN, POLLOUT; POLLHUP and POLLERR always come). */
typedef void loop_fd_fn(void *arg, int fd, short revents);
struct loop_fd *loop_fd_add(struct loop *loop, int fd, short events, loop_fd_fn *fn, void *arg);
void loop_fd_events(struct loop_fd *watch, short events);
void loop_fd_remove(struct loop_fd *watch); /* accepts NULL; does not close fd */

/* One shot; fn may set it again. delay in ms from now, on clock_now_ms(); < 0 is 0. A timer
 * that is not set does not fire. */
typedef void loop_timer_fn(void *arg);
struct loop_timer *loop_timer_add(struct loop *loop, loop_timer_fn *fn, void *arg);
void loop_timer_set(struct loop_timer *timer, int64_t delay_ms);
void loop_timer_stop(struct loop_timer *timer);
bool loop_timer_is_set(const struct loop_timer *timer);
void loop_timer_remove(struct loop_timer *timer); /* accepts NULL */

/* Calls fn(arg, signo) from the loop after the signal came (self-pipe; SA_RESTART). One
 * function per signal; a later call replaces it; fn NULL restores the default. */
typedef void loop_signal_fn(void *arg, int signo);
bool loop_signal(struct loop *loop, int signo, loop_signal_fn *fn, void *arg, struct error *err);

/* Runs until loop_stop(). loop_turn() waits at most max_ms (-1: no limit) for something to
 * happen, calls back, and returns; tests drive the loop with it. */
bool loop_run(struct loop *loop, struct error *err);
bool loop_turn(struct loop *loop, int64_t max_ms, struct error *err);
void loop_stop(struct loop *loop);
