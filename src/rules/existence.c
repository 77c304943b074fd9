/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds that nobody works on: settled once they exist. */
#include "base/buf.h"
#include "base/jx.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "rules/kinds.h"
#include "rules/lists.h"
#include "rules/read.h"

static void judge_existence(struct judgement *out, const json_t *object UNUSED,
	const struct judge_options *options UNUSED, int64_t now_ms UNUSED)
{
	judge_success(out);
	out->by_existence = true;
}

static void judge_configmap(struct judgement *out, const json_t *object,
	const struct judge_options *options, int64_t now_ms)
{
	judgement_column(out, "Data", "%zu", jx_len(object, "data") + jx_len(object, "binaryData"));
	judge_existence(out, object, options, now_ms);
}

/* The number of values, never one of them. */
static void judge_secret(struct judgement *out, const json_t *object,
	const struct judge_options *options, int64_t now_ms)
{
	const char *type = jx_str(object, "type");
	size_t n = jx_len(object, "data");

	judgement_column(out, "Type", "%s", type && *type ? type : "Opaque");
	judgement_column(out, "Data", "%zu", n ? n : jx_len(object, "stringData"));
	judge_existence(out, object, options, now_ms);
}

static void slice_ports(struct judgement *out, const json_t *ports)
{
	struct buf list;

	buf_init(&list, LIST_MAX);
	for (size_t i = 0; i < json_array_size(ports); i++) {
		const json_t *port = jx_get(json_array_get(ports, i), "port");

		if (json_is_integer(port))
			buf_printf(&list, "%s%lld", list.len ? "," : "", json_integer_value(port));
	}
	list_column(out, "Ports", &list);
}

/* An endpoint whose readiness is not told counts as ready (EndpointConditions). */
static void judge_slice(struct judgement *out, const json_t *object,
	const struct judge_options *options, int64_t now_ms)
{
	const json_t *endpoints = jx_get(object, "endpoints");
	size_t ready = 0;
	struct buf list;

	buf_init(&list, LIST_MAX);
	for (size_t i = 0; i < json_array_size(endpoints); i++) {
		const json_t *endpoint = json_array_get(endpoints, i);

		list_strings(&list, jx_get(endpoint, "addresses"));
		ready += !jx_get(endpoint, "conditions.ready") ||
			jx_bool(endpoint, "conditions.ready");
	}
	string_column(out, "Addresstype", object, "addressType");
	slice_ports(out, jx_get(object, "ports"));
	judgement_column(out, "Ready", "%zu/%zu", ready, json_array_size(endpoints));
	list_column(out, "Endpoints", &list);
	judge_existence(out, object, options, now_ms);
}

/* "app=web,tier in (a,b)"; an expression without values is "key" or "!key". */
static void list_expressions(struct buf *list, const json_t *expressions)
{
	static const struct {
		const char *operator, *before, *after;
	} words[] = {
		{ "In", "", " in (" },
		{ "NotIn", "", " notin (" },
		{ "Exists", "", NULL },
		{ "DoesNotExist", "!", NULL },
	};

	for (size_t i = 0; i < json_array_size(expressions); i++) {
		const json_t *expression = json_array_get(expressions, i);
		const char *key = jx_str(expression, "key");
		struct buf values;

		buf_init(&values, LIST_MAX);
		list_strings(&values, jx_get(expression, "values"));
		for (size_t k = 0; key && k < ARRAY_LEN(words); k++)
			if (same(jx_str(expression, "operator"), words[k].operator))
				buf_printf(list, "%s%s%s%s%s%s", list->len ? "," : "",
					words[k].before, key, words[k].after ? words[k].after : "",
					words[k].after ? buf_str(&values) : "",
					words[k].after ? ")" : "");
		buf_release(&values);
	}
}

static void judge_network_policy(struct judgement *out, const json_t *object,
	const struct judge_options *options, int64_t now_ms)
{
	struct buf list;

	buf_init(&list, LIST_MAX);
	list_pairs(&list, jx_get(object, "spec.podSelector.matchLabels"));
	list_expressions(&list, jx_get(object, "spec.podSelector.matchExpressions"));
	list_column(out, "Pod-selector", &list);
	judge_existence(out, object, options, now_ms);
}

static void judge_binding(struct judgement *out, const json_t *object,
	const struct judge_options *options, int64_t now_ms)
{
	const char *kind = jx_str(object, "roleRef.kind"), *name = jx_str(object, "roleRef.name");

	judgement_column(out, "Role", "%s/%s", kind ? kind : "", name ? name : "");
	judge_existence(out, object, options, now_ms);
}

static const char *const configmap_columns[] = { "Data", NULL };
static const char *const secret_columns[] = { "Type", "Data", NULL };
static const char *const slice_columns[] = { "Addresstype", "Ports", "Ready", "Endpoints", NULL };

static const char *const network_policy_columns[] = { "Pod-selector", NULL };
static const char *const binding_columns[] = { "Role", NULL };

/* Columns that are fields: the headings, and where they stand. */
static const char *const account_columns[] = { "Secrets", NULL };
static const char *const account_fields[] = { "secrets|0", NULL };
static const char *const lease_columns[] = { "Holder", NULL };
static const char *const lease_fields[] = { "spec.holderIdentity|", NULL };
static const char *const ingress_class_columns[] = { "Controller", "Parameters", NULL };
static const char *const ingress_class_fields[] = { "spec.controller",
	"spec.parameters.name|<none>", NULL };
static const char *const priority_columns[] = { "Value", "Global-default", "Preemptionpolicy",
	NULL };
static const char *const priority_fields[] = { "value|0", "globalDefault|false",
	"preemptionPolicy|PreemptLowerPriority", NULL };
static const char *const runtime_columns[] = { "Handler", NULL };
static const char *const runtime_fields[] = { "handler", NULL };
static const char *const storage_columns[] = { "Provisioner", "Reclaimpolicy", "Volumebindingmode",
	"Allowvolumeexpansion", NULL };
static const char *const storage_fields[] = { "provisioner", "reclaimPolicy|Delete",
	"volumeBindingMode|Immediate", "allowVolumeExpansion|false", NULL };
static const char *const webhook_columns[] = { "Webhooks", NULL };
static const char *const webhook_fields[] = { "webhooks|0", NULL };

#define RBAC "rbac.authorization.k8s.io"
#define ADMISSION "admissionregistration.k8s.io"

const struct rule existence_rules[] = {
	{ .group = "",
		.kind = "ConfigMap",
		.columns = configmap_columns,
		.judge = judge_configmap },
	{ .group = "", .kind = "Secret", .columns = secret_columns, .judge = judge_secret },
	{ .group = "",
		.kind = "ServiceAccount",
		.columns = account_columns,
		.fields = account_fields,
		.judge = judge_existence },
	{ .group = "", .kind = "LimitRange", .judge = judge_existence },
	{ .group = "", .kind = "Endpoints", .judge = judge_existence },
	{ .group = "", .kind = "Event", .judge = judge_existence },
	{ .group = "", .kind = "PodTemplate", .judge = judge_existence },
	{ .group = "apps", .kind = "ControllerRevision", .judge = judge_existence },
	{ .group = "discovery.k8s.io",
		.kind = "EndpointSlice",
		.columns = slice_columns,
		.judge = judge_slice },
	{ .group = "events.k8s.io", .kind = "Event", .judge = judge_existence },
	{ .group = "coordination.k8s.io",
		.kind = "Lease",
		.columns = lease_columns,
		.fields = lease_fields,
		.judge = judge_existence },
	{ .group = RBAC, .kind = "Role", .judge = judge_existence },
	{ .group = RBAC,
		.kind = "RoleBinding",
		.columns = binding_columns,
		.judge = judge_binding },
	{ .group = RBAC, .kind = "ClusterRole", .judge = judge_existence },
	{ .group = RBAC,
		.kind = "ClusterRoleBinding",
		.columns = binding_columns,
		.judge = judge_binding },
	{ .group = "networking.k8s.io",
		.kind = "NetworkPolicy",
		.columns = network_policy_columns,
		.judge = judge_network_policy },
	{ .group = "networking.k8s.io",
		.kind = "IngressClass",
		.columns = ingress_class_columns,
		.fields = ingress_class_fields,
		.judge = judge_existence },
	{ .group = "scheduling.k8s.io",
		.kind = "PriorityClass",
		.columns = priority_columns,
		.fields = priority_fields,
		.judge = judge_existence },
	{ .group = "node.k8s.io",
		.kind = "RuntimeClass",
		.columns = runtime_columns,
		.fields = runtime_fields,
		.judge = judge_existence },
	{ .group = "storage.k8s.io",
		.kind = "StorageClass",
		.columns = storage_columns,
		.fields = storage_fields,
		.judge = judge_existence },
	{ .group = "storage.k8s.io", .kind = "CSIDriver", .judge = judge_existence },
	{ .group = "storage.k8s.io", .kind = "CSINode", .judge = judge_existence },
	{ .group = "storage.k8s.io", .kind = "CSIStorageCapacity", .judge = judge_existence },
	{ .group = "storage.k8s.io", .kind = "VolumeAttributesClass", .judge = judge_existence },
	{ .group = ADMISSION,
		.kind = "MutatingWebhookConfiguration",
		.columns = webhook_columns,
		.fields = webhook_fields,
		.judge = judge_existence },
	{ .group = ADMISSION,
		.kind = "ValidatingWebhookConfiguration",
		.columns = webhook_columns,
		.fields = webhook_fields,
		.judge = judge_existence },
	{ .group = ADMISSION, .kind = "ValidatingAdmissionPolicy", .judge = judge_existence },
	{ .group = ADMISSION,
		.kind = "ValidatingAdmissionPolicyBinding",
		.judge = judge_existence },
	{ .group = ADMISSION, .kind = "MutatingAdmissionPolicy", .judge = judge_existence },
	{ .group = ADMISSION, .kind = "MutatingAdmissionPolicyBinding", .judge = judge_existence },
	{ .group = "flowcontrol.apiserver.k8s.io", .kind = "FlowSchema", .judge = judge_existence },
	{ .group = "flowcontrol.apiserver.k8s.io",
		.kind = "PriorityLevelConfiguration",
		.judge = judge_existence },
	{ .group = "policy", .kind = "PodSecurityPolicy", .judge = judge_existence },
	{ .group = "certificates.k8s.io", .kind = "ClusterTrustBundle", .judge = judge_existence },
	{ .group = "networking.k8s.io", .kind = "IPAddress", .judge = judge_existence },
	{ .group = "resource.k8s.io", .kind = "DeviceClass", .judge = judge_existence },
	{ .group = "resource.k8s.io", .kind = "ResourceSlice", .judge = judge_existence },
	{ .group = "resource.k8s.io", .kind = "ResourceClaimTemplate", .judge = judge_existence },
	{ .group = "gateway.networking.k8s.io",
		.kind = "ReferenceGrant",
		.judge = judge_existence },
	{ .judge = NULL },
};
