/* SPDX-License-Identifier: Apache-2.0 */
/* What Pods of a workload have, from the properties of an Octopus action. */
#include "import/octopus_pod.h"

#include "base/jx.h"
#include "base/xalloc.h"

#define K "KubernetesContainers."

/* What the Pods run as. */
static const struct {
	const char *property, *object, *to;
	enum form form;
} security[] = {
	{ K "PodSecurityFsGroup", NULL, "fsGroup", FORM_SCALAR },
	{ K "PodSecurityRunAsUser", NULL, "runAsUser", FORM_SCALAR },
	{ K "PodSecurityRunAsGroup", NULL, "runAsGroup", FORM_SCALAR },
	{ K "PodSecurityRunAsNonRoot", NULL, "runAsNonRoot", FORM_SCALAR },
	{ K "PodSecuritySupplementalGroups", NULL, "supplementalGroups", FORM_WORDS },
	{ K "PodSecuritySeLinuxLevel", "seLinuxOptions", "level", FORM_TEXT },
	{ K "PodSecuritySeLinuxRole", "seLinuxOptions", "role", FORM_TEXT },
	{ K "PodSecuritySeLinuxType", "seLinuxOptions", "type", FORM_TEXT },
	{ K "PodSecuritySeLinuxUser", "seLinuxOptions", "user", FORM_TEXT },
};

/* JSON that Octopus keeps in a form of its own. */
static const char *const foreign[] = { K "NodeAffinity", K "PodAffinity", K "PodAntiAffinity",
	K "PersistentVolumeClaims" };

/* JSON in Kubernetes' own form. */
static const struct {
	const char *property, *to;
} own[] = {
	{ K "Tolerations", "tolerations" },
	{ K "HostAliases", "hostAliases" },
	{ K "PodSecurityImagePullSecrets", "imagePullSecrets" },
};

void pod_set(struct action *a, json_t *into, const char *to, const char *property, enum form form)
{
	if (form == FORM_TEXT)
		action_set(a, into, to, property);
	else if (form == FORM_SCALAR)
		action_set_scalar(a, into, to, property);
	else
		action_set_words(a, into, to, property);
}

/* [{key, value}] as [{name, value}]. */
static json_t *named_values(struct action *a, const char *property)
{
	json_t *pairs = json_object(), *list = json_array();
	void *at;

	action_set_pairs(a, pairs, "of", property);
	at = json_object_iter(json_object_get(pairs, "of"));
	for (; at; at = json_object_iter_next(json_object_get(pairs, "of"), at))
		json_array_append_new(list,
			json_pack("{s:s, s:O}", "name", json_object_iter_key(at), "value",
				json_object_iter_value(at)));
	json_decref(pairs);
	return list;
}

void pod_set_filled(json_t *into, const char *to, json_t *value_take)
{
	if (!json_is_blank(value_take))
		json_object_set(into, to, value_take);
	json_decref(value_take);
}

static void set_security(struct action *a, json_t *workload)
{
	json_t *context = json_object();

	for (size_t i = 0; i < ARRAY_LEN(security); i++) {
		json_t *into = context;

		if (security[i].object) {
			into = json_object_get(context, security[i].object);
			if (!into) {
				into = json_object();
				json_object_set_new(context, security[i].object, into);
			}
		}
		pod_set(a, into, security[i].to, security[i].property, security[i].form);
	}
	if (!jx_len(context, "seLinuxOptions"))
		json_object_del(context, "seLinuxOptions");
	pod_set_filled(context, "sysctls", named_values(a, K "PodSecuritySysctls"));
	pod_set_filled(workload, "securityContext", context);
}

static void set_dns(struct action *a, json_t *workload)
{
	json_t *dns = json_object();

	action_set_words(a, dns, "nameservers", K "DnsConfigNameservers");
	action_set_words(a, dns, "nameservers", K "PodDnsNameservers");
	action_set_words(a, dns, "searches", K "DnsConfigSearches");
	action_set_words(a, dns, "searches", K "PodDnsSearches");
	pod_set_filled(dns, "options", named_values(a, K "DnsConfigOptions"));
	pod_set_filled(workload, "dnsConfig", dns);
}

static void set_json(struct action *a, json_t *workload)
{
	for (size_t i = 0; i < ARRAY_LEN(own); i++) {
		const struct ocl_node *at = action_at(a, own[i].property);
		json_t *list = action_json(a, own[i].property, JSON_ARRAY);

		if (list)
			json_object_set_new(workload, own[i].to, action_typed(a, at, list));
		json_decref(list);
	}
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
		json_t *list = action_json(a, foreign[i], JSON_ARRAY);

		if (list)
			action_leave(a, action_at(a, foreign[i]),
				"%s: write it as Kubernetes does, under spec:", foreign[i]);
		json_decref(list);
	}
}

/* The short form has no key for them. */
static void set_gates(struct action *a, json_t *workload)
{
	const char *text = action_filled(a, K "PodReadinessGates");
	json_t *words = json_object(), *gates = json_array(), *list;

	if (text && *text == '[')
		json_object_set_new(
			words, "of", action_json(a, K "PodReadinessGates", JSON_ARRAY));
	else
		action_set_words(a, words, "of", K "PodReadinessGates");
	list = json_object_get(words, "of");
	for (size_t i = 0; i < json_array_size(list); i++)
		json_array_append_new(
			gates, json_pack("{s:O}", "conditionType", json_array_get(list, i)));
	if (json_array_size(gates))
		json_object_set_new(workload, "spec",
			json_pack("{s:{s:{s:O}}}", "template", "spec", "readinessGates", gates));
	json_decref(gates);
	json_decref(words);
}

void pod_set_rest(struct action *a, json_t *workload)
{
	set_json(a, workload);
	set_dns(a, workload);
	set_security(a, workload);
	set_gates(a, workload);
}
