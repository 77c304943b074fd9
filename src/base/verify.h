/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* How a step is verified (DESIGN.md §5), shared by the plan that says it and the tracker that does
 * it. */
enum verify_mode { VERIFY_NONE, VERIFY_OBJECTS, VERIFY_HELM };
enum fail_early { FAIL_EARLY_STANDALONE, FAIL_EARLY_ANY, FAIL_EARLY_NEVER };

struct verify {
	enum verify_mode mode;
	int64_t timeout_ms; /* from the step's start to its verdict; VERIFY_NO_TIMEOUT: no limit */
	int64_t stabilization_ms; /* how long the desired state must hold, unbroken; 0: no window */
	int64_t grace_ms;         /* how long a soft error must persist before it may end a step */
	int64_t poll_ms;          /* from an answer to the next question */
	enum fail_early fail_early;
	bool wait_for_jobs;
};

#define VERIFY_NO_TIMEOUT INT64_C(-1)
#define VERIFY_DEFAULTS                                                                \
	{ .mode = VERIFY_OBJECTS, .timeout_ms = 180000, .stabilization_ms = 10000,     \
	  .grace_ms = 30000, .poll_ms = 2000 }

const char *verify_mode_word(enum verify_mode mode);  /* "none", "objects", "helm" */
const char *fail_early_word(enum fail_early when);    /* "standalone", "any", "never" */
bool fail_early_parse(const char *word, enum fail_early *when);
