/* SPDX-License-Identifier: Apache-2.0 */
/* Node: settled when Ready. */
#include "base/jx.h"
#include "base/unused.h"
#include "rules/kinds.h"
#include "rules/lists.h"
#include "rules/read.h"

static void judge_node(struct judgement *out, const json_t *object,
	const struct judge_options *options UNUSED, int64_t now_ms UNUSED)
{
	bool cordoned = jx_bool(object, "spec.unschedulable");

	judgement_column(out, "Status", "%s%s",
		condition_of(object, "Ready").is == TRUTH_TRUE ? "Ready" : "NotReady",
		cordoned ? ",SchedulingDisabled" : "");
	string_column(out, "Version", object, "status.nodeInfo.kubeletVersion");
	judge_by_condition(out, object, "Ready");
	if (cordoned)
		judgement_note(out, "unschedulable: no new Pods are placed on it");
}

static const char *const columns[] = { "Status", "Version", NULL };

const struct rule node_rules[] = {
	{ .group = "", .kind = "Node", .columns = columns, .judge = judge_node },
	{ .judge = NULL },
};
