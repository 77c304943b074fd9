/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/map.h"
#include "track/poll.h"

struct kube_list;
struct kube_resource;
struct loop_timer;
struct poller;
struct tracker;

/* What the poller is made of. Internal to src/track: poll.c has the groups and plans their
 * questions, source.c asks one question again and again, listen.c waits until that is worth it,
 * jobend.c asks once how a Job ended that is gone. */

/* One question that is asked again and again. */
struct source {
	struct poller *poller;
	struct group *group;
	struct tracked *target;  /* a GET of this one; NULL: a LIST */
	char *selector;          /* of a LIST; NULL: all of the namespace */
	struct kube_list *call;
	char *version;           /* resourceVersion of the last good answer; NULL: unknown */
	struct kube_watch *watch; /* rings when it is no longer true; NULL: none is open */
	int64_t watched_at;
	unsigned cuts;           /* watches that ended as soon as they began */
	bool rang;               /* since the open question was asked */
	bool deaf;               /* watches do not work here */
	struct loop_timer *due;
	int64_t due_at, asked_at;
	int64_t expected_at;     /* when the question after the last good answer was due */
	int64_t good_since;      /* the last good answer was asked for then; < 0: none yet */
	int64_t born_at, changed_at, backoff_ms;
	int64_t took;            /* the longest of the last good answers */
	unsigned answers;        /* good ones */
	struct error error;      /* of the last answer */
	bool off;                /* forbidden or unknown: not counted */
	bool changed;            /* the open answer brought something new */
	unsigned look;           /* counts the questions; 0: never asked */
	unsigned born;           /* the tracker's, when what is in `known` was asked for … */
	unsigned asked_born;     /* … and when the open question was */
	size_t items, unnamed;   /* of the open answer; unreadable ones whose name is unknown */
	size_t matches;          /* of the open answer, for a set: rows */
	bool over;               /* not asked any more: freed when the answer is over */
	struct map64 known,
		next; /* hash of an item's bytes → its row's serial, or 0 when it is nobody's */
};

/* All that selectors match: the answers say which objects are given. set.c's. */
struct set {
	char *labels, *fields;   /* NULL: all */
	size_t rank;             /* it is asked for after those of a lower rank: its objects may
				    stand below theirs */
	size_t matches;          /* rows in the last complete answer */
};

/* The given objects of one kind in one namespace, or the owners whose children of one kind are
 * wanted there. */
struct group {
	struct poller *poller;
	const struct kube_resource *resource;
	char *ns;                /* NULL: cluster scope, or all namespaces */
	bool children;
	struct set *set;         /* its members are what is matched; NULL: they are named */
	struct tracked **members;
	char **selectors;        /* of the members, for children; an entry may be NULL */
	size_t n, cap;
	struct map64 index;      /* a member's serial → its place + 1 */
	bool get_forbidden, list_forbidden, crowded;
	bool outdated;           /* its sources do not fit its members any more */
	struct source **sources;
	size_t nsources, sources_cap;
};

struct poller {
	struct loop *loop;
	struct kube *kube;
	struct kube_discovery *discovery;
	struct tracker *tracker;
	struct poller_handler handler;
	struct group **groups;
	size_t n, cap;
	bool started, reached;
	unsigned watches;        /* open ones */
	char *selected;          /* what the sets are of: "deployments with -l app=web in shop" */
	int64_t look_at;
	struct tracked **unknown; /* given objects whose kind the server does not know yet */
	size_t nunknown, unknown_cap;
	struct loop_timer *discover;
	struct job_end **ends;    /* jobend.c's */
	size_t nends, ends_cap;
};

struct source *source_new(struct group *g, struct tracked *target, const char *selector);
void source_free(struct source *s); /* cancels what is open */
/* Asks that much later; sooner if the poller wants a look before that. */
void source_ask_in(struct source *s, int64_t delay_ms);
/* After an error nothing hurries: a server may have asked for patience. */
void source_ask_again_in(struct source *s, int64_t delay_ms);
/* How long after an answer it is asked again where no watch rings. */
int64_t source_next_wait(const struct source *s, int64_t now);
/* What does not change need not be asked for: listen.c's watch says when it has. True: one is open.
 */
bool source_listen(struct source *s);
void source_stop_listening(struct source *s);
/* Its error is set: what that means for its rows, and when it is asked again. */
void source_failed(struct source *s, int64_t retry_after_ms);
void source_wake(struct source *s); /* rests no longer: asks now */
void source_fit_look(struct source *s); /* the poller wants another look than before */
/* Its answer should have come: the last good one does not tell the present any more. */
bool source_overdue(const struct source *s, int64_t now);

/* A member that is there already only gets its selector. A set's may come at any time. */
void group_add(struct group *g, struct tracked *member, char *selector_take);
struct group *group_new(struct poller *p, const struct kube_resource *resource, const char *ns);
void group_add_source(struct group *g, struct tracked *target, const char *selector);

/* An object in a set's answer: whether it is one of its rows, or may be below one. */
bool set_takes(struct source *s, const json_t *object);
/* The members that a set's complete answer does not have are asked for by name. */
void set_sweep(struct source *s);
/* One of those is gone, at that time. */
void set_lost(struct source *s, struct tracked *o, int64_t now);
/* Its questions that have their answer go. */
void set_tidy(struct group *g);
/* Whether it is its turn to be asked. */
bool set_may_ask(const struct group *g);
/* Tells the tracker whether anything matches, if that is known. */
void sets_tell(struct poller *p);
void set_free(struct set *set); /* accepts NULL */

/* Called by an answer: the groups' questions may have to change. They do when the answer is over.
 */
void poller_wants_children(struct poller *p, struct tracked *root, const json_t *object);
void poller_plan(struct poller *p);

/* Asks once for the events of a Job that is gone. */
void job_end_ask(struct poller *p, struct tracked *job);
void job_ends_free(struct poller *p);
