/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "base/error.h"

struct kube;
struct kube_list_query;

/* A watch that only rings: it says once that something which the query matches has changed since
 * that resourceVersion, and is over. What changed is for a list to tell, which can be believed
 * whatever a proxy in between drops or holds back. (kubernetes.io, "Efficient detection of changes")
 */
struct kube_watch;

/* Once, unless it is canceled. rang: an event came. Else err says why there will be none:
 * ERROR_NONE when its time was over, which is normal. */
typedef void kube_watch_fn(void *arg, bool rang, const struct error *err);

/* name: of one object of the query's kind, or NULL for all that it matches. */
struct kube_watch *kube_watch(struct kube *kube, const struct kube_list_query *query,
	const char *name, const char *resource_version, kube_watch_fn *done, void *arg);
void kube_watch_cancel(struct kube_watch *watch); /* no callback; accepts NULL */
