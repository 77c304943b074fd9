/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "cmd/args.h"

struct error;
struct loop;
struct model;
struct recorder;

/* How a run is shown: the screen, plain lines, or the journal's lines. */
struct output;

struct output_spec {
	struct loop *loop;
	struct model *model;
	struct recorder *recorder; /* NULL: a finished run is shown, nothing is recorded */
	enum output_kind kind;          /* resolved: not AUTO */
	struct appearance look;
	const char *snapshot_path; /* of the run's own snapshot, named in the summary; or NULL */
	/* The user wants to end it: cancel the waiting while it goes on; after the end, leave. */
	void (*quit)(void *arg);
	void (*hangup)(void *arg);
	void *arg;
};

/* auto: the screen when stdout is a terminal and /dev/tty can be used; else plain lines. */
enum output_kind output_resolve(enum output_kind wanted);
struct output *output_open(const struct output_spec *spec, struct error *err);
void output_ended(struct output *o);  /* the run is over; the screen stays until the user leaves */
bool output_stays(const struct output *o); /* … and so it is still open */
/* Restores the terminal, prints what stays: the final table (plain), the summary (screen). Frees.
 */
void output_close(struct output *o);
