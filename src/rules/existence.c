/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds that nobody works on: settled once they exist. */
#include "base/buf.h"
#include "base/jx.h"
#include "base/unused.h"
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
		const json_t *port = json_array_get(ports, i);

		if (jx_has_int(port, "port"))
			buf_printf(&list, "%s%lld", list.len ? "," : "", jx_int(port, "port", 0));
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

static const char *const configmap_columns[] = { "Data", NULL };
static const char *const secret_columns[] = { "Type", "Data", NULL };
static const char *const slice_columns[] = { "Addresstype", "Ports", "Ready", "Endpoints", NULL };

#define RBAC "rbac.authorization.k8s.io"
#define ADMISSION "admissionregistration.k8s.io"

const struct rule existence_rules[] = {
	{ .group = "",
		.kind = "ConfigMap",
		.columns = configmap_columns,
		.judge = judge_configmap },
	{ .group = "", .kind = "Secret", .columns = secret_columns, .judge = judge_secret },
	{ .group = "", .kind = "ServiceAccount", .judge = judge_existence },
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
	{ .group = "coordination.k8s.io", .kind = "Lease", .judge = judge_existence },
	{ .group = RBAC, .kind = "Role", .judge = judge_existence },
	{ .group = RBAC, .kind = "RoleBinding", .judge = judge_existence },
	{ .group = RBAC, .kind = "ClusterRole", .judge = judge_existence },
	{ .group = RBAC, .kind = "ClusterRoleBinding", .judge = judge_existence },
	{ .group = "networking.k8s.io", .kind = "NetworkPolicy", .judge = judge_existence },
	{ .group = "networking.k8s.io", .kind = "IngressClass", .judge = judge_existence },
	{ .group = "scheduling.k8s.io", .kind = "PriorityClass", .judge = judge_existence },
	{ .group = "node.k8s.io", .kind = "RuntimeClass", .judge = judge_existence },
	{ .group = "storage.k8s.io", .kind = "StorageClass", .judge = judge_existence },
	{ .group = "storage.k8s.io", .kind = "CSIDriver", .judge = judge_existence },
	{ .group = "storage.k8s.io", .kind = "CSINode", .judge = judge_existence },
	{ .group = "storage.k8s.io", .kind = "CSIStorageCapacity", .judge = judge_existence },
	{ .group = "storage.k8s.io", .kind = "VolumeAttributesClass", .judge = judge_existence },
	{ .group = ADMISSION, .kind = "MutatingWebhookConfiguration", .judge = judge_existence },
	{ .group = ADMISSION, .kind = "ValidatingWebhookConfiguration", .judge = judge_existence },
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
	{ .group = "resource.k8s.io", .kind = "DeviceClass", .judge = judge_existence },
	{ .group = "resource.k8s.io", .kind = "ResourceClaimTemplate", .judge = judge_existence },
	{ .group = "gateway.networking.k8s.io",
		.kind = "ReferenceGrant",
		.judge = judge_existence },
	{ .judge = NULL },
};
