/* SPDX-License-Identifier: Apache-2.0 */
/* DaemonSet: settled when every node that should run it runs an available Pod of the new
 * template. */
#include "base/buf.h"
#include "base/jx.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "rules/kinds.h"
#include "rules/lists.h"
#include "rules/read.h"
#include "rules/replicas.h"

struct nodes {
	json_int_t desired, current, updated, available, ready;
	const char *bad;
};

static struct nodes nodes_of(const json_t *object)
{
	struct nodes n = { .bad = NULL };

	n.desired = count_of(object, "status.desiredNumberScheduled", 0, &n.bad);
	n.current = count_of(object, "status.currentNumberScheduled", 0, &n.bad);
	n.updated = count_of(object, "status.updatedNumberScheduled", 0, &n.bad);
	n.available = count_of(object, "status.numberAvailable", 0, &n.bad);
	n.ready = count_of(object, "status.numberReady", 0, &n.bad);
	/* What was left out is no less than what is part of it, or what is left of the whole.
	 * Controllers leave out only 0. */
	if (!jx_get(object, "status.numberAvailable") &&
		jx_has_int(object, "status.numberUnavailable"))
		n.available = n.desired -
			count_of(object, "status.numberUnavailable", 0, &n.bad);
	if (!jx_get(object, "status.numberReady"))
		n.ready = n.available;
	if (!jx_get(object, "status.currentNumberScheduled"))
		n.current = n.ready > n.updated ? n.ready : n.updated;
	return n;
}

static void node_selector(struct judgement *out, const json_t *object)
{
	struct buf list;

	buf_init(&list, LIST_MAX);
	list_pairs(&list, jx_get(object, "spec.template.spec.nodeSelector"));
	list_column(out, "Node-selector", &list);
}

static bool judge_nodes(struct judgement *out, const struct nodes *n, bool on_delete)
{
	const char *s = plural(n->desired);

	if (n->current < n->desired)
		judgement_set(out, STATUS_IN_PROGRESS, "ScalingUp", "%lld of %lld Pod%s created",
			n->current, n->desired, s);
	else if (n->updated < n->desired && !on_delete)
		judgement_set(out, STATUS_IN_PROGRESS, "Updating", "%lld of %lld Pod%s updated",
			n->updated, n->desired, s);
	else if (n->ready < n->desired)
		judgement_set(out, STATUS_IN_PROGRESS, "NotReady", "%lld of %lld Pod%s ready",
			n->ready, n->desired, s);
	else if (n->available < n->desired)
		judgement_set(out, STATUS_IN_PROGRESS, "NotAvailable",
			"%lld of %lld Pod%s available, all ready", n->available, n->desired, s);
	else
		return false;
	return true;
}

static void judge_daemonset(struct judgement *out, const json_t *object,
	const struct judge_options *options UNUSED, int64_t now_ms UNUSED)
{
	const struct nodes n = nodes_of(object);
	bool on_delete = same(jx_str(object, "spec.updateStrategy.type"), "OnDelete");

	judgement_column(out, "Desired", "%lld", n.desired);
	judgement_column(out, "Current", "%lld", n.current);
	judgement_column(out, "Ready", "%lld", n.ready);
	judgement_column(out, "Up-to-date", "%lld", n.updated);
	judgement_column(out, "Available", "%lld", n.available);
	node_selector(out, object);
	out->wanted = jx_has_int(object, "status.desiredNumberScheduled") ? n.desired : -1;
	out->current_revision =
		xstrdup_or_null(jx_annotation(object, "deprecated.daemonset.template.generation"));
	if (judge_unreadable(out, n.bad) || judge_nodes(out, &n, on_delete))
		return;
	if (!jx_has_int(object, "status.desiredNumberScheduled")) {
		judgement_set(out, STATUS_IN_PROGRESS, "ScalingUp",
			"waiting for its controller to count the nodes");
		return;
	}
	judge_success(out);
	if (n.desired == 0)
		judgement_note(out, "no node matches: it runs nowhere");
	else
		note_on_delete(out, n.desired - n.updated);
}

static const char *const children[] = { "/Pod", NULL };
static const char *const columns[] = { "Desired", "Current", "Ready", "Up-to-date", "Available",
	"Node-selector", NULL };

const struct rule daemonset_rules[] = {
	{ .group = "apps",
		.kind = "DaemonSet",
		.children = children,
		.columns = columns,
		.judge = judge_daemonset },
	{ .judge = NULL },
};
