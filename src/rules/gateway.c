/* SPDX-License-Identifier: Apache-2.0 */
/* Gateway API: GatewayClass and Gateway. */
#include "rules/gateway.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "rules/kinds.h"
#include "rules/lists.h"
#include "rules/read.h"

static bool judge_refused(
	struct judgement *out, const struct condition *c, const char *type, const char *what)
{
	char message[SHOWN_SIZE];

	if (c->is != TRUTH_FALSE || same(c->reason, "Pending"))
		return false;
	shown(message, c->message);
	judgement_error(out, SEVERITY_SOFT, FAMILY_OTHER, reason_or(c->reason, type), "%s%s%s",
		what, *message ? message : "refused by its controller: not ", *message ? "" : type);
	return true;
}

/* Two listeners want the same. */
static bool judge_conflicted(struct judgement *out, const json_t *object,
	const json_t *conditions, const char *what)
{
	const struct condition c = condition_in(conditions, "Conflicted", generation_of(object));
	char message[SHOWN_SIZE];

	if (c.is != TRUTH_TRUE)
		return false;
	shown(message, c.message);
	judgement_error(out, SEVERITY_SOFT, FAMILY_OTHER, reason_or(c.reason, "Conflicted"),
		"%s%s", what, *message ? message : "it conflicts with another");
	return true;
}

bool judge_answer(struct judgement *out, const json_t *object, const json_t *conditions,
	const char *const *needs, const char *what)
{
	static const char *const refusals[] = { "Accepted", "Admitted", "ResolvedRefs" };
	char message[SHOWN_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		const struct condition c =
			condition_in(conditions, refusals[i], generation_of(object));

		if (judge_refused(out, &c, refusals[i], what))
			return true;
	}
	if (judge_conflicted(out, object, conditions, what))
		return true;
	for (; *needs; needs++) {
		const struct condition c = condition_in(conditions, *needs, generation_of(object));

		if (c.is == TRUTH_TRUE)
			continue;
		shown(message, c.is == TRUTH_STALE ? NULL : c.message);
		judgement_set(out, STATUS_IN_PROGRESS,
			c.is == TRUTH_STALE ? "Pending" : reason_or(c.reason, "Pending"), "%s%s%s",
			what, *message ? message : "waiting for its controller: not yet ",
			*message ? "" : *needs);
		return true;
	}
	return false;
}

static void judge_class(struct judgement *out, const json_t *object,
	const struct judge_options *options UNUSED, int64_t now_ms UNUSED)
{
	static const char *const needs[] = { "Accepted", NULL };

	string_column(out, "Controller", object, "spec.controllerName");
	judgement_column(out, "Accepted", "%s",
		condition_of(object, "Accepted").is == TRUTH_TRUE ? "True" : "False");
	if (!judge_answer(out, object, jx_get(object, "status.conditions"), needs, ""))
		judge_success(out);
}

static void gateway_columns(struct judgement *out, const json_t *object)
{
	const json_t *addresses = jx_get(object, "status.addresses");
	struct buf list;

	buf_init(&list, LIST_MAX);
	for (size_t i = 0; i < json_array_size(addresses); i++)
		list_add(&list, jx_str(json_array_get(addresses, i), "value"));
	string_column(out, "Class", object, "spec.gatewayClassName");
	list_column(out, "Address", &list);
	judgement_column(out, "Programmed", "%s",
		condition_of(object, "Programmed").is == TRUTH_TRUE ? "True" : "False");
}

/* An Error of any listener comes before what another waits for. */
static void judge_listeners(struct judgement *out, const json_t *object, const char *const *needs)
{
	const json_t *listeners = jx_get(object, "status.listeners");
	char what[SHOWN_SIZE + 16], name[SHOWN_SIZE];

	for (size_t i = 0; i < json_array_size(listeners) && out->status != STATUS_ERROR; i++) {
		const json_t *listener = json_array_get(listeners, i);

		shown(name, jx_str(listener, "name"));
		snprintf(what, sizeof(what), "listener %s: ", name);
		judge_answer(out, object, jx_get(listener, "conditions"), needs, what);
	}
}

static void judge_all(struct judgement *out, const json_t *object)
{
	static const char *const needs[] = { "Accepted", "Programmed", NULL };

	judge_listeners(out, object, needs);
	if (out->status == STATUS_ERROR)
		return;
	if (!judge_answer(out, object, jx_get(object, "status.conditions"), needs, "") &&
		out->status == STATUS_NONE)
		judge_success(out);
}

static void judge_gateway(struct judgement *out, const json_t *object,
	const struct judge_options *options UNUSED, int64_t now_ms UNUSED)
{
	gateway_columns(out, object);
	judge_all(out, object);
}

/* More listeners for a Gateway, judged as its own are. */
static void judge_listener_set(struct judgement *out, const json_t *object,
	const struct judge_options *options UNUSED, int64_t now_ms UNUSED)
{
	judgement_column(out, "Accepted", "%s",
		condition_of(object, "Accepted").is == TRUTH_TRUE ? "True" : "False");
	judgement_column(out, "Programmed", "%s",
		condition_of(object, "Programmed").is == TRUTH_TRUE ? "True" : "False");
	judge_all(out, object);
}

static const char *const class_columns[] = { "Controller", "Accepted", NULL };
static const char *const columns[] = { "Class", "Address", "Programmed", NULL };

static const char *const set_columns[] = { "Accepted", "Programmed", NULL };

const struct rule gateway_rules[] = {
	{ .group = "gateway.networking.k8s.io",
		.kind = "GatewayClass",
		.columns = class_columns,
		.judge = judge_class },
	{ .group = "gateway.networking.k8s.io",
		.kind = "Gateway",
		.columns = columns,
		.judge = judge_gateway },
	{ .group = "gateway.networking.k8s.io",
		.kind = "ListenerSet",
		.columns = set_columns,
		.judge = judge_listener_set },
	{ .judge = NULL },
};
