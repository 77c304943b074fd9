/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kube/kubeconfig.h"

struct error;
struct kube;
struct kube_discovery;
struct loop;
struct recorder;

/* One cluster of a run, as one user: the connection and what the server knows. */
struct cluster {
	struct kube *kube;        /* owned */
	struct kube_discovery *discovery; /* owned */
	struct kube_flags flags;  /* what it was chosen by, context and all; borrowed strings */
	struct loop_timer *retry;
	void (*done)(void *arg, struct cluster *c, const struct error *err);
	void *arg;
	int64_t since;            /* the first question; ms on clock_now_ms() */
	bool told;                /* its warnings were said */
};

void cluster_init(struct cluster *c, struct loop *loop, struct kube *kube_take,
	const struct kube_flags *flags);
void cluster_release(struct cluster *c); /* no callback; accepts a zeroed one */

/* Asks what kinds the server knows, again and again for a while when it does not answer at all.
 * done comes once, from the loop: ERROR_NONE or why. */
void cluster_connect(struct cluster *c,
	void (*done)(void *arg, struct cluster *c, const struct error *err), void *arg);
void cluster_connect_cancel(struct cluster *c);

/* What the connection itself has to say goes with the first step that uses it. */
void cluster_warn(struct cluster *c, struct recorder *recorder, size_t step);
