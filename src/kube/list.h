/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct kube;
struct kube_resource;

/* Reading objects, one at a time: a page of 500 is never held whole. Before jansson sees an item it
 * is mended (src/kube/mend.h), and metadata.managedFields is dropped unless it is wanted. Items of a list lack
 * apiVersion and kind: they are put in from the resource. */
struct kube_list;

struct kube_list_query {
	const struct kube_resource *resource;
	const char *ns;             /* NULL: all namespaces or cluster scope */
	const char *label_selector; /* NULL: none */
	const char *field_selector;
};

struct kube_list_handler {
	/* Asked before an item is parsed, with a keyed 64-bit hash of its bytes: true means "I have
	 * exactly this already (or know that it is nobody's)", and the item is not parsed. NULL:
	 * always parse. */
	bool (*known)(void *arg, uint64_t hash);
	/* One object, borrowed. */
	void (*item)(void *arg, const json_t *object, uint64_t hash);
	/* An item that cannot be parsed even after mending; name and ns if they could be found,
	 * else NULL. */
	void (*unreadable)(void *arg, const char *ns, const char *name, const struct error *err);
	/* Once, at the end: ERROR_NONE when every page came. remaining: metadata.remainingItemCount
	 * of the first page, 0 if there was no second. A 410 in the middle starts over (once) by
	 * itself; `restart` (may be NULL) tells that what came so far does not count. */
	void (*restart)(void *arg);
	/* The resourceVersion of a complete list, before done: what a watch from there on tells was
	 * not in it. Not called where there is none. NULL: not wanted. */
	void (*version)(void *arg, const char *resource_version);
	void (*done)(void *arg, const struct error *err, int64_t remaining, int64_t retry_after_ms);
	void *arg;
	bool managed_fields; /* wanted: who set which field */
};

struct kube_list *kube_list(struct kube *kube, const struct kube_list_query *query,
	const struct kube_list_handler *handler);
void kube_list_cancel(struct kube_list *list); /* no callback; accepts NULL */

/* One object by name through the same mending; done's err is ERROR_NOT_FOUND when there is none. */
struct kube_list *kube_get_object(struct kube *kube, const struct kube_resource *resource,
	const char *ns, const char *name, const struct kube_list_handler *handler);
