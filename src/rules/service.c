/* SPDX-License-Identifier: Apache-2.0 */
/* Service: a load balancer needs an address; the other types are settled once they exist. */
#include "base/buf.h"
#include "base/jx.h"
#include "base/unused.h"
#include "rules/kinds.h"
#include "rules/lists.h"
#include "rules/read.h"

static void external_ip(struct judgement *out, const json_t *object, const char *type)
{
	struct buf list;
	const char *none = "<none>";

	buf_init(&list, LIST_MAX);
	if (same(type, "ExternalName")) {
		none = jx_str(object, "spec.externalName");
	} else {
		if (same(type, "LoadBalancer")) {
			none = "<pending>";
			list_addresses(&list, object);
		}
		list_strings(&list, jx_get(object, "spec.externalIPs"));
	}
	judgement_column(out, "External-IP", "%s",
		list.len       ? buf_str(&list)
			: none ? none
			       : "<none>");
	buf_release(&list);
}

static void ports(struct judgement *out, const json_t *object)
{
	const json_t *items = jx_get(object, "spec.ports");
	struct buf list;

	buf_init(&list, LIST_MAX);
	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *port = json_array_get(items, i);
		const char *protocol = jx_str(port, "protocol");

		buf_printf(&list, "%s%lld", list.len ? "," : "", jx_int(port, "port", 0));
		if (jx_int(port, "nodePort", 0) > 0)
			buf_printf(&list, ":%lld", jx_int(port, "nodePort", 0));
		buf_printf(&list, "/%s", protocol ? protocol : "TCP");
	}
	judgement_column(out, "Ports", "%s", list.len ? buf_str(&list) : "<none>");
	buf_release(&list);
}

/* An event tells why there is no address yet, if the tracker has it. */
static void judge_pending(struct judgement *out, const struct judge_options *options)
{
	char message[SHOWN_SIZE];
	const json_t *event = event_of(options, "SyncLoadBalancerFailed");

	if (!event) {
		judgement_set(out, STATUS_IN_PROGRESS, "LoadBalancerPending",
			"waiting for the load balancer's address");
		return;
	}
	shown(message, jx_str(event, "message"));
	judgement_set(out, STATUS_IN_PROGRESS, "SyncLoadBalancerFailed", "%s", message);
}

static void judge_service(struct judgement *out, const json_t *object,
	const struct judge_options *options, int64_t now_ms UNUSED)
{
	const json_t *given = jx_get(object, "spec.type");
	const char *type = given ? json_string_value(given) : "ClusterIP",
		   *ip = jx_str(object, "spec.clusterIP");

	judgement_column(out, "Type", "%s", type ? type : "<unknown>");
	judgement_column(out, "Cluster-IP", "%s", ip && *ip ? ip : "<none>");
	external_ip(out, object, type);
	ports(out, object);
	if (!type)
		judgement_set(out, STATUS_IN_PROGRESS, "Unreadable",
			"spec.type is not a word that can be read");
	else if (same(type, "LoadBalancer") && !has_address(object) &&
		!has_strings(jx_get(object, "spec.externalIPs")))
		judge_pending(out, options);
	else
		judge_success(out);
}

static const char *const children[] = { "discovery.k8s.io/EndpointSlice", NULL };
static const char *const columns[] = { "Type", "Cluster-IP", "External-IP", "Ports", NULL };

const struct rule service_rules[] = {
	{ .group = "",
		.kind = "Service",
		.children = children,
		.columns = columns,
		.judge = judge_service },
	{ .judge = NULL },
};
