/* SPDX-License-Identifier: Apache-2.0 */
/* DaemonSet: settled when every node that should run it runs an available Pod of the new
 * template. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "rules/kinds.h"
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
	return n;
}

/* "arch=amd64,os=linux", sorted; "<none>" as kubectl prints it. */
static void node_selector(struct judgement *out, const json_t *object)
{
	const json_t *selector = jx_get(object, "spec.template.spec.nodeSelector");
	char *text = selector ? json_dumps(selector, JSON_SORT_KEYS | JSON_COMPACT) : NULL;
	json_t *sorted = text ? json_loads(text, 0, NULL) : NULL;
	struct buf list;
	const char *key;
	json_t *value;

	buf_init(&list, 1024);
	json_object_foreach(sorted, key, value) if (json_is_string(value))
		buf_printf(&list, "%s%s=%s", list.len ? "," : "", key, json_string_value(value));
	judgement_column(out, "Node-selector", "%s", list.len ? buf_str(&list) : "<none>");
	buf_release(&list);
	json_decref(sorted);
	free(text);
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
	else if (on_delete)
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
