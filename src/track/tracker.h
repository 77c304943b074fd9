/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "base/status.h"
#include "base/verify.h"
#include "rules/rule.h"
#include "track/settle.h"

struct error;
struct hook;
struct recorder;

/* The objects of one step as a tree, fed with observations (an object was seen, is gone, could not
 * be read) by whoever asks the cluster, by polling or watching; it does not know which. It judges
 * them, works out what they mean over time, says why, and emits events. Times are ms on
 * clock_now_ms() unless named wall. */

/* A Pod that cannot be scheduled for want of its volumes. */
struct claim_trouble {
	json_t *names;   /* of its claims; of those that its message does not name */
	char *scheduler; /* the scheduler's words alone */
	char *why;       /* which claim, and what is the matter with it; NULL: not known */
};

struct tracked {
	uint64_t serial;           /* names it for good, also when it is gone; from 1 */
	char *id, *uid;            /* uid NULL: not seen yet */
	const char *api_version, *kind, *ns, *name; /* the tracker's words, or a part of id */
	const struct rule *rule;
	struct tracked *owner;     /* the row that owns it; NULL: none that we have */
	struct tracked **children; size_t nchildren, children_cap;
	bool applied;              /* decides, unless it is a hook */
	struct hook *hook;         /* helm's (hook.h); NULL: it is none */
	enum applied how;          /* of an applied object: what the apply did */
	bool selected; /* applied, because a selector matched it */
	bool left; /* … and the last answer for the selector did not have it */
	bool owned; /* it has an owner, be it none of ours: it does not stand alone */
	bool seen;                 /* at least once in this run */
	bool fresh;                /* … and by a look after the apply */
	bool refused; /* the server refused it, or it was not tried: nothing is looked for */
	bool as_before; /* the program that applies failed before it had written it … */
	bool blamed;    /* … or because of it */
	bool gone;                 /* was there, is not now (an applied object's row stays) */
	bool replaced;             /* came back under another uid */
	bool announced;            /* object.seen went out for the present uid */
	bool stale;
	bool expires;              /* a Job that its TTL removes when it has ended */
	struct judgement judged; /* what its rule says; its columns are taken over into `columns` */
	json_t *columns, *conditions; /* columns NULL: emitted, the model has both */
	json_t *pod;               /* of a Pod in trouble: its node and containers; like columns */
	uint64_t details_hash;     /* of both, as last seen */
	json_t *manifest;          /* as applied; NULL: watched by name */
	json_t *object; /* of an applied object In progress whose rule looks at others; else NULL */
	struct claim_trouble *claims; /* NULL: it does not wait for volumes */
	const char *trouble_reason; /* why it cannot be seen, in one word … */
	char *trouble;             /* … and a sentence; NULL: it can */
	char *children_trouble;    /* "cannot list pods: …" */
	char *before_run; /* a Job that had ended before an apply that changed nothing: "completed
			     3h before this run" */

	/* rivals.c's: what others did to an applied object */
	char *own_fields;          /* as our apply set them, JSON text; NULL: not known */
	int64_t own_generation;    /* the one that our apply made, or that was seen first; 0: none */
	int64_t superseded_generation; /* the last one that somebody else made; 0: none */
	char *last_writer;         /* of its spec, when that generation was current: who and when;
				      or NULL */
	char *superseded_by;       /* that manager; or NULL */
	char *rivals;              /* the sentence; NULL: nobody did anything */

	/* time */
	int64_t added_at;          /* became an applied object */
	int64_t first_look;        /* first look after the apply that saw it; 0: none */
	int64_t success_since;     /* judged Success since, unbroken */
	int64_t trouble_since;     /* its family of reasons (or its Error) since */
	int64_t waits_since;       /* In progress for its present reason since */
	int64_t calm_since;        /* a crash that runs for a moment: since when; 0: it does not */
	enum family family;
	int64_t generation_progressing; /* the generation at which Progressing was seen without its
					   deadline exceeded */
	int64_t restarts;

	/* from events and logs: they explain, they never decide */
	char *cause_reason,
		*cause; /* the newest event that says why it does not get on; NULL: none */
	char *last_log;            /* the last line of a container that failed */

	/* last emitted words */
	enum status shown;
	bool shown_outdated;
	uint64_t shown_hash;       /* 0: none */

	/* the poller's */
	void *source;              /* who saw it last … */
	unsigned look;             /* … and in which of its looks */
	unsigned given_look; /* of an applied object: the last look of the one who asks for it that
				had it */
};

struct tracker {
	struct recorder *recorder;
	size_t step;
	bool once; /* there is one look only: nothing is left over from before (once.c) */
	struct verify verify;
	struct tracked **objects; size_t n, cap; /* as they came: owners before children */
	size_t napplied;
	struct map by_uid, by_id;
	struct tracked **by_serial; size_t serials, serials_cap; /* NULL where it was dropped */
	struct map words;          /* kinds, namespaces, …: many rows share them */
	int64_t applied_at;        /* the apply's end; < 0: still applying */
	char *applying; /* why it goes on; NULL: nothing holds it up */
	struct deployer {
		int64_t since; /* wall ms: what was written then or later is its work; 0: none */
		bool ended, well;
		char *said; /* why it failed; or NULL */
	} deployer; /* another program that applies the objects: helm */
	int64_t disturbed_at; /* a current Pod of an applied workload restarted or went into Error;
				 < 0: never */
	char *disturbed_id, *disturbed_why;
	json_t *classes; /* StorageClasses; NULL: not known */
	char *missing; /* "nothing matches …"; NULL: nothing of what was selected is missing */
	int64_t missing_since;
	bool hopeless; /* waiting does not help against that */
	unsigned born; /* moves when what was nobody's may now be ours: a new owner was seen */
	struct settle settle;
};

struct tracker *tracker_new(
	struct recorder *recorder, size_t step, const struct verify *verify, int64_t now);
void tracker_free(struct tracker *t);

/* One applied (or watched: applied is APPLIED_NONE) object; emits object.applied. manifest (the
 * object's JSON, borrowed) and shown (its YAML for the drawer) may be NULL. The same object twice
 * is one row. why: for APPLIED_FAILED the sentence and its CamelCase reason. */
struct tracked *tracker_add(struct tracker *t, const char *api_version, const char *kind,
	const char *ns, const char *name, enum applied applied, const json_t *manifest,
	const char *shown, const char *const *warnings, const char *reason, const char *why,
	int64_t now);
/* Why the apply goes on: "apply ConfigMap conf: … connection refused"; NULL: it is on its way again.
 * Said once as a warning, and when time runs out. */
void tracker_apply_waits(struct tracker *t, const char *why);
void tracker_apply_ended(struct tracker *t, int64_t now);
/* More is applied, because what there is has settled: nothing succeeds until that has ended, too. */
void tracker_apply_again(struct tracker *t);
/* Another program (helm) applies the objects, from wall on until tracker_apply_ended(). Until then
 * an object that it has not written yet is not passed off as what it will be. */
void tracker_deploying(struct tracker *t, int64_t wall);
/* How that ended. said: why it failed; rows of the objects that it names are in error. Or NULL. */
void tracker_deployed(struct tracker *t, bool well, const char *said);
/* The applied object is a hook of that program. */
void tracker_hook(struct tracked *o, struct hook *hook_take);

/* An object was seen in an answer to what was asked at asked_at (TRACKER_APPLY: it is an apply's
 * own answer, which proves nothing about later). Returns its row, or NULL when it is nobody's: the
 * caller may then forget it until `born` moves. */
#define TRACKER_APPLY INT64_C(-1)
struct tracked *tracker_seen(
	struct tracker *t, const json_t *object, int64_t asked_at, int64_t now);
/* It is still exactly what it was. */
void tracker_same(struct tracker *t, struct tracked *o, int64_t asked_at, int64_t now);
/* A complete list, or a 404, did not have it. May free o unless it is applied. */
void tracker_gone(struct tracker *t, struct tracked *o, int64_t now);
/* It is a Job that went before its end was seen, perhaps by its TTL: its events may tell. */
bool tracker_wants_end(const struct tracked *o);
/* They do: reason is an event's (Completed, BackoffLimitExceeded, …). */
void tracker_job_ended(
	struct tracker *t, struct tracked *o, const char *reason, const char *message, int64_t now);
/* It is there, but cannot be read (RBAC, unparsable): says so on its row. reason is a constant. why
 * NULL: that is over. */
void tracker_trouble(struct tracker *t, struct tracked *o, const char *reason, const char *why);
void tracker_children_trouble(struct tracker *t, struct tracked *owner, const char *why);
/* Judges an object that need not be a row, as the tracker's own are judged. Release *out. */
void tracker_judge(const struct tracker *t, const json_t *object, struct judgement *out);
/* The StorageClasses (an array) that claims are judged by. */
void tracker_classes(struct tracker *t, json_t *classes);
/* What is the matter with a claim that the Pod waits for; NULL: nothing known. */
void tracker_claim(struct tracker *t, struct tracked *pod, const char *why);
/* Of what was selected nothing is there, or not all is known: the step waits, and says so once, by
 * this sentence. NULL: that is over. hopeless: it is an error, and not waited for. */
void tracker_waits_for(struct tracker *t, const char *why, bool hopeless, int64_t now);
/* What events and logs say of it; NULL: nothing. */
void tracker_cause(struct tracker *t, struct tracked *o, const char *reason, const char *cause);
/* A child's words changed by something else than a look at it. */
void tracker_tell_leaf(struct tracker *t, struct tracked *o);
void tracker_last_log(struct tracker *t, struct tracked *o, const char *line);
void tracker_stale(struct tracker *t, struct tracked *o, bool stale);

/* Brings every row up to date, emits what changed, and says whether the step has ended. fresh_since
 * and stale as in struct settle_look. Once a verdict came, rows In progress of a timed-out step are
 * Timed out and nothing may be called but free. */
void tracker_settle(
	struct tracker *t, int64_t fresh_since, bool stale, int64_t now, struct settle_result *out);
/* Brings every row up to date without asking whether the step has ended: somebody else decides, or
 * it ends from outside (canceled, an apply that failed, RBAC). No row becomes Timed out. */
void tracker_refresh(struct tracker *t, int64_t now);
/* What the objects say of why it has not settled: the first one in error, else (unless errors_only)
 * in progress. To free(); NULL: nothing is. */
char *tracker_missing(struct tracker *t, bool errors_only, int64_t now);
/* Somebody else's time ran out: rows In progress are Timed out. */
void tracker_time_out(struct tracker *t, int64_t now);

/* NULL: it was dropped. */
struct tracked *tracker_by_serial(const struct tracker *t, uint64_t serial);

bool tracked_is(const struct tracked *o, const char *group, const char *kind);
/* Its Pods are meant to run for good: a Deployment, a StatefulSet, …; no Job. */
bool tracked_is_workload(const struct tracked *o);
/* The applied object at the root of o's tree, or NULL. */
struct tracked *tracked_root(struct tracked *o);
/* It and every owner up to the root are of their owners' current revisions. */
bool tracked_current(const struct tracked *o);
/* The trouble of its family has lasted since then; < 0: there is none. */
int64_t tracked_trouble_since(const struct tracked *o, int64_t now);
