/* SPDX-License-Identifier: Apache-2.0 */
/* Node: settled when Ready. */
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/unused.h"
#include "rules/kinds.h"
#include "rules/lists.h"
#include "rules/read.h"

/* From the labels "node-role.kubernetes.io/control-plane". */
static void roles_column(struct judgement *out, const json_t *object)
{
	static const char prefix[] = "node-role.kubernetes.io/";
	const json_t *labels = jx_get(object, "metadata.labels");
	struct buf list;
	const char *key;
	json_t *value;

	buf_init(&list, LIST_MAX);
	/* The macro takes what is no constant, and changes nothing. */
	json_object_foreach ((json_t *)labels, key, value)
		if (strncmp(key, prefix, strlen(prefix)) == 0)
			list_add(&list, key + strlen(prefix));
	list_add(&list, jx_label(object, "kubernetes.io/role"));
	list_column(out, "Roles", &list);
}

static void judge_node(struct judgement *out, const json_t *object,
	const struct judge_options *options UNUSED, int64_t now_ms UNUSED)
{
	const struct condition ready = condition_of(object, "Ready");
	bool cordoned = jx_bool(object, "spec.unschedulable");

	judgement_column(out, "Status", "%s%s",
		ready.is == TRUTH_TRUE                 ? "Ready"
			: condition_present(&ready) ? "NotReady"
						    : "Unknown",
		cordoned ? ",SchedulingDisabled" : "");
	roles_column(out, object);
	string_column(out, "Version", object, "status.nodeInfo.kubeletVersion");
	judge_by_condition(out, object, "Ready");
	if (cordoned)
		judgement_note(out, "unschedulable: no new Pods are placed on it");
}

static const char *const columns[] = { "Status", "Roles", "Version", NULL };

const struct rule node_rules[] = {
	{ .group = "", .kind = "Node", .columns = columns, .judge = judge_node },
	{ .judge = NULL },
};
