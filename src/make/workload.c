/* SPDX-License-Identifier: Apache-2.0 */
/* What runs Pods: Deployment, StatefulSet, DaemonSet, Job, CronJob. Its Pods are found by the
 * label app: NAME. */
#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "make/object.h"
#include "make/pod.h"
#include "make/words.h"

#define REST "under spec:"
#define PROGRESS_DEADLINE_S 600 /* Kubernetes' own */

/* A way to make one kind. */
struct workload {
	struct object_type type;
	const struct make_keys *keys; /* of its spec */
	const struct make_keys *job;  /* CronJob: of its Jobs' spec */
	bool runs_on;                 /* its Pods run for good: it has a selector */
};

static bool is_workload_name(const char *s)
{
	return is_dns_subdomain(s) && is_label_value(s);
}

static bool is_cron_job_name(const char *s)
{
	return is_dns_subdomain(s) && strlen(s) <= 52;
}

static const struct make_key rolling_items[] = {
	{ .key = "maxSurge", .make = make_int_or_percent },
	{ .key = "maxUnavailable", .make = make_int_or_percent },
};
static const struct make_keys rolling = { "strategy", "under spec:", NULL,
	MAKE_KEYS(rolling_items) };

static const struct make_key ordered_items[] = {
	{ .key = "maxUnavailable", .make = make_int_or_percent },
	{ .key = "partition", .make = make_int },
};
static const struct make_keys ordered = { "strategy", "under spec:", NULL,
	MAKE_KEYS(ordered_items) };

static bool is_zero(const json_t *value)
{
	const char *text = json_string_value(value);

	return text ? strcmp(text, "0%") == 0 : value && json_integer_value(value) == 0;
}

/* "strategy: recreate", {type: Recreate}: that is of the whole step. */
static bool is_kind_of_strategy(const struct yaml_node *node)
{
	return node->kind == YAML_SCALAR || yaml_get(node, "type");
}

static json_t *make_rolling(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	json_t *made;

	if (is_kind_of_strategy(node)) {
		make_mistake(m, node,
			"strategy here is how many at a time: {%s: 1}; recreate and blueGreen stand "
			"beside the deployment (resources: {strategy: recreate}), anything else "
			"under spec:",
			key->keys->items[0].key);
		return NULL;
	}
	made = make_table(m, key, node);

	if (!made)
		return NULL;
	if (is_zero(json_object_get(made, "maxSurge")) &&
		is_zero(json_object_get(made, "maxUnavailable"))) {
		make_mistake(m, node, "maxSurge and maxUnavailable cannot both be 0: nothing "
				      "could ever be replaced");
		json_decref(made);
		return NULL;
	}
	return json_pack("{s:s, s:o}", "type", "RollingUpdate", "rollingUpdate", made);
}

/* A DaemonSet has either a new Pod more on a node, or an old one less. */
static json_t *make_daemon_rolling(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	json_t *made = make_rolling(m, key, node), *update = json_object_get(made, "rollingUpdate");
	const json_t *surge = json_object_get(update, "maxSurge");
	const json_t *less = json_object_get(update, "maxUnavailable");
	bool good = true;

	if (surge && !is_zero(surge) && !less)
		json_object_set_new(update, "maxUnavailable", json_integer(0));
	else if (surge && !is_zero(surge) && !is_zero(less))
		good = make_mistake(m, node, "a daemonSet has maxSurge or maxUnavailable, not both");
	return make_kept(made, good);
}

static const struct make_key deployment_items[] = {
	{ .key = "replicas", .make = make_int },
	{ .key = "strategy", .make = make_rolling, .keys = &rolling },
	{ .key = "minReadySeconds", .make = make_int },
	{ .key = "revisionHistoryLimit", .make = make_int },
	{ .key = "progressDeadlineSeconds", .make = make_int, .low = 1 },
	{ .key = "paused", .make = make_bool },
};
static const struct make_keys deployment_keys = { "a deployment", REST, NULL,
	MAKE_KEYS(deployment_items) };

static const struct make_key claim_items[] = {
	{ .key = "size", .make = make_quantity, .needed = true },
	{ .key = "accessModes", .make = make_strings },
	{ .key = "storageClassName", .make = make_string },
	{ .key = "volumeMode", .make = make_word,
		.words = (const char *const[]){ "Filesystem", "Block", NULL } },
};
static const struct make_keys claim = { "a volume claim", NULL, NULL, MAKE_KEYS(claim_items) };

static json_t *make_claim_of(
	const struct make *m, const struct yaml_node *name, const struct yaml_node *node)
{
	static const struct make_key key = { .key = "the name of a volume claim",
		.is = is_dns_label, .like = LABEL_LIKE, .keys = &claim };
	json_t *named = make_named(m, &key, name), *spec = make_table(m, &key, node), *made = NULL;

	if (named && spec) {
		if (!json_object_get(spec, "accessModes"))
			json_object_set_new(
				spec, "accessModes", json_pack("[s]", "ReadWriteOnce"));
		json_object_set_new(spec, "resources",
			json_pack("{s:{s:O}}", "requests", "storage",
				json_object_get(spec, "size")));
		json_object_del(spec, "size");
		made = json_pack("{s:{s:O}, s:O}", "metadata", "name", named, "spec", spec);
	}
	json_decref(named);
	json_decref(spec);
	return made;
}

/* NAME: {size: 1Gi}, or Kubernetes' list. */
static json_t *make_claims(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	if (node->kind == YAML_MAPPING)
		return make_list_by_name(m, node, make_claim_of);
	return make_maps(m, key, node);
}

static const struct make_key stateful_items[] = {
	{ .key = "replicas", .make = make_int },
	{ .key = "serviceName", .make = make_named, .is = is_dns_subdomain, .like = NAME_LIKE },
	{ .key = "podManagementPolicy", .make = make_word,
		.words = (const char *const[]){ "OrderedReady", "Parallel", NULL } },
	{ .key = "strategy", .make = make_rolling, .to = "updateStrategy", .keys = &ordered },
	{ .key = "updateStrategy", .make = make_map },
	{ .key = "volumeClaimTemplates", .make = make_claims },
	{ .key = "persistentVolumeClaimRetentionPolicy", .make = make_map },
	{ .key = "ordinals", .make = make_map },
	{ .key = "minReadySeconds", .make = make_int },
	{ .key = "revisionHistoryLimit", .make = make_int },
};
static const struct make_keys stateful_keys = { "a statefulSet", REST, NULL,
	MAKE_KEYS(stateful_items) };

static const struct make_key daemon_items[] = {
	{ .key = "strategy", .make = make_daemon_rolling, .to = "updateStrategy",
		.keys = &rolling },
	{ .key = "updateStrategy", .make = make_map },
	{ .key = "minReadySeconds", .make = make_int },
	{ .key = "revisionHistoryLimit", .make = make_int },
};
static const struct make_keys daemon_keys = { "a daemonSet", REST, NULL, MAKE_KEYS(daemon_items) };

static const struct make_key job_items[] = {
	{ .key = "completions", .make = make_int },
	{ .key = "parallelism", .make = make_int },
	{ .key = "completionMode", .make = make_word,
		.words = (const char *const[]){ "NonIndexed", "Indexed", NULL } },
	{ .key = "backoffLimit", .make = make_int },
	{ .key = "backoffLimitPerIndex", .make = make_int },
	{ .key = "maxFailedIndexes", .make = make_int },
	{ .key = "activeDeadlineSeconds", .make = make_int, .low = 1 },
	{ .key = "ttlSecondsAfterFinished", .make = make_int },
	{ .key = "suspend", .make = make_bool },
	{ .key = "podFailurePolicy", .make = make_map },
	{ .key = "podReplacementPolicy", .make = make_word,
		.words = (const char *const[]){ "TerminatingOrFailed", "Failed", NULL } },
	{ .key = "successPolicy", .make = make_map },
};
static const struct make_keys job_keys = { "a job", REST, NULL, MAKE_KEYS(job_items) };

static bool is_time_zone(const char *s)
{
	return *s && strcmp(s, "Local") != 0 && !strpbrk(s, " .:");
}

static const struct make_key cron_items[] = {
	{ .key = "schedule", .make = make_named, .is = is_cron,
		.like = "five fields: minute, hour, day of the month, month, day of the week, "
			"such as \"*/5 * * * *\", or @hourly and its like",
		.needed = true },
	{ .key = "timeZone", .make = make_named, .is = is_time_zone,
		.like = "a name such as Etc/UTC" },
	{ .key = "concurrencyPolicy", .make = make_word,
		.words = (const char *const[]){ "Allow", "Forbid", "Replace", NULL } },
	{ .key = "startingDeadlineSeconds", .make = make_int },
	{ .key = "suspend", .make = make_bool },
	{ .key = "successfulJobsHistoryLimit", .make = make_int },
	{ .key = "failedJobsHistoryLimit", .make = make_int },
};
static const struct make_keys cron_keys = { "a cronJob", REST, NULL, MAKE_KEYS(cron_items) };

/* What the short form of one workload is read into. */
struct reading {
	struct object o;
	json_t *pod, *pod_metadata, *job;
};

/* app: NAME and the labels given. A new reference. */
static json_t *labels_with(struct reading *r, const struct yaml_node *node, const json_t *given)
{
	json_t *labels = json_object(), *own = json_copy((json_t *)given);

	json_object_set_new(labels, "app", json_string(r->o.make.name));
	if (own)
		object_label(&r->o, node, own, "app", r->o.make.name);
	json_object_update(labels, own);
	json_decref(own);
	return labels;
}

/* The labels of the object go to its Pods, too. */
static json_t *template_of(struct reading *r, const struct yaml_node *node)
{
	json_t *annotations = json_object_get(r->pod_metadata, "annotations"), *metadata;
	json_t *more = labels_with(r, node, json_object_get(r->pod_metadata, "labels"));
	json_t *labels = labels_with(r, node, json_object_get(r->o.metadata, "labels"));

	json_object_set_new(r->o.metadata, "labels", labels);
	labels = json_copy(labels);
	json_object_update(labels, more);
	json_decref(more);
	metadata = json_pack("{s:o}", "labels", labels);
	if (annotations)
		json_object_set(metadata, "annotations", annotations);
	return json_pack("{s:o, s:O}", "metadata", metadata, "spec", r->pod);
}

/* Pods of Jobs end; all others are started again. */
static void set_restart_policy(
	struct reading *r, const struct workload *w, const struct yaml_node *node)
{
	const char *given = jx_str(r->pod, "restartPolicy");
	const struct yaml_node *at = yaml_get(node, "restartPolicy");

	if (w->runs_on && given && strcmp(given, "Always") != 0)
		r->o.good = make_mistake(&r->o.make, at,
			"the Pods of a %s are always restarted; leave restartPolicy out",
			w->type.kind);
	else if (!w->runs_on && given && strcmp(given, "Always") == 0)
		r->o.good = make_mistake(&r->o.make, at,
			"the Pods of a Job end: restartPolicy is Never or OnFailure");
	else if (!w->runs_on && !given)
		json_object_set_new(r->pod, "restartPolicy", json_string("Never"));
}

static void compose_spec(struct reading *r, const struct workload *w, const struct yaml_node *node)
{
	json_t *into = w->job ? r->job : r->o.spec;

	set_restart_policy(r, w, node);
	if (w->runs_on)
		json_object_set_new(into, "selector",
			json_pack("{s:{s:s}}", "matchLabels", "app", r->o.make.name));
	if (w->keys == &stateful_keys && !json_object_get(into, "serviceName"))
		json_object_set_new(into, "serviceName", json_string(r->o.make.name));
	json_object_set_new(into, "template", template_of(r, node));
	if (w->job)
		json_object_set_new(
			r->o.spec, "jobTemplate", json_pack("{s:O}", "spec", r->job));
}

/* What spec: laid over it must not have torn apart. */
static bool check_selector(
	const struct make *m, const struct yaml_node *node, const json_t *spec)
{
	const json_t *selector = jx_get(spec, "selector.matchLabels");
	const json_t *labels = jx_get(spec, "template.metadata.labels");
	const struct yaml_node *over = yaml_get(node, "spec");
	void *at = json_object_iter((json_t *)selector);

	for (; over && at; at = json_object_iter_next((json_t *)selector, at)) {
		const char *key = json_object_iter_key(at);

		if (!json_equal(json_object_get(labels, key), json_object_iter_value(at)))
			return make_mistake(m, over,
				"the selector wants the label %s, which the Pods of the template "
				"do not have", key);
	}
	return true;
}

/* Else it would give up before any Pod can count. */
static bool check_deadline(
	const struct make *m, const struct yaml_node *node, const json_t *spec)
{
	json_int_t deadline = jx_int(spec, "progressDeadlineSeconds", PROGRESS_DEADLINE_S);

	if (jx_int(spec, "minReadySeconds", 0) < deadline)
		return true;
	return make_mistake(m, node,
		"progressDeadlineSeconds (%lld) must be more than minReadySeconds",
		(long long)deadline);
}

/* What is said of a Job's Pods by their number. */
static bool check_indexed(const struct make *m, const struct yaml_node *node, const json_t *job)
{
	static const char *const keys[] = { "backoffLimitPerIndex", "maxFailedIndexes",
		"successPolicy" };
	const char *mode = jx_str(job, "completionMode");
	bool good = true;

	for (size_t i = 0; i < ARRAY_LEN(keys) && (!mode || strcmp(mode, "Indexed") != 0); i++)
		if (json_object_get(job, keys[i]))
			good = make_mistake(
				m, node, "%s needs completionMode: Indexed", keys[i]);
	return good;
}

/* Also of what has mistakes elsewhere: of what could be read of it. */
static bool check_result(
	const struct reading *r, const struct workload *w, const struct yaml_node *node)
{
	const json_t *spec = r->o.spec, *claims = json_object_get(spec, "volumeClaimTemplates");
	const json_t *pod = jx_get(
		spec, w->job ? "jobTemplate.spec.template.spec" : "template.spec");
	bool good = true;

	if (!make_lost(node, pod, "volumes") && !make_lost(node, spec, "volumeClaimTemplates"))
		good = pod_check_mounts(&r->o.make, node, pod, claims);
	good = pod_check_names(&r->o.make, node, pod) && good;
	if (w->keys == &deployment_keys)
		good = check_deadline(&r->o.make, node, spec) && good;
	if (!w->runs_on)
		return check_indexed(&r->o.make, node, w->job ? jx_get(spec, "jobTemplate.spec") : spec) && good;
	return check_selector(&r->o.make, node, spec) && good;
}

static void finish_spec(struct reading *r, const struct workload *w, const struct yaml_node *node)
{
	bool over = !make_lost(node, r->o.over, "spec");

	compose_spec(r, w, node);
	object_lay_over(&r->o);
	if (over)
		r->o.good = check_result(r, w, node) && r->o.good;
}

static json_t *make_workload(
	const struct workload *w, const struct make *m, const struct yaml_node *node)
{
	struct reading r = { .pod = json_object(), .pod_metadata = json_object(),
		.job = json_object() };
	struct make_part parts[4];
	size_t n = 0;
	json_t *object;

	object_begin(&r.o, m, &w->type, node);
	parts[n++] = (struct make_part){ w->keys, r.o.spec };
	if (w->job)
		parts[n++] = (struct make_part){ w->job, r.job };
	parts[n++] = (struct make_part){ &pod_keys, r.pod };
	parts[n++] = (struct make_part){ &pod_meta_keys, r.pod_metadata };
	object_read(&r.o, node, parts, n, true);
	if (node->kind == YAML_MAPPING)
		finish_spec(&r, w, node);
	object = object_end(&r.o, &w->type);
	json_decref(r.pod);
	json_decref(r.pod_metadata);
	json_decref(r.job);
	return object;
}

json_t *make_deployment(const struct make *m, const struct yaml_node *node)
{
	static const struct workload deployment = {
		.type = { "apps/v1", "Deployment", is_workload_name, NAME_LIKE },
		.keys = &deployment_keys,
		.runs_on = true,
	};

	return make_workload(&deployment, m, node);
}

json_t *make_stateful_set(const struct make *m, const struct yaml_node *node)
{
	static const struct workload stateful_set = {
		.type = { "apps/v1", "StatefulSet", is_workload_name, NAME_LIKE },
		.keys = &stateful_keys,
		.runs_on = true,
	};

	return make_workload(&stateful_set, m, node);
}

json_t *make_daemon_set(const struct make *m, const struct yaml_node *node)
{
	static const struct workload daemon_set = {
		.type = { "apps/v1", "DaemonSet", is_workload_name, NAME_LIKE },
		.keys = &daemon_keys,
		.runs_on = true,
	};

	return make_workload(&daemon_set, m, node);
}

json_t *make_job(const struct make *m, const struct yaml_node *node)
{
	static const struct workload job = {
		.type = { "batch/v1", "Job", is_workload_name, NAME_LIKE },
		.keys = &job_keys,
	};

	return make_workload(&job, m, node);
}

json_t *make_cron_job(const struct make *m, const struct yaml_node *node)
{
	static const struct workload cron_job = {
		.type = { "batch/v1", "CronJob", is_cron_job_name,
			NAME_LIKE ", at most 52 of them" },
		.keys = &cron_keys,
		.job = &job_keys,
	};

	return make_workload(&cron_job, m, node);
}
