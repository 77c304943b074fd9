/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct kube;
struct kube_discovery;
struct loop;
struct tracker;
struct tracked;

/* Asks the cluster for what a tracker follows and feeds it observations: GETs where few objects of
 * a kind are given, else one LIST per kind and namespace; children by LISTs narrowed by their
 * owners' selectors. Each source asks again poll_ms after its last answer (its first ones sooner),
 * never while a question is open; errors back off, 1 to 16 s. Once an answer brought nothing new a
 * watch tells when to ask again, and every 30 s it is asked without it. */
struct poller;

struct poller_handler {
	void (*answer)(void *arg); /* something was observed, or a question failed */
	void (*fatal)(
		void *arg, const struct error *err); /* 401, or RBAC forbids an applied object */
	void *arg;
};

struct poller *poller_new(struct loop *loop, struct kube *kube, struct kube_discovery *discovery,
	struct tracker *tracker, const struct poller_handler *handler);
void poller_free(struct poller *p); /* accepts NULL; cancels what is open */

/* Follows an applied object from now on. Call poller_start() after the last one of a batch. */
void poller_add(struct poller *p, struct tracked *target);
void poller_start(struct poller *p);

/* Follows all objects of a kind that the selectors match (ns, labels, fields NULL: all), those of
 * the first complete answer and what comes later; one that has its owner among the rows of kinds
 * selected with it is that owner's child. words (for all of them together): for the sentence when
 * nothing matches. */
struct kube_resource;
void poller_select(struct poller *p, const struct kube_resource *resource, const char *ns,
	const char *labels, const char *fields);
void poller_selected(struct poller *p, const char *words);
/* An apply's answer names the target's selector before the first look: its children are asked for
 * at once. */
void poller_seen_by_apply(struct poller *p, struct tracked *target, const json_t *object);

/* Every source was asked then or later and answered; < 0: some never did. */
int64_t poller_fresh_since(const struct poller *p);
/* An answer of a source that an applied object needs is overdue, since when and why. */
struct poller_health { bool stale, retrying; int64_t since; const char *message; };
struct poller_health poller_health(const struct poller *p, int64_t now);
bool poller_reached(const struct poller *p); /* anything ever answered */
/* Ask every source at that time (ms on clock_now_ms()) if it would not be asked by itself then. */
void poller_look_at(struct poller *p, int64_t at);
