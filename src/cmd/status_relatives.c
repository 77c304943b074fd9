/* SPDX-License-Identifier: Apache-2.0 */
/* What explains the objects of `ksettle status` that have not settled. */
#include "cmd/status_relatives.h"

#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "cmd/cluster.h"
#include "cmd/status_ask.h"
#include "kube/discovery.h"
#include "track/descend.h"
#include "track/once.h"

/* From so many namespaces on, one list of them all is cheaper than one of each. */
#define SPACES_MAX 4
/* From so many owners on, one list of a namespace's children is cheaper than one of each's. */
#define OWNERS_MAX 4

struct asking {
	struct questions *list;
	struct loop *loop;
	const struct cluster *cluster;
	const char *ns;           /* of the object at hand */
	bool everywhere;          /* its namespaces are too many to ask in each */
	bool crowded;             /* … and so are the objects, to ask what is below each */
};

void questions_add(struct questions *list, struct question *q_take)
{
	VEC_GROW(list->items, list->n, list->cap);
	list->items[list->n++] = q_take;
}

static void ask(const struct asking *a, const struct kube_list_query *query)
{
	if (!query->resource || !query->resource->can_list)
		return;
	for (size_t i = 0; i < a->list->n; i++)
		if (question_covers(a->list->items[i], query))
			return;
	questions_add(a->list, question_new(a->loop, a->cluster->kube, query, NULL));
}

/* In the namespace of the object at hand, or in all. */
static void ask_near(const struct asking *a, const struct kube_resource *resource,
	const char *labels, const char *fields)
{
	struct kube_list_query query = {
		.resource = resource,
		.ns = a->everywhere ? NULL : a->ns,
		.label_selector = a->everywhere || a->crowded ? NULL : labels,
		.field_selector = fields,
	};

	ask(a, &query);
}

static void ask_below(void *arg, const struct kube_resource *resource, char *selector_take)
{
	ask_near(arg, resource, selector_take, NULL);
	free(selector_take);
}

static bool is_pending_claim(const json_t *object)
{
	const char *kind = jx_str(object, "kind"), *phase = jx_str(object, "status.phase");

	return kind && strcmp(kind, "PersistentVolumeClaim") == 0 && phase &&
		strcmp(phase, "Pending") == 0;
}

/* A Pod that waits for its volumes, or an owner of one, in the scheduler's words. */
static bool is_about_claims(const struct once_row *row)
{
	return row->status == STATUS_IN_PROGRESS && row->message &&
		(strstr(row->message, "PersistentVolumeClaim") ||
			strstr(row->message, "persistentvolumeclaim") ||
			strstr(row->message, "persistent volume"));
}

static void ask_for_claims(const struct asking *a)
{
	const struct kube_discovery *d = a->cluster->discovery;
	struct kube_list_query classes = {
		.resource = kube_find_group_kind(d, "storage.k8s.io", "StorageClass") };

	ask(a, &classes);
	ask_near(a, kube_find_kind(d, "v1", "PersistentVolumeClaim"), NULL, NULL);
	ask_near(a, kube_find_kind(d, "v1", "Pod"), NULL, NULL);
	/* What is the matter with a claim is said by normal events, too. */
	ask_near(a, kube_find_kind(d, "v1", "Event"), NULL,
		"involvedObject.kind=PersistentVolumeClaim");
}

/* It has not settled, or its rule looks at its events all the same. */
static bool is_in_question(const struct once_row *row)
{
	return row->reason || row->status != STATUS_SUCCESS ||
		(row->kind && strcmp(row->kind, "CronJob") == 0);
}

static void ask_for(struct asking *a, const struct once_row *row)
{
	const char *ns = jx_str(row->object, "metadata.namespace");

	a->ns = ns ? ns : "default"; /* where events of cluster-scoped objects are kept */
	if (row->status != STATUS_SUCCESS)
		descend(a->cluster->discovery, row->object, ask_below, a);
	ask_near(a, kube_find_kind(a->cluster->discovery, "v1", "Event"), NULL, "type=Warning");
	if (is_pending_claim(row->object) || is_about_claims(row))
		ask_for_claims(a);
}

static bool is_before(const struct once_row *rows, size_t i, const char *ns)
{
	for (size_t k = 0; k < i; k++)
		if (is_in_question(&rows[k]) && rows[k].ns && strcmp(rows[k].ns, ns) == 0)
			return true;
	return false;
}

/* More namespaces have something in question than are worth a list each. */
static bool are_many(const struct once_row *rows, size_t n)
{
	size_t spaces = 0;

	for (size_t i = 0; i < n && spaces <= SPACES_MAX; i++)
		spaces += is_in_question(&rows[i]) && rows[i].ns &&
			!is_before(rows, i, rows[i].ns);
	return spaces > SPACES_MAX;
}

static size_t count_unsettled(const struct once_row *rows, size_t n)
{
	size_t unsettled = 0;

	for (size_t i = 0; i < n; i++)
		unsettled += rows[i].status != STATUS_SUCCESS;
	return unsettled;
}

void relatives_ask(struct questions *list, struct loop *loop, const struct cluster *cluster,
	const struct once *once)
{
	struct asking a = { .list = list, .loop = loop, .cluster = cluster };
	const struct once_row *rows;
	size_t n;

	rows = once_rows(once, &n);
	a.everywhere = are_many(rows, n);
	a.crowded = count_unsettled(rows, n) > OWNERS_MAX;
	for (size_t i = 0; i < n; i++)
		if (is_in_question(&rows[i]) && jx_str(rows[i].object, "metadata.uid"))
			ask_for(&a, &rows[i]);
}
