/* SPDX-License-Identifier: Apache-2.0 */
/* The Pod template that workloads share: containers, volumes, where and as whom they run. */
#include "make/pod.h"

#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "make/container.h"
#include "make/words.h"

static const struct make_key file_items[] = {
	{ .key = "name", .make = make_named, .is = is_dns_subdomain, .like = NAME_LIKE },
	{ .key = "items", .make = make_maps },
	{ .key = "defaultMode", .make = make_mode },
	{ .key = "optional", .make = make_bool },
};
static const struct make_keys config_files = { "configMap", NULL, NULL, MAKE_KEYS(file_items) };

static const struct make_key secret_items[] = {
	{ .key = "secretName", .make = make_named, .is = is_dns_subdomain, .like = NAME_LIKE },
	{ .key = "items", .make = make_maps },
	{ .key = "defaultMode", .make = make_mode },
	{ .key = "optional", .make = make_bool },
};
static const struct make_keys secret_files = { "secret", NULL, NULL, MAKE_KEYS(secret_items) };

static const struct make_key claim_items[] = {
	{ .key = "claimName", .make = make_named, .is = is_dns_subdomain, .like = NAME_LIKE,
		.needed = true },
	{ .key = "readOnly", .make = make_bool },
};
static const struct make_keys claim = { "persistentVolumeClaim", NULL, NULL,
	MAKE_KEYS(claim_items) };

static const struct make_key empty_items[] = {
	{ .key = "medium", .make = make_string },
	{ .key = "sizeLimit", .make = make_quantity },
};
static const struct make_keys empty_dir = { "emptyDir", NULL, NULL, MAKE_KEYS(empty_items) };

static const struct make_key host_items[] = {
	{ .key = "path", .make = make_text, .needed = true },
	{ .key = "type", .make = make_string },
};
static const struct make_keys host_path = { "hostPath", NULL, NULL, MAKE_KEYS(host_items) };

static const struct make_key projected_items[] = {
	{ .key = "sources", .make = make_maps, .needed = true },
	{ .key = "defaultMode", .make = make_mode },
};
static const struct make_keys projected = { "projected", NULL, NULL, MAKE_KEYS(projected_items) };

static const struct make_key volume_items[] = {
	{ .key = "name", .make = make_named, .is = is_dns_label, .like = LABEL_LIKE },
	{ .key = "configMap", .make = make_table_or_first, .keys = &config_files, .one = true },
	{ .key = "secret", .make = make_table_or_first, .keys = &secret_files, .one = true },
	{ .key = "emptyDir", .make = make_table, .keys = &empty_dir, .one = true },
	{ .key = "persistentVolumeClaim", .make = make_table_or_first, .keys = &claim,
		.one = true },
	{ .key = "projected", .make = make_table, .keys = &projected, .one = true },
	{ .key = "hostPath", .make = make_table_or_first, .keys = &host_path, .one = true },
	{ .key = "csi", .make = make_map, .words = pod_texts, .one = true },
	{ .key = "downwardAPI", .make = make_map, .one = true },
	{ .key = "ephemeral", .make = make_map, .words = pod_texts, .one = true },
	{ .key = "image", .make = make_map, .one = true },
	{ .key = "nfs", .make = make_map, .one = true },
	{ .key = "iscsi", .make = make_map, .one = true },
	{ .key = "fc", .make = make_map, .one = true },
	{ .key = "cephfs", .make = make_map, .one = true },
	{ .key = "rbd", .make = make_map, .one = true },
	{ .key = "glusterfs", .make = make_map, .one = true },
	{ .key = "flexVolume", .make = make_map, .one = true },
	{ .key = "portworxVolume", .make = make_map, .one = true },
	{ .key = "vsphereVolume", .make = make_map, .one = true },
	{ .key = "awsElasticBlockStore", .make = make_map, .one = true },
	{ .key = "azureDisk", .make = make_map, .one = true },
	{ .key = "azureFile", .make = make_map, .one = true },
	{ .key = "gcePersistentDisk", .make = make_map, .one = true },
};
static const struct make_keys volume = { "a volume", NULL,
	"one source, such as configMap, secret, emptyDir or persistentVolumeClaim",
	MAKE_KEYS(volume_items) };

static json_t *make_volume_of(
	const struct make *m, const struct yaml_node *name, const struct yaml_node *node)
{
	static const struct make_key key = { .key = "the name of a volume", .is = is_dns_label,
		.like = LABEL_LIKE };
	json_t *given = make_named(m, &key, name);
	struct make_part part = { &volume, json_object() };

	if (given)
		json_object_set_new(part.into, "name", given);
	return make_kept(part.into, make_parts(m, node, &part, 1) && given);
}

/* NAME: {configMap: …}, or Kubernetes' list. */
static json_t *make_volumes(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	json_t *list = NULL;
	bool good = make_unique(m, node, "name", make_text_of);

	good = make_each_has(m, node, "name", "a volume needs name") && good;
	if (node->kind == YAML_MAPPING)
		return make_list_by_name(m, node, make_volume_of);
	if (node->kind == YAML_SEQUENCE)
		list = make_tables(m, key, node);
	else
		make_mistake(
			m, node, "volumes must be a mapping NAME: {configMap: …}, or a list");
	return make_kept(list, good);
}

static const struct make_key pull_items[] = {
	{ .key = "name", .make = make_named, .is = is_dns_subdomain, .like = NAME_LIKE,
		.needed = true },
};
static const struct make_keys pull_secret = { "a pull secret", NULL, NULL, MAKE_KEYS(pull_items) };

static json_t *make_pull_secrets(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	return make_list(m, key, node, "names of Secrets", make_table_or_first);
}

static const struct make_key pod_items[] = {
	{ .key = "initContainers", .make = make_containers },
	{ .key = "containers", .make = make_containers, .needed = true },
	{ .key = "volumes", .make = make_volumes, .keys = &volume },
	{ .key = "serviceAccount", .make = make_named, .to = "serviceAccountName",
		.is = is_dns_subdomain, .like = NAME_LIKE },
	{ .key = "serviceAccountName", .make = make_named, .is = is_dns_subdomain,
		.like = NAME_LIKE },
	{ .key = "automountServiceAccountToken", .make = make_bool },
	{ .key = "imagePullSecrets", .make = make_pull_secrets, .keys = &pull_secret },
	{ .key = "restartPolicy", .make = make_word,
		.words = (const char *const[]){ "Always", "OnFailure", "Never", NULL } },
	{ .key = "nodeSelector", .make = make_labels },
	{ .key = "tolerations", .make = make_maps, .words = pod_texts },
	{ .key = "affinity", .make = make_map, .words = pod_texts },
	{ .key = "topologySpreadConstraints", .make = make_maps, .words = pod_texts },
	{ .key = "securityContext", .make = make_map, .words = pod_texts },
	{ .key = "priorityClassName", .make = make_text },
	{ .key = "runtimeClassName", .make = make_text },
	{ .key = "schedulerName", .make = make_text },
	{ .key = "terminationGracePeriodSeconds", .make = make_int },
	{ .key = "hostNetwork", .make = make_bool },
	{ .key = "hostPID", .make = make_bool },
	{ .key = "hostIPC", .make = make_bool },
	{ .key = "hostUsers", .make = make_bool },
	{ .key = "hostname", .make = make_text },
	{ .key = "subdomain", .make = make_text },
	{ .key = "hostAliases", .make = make_maps },
	{ .key = "dnsPolicy", .make = make_word,
		.words = (const char *const[]){ "ClusterFirst", "ClusterFirstWithHostNet",
			"Default", "None", NULL } },
	{ .key = "dnsConfig", .make = make_map, .words = pod_texts },
	{ .key = "shareProcessNamespace", .make = make_bool },
	{ .key = "enableServiceLinks", .make = make_bool },
};
const struct make_keys pod_keys = { "a Pod", NULL, NULL, MAKE_KEYS(pod_items) };

static const struct make_key pod_meta_items[] = {
	{ .key = "podLabels", .make = make_labels, .to = "labels" },
	{ .key = "podAnnotations", .make = make_annotations, .to = "annotations" },
};
const struct make_keys pod_meta_keys = { "a Pod", NULL, NULL, MAKE_KEYS(pod_meta_items) };

static bool has_named(const json_t *list, const char *path, const char *name)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *known = jx_str(json_array_get(list, i), path);

		if (known && strcmp(known, name) == 0)
			return true;
	}
	return false;
}

bool pod_check_names(const struct make *m, const struct yaml_node *node, const json_t *pod)
{
	const json_t *containers = json_object_get(pod, "containers");
	const json_t *inits = json_object_get(pod, "initContainers");
	const struct yaml_node *at = yaml_get(node, "initContainers");
	bool good = true;

	for (size_t i = 0; i < json_array_size(inits); i++) {
		const char *name = jx_str(json_array_get(inits, i), "name");

		if (name && has_named(containers, "name", name))
			good = make_mistake(m, at ? at : node,
				"a container has the name of an init container: %s", name);
	}
	return good;
}

static bool check_mount(const struct make *m, const struct yaml_node *name, const json_t *pod,
	const json_t *claims)
{
	if (has_named(json_object_get(pod, "volumes"), "name", name->value) ||
		has_named(claims, "metadata.name", name->value))
		return true;
	return make_unfit(m, name, "the volume of a mount", "there is none here; add it under volumes");
}

static bool check_container(const struct make *m, const struct yaml_node *node, const json_t *pod,
	const json_t *claims)
{
	static const char *const keys[] = { "mounts", "volumeMounts" };
	bool good = true;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct yaml_node *mounts = yaml_get(node, keys[i]);

		for (size_t k = 0; mounts && k < mounts->n; k++) {
			const struct yaml_node *name = mounts->kind == YAML_MAPPING
				? mounts->keys[k]
				: yaml_get(mounts->items[k], "name");

			good = (!name || check_mount(m, name, pod, claims)) && good;
		}
	}
	return good;
}

bool pod_check_mounts(const struct make *m, const struct yaml_node *node, const json_t *pod,
	const json_t *claims)
{
	static const char *const keys[] = { "initContainers", "containers" };
	bool good = true;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct yaml_node *list = yaml_get(node, keys[i]);

		for (size_t k = 0; list && k < list->n; k++)
			good = check_container(m, list->items[k], pod, claims) && good;
	}
	return good;
}
