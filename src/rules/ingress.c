/* SPDX-License-Identifier: Apache-2.0 */
/* Ingress: settled once it exists, for many controllers never publish an address; a missing one
 * is a note. */
#include "base/buf.h"
#include "base/jx.h"
#include "base/unused.h"
#include "rules/kinds.h"
#include "rules/lists.h"
#include "rules/read.h"

static void hosts(struct judgement *out, const json_t *object)
{
	const json_t *rules = jx_get(object, "spec.rules");
	struct buf list;

	buf_init(&list, LIST_MAX);
	for (size_t i = 0; i < json_array_size(rules); i++)
		list_add(&list, jx_str(json_array_get(rules, i), "host"));
	if (!list.len)
		list_add(&list, "*");
	list_column(out, "Hosts", &list);
}

static void judge_ingress(struct judgement *out, const json_t *object,
	const struct judge_options *options UNUSED, int64_t now_ms UNUSED)
{
	struct buf list;

	string_column(out, "Class", object, "spec.ingressClassName");
	hosts(out, object);
	buf_init(&list, LIST_MAX);
	list_addresses(&list, object);
	judgement_column(out, "Address", "%s", buf_str(&list));
	buf_release(&list);
	judgement_column(out, "Ports", "%s", jx_len(object, "spec.tls") ? "80, 443" : "80");
	judge_success(out);
	if (!has_address(object))
		judgement_note(out, "no address published");
}

static const char *const columns[] = { "Class", "Hosts", "Address", "Ports", NULL };

const struct rule ingress_rules[] = {
	{ .group = "networking.k8s.io",
		.kind = "Ingress",
		.columns = columns,
		.judge = judge_ingress },
	{ .judge = NULL },
};
