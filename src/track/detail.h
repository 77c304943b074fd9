/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct kube;
struct kube_discovery;
struct recorder;
struct tracker;

/* Events and log lines of rows in trouble, fetched while they are: events at most every 5 s an
 * object, the last 20 lines of a failing container once for each of its restarts, and of Pods that
 * fail alike only the first few. Emits object.detail and tells the tracker the causes. What is
 * forbidden is said once and never an error. */
struct detail;

struct detail *detail_new(struct kube *kube, struct kube_discovery *discovery,
	struct recorder *recorder, struct tracker *tracker, void (*changed)(void *arg), void *arg);
void detail_free(struct detail *d); /* accepts NULL; cancels what is open */
/* Asks for what is due; cheap when nothing is. now: ms on clock_now_ms(). */
void detail_look(struct detail *d, int64_t now);
bool detail_open(const struct detail *d); /* a question is open */
