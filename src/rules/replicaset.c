/* SPDX-License-Identifier: Apache-2.0 */
/* ReplicaSet and ReplicationController: settled when all wanted replicas, and no more, are
 * available. */
#include "base/jx.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "rules/kinds.h"
#include "rules/read.h"
#include "rules/replicas.h"

static void facts(struct judgement *out, const json_t *object, const struct counts *n)
{
	const char *revision = jx_annotation(object, "deployment.kubernetes.io/revision");

	judgement_column(out, "Desired", "%lld", n->want);
	judgement_column(out, "Current", "%lld", n->replicas);
	judgement_column(out, "Ready", "%lld", n->ready);
	if (!revision)
		revision = jx_annotation(object, "rollout.argoproj.io/revision");
	out->revision = xstrdup_or_null(revision);
	out->wanted = n->want;
	out->stale_old = !n->bad && n->want == 0 && n->replicas == 0;
}

static void judge_replicaset(struct judgement *out, const json_t *object,
	const struct judge_options *options UNUSED, int64_t now_ms UNUSED)
{
	const struct counts n = counts_of(object);

	facts(out, object, &n);
	if (judge_unreadable(out, n.bad))
		return;
	if (!judge_replicas(out, &n))
		judge_success(out);
	judge_replica_failure(out, object);
}

static const char *const children[] = { "/Pod", NULL };
static const char *const columns[] = { "Desired", "Current", "Ready", NULL };

const struct rule replicaset_rules[] = {
	{ .group = "apps",
		.kind = "ReplicaSet",
		.children = children,
		.columns = columns,
		.judge = judge_replicaset },
	{ .group = "",
		.kind = "ReplicationController",
		.children = children,
		.columns = columns,
		.judge = judge_replicaset },
	{ .judge = NULL },
};
