/* SPDX-License-Identifier: Apache-2.0 */
/* ConfigMap, Secret, Ingress and Service: as actions of their own, and beside a workload. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "import/octopus_action.h"

#define K "KubernetesContainers."

/* {name: …} if the property that names the object is filled; NULL: it is not. */
static json_t *named(struct action *a, const char *key)
{
	const char *name = action_filled(a, key);

	return name ? json_pack("{s:o}", "name", action_value(a, action_at(a, key), name)) : NULL;
}

json_t *config_map_of(struct action *a)
{
	json_t *object = named(a, K "ConfigMapName");

	if (object)
		action_set_pairs(a, object, "data", K "ConfigMapValues");
	return object;
}

/* Where the value of a Secret's key comes from: ${env:DB_PASSWORD}, whatever the process says. */
static json_t *secret_value(struct action *a, const struct ocl_node *at, const char *secret,
	const char *key, const char *value)
{
	char *single = octostache_single(value), *other = xasprintf("%s_%s", secret, key);
	char *env = octostache_env_name(single ? single : other);
	char *what = single ? xasprintf("#{%s}", single)
			    : xasprintf("the value of %s in the Secret %s", key, secret);
	size_t i;
	json_t *made;

	if (isdigit((unsigned char)*env))
		*env = '_';
	for (char *c = env; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	i = variables_add(&a->o->env, env, what, false, at->line, at->column);
	if (!single)
		action_leave(a, at,
			"the value of %s stands in the process and was not copied: set %s in the environment",
			key, a->o->env.items[i].name);
	made = json_sprintf("${env:%s}", a->o->env.items[i].name);
	free(what);
	free(env);
	free(other);
	free(single);
	return made;
}

json_t *secret_of(struct action *a)
{
	const struct ocl_node *at = action_at(a, K "SecretValues");
	const char *name = action_filled(a, K "SecretName");
	json_t *object = named(a, K "SecretName"), *values, *data = json_object();
	void *iter;

	values = object ? action_json(a, K "SecretValues", JSON_OBJECT) : NULL;
	for (iter = json_object_iter(values); iter; iter = json_object_iter_next(values, iter)) {
		const char *key = json_object_iter_key(iter);
		const char *value = json_string_value(json_object_iter_value(iter));

		if (octostache_is_plain(key))
			json_object_set_new(
				data, key, secret_value(a, at, name, key, value ? value : ""));
		else
			action_leave(a, at, K "SecretValues: a key holds a variable: write it out");
	}
	if (json_object_size(data))
		json_object_set(object, "stringData", data);
	json_decref(data);
	json_decref(values);
	return object;
}

/* One of Octopus' ports: {name, port, targetPort, nodePort, protocol}, each a text. */
static json_t *port_of(struct action *a, const struct ocl_node *at, json_t *from, bool node_ports)
{
	static const char *const keys[] = { "name", "port", "targetPort", "nodePort", "protocol" };
	json_t *port = json_object();

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		char *text = member_text(from, keys[i]);

		if (text && (node_ports || strcmp(keys[i], "nodePort") != 0))
			json_object_set_new(port, keys[i], action_scalar(a, at, text));
		else if (text)
			action_leave(a, at, "nodePort %s: the Service is of another type", text);
		free(text);
	}
	members_leave(a, at, K "ServicePorts", from);
	return port;
}

static void set_ports(struct action *a, json_t *object, bool node_ports)
{
	const struct ocl_node *at = action_at(a, K "ServicePorts");
	json_t *list = action_json(a, K "ServicePorts", JSON_ARRAY), *ports = json_array();

	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *from = json_copy(json_array_get(list, i));

		json_array_append_new(ports, port_of(a, at, from, node_ports));
		json_decref(from);
	}
	if (json_array_size(ports))
		json_object_set(object, "ports", ports);
	json_decref(ports);
	json_decref(list);
}

json_t *service_of(struct action *a)
{
	const char *type = action_filled(a, K "ServiceType");
	json_t *object = named(a, K "ServiceName");
	bool balanced = type && strcasecmp(type, "LoadBalancer") == 0;

	if (!object)
		return NULL;
	if (type && strcasecmp(type, "ClusterIP") != 0)
		json_object_set_new(
			object, "type", action_value(a, action_at(a, K "ServiceType"), type));
	action_set_pairs(a, object, "annotations", K "LoadBalancerAnnotations");
	action_set_pairs(a, object, "selector", K "SelectorLabels");
	action_set(a, object, "clusterIP", K "ServiceClusterIp");
	if (balanced)
		action_set(a, object, "loadBalancerIP", K "ServiceLoadBalancerIp");
	set_ports(a, object, balanced || (type && strcasecmp(type, "NodePort") == 0));
	return object;
}

/* Octopus' {key: path, value: port, option: service, option2: pathType}. */
static json_t *path_of(
	struct action *a, const struct ocl_node *at, json_t *from, const char *service)
{
	char *path = member_text(from, "key"), *port = member_text(from, "value");
	char *to = member_text(from, "option"), *type = member_text(from, "option2");
	json_t *made = json_object();

	json_object_set_new(made, "path", action_value(a, at, path ? path : "/"));
	json_object_set_new(
		made, "pathType", action_value(a, at, type ? type : "ImplementationSpecific"));
	if (to || service)
		json_object_set_new(made, "service", action_value(a, at, to ? to : service));
	if (port)
		json_object_set_new(made, "port", action_scalar(a, at, port));
	if ((!to && !service) || !port)
		action_unusable(
			a, at, "the path %s names no Service or no port", path ? path : "/");
	members_leave(a, at, K "IngressRules", from);
	free(path);
	free(port);
	free(to);
	free(type);
	return made;
}

static json_t *rule_of(
	struct action *a, const struct ocl_node *at, json_t *from, const char *service)
{
	char *host = member_text(from, "host");
	json_t *http = member_take(from, "http"), *list, *paths = json_array();
	json_t *rule = json_object();

	list = member_take(http, "paths");
	if (host)
		json_object_set_new(rule, "host", action_value(a, at, host));
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *path = json_copy(json_array_get(list, i));

		json_array_append_new(paths, path_of(a, at, path, service));
		json_decref(path);
	}
	json_object_set_new(rule, "paths", paths);
	members_leave(a, at, K "IngressRules", from);
	if (http)
		members_leave(a, at, K "IngressRules: http", http);
	json_decref(list);
	json_decref(http);
	free(host);
	return rule;
}

static void set_rules(struct action *a, json_t *object, const char *service)
{
	const struct ocl_node *at = action_at(a, K "IngressRules");
	json_t *list = action_json(a, K "IngressRules", JSON_ARRAY), *rules = json_array();

	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *from = json_copy(json_array_get(list, i));

		json_array_append_new(rules, rule_of(a, at, from, service));
		json_decref(from);
	}
	if (json_array_size(rules))
		json_object_set(object, "rules", rules);
	json_decref(rules);
	json_decref(list);
}

/* [{hosts: […], secretName}]; Octopus may make the Secret of a certificate that it keeps. */
static void set_tls(struct action *a, json_t *object)
{
	const struct ocl_node *at = action_at(a, K "IngressTlsCertificates");
	json_t *list = action_json(a, K "IngressTlsCertificates", JSON_ARRAY), *tls = json_array();

	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *from = json_copy(json_array_get(list, i)), *entry = json_object();
		json_t *hosts = member_take(from, "hosts"), *names = json_array();
		char *secret = member_text(from, "secretName");

		for (size_t k = 0; k < json_array_size(hosts); k++) {
			const char *host = json_string_value(json_array_get(hosts, k));

			json_array_append_new(names, action_value(a, at, host ? host : ""));
		}
		if (secret)
			json_object_set_new(entry, "secretName", action_value(a, at, secret));
		if (json_array_size(names))
			json_object_set(entry, "hosts", names);
		json_array_append_new(tls, entry);
		members_leave(a, at, K "IngressTlsCertificates", from);
		json_decref(names);
		json_decref(hosts);
		json_decref(from);
		free(secret);
	}
	if (json_array_size(tls))
		json_object_set(object, "tls", tls);
	json_decref(tls);
	json_decref(list);
}

static void set_default(struct action *a, json_t *object, const char *own)
{
	const char *port = action_filled(a, K "DefaultRulePort");
	const char *service = action_filled(a, K "DefaultRuleServiceName");

	service = service ? service : own;
	if (port && service)
		json_object_set_new(object, "defaultBackend",
			json_pack("{s:o, s:o}", "service",
				action_value(a, action_at(a, K "DefaultRuleServiceName"), service),
				"port", action_scalar(a, action_at(a, K "DefaultRulePort"), port)));
	else if (port)
		action_leave(
			a, action_at(a, K "DefaultRulePort"), "the default rule names no Service");
}

json_t *ingress_of(struct action *a)
{
	json_t *object = named(a, K "IngressName");
	const char *service = action_filled(a, K "ServiceName");

	if (!object)
		return NULL;
	action_set(a, object, "className", K "IngressClassName");
	action_set_pairs(a, object, "annotations", K "IngressAnnotations");
	set_rules(a, object, service);
	set_tls(a, object);
	set_default(a, object, service);
	return object;
}

/* An action of its own. */
static void read_object(struct action *a, const char *type, json_t *object)
{
	a->type = type;
	if (!object) {
		action_unusable(a, a->node, "it names no %s", type);
		return;
	}
	json_object_update(a->body, object);
	json_decref(object);
	action_set_pairs(a, a->body, "labels", K "DeploymentLabels");
	action_force(a);
	action_verify(a);
}

void read_config_map(struct action *a)
{
	read_object(a, "configMap", config_map_of(a));
}

void read_secret(struct action *a)
{
	read_object(a, "secret", secret_of(a));
}

void read_ingress(struct action *a)
{
	read_object(a, "ingress", ingress_of(a));
	if (!jx_len(a->body, "rules") && !json_object_get(a->body, "defaultBackend") &&
		!a->unusable)
		action_unusable(a, a->node, "it has no rule that leads to a Service");
}

void read_service(struct action *a)
{
	read_object(a, "service", service_of(a));
	/* Somebody else looks after its endpoints. */
	if (!json_object_get(a->body, "selector"))
		json_object_set_new(a->body, "selector", json_object());
	if (!jx_len(a->body, "ports") && !a->unusable)
		action_unusable(a, a->node, "it has no port");
}
