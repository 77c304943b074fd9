/* SPDX-License-Identifier: Apache-2.0 */
/* Applies the objects of one step, in order. */
#include "cmd/applier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/jx.h"
#include "base/loop.h"
#include "base/xalloc.h"
#include "cmd/cluster.h"
#include "cmd/preflight.h"
#include "kube/apply.h"
#include "kube/discovery.h"
#include "kube/list.h"
#include "manifest/redact.h"
#include "track/verification.h"

#define BACKOFF_MS 1000
#define BACKOFF_MAX_MS 16000
#define ESTABLISHED_MS 300 /* how often a new CRD is looked at */
#define DEFINED_MS 30000   /* so long a kind may take to be known after its CRD is established */

struct applier {
	struct executor executor;
	struct executor_spec spec;
	struct kube_discovery *discovery; /* the cluster's */
	const struct manifests *list;
	const struct manifest **order; /* what is applied, in this order */
	size_t n, next, taken, ncrds, established;
	size_t first;             /* so many stand before the rest: namespaces and CRDs */
	struct kube_apply *apply;
	struct kube_list *look;
	bool seen_established, rediscovered;
	bool names_refused; /* a CRD's names are another's: its kind will not come */
	struct loop_timer *timer;
	int64_t backoff_ms;
	int64_t unknown_since;    /* the next object's kind is awaited since then; 0: it is not */
	struct error weather;     /* why the next object's apply is tried again */
};

static void step_on(void *arg);

static bool goes_first(const struct manifest *m)
{
	return strcmp(m->kind, "Namespace") == 0 ||
		strcmp(m->kind, "CustomResourceDefinition") == 0;
}

static void sort(struct applier *a)
{
	const struct manifests *list = a->list;

	a->order = xcalloc(list->n, sizeof(*a->order));
	for (int rest = 0; rest < 2; rest++) {
		for (size_t i = 0; i < list->n; i++)
			if (goes_first(&list->items[i]) == !rest)
				a->order[a->n++] = &list->items[i];
		if (!rest)
			a->first = a->n;
	}
}

struct executor *applier_start(const struct executor_spec *spec, const struct manifests *manifests)
{
	struct applier *a = xcalloc(1, sizeof(*a));

	a->executor.kind = &executor_apply;
	a->spec = *spec;
	a->discovery = spec->cluster->discovery;
	a->list = manifests;
	a->timer = loop_timer_add(spec->loop, step_on, a);
	sort(a);
	loop_timer_set(a->timer, 0);
	return &a->executor;
}

bool applier_has_applied(const struct executor *e, const char *kind, const char *name)
{
	const struct applier *a = (const struct applier *)e;

	for (size_t i = 0; i < a->taken; i++)
		if (strcmp(a->order[i]->kind, kind) == 0 && strcmp(a->order[i]->name, name) == 0)
			return true;
	return false;
}

static struct executor *start(const struct executor_spec *spec)
{
	return applier_start(spec, &spec->plan->steps[spec->index].manifests);
}

static void stop(struct applier *a)
{
	kube_apply_cancel(a->apply);
	kube_list_cancel(a->look);
	kube_discover_cancel(a->discovery, a);
	loop_timer_stop(a->timer);
	a->apply = NULL;
	a->look = NULL;
}

static void applier_free(struct executor *e)
{
	struct applier *a = (struct applier *)e;

	stop(a);
	loop_timer_remove(a->timer);
	free(a->order);
	free(a);
}

static const char *ns_of(const struct applier *a, const struct manifest *m)
{
	return preflight_ns(a->discovery, m, a->spec.ns);
}

/* The object whose apply has no answer yet: the server may have taken it. */
static void give_up_open(struct applier *a)
{
	const struct manifest *m = a->order[a->next++];
	char why[2048];

	snprintf(why, sizeof(why), "the apply has not ended: %s; the server may have taken it",
		a->weather.code ? a->weather.text : "no answer yet");
	verification_add_refused(a->spec.verification, m, ns_of(a, m), "Interrupted", why, NULL);
}

static void give_up(struct executor *e)
{
	struct applier *a = (struct applier *)e;
	bool open = a->apply || a->weather.code;

	stop(a);
	if (open && a->next < a->n)
		give_up_open(a);
	for (; a->next < a->n; a->next++) {
		const struct manifest *m = a->order[a->next];

		verification_add_refused(a->spec.verification, m, ns_of(a, m), NULL, NULL, NULL);
	}
}

static const char *reason_of(enum error_code code)
{
	switch (code) {
	case ERROR_UNAUTHORIZED: return "Unauthorized";
	case ERROR_RBAC: return "Forbidden";
	case ERROR_CONFLICT: return "Conflict";
	case ERROR_NOT_FOUND: return "NotFound";
	case ERROR_REFUSED: return "Refused";
	default: return "ApplyFailed";
	}
}

/* The object is refused: it says why on its row, and what stands behind it is not tried. */
static void refuse(struct applier *a, const struct error *err, const char *const *warnings)
{
	const struct manifest *m = a->order[a->next++];
	struct error why = *err;

	error_clear(&a->weather);
	verification_add_refused(
		a->spec.verification, m, ns_of(a, m), reason_of(err->code), err->text, warnings);
	give_up(&a->executor);
	a->spec.applied(a->spec.arg, &why);
}

static void applied(void *arg, const struct kube_apply_result *result)
{
	struct applier *a = arg;
	const struct manifest *m = a->order[a->next];

	a->apply = NULL;
	if (result->error.code == ERROR_NONE) {
		a->backoff_ms = 0;
		error_clear(&a->weather);
		verification_apply_waits(a->spec.verification, NULL);
		a->ncrds += strcmp(m->kind, "CustomResourceDefinition") == 0;
		verification_add(a->spec.verification, m, ns_of(a, m), result);
		a->taken = ++a->next;
		loop_timer_set(a->timer, 0);
	} else if (result->retryable) {
		a->weather = result->error;
		verification_apply_waits(a->spec.verification, a->weather.text);
		a->backoff_ms = a->backoff_ms ? a->backoff_ms * 2 : BACKOFF_MS;
		if (a->backoff_ms > BACKOFF_MAX_MS)
			a->backoff_ms = BACKOFF_MAX_MS;
		loop_timer_set(a->timer,
			a->backoff_ms > result->retry_after_ms ? a->backoff_ms
							       : result->retry_after_ms);
	} else {
		refuse(a, &result->error, result->warnings);
	}
}

static void crd_seen(void *arg, const json_t *object, uint64_t hash)
{
	struct applier *a = arg;
	const char *status = jx_str(jx_condition(object, "Established"), "status"),
		   *names = jx_str(jx_condition(object, "NamesAccepted"), "status");

	(void)hash;
	a->seen_established = status && strcmp(status, "True") == 0;
	/* Waiting does not help; its own rule says why. */
	a->names_refused |= names && strcmp(names, "False") == 0;
}

static void crd_looked(
	void *arg, const struct error *err, int64_t remaining, int64_t retry_after_ms)
{
	struct applier *a = arg;

	(void)err; /* looked at again until the deadline, whatever went wrong */
	(void)remaining;
	(void)retry_after_ms;
	a->look = NULL;
	if (a->seen_established || a->names_refused)
		a->established++;
	loop_timer_set(a->timer, a->seen_established || a->names_refused ? 0 : ESTABLISHED_MS);
}

/* The next CRD that this step applied and that was not yet seen established. */
static void look_at_crd(struct applier *a)
{
	struct kube_list_handler handler = { .item = crd_seen, .done = crd_looked, .arg = a };
	size_t nth = 0;

	for (size_t i = 0; i < a->first; i++) {
		const struct manifest *m = a->order[i];
		const struct kube_resource *resource;

		if (strcmp(m->kind, "CustomResourceDefinition") != 0 || nth++ != a->established)
			continue;
		resource = kube_find_kind(a->discovery, m->api_version, m->kind);
		a->seen_established = false;
		a->look = kube_get_object(a->spec.cluster->kube, resource, NULL, m->name, &handler);
		return;
	}
}

static void rediscovered(void *arg, const struct error *err)
{
	struct applier *a = arg;

	a->rediscovered |= err->code == ERROR_NONE;
	if (err->code != ERROR_NONE)
		loop_timer_set(a->timer, BACKOFF_MS);
	else
		loop_timer_set(a->timer, a->unknown_since ? ESTABLISHED_MS : 0);
}

/* A server tells of a new kind a moment after its CRD says Established. */
static bool waits_for_kind(struct applier *a)
{
	int64_t now = clock_now_ms();

	a->unknown_since = a->unknown_since ? a->unknown_since : now;
	return !a->names_refused && now - a->unknown_since < DEFINED_MS &&
		preflight_may_appear(a->spec.plan, a->spec.clusters, a->spec.index,
			a->order[a->next]);
}

static void apply_next(struct applier *a)
{
	const struct manifest *m = a->order[a->next];
	const struct kube_resource *resource =
		kube_find_kind(a->discovery, m->api_version, m->kind);
	struct kube_apply_request request = {
		.resource = resource,
		.ns = ns_of(a, m),
		.name = m->name,
		.body = m->body,
		.body_len = m->body_len,
		.force_conflicts = a->spec.plan->steps[a->spec.index].force_conflicts,
		.secret = strcmp(m->kind, "Secret") == 0 ? m->object : NULL,
		.mask = redact_text,
	};

	if (!resource && waits_for_kind(a)) {
		kube_discover(a->discovery, rediscovered, a);
		return;
	}
	if (!resource) {
		struct error err = { 0 };

		error_set(&err, ERROR_NOT_FOUND, "%s %s: the server does not know this kind in %s",
			m->kind, m->name, m->api_version);
		refuse(a, &err, NULL);
		return;
	}
	a->unknown_since = 0;
	a->apply = kube_apply(a->spec.cluster->kube, &request, applied, a);
}

static void step_on(void *arg)
{
	struct applier *a = arg;
	struct error none = { 0 };

	if (a->next >= a->first && a->established < a->ncrds)
		look_at_crd(a);
	else if (a->next >= a->first && a->ncrds && !a->rediscovered)
		kube_discover(a->discovery, rediscovered, a);
	else if (a->next < a->n)
		apply_next(a);
	else
		a->spec.applied(a->spec.arg, &none);
}

const struct executor_kind executor_apply = {
	.start = start,
	.give_up = give_up,
	.free = applier_free,
};
