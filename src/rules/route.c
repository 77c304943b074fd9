/* SPDX-License-Identifier: Apache-2.0 */
/* Gateway API routes: settled when every parent they name has accepted them. */
#include <stdio.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/unused.h"
#include "rules/gateway.h"
#include "rules/kinds.h"
#include "rules/lists.h"
#include "rules/read.h"

/* The server takes 32. */
#define PARENTS_MAX 64
#define ANSWERS_MAX 1024

static bool equal_or_absent(const char *a, const char *b)
{
	return (!a && !b) || same(a, b);
}

/* json_equal() takes what is no constant, and changes nothing. */
static bool same_port(const json_t *a, const json_t *b)
{
	const json_t *port_a = jx_get(a, "port"), *port_b = jx_get(b, "port");

	return (!port_a && !port_b) || json_equal((json_t *)port_a, (json_t *)port_b);
}

static bool same_field(const json_t *a, const json_t *b, const char *field, const char *absent)
{
	const char *in_a = jx_str(a, field), *in_b = jx_str(b, field);

	return equal_or_absent(in_a ? in_a : absent, in_b ? in_b : absent);
}

/* A reference without a namespace is to the route's own, and without a kind to a Gateway. */
static bool same_parent(const json_t *a, const json_t *b, const char *space)
{
	return same(jx_str(a, "name"), jx_str(b, "name")) &&
		same_field(a, b, "namespace", space) && same_field(a, b, "kind", "Gateway") &&
		same_field(a, b, "group", "gateway.networking.k8s.io") &&
		equal_or_absent(jx_str(a, "sectionName"), jx_str(b, "sectionName")) &&
		same_port(a, b);
}

/* Some controllers say of a route, too, that it is programmed. */
static bool judge_route_answer(struct judgement *out, const json_t *object,
	const json_t *conditions, const char *what)
{
	static const char *const accepted[] = { "Accepted", NULL };
	static const char *const both[] = { "Accepted", "Programmed", NULL };
	const struct condition programmed = condition_in(conditions, "Programmed", 0);

	return judge_answer(out, object, conditions,
		condition_present(&programmed) ? both : accepted, what);
}

/* The answers for one parent; true when one is missing, pending or a refusal. */
static bool judge_parent(struct judgement *out, const json_t *object, const json_t *parent)
{
	const json_t *answers = jx_get(object, "status.parents");
	const char *space = jx_str(object, "metadata.namespace");
	char name[SHOWN_SIZE], what[SHOWN_SIZE + 16];
	bool answered = false;

	shown(name, jx_str(parent, "name"));
	snprintf(what, sizeof(what), "parent %s: ", name);
	for (size_t i = 0; i < json_array_size(answers) && i < ANSWERS_MAX; i++) {
		const json_t *answer = json_array_get(answers, i);

		if (!same_parent(jx_get(answer, "parentRef"), parent, space))
			continue;
		answered = true;
		if (judge_route_answer(out, object, jx_get(answer, "conditions"), what))
			return true;
	}
	if (answered)
		return false;
	judgement_set(out, STATUS_IN_PROGRESS, "Pending", "%sno controller has answered yet", what);
	return true;
}

static void judge_route(struct judgement *out, const json_t *object,
	const struct judge_options *options UNUSED, int64_t now_ms UNUSED)
{
	const json_t *parents = jx_get(object, "spec.parentRefs");
	bool missing = false;
	struct buf list;

	buf_init(&list, LIST_MAX);
	list_strings(&list, jx_get(object, "spec.hostnames"));
	list_column(out, "Hostnames", &list);
	if (json_array_size(parents) > PARENTS_MAX) {
		judgement_set(out, STATUS_IN_PROGRESS, "Unreadable",
			"spec.parentRefs names more parents than a route can have");
		return;
	}
	for (size_t i = 0; i < json_array_size(parents); i++) {
		missing |= judge_parent(out, object, json_array_get(parents, i));
		if (missing && out->status == STATUS_ERROR)
			return;
	}
	if (missing)
		return;
	judge_success(out);
	if (json_array_size(parents) == 0)
		judgement_note(out, "it names no parent: no traffic reaches it");
}

static const char *const columns[] = { "Hostnames", NULL };

const struct rule route_rules[] = {
	{ .group = "gateway.networking.k8s.io",
		.kind = "HTTPRoute",
		.columns = columns,
		.judge = judge_route },
	{ .group = "gateway.networking.k8s.io",
		.kind = "GRPCRoute",
		.columns = columns,
		.judge = judge_route },
	{ .group = "gateway.networking.k8s.io",
		.kind = "TLSRoute",
		.columns = columns,
		.judge = judge_route },
	{ .group = "gateway.networking.k8s.io",
		.kind = "TCPRoute",
		.columns = columns,
		.judge = judge_route },
	{ .group = "gateway.networking.k8s.io",
		.kind = "UDPRoute",
		.columns = columns,
		.judge = judge_route },
	{ .judge = NULL },
};
