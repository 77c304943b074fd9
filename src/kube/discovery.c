/* SPDX-License-Identifier: Apache-2.0 */
/* Asks a server what kinds it has, and keeps the answer. */
#include "kube/discovery.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "kube/client.h"
#include "kube/discovery_parse.h"
#include "kube/mend.h"

/* "g", "v" and "as" in this order: servers compare them as they stand. */
#define ACCEPT_AGGREGATED \
	"application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," \
	"application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList," \
	"application/json"
#define ASK           "ask the server for its kinds"
#define VERSION_MAX   64
#define BODY_MAX      ((size_t)32 << 20)
#define VERSIONS_OPEN 6 /* old documents asked for at once */

struct waiter {
	kube_discovery_fn *done;
	void *arg;
};

/* Answers being told. It stands on the stack of finish(), so that a callback may cancel
 * another, start a refresh, or free the discovery (then n becomes 0). */
struct delivery {
	struct waiter *items;
	size_t n;
	bool freed;
};

/* A document of one group and version, being asked for. */
struct version_call {
	struct kube_discovery *d;
	struct discovery_version *version;
	struct kube_call *call; /* NULL: free */
};

struct kube_discovery {
	struct kube *kube;
	/* the known state */
	struct kube_resource **resources;
	size_t n, cap;
	struct kube_resource **retired; /* no longer served, but somebody may hold them */
	size_t nretired, retired_cap;
	char **warnings; /* NULL-terminated */
	char *server_version;
	bool done;
	/* the refresh that is open */
	bool open;
	struct error failure;
	struct kube_call *core_call, *groups_call, *version_call;
	struct discovery_set core, groups;
	size_t next; /* version to ask for, counted through both */
	struct version_call calls[VERSIONS_OPEN];
	struct waiter *waiters;
	size_t nwaiters, waiters_cap;
	struct delivery *delivery;
};

struct kube_discovery *kube_discovery_new(struct kube *kube)
{
	struct kube_discovery *d = xcalloc(1, sizeof(*d));

	d->kube = kube;
	d->warnings = xcalloc(1, sizeof(char *));
	for (size_t i = 0; i < VERSIONS_OPEN; i++)
		d->calls[i].d = d;
	return d;
}

static void cancel_calls(struct kube_discovery *d)
{
	kube_cancel(d->core_call);
	kube_cancel(d->groups_call);
	kube_cancel(d->version_call);
	d->core_call = d->groups_call = d->version_call = NULL;
	for (size_t i = 0; i < VERSIONS_OPEN; i++) {
		kube_cancel(d->calls[i].call);
		d->calls[i].call = NULL;
	}
}

static void free_warnings(struct kube_discovery *d)
{
	for (char **warning = d->warnings; *warning; warning++)
		free(*warning);
	free(d->warnings);
}

void kube_discovery_free(struct kube_discovery *d)
{
	if (!d)
		return;
	if (d->delivery) {
		d->delivery->n = 0;
		d->delivery->freed = true;
	}
	cancel_calls(d);
	discovery_set_release(&d->core);
	discovery_set_release(&d->groups);
	for (size_t i = 0; i < d->n; i++)
		discovery_resource_free(d->resources[i]);
	for (size_t i = 0; i < d->nretired; i++)
		discovery_resource_free(d->retired[i]);
	free(d->resources);
	free(d->retired);
	free_warnings(d);
	free(d->server_version);
	free(d->waiters);
	free(d);
}

static bool same_names(char *const *a, char *const *b)
{
	for (; *a && *b; a++, b++)
		if (strcmp(*a, *b) != 0)
			return false;
	return !*a && !*b;
}

static bool same_resource(const struct kube_resource *a, const struct kube_resource *b)
{
	return strcmp(a->group, b->group) == 0 && strcmp(a->version, b->version) == 0
		&& strcmp(a->plural, b->plural) == 0 && strcmp(a->kind, b->kind) == 0
		&& strcmp(a->singular, b->singular) == 0
		&& same_names(a->short_names, b->short_names) && a->namespaced == b->namespaced
		&& a->can_list == b->can_list && a->can_get == b->can_get
		&& a->can_patch == b->can_patch && a->can_watch == b->can_watch;
}

/* The known resource that equals r, taken out of the known state; NULL: none. */
static struct kube_resource *take_same(struct kube_discovery *d, const struct kube_resource *r)
{
	for (size_t i = 0; i < d->n; i++) {
		struct kube_resource *old = d->resources[i];

		if (old && same_resource(old, r)) {
			d->resources[i] = NULL;
			return old;
		}
	}
	return NULL;
}

struct resource_list {
	struct kube_resource **items;
	size_t n, cap;
};

/* Adds what one group and version has: a known resource keeps its pointer, and a version that
 * could not be read keeps what was known of it. */
static void merge_version(
	struct kube_discovery *d, struct discovery_version *version, struct resource_list *fresh)
{
	for (size_t i = 0; i < version->n; i++) {
		struct kube_resource *old = take_same(d, version->resources[i]);

		VEC_GROW(fresh->items, fresh->n, fresh->cap);
		fresh->items[fresh->n++] = old ? old : version->resources[i];
		if (old)
			discovery_resource_free(version->resources[i]);
	}
	version->n = 0;
	for (size_t i = 0; !version->known && i < d->n; i++) {
		struct kube_resource *old = d->resources[i];

		if (!old || strcmp(old->group, version->group) != 0
			|| strcmp(old->version, version->version) != 0)
			continue;
		VEC_GROW(fresh->items, fresh->n, fresh->cap);
		fresh->items[fresh->n++] = old;
		d->resources[i] = NULL;
	}
}

static void collect_warnings(struct kube_discovery *d)
{
	const struct discovery_set *sets[] = { &d->core, &d->groups };
	size_t n = 0;

	free_warnings(d);
	d->warnings = xcalloc(d->core.n + d->groups.n + 1, sizeof(char *));
	for (size_t s = 0; s < ARRAY_LEN(sets); s++)
		for (size_t i = 0; i < sets[s]->n; i++) {
			const struct discovery_version *version = &sets[s]->items[i];

			if (!version->known || version->stale)
				d->warnings[n++] = xasprintf("%s%s%s %s", version->group,
					*version->group ? "/" : "", version->version,
					version->stale ? "is stale" : "could not be read");
		}
}

static void commit(struct kube_discovery *d)
{
	struct resource_list fresh = { 0 };

	for (size_t i = 0; i < d->core.n; i++)
		merge_version(d, &d->core.items[i], &fresh);
	for (size_t i = 0; i < d->groups.n; i++)
		merge_version(d, &d->groups.items[i], &fresh);
	for (size_t i = 0; i < d->n; i++) {
		if (!d->resources[i])
			continue;
		VEC_GROW(d->retired, d->nretired, d->retired_cap);
		d->retired[d->nretired++] = d->resources[i];
	}
	free(d->resources);
	d->resources = fresh.items;
	d->n = fresh.n;
	d->cap = fresh.cap;
	collect_warnings(d);
	d->done = true;
}

static void finish(struct kube_discovery *d)
{
	struct delivery delivery = { .items = d->waiters, .n = d->nwaiters };
	struct error failure = d->failure;

	cancel_calls(d);
	if (failure.code == ERROR_NONE)
		commit(d);
	discovery_set_release(&d->core);
	discovery_set_release(&d->groups);
	error_clear(&d->failure);
	d->open = false;
	d->waiters = NULL;
	d->nwaiters = d->waiters_cap = 0;
	d->delivery = &delivery;
	while (delivery.n) {
		struct waiter waiter = delivery.items[0];

		delivery.n--;
		memmove(delivery.items, delivery.items + 1, delivery.n * sizeof(*delivery.items));
		waiter.done(waiter.arg, &failure);
	}
	free(delivery.items);
	if (!delivery.freed)
		d->delivery = NULL;
}

static void fail(struct kube_discovery *d, const struct error *err)
{
	error_set(&d->failure, err->code, "%s", err->text);
	finish(d);
}

/* A group whose own API is down answers 404 or 5xx: a warning. Anything else says nothing about
 * the group. */
static bool is_of_the_group(enum error_code code)
{
	return code == ERROR_NONE || code == ERROR_NOT_FOUND || code == ERROR_SERVER
		|| code == ERROR_RBAC || code == ERROR_REFUSED || code == ERROR_PARSE;
}

static void step(struct kube_discovery *d);

static void on_version_resources(void *arg, const struct kube_answer *answer)
{
	struct version_call *slot = arg;
	struct kube_discovery *d = slot->d;
	struct error ignored = { 0 };
	json_t *doc = NULL;

	slot->call = NULL;
	if (!is_of_the_group(answer->error.code)) {
		fail(d, &answer->error);
		return;
	}
	if (answer->error.code == ERROR_NONE)
		doc = mend_parse(answer->body, answer->body_len, &ignored);
	if (doc)
		discovery_parse_resources(slot->version, doc);
	json_decref(doc);
	step(d);
}

static void on_version_dropped(void *arg)
{
	struct version_call *slot = arg;

	slot->call = NULL;
}

static void ask_version(struct version_call *slot, struct discovery_version *version)
{
	struct buf path;

	buf_init(&path, 0);
	buf_addstr(&path, *version->group ? "/apis/" : "/api/");
	kube_escape(&path, version->group);
	buf_addstr(&path, *version->group ? "/" : "");
	kube_escape(&path, version->version);
	slot->version = version;
	slot->call = kube_send(slot->d->kube,
		&(struct kube_request){
			.path = buf_str(&path),
			.max_body = BODY_MAX,
			.what = ASK,
			.done = on_version_resources,
			.dropped = on_version_dropped,
			.arg = slot,
		});
	buf_release(&path);
}

/* The next version whose resources no document has told yet; NULL: all are asked for. */
static struct discovery_version *next_version(struct kube_discovery *d)
{
	while (d->next < d->core.n + d->groups.n) {
		size_t i = d->next++;
		struct discovery_version *version =
			i < d->core.n ? &d->core.items[i] : &d->groups.items[i - d->core.n];

		if (!version->known && !version->stale)
			return version;
	}
	return NULL;
}

/* Asks for what is still missing; ends the refresh when nothing is. */
static void step(struct kube_discovery *d)
{
	struct discovery_version *version;
	bool busy = d->version_call;

	if (d->core_call || d->groups_call)
		return;
	for (size_t i = 0; i < VERSIONS_OPEN; i++) {
		if (!d->calls[i].call && (version = next_version(d)))
			ask_version(&d->calls[i], version);
		busy |= d->calls[i].call != NULL;
	}
	if (!busy)
		finish(d);
}

static bool parse_groups(
	struct discovery_set *set, const struct kube_answer *answer, struct error *err)
{
	bool aggregated = strstr(answer->content_type, "as=APIGroupDiscoveryList");
	json_t *doc = mend_parse(answer->body, answer->body_len, err);
	bool good = doc
		&& (aggregated ? discovery_parse_aggregated(set, doc)
			       : discovery_parse_groups(set, doc));

	if (doc && !good)
		error_set(err, ERROR_PARSE, ASK ": the answer is no discovery document");
	json_decref(doc);
	return good;
}

static void on_core(void *arg, const struct kube_answer *answer)
{
	struct kube_discovery *d = arg;
	struct error err = answer->error;

	d->core_call = NULL;
	/* A server of aggregated APIs only has no core group. */
	if (err.code == ERROR_NOT_FOUND
		|| (err.code == ERROR_NONE && parse_groups(&d->core, answer, &err)))
		step(d);
	else
		fail(d, &err);
}

static void on_groups(void *arg, const struct kube_answer *answer)
{
	struct kube_discovery *d = arg;
	struct error err = answer->error;

	d->groups_call = NULL;
	if (err.code == ERROR_NONE && parse_groups(&d->groups, answer, &err))
		step(d);
	else
		fail(d, &err);
}

static void on_version(void *arg, const struct kube_answer *answer)
{
	struct kube_discovery *d = arg;
	struct error ignored = { 0 };
	json_t *doc = NULL;
	const char *version;

	d->version_call = NULL;
	if (answer->error.code == ERROR_NONE)
		doc = mend_parse(answer->body, answer->body_len, &ignored);
	version = jx_str(doc, "gitVersion");
	if (version) {
		free(d->server_version);
		d->server_version = text_display(version, strnlen(version, VERSION_MAX), TEXT_LINE);
	}
	json_decref(doc);
	step(d);
}

/* kube_free() came first: nobody is called back any more. */
static void on_dropped(void *arg)
{
	struct kube_discovery *d = arg;

	d->core_call = d->groups_call = d->version_call = NULL;
}

static struct kube_call *ask(struct kube_discovery *d, const char *path, const char *accept,
	void (*done)(void *, const struct kube_answer *))
{
	return kube_send(d->kube,
		&(struct kube_request){
			.path = path,
			.accept = accept,
			.max_body = BODY_MAX,
			.what = ASK,
			.done = done,
			.dropped = on_dropped,
			.arg = d,
		});
}

void kube_discover(struct kube_discovery *d, kube_discovery_fn *done, void *arg)
{
	VEC_GROW(d->waiters, d->nwaiters, d->waiters_cap);
	d->waiters[d->nwaiters++] = (struct waiter){ done, arg };
	if (d->open)
		return;
	d->open = true;
	d->next = 0;
	d->core_call = ask(d, "/api", ACCEPT_AGGREGATED, on_core);
	d->groups_call = ask(d, "/apis", ACCEPT_AGGREGATED, on_groups);
	d->version_call = ask(d, "/version", NULL, on_version);
}

static size_t drop_waiters(struct waiter *list, size_t n, const void *arg)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (list[i].arg != arg)
			list[kept++] = list[i];
	return kept;
}

void kube_discover_cancel(struct kube_discovery *d, void *arg)
{
	d->nwaiters = drop_waiters(d->waiters, d->nwaiters, arg);
	if (d->delivery)
		d->delivery->n = drop_waiters(d->delivery->items, d->delivery->n, arg);
}

bool kube_discovery_done(const struct kube_discovery *d)
{
	return d->done;
}

const char *const *kube_discovery_warnings(const struct kube_discovery *d)
{
	return (const char *const *)d->warnings;
}

const char *kube_server_version(const struct kube_discovery *d)
{
	return d->server_version;
}

const struct kube_resource *const *discovery_resources(const struct kube_discovery *d, size_t *n)
{
	*n = d->n;
	return (const struct kube_resource *const *)d->resources;
}
