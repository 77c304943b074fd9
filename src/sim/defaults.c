/* SPDX-License-Identifier: Apache-2.0 */
/* What the server fills in: the defaults of the kinds whose controllers are simulated. */

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/map.h"
#include "base/xalloc.h"
#include "sim/apply.h"
#include "sim/store.h"
#include "sim/world.h"

static const struct {
	const char *kind, *path, *value;
} defaults[] = {
	{ "Deployment", "spec.progressDeadlineSeconds", "600" },
	{ "Deployment", "spec.replicas", "1" },
	{ "Deployment", "spec.revisionHistoryLimit", "10" },
	{ "Deployment", "spec.strategy.type", "\"RollingUpdate\"" },
	{ "ReplicaSet", "spec.replicas", "1" },
	{ "ReplicationController", "spec.replicas", "1" },
	{ "StatefulSet", "spec.podManagementPolicy", "\"OrderedReady\"" },
	{ "StatefulSet", "spec.replicas", "1" },
	{ "StatefulSet", "spec.revisionHistoryLimit", "10" },
	{ "StatefulSet", "spec.updateStrategy",
		"{\"type\": \"RollingUpdate\", \"rollingUpdate\": {\"partition\": 0}}" },
	{ "StatefulSet", "spec.persistentVolumeClaimRetentionPolicy",
		"{\"whenDeleted\": \"Retain\", \"whenScaled\": \"Retain\"}" },
	{ "DaemonSet", "spec.revisionHistoryLimit", "10" },
	{ "DaemonSet", "spec.updateStrategy",
		"{\"type\": \"RollingUpdate\", \"rollingUpdate\": {\"maxSurge\": 0, "
		"\"maxUnavailable\": 1}}" },
	{ "Job", "spec.backoffLimit", "6" },
	{ "Job", "spec.completionMode", "\"NonIndexed\"" },
	{ "Job", "spec.completions", "1" },
	{ "Job", "spec.manualSelector", "false" },
	{ "Job", "spec.parallelism", "1" },
	{ "Job", "spec.podReplacementPolicy", "\"TerminatingOrFailed\"" },
	{ "Job", "spec.suspend", "false" },
	{ "CronJob", "spec.concurrencyPolicy", "\"Allow\"" },
	{ "CronJob", "spec.failedJobsHistoryLimit", "1" },
	{ "CronJob", "spec.successfulJobsHistoryLimit", "3" },
	{ "CronJob", "spec.suspend", "false" },
	{ "Service", "spec.internalTrafficPolicy", "\"Cluster\"" },
	{ "Service", "spec.ipFamilies", "[\"IPv4\"]" },
	{ "Service", "spec.ipFamilyPolicy", "\"SingleStack\"" },
	{ "Service", "spec.sessionAffinity", "\"None\"" },
	{ "Service", "spec.type", "\"ClusterIP\"" },
	{ "PersistentVolumeClaim", "spec.storageClassName", "\"standard\"" },
	{ "PersistentVolumeClaim", "spec.volumeMode", "\"Filesystem\"" },
	{ "Secret", "type", "\"Opaque\"" },
	{ "Namespace", "spec.finalizers", "[\"kubernetes\"]" },
	{ "CustomResourceDefinition", "spec.conversion", "{\"strategy\": \"None\"}" },
};

static const struct {
	const char *path, *value;
} pod_defaults[] = {
	{ "dnsPolicy", "\"ClusterFirst\"" },
	{ "restartPolicy", "\"Always\"" },
	{ "schedulerName", "\"default-scheduler\"" },
	{ "securityContext", "{}" },
	{ "terminationGracePeriodSeconds", "30" },
};

/* Sets obj.path unless something is there; makes the maps on the way. */
static void set_default(json_t *obj, const char *path, const char *value)
{
	const char *dot;

	while ((dot = strchr(path, '.'))) {
		char *key = xstrndup(path, (size_t)(dot - path));
		json_t *next = json_object_get(obj, key);

		if (!next) {
			next = json_object();
			json_object_set_new(obj, key, next);
		}
		free(key);
		if (!json_is_object(next))
			return;
		obj = next;
		path = dot + 1;
	}
	if (!json_object_get(obj, path))
		json_object_set_new(obj, path, json_loads(value, JSON_DECODE_ANY, NULL));
}

static void set_each_port(json_t *ports)
{
	for (size_t i = 0; i < json_array_size(ports); i++) {
		if (json_is_object(json_array_get(ports, i)))
			set_default(json_array_get(ports, i), "protocol", "\"TCP\"");
	}
}

static void set_containers(json_t *containers)
{
	for (size_t i = 0; i < json_array_size(containers); i++) {
		json_t *one = json_array_get(containers, i);
		const char *image = jx_str(one, "image"), *tag;
		bool always;

		if (!json_is_object(one))
			continue;
		tag = image ? strrchr(image, ':') : NULL;
		always = !tag || strchr(tag, '/') || strcmp(tag, ":latest") == 0;
		set_default(one, "imagePullPolicy", always ? "\"Always\"" : "\"IfNotPresent\"");
		set_default(one, "resources", "{}");
		set_default(one, "terminationMessagePath", "\"/dev/termination-log\"");
		set_default(one, "terminationMessagePolicy", "\"File\"");
		set_each_port(json_object_get(one, "ports"));
	}
}

static void set_pod(json_t *spec)
{
	if (!json_is_object(spec))
		return;
	for (size_t i = 0; i < ARRAY_LEN(pod_defaults); i++)
		set_default(spec, pod_defaults[i].path, pod_defaults[i].value);
	set_containers(json_object_get(spec, "containers"));
	set_containers(json_object_get(spec, "initContainers"));
}

static void set_service(struct sim *sim, json_t *object)
{
	json_t *spec = json_object_get(object, "spec"), *ports = json_object_get(spec, "ports");
	const char *type = jx_str(object, "spec.type");
	bool outside = type && (strcmp(type, "LoadBalancer") == 0 || strcmp(type, "NodePort") == 0);

	if (!type)
		return;
	set_each_port(ports);
	for (size_t i = 0; i < json_array_size(ports); i++) {
		json_t *port = json_array_get(ports, i);
		uint64_t hash = hash_str(HASH_SEED + i, jx_str(object, "metadata.name"));

		if (!json_is_object(port))
			continue;
		if (!json_object_get(port, "targetPort") && json_object_get(port, "port"))
			json_object_set(port, "targetPort", json_object_get(port, "port"));
		if (outside && !json_object_get(port, "nodePort"))
			json_object_set_new(
				port, "nodePort", json_integer(30000 + (json_int_t)(hash % 2767)));
	}
	if (outside)
		set_default(spec, "externalTrafficPolicy", "\"Cluster\"");
	if (strcmp(type, "LoadBalancer") == 0)
		set_default(spec, "allocateLoadBalancerNodePorts", "true");
	if (strcmp(type, "ExternalName") != 0 && !json_object_get(spec, "clusterIP")) {
		unsigned n = ++sim->addresses;

		json_object_set_new(
			spec, "clusterIP", json_sprintf("10.0.%u.%u", n / 250 % 250, n % 250 + 1));
	}
	if (json_object_get(spec, "clusterIP") && !json_object_get(spec, "clusterIPs"))
		json_object_set_new(
			spec, "clusterIPs", json_pack("[O]", json_object_get(spec, "clusterIP")));
}

/* stringData is write-only: its values go to data. */
static void set_secret(json_t *object)
{
	json_t *plain = json_object_get(object, "stringData"), *data, *value;
	const char *key;

	if (!json_is_object(plain))
		return;
	data = json_object_get(object, "data");
	if (!json_is_object(data)) {
		data = json_object();
		json_object_set_new(object, "data", data);
	}
	json_object_foreach(plain, key, value) {
		const char *text = json_string_value(value);
		gnutls_datum_t in = { (unsigned char *)(text ? text : ""),
			(unsigned)strlen(text ? text : "") };
		gnutls_datum_t out;

		if (gnutls_base64_encode2(&in, &out) < 0)
			continue;
		json_object_set_new(data, key, json_stringn((const char *)out.data, out.size));
		gnutls_free(out.data);
	}
	json_object_del(object, "stringData");
}

/* The server ties a Job to its Pods by a label with its uid; the name does it here. */
static void set_job(json_t *object)
{
	json_t *template = json_object_get(json_object_get(object, "spec"), "template");
	const char *name = jx_str(object, "metadata.name");

	if (!json_is_object(template) || !name)
		return;
	json_object_set_new(object_meta_map(template, "labels"), "batch.kubernetes.io/job-name",
		json_string(name));
	json_object_set_new(object_meta_map(template, "labels"), "job-name", json_string(name));
	if (!json_object_get(json_object_get(object, "spec"), "selector"))
		json_object_set_new(json_object_get(object, "spec"), "selector",
			json_pack(
				"{s:{s:s}}", "matchLabels", "batch.kubernetes.io/job-name", name));
}

static void set_deployment(json_t *object)
{
	const char *type = jx_str(object, "spec.strategy.type");

	if (type && strcmp(type, "RollingUpdate") == 0) {
		set_default(object, "spec.strategy.rollingUpdate.maxSurge", "\"25%\"");
		set_default(object, "spec.strategy.rollingUpdate.maxUnavailable", "\"25%\"");
	}
}

void defaults_set(struct sim *sim, const struct kind *kind, json_t *object)
{
	json_t *spec;

	if (kind->flags & KIND_CUSTOM)
		return;
	for (size_t i = 0; i < ARRAY_LEN(defaults); i++) {
		if (strcmp(defaults[i].kind, kind->kind) == 0)
			set_default(object, defaults[i].path, defaults[i].value);
	}
	spec = json_object_get(object, "spec");
	if (kind_is(kind, "", "Pod"))
		set_pod(spec);
	else if (json_is_object(json_object_get(spec, "template")))
		set_pod(json_object_get(json_object_get(spec, "template"), "spec"));
	if (kind_is(kind, "apps", "Deployment"))
		set_deployment(object);
	else if (kind_is(kind, "", "Service"))
		set_service(sim, object);
	else if (kind_is(kind, "", "Secret"))
		set_secret(object);
	else if (kind_is(kind, "batch", "Job"))
		set_job(object);
}

json_t *defaults_status(const struct kind *kind)
{
	static const struct {
		const char *kind, *status;
	} first[] = {
		{ "Service", "{\"loadBalancer\": {}}" },
		{ "Ingress", "{\"loadBalancer\": {}}" },
		{ "ReplicaSet", "{\"replicas\": 0}" },
		{ "StatefulSet", "{\"replicas\": 0, \"availableReplicas\": 0}" },
		{ "DaemonSet", "{\"currentNumberScheduled\": 0, \"numberMisscheduled\": 0, "
			"\"desiredNumberScheduled\": 0, \"numberReady\": 0}" },
		{ "Deployment", "{}" },
		{ "Job", "{}" },
		{ "CronJob", "{}" },
		{ "PersistentVolumeClaim", "{\"phase\": \"Pending\"}" },
		{ "Pod", "{\"phase\": \"Pending\", \"qosClass\": \"BestEffort\"}" },
		{ "Namespace", "{\"phase\": \"Active\"}" },
	};

	for (size_t i = 0; i < ARRAY_LEN(first); i++) {
		if (!(kind->flags & KIND_CUSTOM) && strcmp(first[i].kind, kind->kind) == 0)
			return json_loads(first[i].status, 0, NULL);
	}
	return NULL;
}
