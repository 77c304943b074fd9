/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Rules are pure: an object's JSON, options and the time go in, a judgement comes out. No I/O, no
 * clock, nothing kept. What a status means over time (grace, window, deadline) is the tracker's.
 * Sources: the Kubernetes API reference, kstatus, gitops-engine; the choices are STATUS-RULES.md
 * §2. */

/* How much an Error weighs (STATUS-RULES.md, "Classes"). */
enum severity {
	SEVERITY_NONE,
	SEVERITY_SOFT,     /* may heal; ends a run early only after the grace */
	SEVERITY_HARD,     /* cannot heal without an edit */
	SEVERITY_DEADLINE, /* ProgressDeadlineExceeded: may be left over from before this run */
};

/* Reasons that count as one for the grace: ErrImagePull and ImagePullBackOff are both FAMILY_IMAGE.
 */
enum family {
	FAMILY_NONE,
	FAMILY_IMAGE,
	FAMILY_CONFIG,
	FAMILY_START,
	FAMILY_CRASH,
	FAMILY_SANDBOX,
	FAMILY_OTHER
};

#define COLUMNS_MAX 8

struct column_value {
	const char *name; /* kubectl's heading as the snapshot spells it ("Up-to-date"); static */
	char *value;      /* owned */
};

/* Related objects the tracker has, for rules that need them (a claim's StorageClass, a Job's Pods).
 * known false: nothing is known about them, and the rule says what then. */
struct related {
	const char *kind;
	bool known;
	const json_t *const *objects;
	size_t n;
};

struct judge_options {
	bool wait_for_jobs;
	bool look_once; /* `ksettle status`: a nostatus object is In progress, reason NoStatus */
	const struct related *related;
	size_t nrelated;
	const json_t *manifest; /* as applied, or NULL: tells whether suspend or pause is the
				   manifest's own wish */
};

/* What a rule says of one object. Owned strings; judgement_release() frees them. */
struct judgement {
	enum status status;       /* IN_PROGRESS, SUCCESS or ERROR; never NONE or TIMED_OUT */
	enum severity severity;   /* of an ERROR */
	enum family family;       /* of an ERROR, or of a Pod's trouble */
	char *reason;             /* CamelCase; NULL for a plain Success */
	char *message;            /* one display sentence, no full stop; NULL for a plain Success */
	char *note;               /* warning line on a Success or In progress; or NULL */
	bool no_status; /* "nostatus": In progress until max(stabilization, 10 s) from the first
			   look */
	bool by_existence; /* Success by existence alone, always: ConfigMap, Secret, RBAC … */
	struct column_value *columns; /* COLUMNS_MAX at most; NULL when there is none */
	size_t ncolumns;

	/* Facts for the tracker, from the same JSON. */
	int64_t generation;       /* metadata.generation, 0 when absent */
	int64_t restarts;         /* Pods: all containers, init included */
	char *revision; /* which revision of its owner this is: RS: its revision annotation; Pod of
			 * a STS or DS: its hash or template generation; else NULL */
	char *current_revision; /* owners: the revision its children must have to count; NULL: all
				   count */
	bool asleep; /* suspended by a field of its own, and nobody looks at it: not even its
			generation */
	bool terminating;         /* metadata.deletionTimestamp is set */
	bool finished; /* Pod Succeeded/Failed, Job Complete/Failed: stays so when removed */
	bool ready;               /* Pods: condition Ready is True */
	bool transient; /* Pod evicted, preempted, node shut down: its owner replaces it, nobody's
			   error */
	char *container; /* Pods: the first container in Error, else the one that keeps it from
			    ready; NULL: none */
	bool container_restarted; /* its log of interest is the previous instance's: it restarted,
				     and waits */
	bool stale_old; /* ReplicaSet with 0 wanted and 0 present: hidden, explains nothing */
	int64_t wanted; /* replicas wanted (Deployment, RS, STS, DS, RC; Job: parallelism), -1: does
			   not apply */
	int64_t deadline_s;       /* Deployment spec.progressDeadlineSeconds, 0: none */
	bool progressing_ok; /* Deployment: Progressing is there at this generation and not
				ProgressDeadlineExceeded */
};

struct data_rule;

struct rule {
	const char *group;        /* "" is core; NULL: any group (the generic rule) */
	const char *kind;         /* NULL: any kind */
	const char *const *children; /* NULL-terminated "group/Kind" ("apps/ReplicaSet", "/Pod") it
					may own; or NULL */
	const char *const
		*columns; /* NULL-terminated headings in their order; what judge() fills; or NULL */
	const char *const *fields; /* where each column is a field of the object: their paths in
				      that order, "path" or "path|what stands for none"; then
				      they are filled before judge() is called; or NULL */
	/* out is zeroed; now_ms is the wall clock (ms since the epoch), only for durations shown.
	 * Must set status. */
	void (*judge)(struct judgement *out, const json_t *object,
		const struct judge_options *options, int64_t now_ms);
	bool own_generation; /* its status.observedGeneration counts something else: it says nothing
			      */
	const struct data_rule *data; /* a rule of rules.d (rules/data.h), which judges in place of
					 judge; or NULL */
};

/* The rule of a kind: ours, else one loaded from rules.d, else the generic one. Never NULL. */
const struct rule *rule_find(const char *group, const char *kind);

/* STATUS-RULES.md §2.2, then the kind's rule, then the columns. The object has apiVersion and kind.
 */
void judge(struct judgement *out, const json_t *object, const struct judge_options *options,
	int64_t now_ms);
void judgement_release(struct judgement *j);
void judgement_drop_columns(struct judgement *j);
void column_values_free(struct column_value *columns, size_t n);

/* For rules: sets the words (display text; fmt is a sentence), replacing what was there. */
void judgement_set(struct judgement *j, enum status status, const char *reason, const char *fmt,
	...) __attribute__((format(printf, 4, 5)));
void judgement_error(struct judgement *j, enum severity severity, enum family family,
	const char *reason, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void judgement_note(struct judgement *j, const char *fmt, ...)
	__attribute__((format(printf, 2, 3))); /* joined by "; " */
void judgement_column(struct judgement *j, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
