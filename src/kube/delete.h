/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

struct kube;
struct kube_answer;
struct kube_call;
struct kube_resource;

/* Deletes one object, and what it owns after it (in the background), if it still is the one with
 * that uid. A call as kube_send()'s: done comes once, kube_cancel() ends it. */
struct kube_call *kube_delete(struct kube *kube, const struct kube_resource *resource,
	const char *ns, const char *name, const char *uid,
	void (*done)(void *arg, const struct kube_answer *answer), void *arg);
