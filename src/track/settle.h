/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/verify.h"
#include "rules/rule.h"

/* When a step has settled, failed or run out of time: DESIGN.md §6 as a step function. Pure: time
 * is an argument (ms on clock_now_ms()), the objects are an argument, nothing is asked. */

/* What settling needs to know of one applied object. */
struct settle_object {
	enum status status;
	enum severity severity;    /* of an ERROR */
	int64_t success_since; /* SUCCESS: its desired state was first seen then and held since */
	int64_t error_since;       /* ERROR: since when, unbroken within its family of reasons */
	bool fails_alone;          /* a stand-alone Pod, or a Job that is waited for */
	bool by_existence;         /* Success by existence alone: needs no window */
	bool pods_failing;         /* every Pod of its newest revision is in Error … */
	int64_t pods_failing_since; /* … since then */
	const char *label; /* "Deployment web", for the sentence; NULL: why says it all */
	const char *why;           /* its message; NULL: none */
};

struct settle_look {
	const struct settle_object *objects;
	size_t n;
	int64_t fresh_since; /* every source was asked then or later, and answered; < 0: not yet */
	bool stale; /* an answer is overdue: nothing is stable until a fresh one comes */
	const char *applying;      /* why the apply goes on; NULL: nothing holds it up */
	int64_t disturbed_at;      /* a current Pod restarted or went into Error then; < 0: never */
};

struct settle {
	struct verify verify;
	int64_t started_at;        /* the step's start: the timeout runs from here */
	int64_t applied_at;        /* the apply's end; < 0: still applying, nothing can succeed */
	int64_t window_since;      /* < 0: the window is shut */
	int64_t not_before; /* after a lost connection: the window counts from the first fresh look
			     */
	bool gap;                  /* an answer is overdue right now */
};

struct settle_result {
	enum verdict verdict;      /* NONE: it goes on */
	char reason[512];          /* of the verdict: one sentence */
	int64_t need_ms;           /* length of the window for these objects */
	int64_t look_at;           /* a look that starts then can decide; < 0: none can */
};

void settle_init(struct settle *s, const struct verify *verify, int64_t now);
void settle_applied(struct settle *s, int64_t now);
void settle_apply_again(struct settle *s); /* until the next settle_applied() */
void settle_step(
	struct settle *s, const struct settle_look *look, int64_t now, struct settle_result *out);
int64_t settle_deadline(const struct settle *s); /* < 0: none */
