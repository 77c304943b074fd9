/* SPDX-License-Identifier: Apache-2.0 */
/* PodDisruptionBudget and ResourceQuota. */
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/unused.h"
#include "rules/kinds.h"
#include "rules/lists.h"
#include "rules/read.h"

/* A number of Pods or a percentage. */
static void amount_column(struct judgement *out, const char *name, const json_t *value)
{
	if (json_is_integer(value))
		judgement_column(out, name, "%lld", json_integer_value(value));
	else
		judgement_column(
			out, name, "%s", json_is_string(value) ? json_string_value(value) : "N/A");
}

/* A budget that allows no disruption (InsufficientPods) does what it is for. */
static void judge_budget(struct judgement *out, const json_t *object,
	const struct judge_options *options UNUSED, int64_t now_ms UNUSED)
{
	const struct condition allowed = condition_of(object, "DisruptionAllowed");
	char message[SHOWN_SIZE];

	amount_column(out, "Min-available", jx_get(object, "spec.minAvailable"));
	amount_column(out, "Max-unavailable", jx_get(object, "spec.maxUnavailable"));
	judgement_column(
		out, "Allowed-disruptions", "%lld", jx_int(object, "status.disruptionsAllowed", 0));
	if (allowed.is != TRUTH_FALSE || !same(allowed.reason, "SyncFailed")) {
		judge_success(out);
		return;
	}
	shown(message, allowed.message);
	judgement_set(out, STATUS_IN_PROGRESS, "SyncFailed", "%s",
		*message ? message : "its controller cannot count its Pods");
	judgement_note(out, "it does not protect its Pods");
}

/* "pods: 3/10, requests.cpu: 1/4": what counts limits, or the rest. */
static void quota_column(
	struct judgement *out, const char *name, const json_t *object, bool limits)
{
	const json_t *hard = jx_get(object, "status.hard");
	const json_t *used = jx_get(object, "status.used");
	struct buf list;
	const char *key;
	json_t *value;

	buf_init(&list, LIST_MAX);
	/* The macro takes what is no constant, and changes nothing. */
	json_object_foreach ((json_t *)hard, key, value) {
		const char *have = json_string_value(json_object_get(used, key));

		if (json_is_string(value) && (strstr(key, "limits") != NULL) == limits)
			buf_printf(&list, "%s%s: %s/%s", list.len ? ", " : "", key,
				have ? have : "0", json_string_value(value));
	}
	judgement_column(out, name, "%s", buf_str(&list));
	buf_release(&list);
}

static void judge_quota(struct judgement *out, const json_t *object,
	const struct judge_options *options UNUSED, int64_t now_ms UNUSED)
{
	const json_t *wanted = jx_get(object, "spec.hard"), *seen = jx_get(object, "status.hard");

	quota_column(out, "Request", object, false);
	quota_column(out, "Limit", object, true);
	/* json_equal() takes what is no constant, and changes nothing. */
	if (jx_get(object, "status") &&
		((!wanted && !seen) || json_equal((json_t *)wanted, (json_t *)seen)))
		judge_success(out);
	else
		judgement_set(
			out, STATUS_IN_PROGRESS, "NotCounted", "its limits are not in force yet");
}

static const char *const budget_columns[] = { "Min-available", "Max-unavailable",
	"Allowed-disruptions", NULL };

static const char *const quota_columns[] = { "Request", "Limit", NULL };

const struct rule policy_rules[] = {
	{ .group = "policy",
		.kind = "PodDisruptionBudget",
		.columns = budget_columns,
		.judge = judge_budget },
	{ .group = "",
		.kind = "ResourceQuota",
		.columns = quota_columns,
		.judge = judge_quota },
	{ .judge = NULL },
};
