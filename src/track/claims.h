/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct kube;
struct kube_discovery;
struct tracker;

/* Volumes: the StorageClasses, asked for while a claim waits, and the claims of Pods that wait for
 * them, which the scheduler does not name. Tells the tracker; what is forbidden stays unknown. */
struct claims;

struct claims *claims_new(struct kube *kube, struct kube_discovery *discovery,
	struct tracker *tracker, void (*changed)(void *arg), void *arg);
void claims_free(struct claims *c); /* accepts NULL; cancels what is open */
/* Asks for what is due; cheap when nothing is. now: ms on clock_now_ms(). */
void claims_look(struct claims *c, int64_t now);
