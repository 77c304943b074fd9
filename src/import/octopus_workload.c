/* SPDX-License-Identifier: Apache-2.0 */
/* A workload with what belongs to it: Octopus.KubernetesDeployContainers. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "import/octopus_pod.h"

#define K "KubernetesContainers."

enum kind { DEPLOYMENT = 1, STATEFUL_SET = 2, DAEMON_SET = 4, JOB = 8 };
#define RUNS_ON (DEPLOYMENT | STATEFUL_SET | DAEMON_SET)
#define ANY (RUNS_ON | JOB)

static const struct {
	const char *word, *key;
	enum kind kind;
} kinds[] = {
	{ "Deployment", "deployment", DEPLOYMENT },
	{ "StatefulSet", "statefulSet", STATEFUL_SET },
	{ "DaemonSet", "daemonSet", DAEMON_SET },
	{ "Job", "job", JOB },
};

/* Properties that are a key of the plan's, and the kinds that have it. What the editor writes for
 * another kind has no effect in Octopus either. */
static const struct {
	const char *property, *to;
	int kinds;
	enum form form;
} keys[] = {
	{ K "Replicas", "replicas", DEPLOYMENT | STATEFUL_SET, FORM_SCALAR },
	{ K "RevisionHistoryLimit", "revisionHistoryLimit", RUNS_ON, FORM_SCALAR },
	{ K "ProgressDeadlineSeconds", "progressDeadlineSeconds", DEPLOYMENT, FORM_SCALAR },
	{ K "MinReadySeconds", "minReadySeconds", RUNS_ON, FORM_SCALAR },
	{ K "DeploymentPaused", "paused", DEPLOYMENT, FORM_SCALAR },
	{ K "PodManagementPolicy", "podManagementPolicy", STATEFUL_SET, FORM_TEXT },
	{ K "Completions", "completions", JOB, FORM_SCALAR },
	{ K "Parallelism", "parallelism", JOB, FORM_SCALAR },
	{ K "BackoffLimit", "backoffLimit", JOB, FORM_SCALAR },
	{ K "ActiveDeadlineSeconds", "activeDeadlineSeconds", JOB, FORM_SCALAR },
	{ K "TtlSecondsAfterFinished", "ttlSecondsAfterFinished", JOB, FORM_SCALAR },
	{ K "TerminationGracePeriodSeconds", "terminationGracePeriodSeconds", ANY, FORM_SCALAR },
	{ K "PodTerminationGracePeriodSeconds", "terminationGracePeriodSeconds", ANY, FORM_SCALAR },
	{ K "PodServiceAccountName", "serviceAccountName", ANY, FORM_TEXT },
	{ K "ServiceAccountName", "serviceAccountName", ANY, FORM_TEXT },
	{ K "PriorityClassName", "priorityClassName", ANY, FORM_TEXT },
	{ K "PodPriorityClassName", "priorityClassName", ANY, FORM_TEXT },
	{ K "RestartPolicy", "restartPolicy", ANY, FORM_TEXT },
	{ K "PodRestartPolicy", "restartPolicy", ANY, FORM_TEXT },
	{ K "DnsPolicy", "dnsPolicy", ANY, FORM_TEXT },
	{ K "PodDnsPolicy", "dnsPolicy", ANY, FORM_TEXT },
	{ K "HostNetwork", "hostNetwork", ANY, FORM_SCALAR },
	{ K "PodHostNetworking", "hostNetwork", ANY, FORM_SCALAR },
};

static void set_keys(struct action *a, json_t *workload, enum kind kind)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (keys[i].kinds & (int)kind)
			pod_set(a, workload, keys[i].to, keys[i].property, keys[i].form);
		else
			action_ignore(a, keys[i].property);
	}
}

static bool has_feature(struct action *a, const char *name)
{
	const char *features = action_take(a, "EnabledFeatures");

	return !features || strcasestr(features, name);
}

/* A server would not take it. */
static bool is_empty(struct action *a, const char *type, const json_t *object)
{
	if (strcmp(type, "service") == 0 && !jx_len(object, "ports"))
		action_leave(a, action_at(a, K "ServicePorts"),
			"no service is made: it has no port");
	else if (strcmp(type, "ingress") == 0 && !jx_len(object, "rules") &&
		!json_object_get(object, "defaultBackend"))
		action_leave(a, action_at(a, K "IngressRules"),
			"no ingress is made: it has no rule");
	else
		return false;
	return true;
}

/* An object beside the workload, with the labels of all of them. A feature that is off makes none.
 */
static json_t *add_object(struct action *a, const char *type, const char *feature,
	json_t *(*make)(struct action *a), const json_t *labels)
{
	json_t *object = make(a);

	if (!object)
		return NULL;
	if (!has_feature(a, feature)) {
		action_note(a, action_at(a, "EnabledFeatures"),
			"no %s is made, as in Octopus: EnabledFeatures is without %s", type,
			feature);
		json_decref(object);
		return NULL;
	}
	if (is_empty(a, type, object)) {
		json_decref(object);
		return NULL;
	}
	if (labels)
		json_object_set_new(object, "labels", json_deep_copy(labels));
	json_object_set(a->body, type, object);
	json_decref(object);
	return object;
}

/* The label by which ksettle finds the Pods is its own to choose. */
static json_t *labels_of(struct action *a, const char *name)
{
	json_t *holder = json_object(), *labels;
	const char *app;

	action_set_pairs(a, holder, "labels", K "DeploymentLabels");
	labels = json_object_get(holder, "labels");
	app = jx_str(labels, "app");
	if (app && strcmp(app, name) != 0) {
		action_leave(a, action_at(a, K "DeploymentLabels"),
			"the label app=%s: it is %s here, by which the Pods are found", app, name);
		json_object_del(labels, "app");
	}
	labels = json_object_size(labels) ? json_incref(labels) : NULL;
	json_decref(holder);
	return labels;
}

static void set_rolling(struct action *a, json_t *workload, enum kind kind, bool rolls)
{
	json_t *strategy = json_object();

	if (rolls && kind != JOB) {
		action_set_scalar(a, strategy, "maxUnavailable", K "MaxUnavailable");
		if (kind != STATEFUL_SET)
			action_set_scalar(a, strategy, "maxSurge", K "MaxSurge");
		if (kind == STATEFUL_SET)
			action_set_scalar(a, strategy, "partition", K "Partition");
	}
	action_ignore(a, K "MaxUnavailable");
	action_ignore(a, K "MaxSurge");
	action_ignore(a, K "Partition");
	pod_set_filled(workload, "strategy", strategy);
}

static void set_blue_green(struct action *a, const struct ocl_node *at, bool service)
{
	if (service) {
		json_object_set_new(a->body, "strategy", json_string("blueGreen"));
		json_object_set_new(a->body, "blueGreen", json_pack("{s:b}", "verify", 1));
		action_note(a, at,
			"as in Octopus, the Service follows when the new Deployment has settled");
	} else {
		action_leave(a, at,
			"BlueGreen: there is no Service that could be switched; it is a rolling update here");
	}
}

static void set_style(struct action *a, json_t *workload, enum kind kind, bool service)
{
	const struct ocl_node *at = action_at(a, K "DeploymentStyle");
	const char *style = kind == JOB ? NULL : action_filled(a, K "DeploymentStyle");
	bool rolls = !style || strcasecmp(style, "RollingUpdate") == 0;

	action_ignore(a, K "DeploymentStyle");
	set_rolling(a, workload, kind, rolls);
	if (rolls)
		return;
	if (strcasecmp(style, "BlueGreen") == 0 && kind == DEPLOYMENT)
		set_blue_green(a, at, service);
	else if (strcasecmp(style, "Recreate") == 0 && kind == DEPLOYMENT)
		json_object_set_new(a->body, "strategy", json_string("recreate"));
	else if (strcasecmp(style, "OnDelete") == 0 && kind != DEPLOYMENT)
		json_object_set_new(
			workload, "updateStrategy", json_pack("{s:s}", "type", "OnDelete"));
	else
		action_leave(a, at, K "DeploymentStyle: %s", style);
}

/* The Service that gives the Pods of a StatefulSet their names. */
static void set_service_name(struct action *a, json_t *workload, enum kind kind)
{
	const char *type = action_filled(a, K "ServiceNameType");
	const char *service = action_filled(a, K "ServiceName");

	if (kind != STATEFUL_SET) {
		action_ignore(a, K "ServiceNameType");
		action_ignore(a, K "StatefulSetServiceName");
	} else if (type && strcasecmp(type, "Managed") == 0 && service) {
		action_ignore(a, K "StatefulSetServiceName");
		json_object_set_new(workload, "serviceName",
			action_value(a, action_at(a, K "ServiceName"), service));
	} else {
		action_set(a, workload, "serviceName", K "StatefulSetServiceName");
	}
}

static void set_containers(struct action *a, json_t *workload)
{
	const struct ocl_node *at = action_at(a, K "Containers");
	json_t *list = action_json(a, K "Containers", JSON_ARRAY);

	pod_set_filled(workload, "initContainers", containers_of(a, at, list, true));
	pod_set_filled(workload, "containers", containers_of(a, at, list, false));
	if (!json_object_get(workload, "containers"))
		action_unusable(a, at, "it has no container");
	json_decref(list);
}

static json_t *make_workload(
	struct action *a, enum kind kind, const char *name, const json_t *labels)
{
	json_t *workload =
		json_pack("{s:o}", "name", action_value(a, action_at(a, K "DeploymentName"), name));

	if (labels)
		json_object_set_new(workload, "labels", json_deep_copy(labels));
	action_set_pairs(a, workload, "annotations", K "DeploymentAnnotations");
	action_set_pairs(a, workload, "podAnnotations", K "PodAnnotations");
	set_keys(a, workload, kind);
	set_service_name(a, workload, kind);
	action_set_pairs(a, workload, "nodeSelector", K "NodeSelectors");
	set_containers(a, workload);
	pod_set_filled(workload, "volumes", volumes_of(a));
	pod_set_rest(a, workload);
	return workload;
}

/* New ones with each deployment, in Octopus; here with each content. */
static void add_data(struct action *a, const json_t *labels)
{
	json_t *config = add_object(a, "configMap", "KubernetesConfigMap", config_map_of, labels);
	json_t *secret = add_object(a, "secret", "KubernetesSecret", secret_of, labels);

	if (config)
		json_object_set_new(config, "hashSuffix", json_true());
	if (secret)
		json_object_set_new(secret, "hashSuffix", json_true());
	if (config || secret)
		action_note(a, a->node,
			"ConfigMap and Secret get a name for what they hold, as in Octopus; those that nobody uses any more stay");
}

static void add_custom(struct action *a)
{
	const char *text = action_filled(a, K "CustomResourceYaml");

	action_ignore(a, K "CustomResourceYamlFileName");
	if (!text)
		return;
	json_object_set_new(a->body, "custom",
		json_pack("[s]",
			action_file(a, action_at(a, K "CustomResourceYaml"), "manifests", text)));
	action_note(a, action_at(a, K "CustomResourceYaml"),
		"Octopus gives custom resources another name with each deployment and removes the old ones; here they keep theirs");
}

static size_t find_kind(struct action *a)
{
	const char *word = action_filled(a, K "DeploymentResourceType");

	for (size_t i = 0; word && i < ARRAY_LEN(kinds); i++)
		if (strcasecmp(word, kinds[i].word) == 0)
			return i;
	if (word)
		action_unusable(a, action_at(a, K "DeploymentResourceType"),
			K "DeploymentResourceType: %s", word);
	return 0;
}

static void say_existing(struct action *a, enum kind kind, const char *word)
{
	if (json_object_get(a->body, "blueGreen"))
		action_note(a, a->node,
			"Deployments that Octopus made of this step stay: delete them when a run has succeeded");
	else if (kind & RUNS_ON)
		action_note(a, a->node,
			"a %s of that name that Octopus made has another selector, which cannot be changed: delete it before the first run, or give this one another name",
			word);
}

/* A Service finds by itself the Pods of what runs for good only. */
static void select_job(json_t *service, const json_t *job)
{
	if (!json_object_get(service, "selector"))
		json_object_set_new(service, "selector",
			json_pack("{s:O}", "app", json_object_get(job, "name")));
}

/* How it is replaced comes before what it is. */
static void sort_keys(struct action *a)
{
	static const char *const first[] = { "strategy", "blueGreen" };
	json_t *sorted = json_object();

	for (size_t i = 0; i < ARRAY_LEN(first); i++) {
		json_object_set(sorted, first[i], json_object_get(a->body, first[i]));
		json_object_del(a->body, first[i]);
	}
	json_object_update(sorted, a->body);
	json_decref(a->body);
	a->body = sorted;
}

void read_containers(struct action *a)
{
	size_t kind = find_kind(a);
	const char *name = action_filled(a, K "DeploymentName");
	json_t *labels, *workload, *service;

	a->type = "resources";
	if (!name) {
		action_unusable(a, a->node, "it names no %s", kinds[kind].word);
		name = "";
	}
	labels = labels_of(a, name);
	workload = make_workload(a, kinds[kind].kind, name, labels);
	json_object_set_new(a->body, kinds[kind].key, workload);
	service = add_object(a, "service", "KubernetesService", service_of, labels);
	if (service && kinds[kind].kind == JOB)
		select_job(service, workload);
	set_style(a, workload, kinds[kind].kind, service != NULL);
	add_object(a, "ingress", "KubernetesIngress", ingress_of, labels);
	add_data(a, labels);
	add_custom(a);
	say_existing(a, kinds[kind].kind, kinds[kind].word);
	action_force(a);
	action_verify(a);
	sort_keys(a);
	json_decref(labels);
}
