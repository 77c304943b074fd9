/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kind;
struct pod_rule;
struct sim;

/* One object of the cluster. Freed by store_sweep() once it is gone; until then pointers to it
 * hold. */
struct object {
	const struct kind *kind;
	json_t *json;          /* as it is served; owned */
	json_t *managers; /* manager → what it applied; owned, NULL until somebody applied it */
	struct object *owner;  /* its controller or NULL */
	struct object *children, *sibling; /* what it controls, the newest first */
	void (*tick)(struct sim *sim, struct object *obj); /* its kind's controller or NULL */
	int64_t created;       /* simulated ms, all of these */
	int64_t changed;       /* its last change by a user: what controllers react to */
	int64_t progressed;    /* workloads: the last progress of the rollout */
	int64_t synced;        /* Jobs: when the controller last looked */
	int64_t ready_at;      /* Pods: since when ready, -1 when not */
	int64_t ends;          /* terminating: when it goes; 0: it is not terminating */
	const struct pod_rule *rule; /* Pods: how it behaves */
	int step, restarts;    /* Pods: what was shown last (pod.h); step -1: nothing yet */
	uint64_t done;         /* scenario changes done to it, a bit each */
	bool counted;          /* Job Pods: their end is in the Job's status */
	bool gone;
};

struct store {
	struct object **items;
	size_t n, cap;
	long long version;     /* the last resourceVersion given */
	uint64_t random;       /* the state of names and uids: the same in every run */
};

void store_release(struct store *store);
struct object *store_find(
	const struct store *store, const struct kind *kind, const char *ns, const char *name);
/* Completes metadata (uid, creationTimestamp, resourceVersion, generation, namespace) and takes the
 * object. With an owner it also gets its ownerReferences. apiVersion and kind are put first. */
struct object *store_add(struct sim *sim, const struct kind *kind, const char *ns,
	json_t *json_take, struct object *owner);
/* A new resourceVersion; call after every change. */
void store_touch(struct sim *sim, struct object *obj);
/* Replaces the status and touches the object when it differs. Takes status. */
void store_set_status(struct sim *sim, struct object *obj, json_t *status_take);
/* Deletes as a background deletion does: Pods terminate first, finalizers hold an object, what it
 * owns follows. */
void store_delete(struct sim *sim, struct object *obj);
/* Ends terminations that are due and frees what is gone. */
void store_sweep(struct sim *sim);
/* Lower-case letters and digits as generated names have them. */
void store_suffix(struct store *store, char *out, size_t len);
uint64_t store_random(struct store *store);

const char *object_name(const struct object *obj);
const char *object_ns(const struct object *obj); /* NULL for cluster scope */
const char *object_uid(const struct object *obj);
bool object_terminating(const struct object *obj);
/* metadata[name], an object, created if need be; borrowed. */
json_t *object_meta_map(json_t *json, const char *name);

/* A condition for `conditions`, its lastTransitionTime kept from the one of that type in obj's
 * status when the status is the same. reason and message may be NULL. */
json_t *object_condition(const struct object *obj, const char *type, bool status,
	const char *reason, const char *message);

/* An event about obj. A repeated one raises the count of the one before. */
void event_emit(struct sim *sim, const struct object *obj, const char *type, const char *reason,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));
