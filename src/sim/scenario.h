/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

/* What is to happen in the simulated cluster, read from a YAML file. Every pattern is a glob (* and
 * ?); one that is NULL matches everything. Times are simulated milliseconds. */

enum behaviour {
	BEHAVE_READY,
	BEHAVE_SLOW,          /* as ready, only later */
	BEHAVE_FLAP,          /* ready, then not for a while, then ready again */
	BEHAVE_NEVER_READY,
	BEHAVE_CRASH,
	BEHAVE_OOM,
	BEHAVE_IMAGE_ERROR,
	BEHAVE_CONFIG_ERROR,
	BEHAVE_UNSCHEDULABLE,
	BEHAVE_EXIT,          /* runs to an end */
	BEHAVE__COUNT,
};

/* Which object is meant. */
struct match {
	char *kind, *name, *ns;
	char *owner;   /* Pods: name of the workload above, "Kind/name" or "name" */
	char *label;   /* Pods: a label selector */
	char *image;   /* Pods: image of any container */
};

struct pod_rule {
	struct match match;
	int behave;            /* enum behaviour */
	int64_t first;         /* only the first so many Pods that match; 0: all */
	int64_t after;         /* until it is ready */
	int64_t runs;          /* until it crashes or exits */
	int64_t backoff;       /* first wait after a crash; doubles up to ten times that */
	int64_t heals;         /* age at which what is wrong ends; 0: never */
	int64_t flap_at;       /* flap: after it became ready */
	int64_t flap_for, times;
	int64_t exit_code;
	bool ready_between;    /* crash: ready while it runs */
	char *message;         /* in place of the usual one */
	char **logs, **previous_logs;
	int64_t used;          /* how many Pods follow it */
};

/* One change of an object at a time since the start (at) or since the object's creation (after). */
struct change {
	struct match match;
	int64_t at, after;     /* -1: not given */
	json_t *patch;         /* a JSON merge patch; NULL: the object is deleted */
};

struct creation {
	int64_t at;
	json_t *object;
	char *manager;         /* who applied it: an apply by another that differs is a conflict */
	bool done;
};

struct fault {
	char *path, *method;   /* path with its query */
	int64_t at, lasts, after_requests, times; /* lasts and times 0: for ever */
	int64_t code;          /* 0: hang or tear */
	int64_t retry_after;   /* seconds; -1: no header */
	char *message;
	bool hang, tear;
	int64_t seen, used;
};

struct forbid {
	char *verb, *resource, *group, *ns;
};

struct apply_rule {
	struct match match;
	int64_t code;          /* 0: not refused */
	char *reason, *message, *field;
	char *conflict;        /* the manager in the way */
	char **fields;         /* ".spec.replicas" */
	char **warn;
	int64_t times, used;   /* 0: always */
};

struct scenario {
	char *name;                    /* of the file, for messages */
	struct pod_rule *pods;
	struct change *changes;
	struct creation *creations;
	struct fault *faults;
	struct forbid *forbids;
	struct apply_rule *applies;
	size_t npods, nchanges, ncreations, nfaults, nforbids, napplies;
	int64_t lag;                   /* until a controller sees a change */
	int64_t nodes;
	int64_t address_after;         /* until a LoadBalancer has its address */
	int64_t bind_after;            /* until a claim is bound */
	int64_t establish_after;       /* until a CRD is served */
	char **stale_groups;           /* "metrics.k8s.io/v1beta1": its own server is down */
	bool old_discovery;            /* no aggregated discovery */
	bool no_events;
};

/* A scenario in which all goes well. */
void scenario_init(struct scenario *s);
/* Reads the file over that; every mistake is "file:line:column: …". On failure nothing is to be
 * released. */
bool scenario_load(struct scenario *s, const char *path, struct error *err);
void scenario_release(struct scenario *s);

/* What Pods do that no rule names: endless ones become ready, finite ones end well. */
const struct pod_rule *scenario_default_rule(bool finite);
bool glob_match(const char *pattern, const char *s); /* a NULL pattern matches */
