/* SPDX-License-Identifier: Apache-2.0 */
/* Which kinds the simulated cluster serves. */

#include "sim/kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/xalloc.h"

enum {
	N = KIND_NAMESPACED,
	W = KIND_GENERATION | KIND_STATUS, /* has a spec with a generation, and a status */
	NW = KIND_NAMESPACED | KIND_GENERATION | KIND_STATUS,
	NS = KIND_NAMESPACED | KIND_STATUS,
	A = KIND_ALL,
};

static const struct kind builtin[] = {
	{ "", "v1", "ConfigMap", "configmaps", "configmap", "cm", N },
	{ "", "v1", "Event", "events", "event", "ev", N },
	{ "", "v1", "LimitRange", "limitranges", "limitrange", "limits", N },
	{ "", "v1", "Namespace", "namespaces", "namespace", "ns", KIND_STATUS },
	{ "", "v1", "Node", "nodes", "node", "no", KIND_STATUS },
	{ "", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", "persistentvolumeclaim",
		"pvc", NS },
	{ "", "v1", "PersistentVolume", "persistentvolumes", "persistentvolume", "pv",
		KIND_STATUS },
	{ "", "v1", "Pod", "pods", "pod", "po", NW | A },
	{ "", "v1", "ReplicationController", "replicationcontrollers", "replicationcontroller",
		"rc", NW | A },
	{ "", "v1", "ResourceQuota", "resourcequotas", "resourcequota", "quota", NS },
	{ "", "v1", "Secret", "secrets", "secret", "", N },
	{ "", "v1", "ServiceAccount", "serviceaccounts", "serviceaccount", "sa", N },
	{ "", "v1", "Service", "services", "service", "svc", NS | A },
	{ "apiregistration.k8s.io", "v1", "APIService", "apiservices", "apiservice", "",
		KIND_STATUS },
	{ "apps", "v1", "ControllerRevision", "controllerrevisions", "controllerrevision", "", N },
	{ "apps", "v1", "DaemonSet", "daemonsets", "daemonset", "ds", NW | A },
	{ "apps", "v1", "Deployment", "deployments", "deployment", "deploy", NW | KIND_SCALE | A },
	{ "apps", "v1", "ReplicaSet", "replicasets", "replicaset", "rs", NW | KIND_SCALE | A },
	{ "apps", "v1", "StatefulSet", "statefulsets", "statefulset", "sts", NW | KIND_SCALE | A },
	{ "autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers",
		"horizontalpodautoscaler", "hpa", NS | A },
	{ "batch", "v1", "CronJob", "cronjobs", "cronjob", "cj", NW | A },
	{ "batch", "v1", "Job", "jobs", "job", "", NW | A },
	{ "networking.k8s.io", "v1", "IngressClass", "ingressclasses", "ingressclass", "",
		KIND_GENERATION },
	{ "networking.k8s.io", "v1", "Ingress", "ingresses", "ingress", "ing", NW },
	{ "networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", "networkpolicy", "netpol",
		N | KIND_GENERATION },
	{ "policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "poddisruptionbudget",
		"pdb", NW },
	{ "rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings",
		"clusterrolebinding", "", 0 },
	{ "rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", "clusterrole", "", 0 },
	{ "rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", "rolebinding", "", N },
	{ "rbac.authorization.k8s.io", "v1", "Role", "roles", "role", "", N },
	{ "storage.k8s.io", "v1", "StorageClass", "storageclasses", "storageclass", "sc", 0 },
	{ "admissionregistration.k8s.io", "v1", "MutatingWebhookConfiguration",
		"mutatingwebhookconfigurations", "mutatingwebhookconfiguration", "",
		KIND_GENERATION },
	{ "admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration",
		"validatingwebhookconfigurations", "validatingwebhookconfiguration", "",
		KIND_GENERATION },
	{ "apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions",
		"customresourcedefinition", "crd crds", W },
	{ "scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", "priorityclass", "pc",
		KIND_GENERATION },
	{ "discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", "endpointslice", "",
		N | KIND_GENERATION },
};

void kinds_init(struct kinds *kinds)
{
	memset(kinds, 0, sizeof(*kinds));
	for (size_t i = 0; i < ARRAY_LEN(builtin); i++) {
		VEC_GROW(kinds->items, kinds->n, kinds->cap);
		kinds->items[kinds->n++] = &builtin[i];
	}
}

static void custom_free(const struct kind *kind)
{
	free((char *)kind->group);
	free((char *)kind->version);
	free((char *)kind->kind);
	free((char *)kind->plural);
	free((char *)kind->singular);
	free((char *)kind->short_names);
	free((struct kind *)kind);
}

void kinds_release(struct kinds *kinds)
{
	for (size_t i = 0; i < kinds->n; i++) {
		if (kinds->items[i]->flags & KIND_CUSTOM)
			custom_free(kinds->items[i]);
	}
	free(kinds->items);
	memset(kinds, 0, sizeof(*kinds));
}

static char *joined(const json_t *strings)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < json_array_size(strings); i++) {
		const char *s = json_string_value(json_array_get(strings, i));

		if (s)
			buf_printf(&out, "%s%s", out.len ? " " : "", s);
	}
	return out.data ? buf_take(&out) : xstrdup("");
}

/* Keeps the entries of one group version together, as discovery needs them. */
static void insert(struct kinds *kinds, const struct kind *kind)
{
	size_t at = kinds->n;

	for (size_t i = 0; i < kinds->n; i++) {
		if (strcmp(kinds->items[i]->group, kind->group) == 0 &&
		    strcmp(kinds->items[i]->version, kind->version) == 0)
			at = i + 1;
	}
	VEC_GROW(kinds->items, kinds->n, kinds->cap);
	memmove(kinds->items + at + 1, kinds->items + at, (kinds->n - at) * sizeof(*kinds->items));
	kinds->items[at] = kind;
	kinds->n++;
}

void kinds_add_crd(struct kinds *kinds, const json_t *crd)
{
	const char *group = jx_str(crd, "spec.group"), *plural = jx_str(crd, "spec.names.plural");
	const char *name = jx_str(crd, "spec.names.kind"), *scope = jx_str(crd, "spec.scope");
	const char *singular = jx_str(crd, "spec.names.singular");
	const json_t *versions = jx_get(crd, "spec.versions");

	for (size_t i = 0; group && plural && name && i < json_array_size(versions); i++) {
		const json_t *one = json_array_get(versions, i);
		const char *version = jx_str(one, "name");
		struct kind *kind;

		if (!version || !jx_bool(one, "served") ||
		    kinds_by_resource(kinds, group, version, plural))
			continue;
		kind = xcalloc(1, sizeof(*kind));
		kind->group = xstrdup(group);
		kind->version = xstrdup(version);
		kind->kind = xstrdup(name);
		kind->plural = xstrdup(plural);
		kind->singular = xstrdup(singular ? singular : "");
		kind->short_names = joined(jx_get(crd, "spec.names.shortNames"));
		kind->flags = KIND_CUSTOM | KIND_GENERATION;
		if (scope && strcmp(scope, "Namespaced") == 0)
			kind->flags |= KIND_NAMESPACED;
		if (jx_get(one, "subresources.status"))
			kind->flags |= KIND_STATUS;
		insert(kinds, kind);
	}
}

const struct kind *kinds_by_resource(
	const struct kinds *kinds, const char *group, const char *version, const char *plural)
{
	for (size_t i = 0; i < kinds->n; i++) {
		const struct kind *k = kinds->items[i];

		if (strcmp(k->plural, plural) == 0 && strcmp(k->group, group) == 0 &&
		    strcmp(k->version, version) == 0)
			return k;
	}
	return NULL;
}

const struct kind *kinds_by_kind(
	const struct kinds *kinds, const char *api_version, const char *kind)
{
	const char *slash = strchr(api_version, '/');
	const char *version = slash ? slash + 1 : api_version;
	size_t group_len = slash ? (size_t)(slash - api_version) : 0;

	for (size_t i = 0; i < kinds->n; i++) {
		const struct kind *k = kinds->items[i];

		if (strcmp(k->kind, kind) == 0 && strcmp(k->version, version) == 0 &&
		    strlen(k->group) == group_len && strncmp(k->group, api_version, group_len) == 0)
			return k;
	}
	return NULL;
}

json_t *kind_api_version(const struct kind *kind)
{
	return *kind->group ? json_sprintf("%s/%s", kind->group, kind->version)
			    : json_string(kind->version);
}

bool kind_is(const struct kind *kind, const char *group, const char *name)
{
	return strcmp(kind->kind, name) == 0 && strcmp(kind->group, group) == 0;
}

void kind_resource_name(const struct kind *kind, char *out, size_t size)
{
	snprintf(out, size, "%s%s%s", kind->plural, *kind->group ? "." : "", kind->group);
}
