/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct loop;

/* A child process in the loop: no shell, its own process group, every descriptor but
 * 0, 1 and 2 closed. What it writes is kept up to a limit (the rest is read and
 * dropped), what it does with its terminal is the caller's choice. */
struct process;

struct process_spec {
	const char *const
		*argv; /* NULL-terminated; argv[0] is looked up in PATH unless it has a '/' */
	const char *const *env;  /* NULL-terminated "NAME=value" added over our own; NULL: none */
	const char *stdin_text;  /* fed to its standard input; NULL: /dev/null */
	bool inherit_stdin;      /* instead: our own standard input, and our process group */
	bool inherit_stderr;     /* instead of keeping it */
	size_t max_output;       /* bytes kept of each stream; 0: 1 MiB */
	int64_t timeout_ms;      /* 0: none; then TERM to the group, and KILL kill_after_ms later */
	int64_t kill_after_ms;   /* 0: 5000 */
};

struct process_result {
	int exit_code;   /* -1 when a signal ended it */
	int signal;      /* 0 when it exited */
	bool timed_out;  /* we ended it because of timeout_ms */
	bool truncated;  /* more came than max_output */
	const char *out; /* raw bytes with a NUL behind; borrowed until the callback returns */
	size_t out_len;
	const char *err;
	size_t err_len;
};

/* Called once, after the process ended and its streams were read (or 1 s after its
 * end if a grandchild keeps them open). The process is freed after it returns. */
typedef void process_done_fn(void *arg, const struct process_result *result);

/* Called as bytes come, if set by process_on_output(); raw bytes. stream: 1 or 2. */
typedef void process_output_fn(void *arg, int stream, const char *bytes, size_t len);

/* The path that argv[0] stands for, as process_start() looks it up; to free(). NULL: there is none. */
char *process_find(const char *name);

/* NULL with a sentence if it cannot be started ("exec: executable aws not found"). */
struct process *process_start(struct loop *loop, const struct process_spec *spec,
	process_done_fn *done, void *arg, struct error *err);
void process_on_output(struct process *p, process_output_fn *fn, void *arg);
void process_end(struct process *p, int64_t kill_after_ms); /* TERM to the group, then KILL */
void process_abandon(struct process *p); /* KILL, no callback, freed; accepts NULL */
