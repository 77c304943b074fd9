/* SPDX-License-Identifier: Apache-2.0 */
/* A container of a Pod template: image, command, environment, ports, probes, mounts. */
#include "make/container.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "make/words.h"

static const char *const protocols[] = { "TCP", "UDP", "SCTP", NULL };

/* Where a value of the environment comes from. */
static const struct make_key config_ref_items[] = {
	{ .key = "name", .make = make_named, .is = is_dns_subdomain, .like = NAME_LIKE,
		.needed = true },
	{ .key = "key", .make = make_named, .is = is_config_key,
		.like = "letters, digits, '-', '_' and '.'", .needed = true },
	{ .key = "optional", .make = make_bool },
};
static const struct make_keys config_ref = { "a reference to a key", NULL, NULL,
	MAKE_KEYS(config_ref_items) };

static const struct make_key source_items[] = {
	{ .key = "configMapKeyRef", .make = make_table, .keys = &config_ref, .one = true },
	{ .key = "secretKeyRef", .make = make_table, .keys = &config_ref, .one = true },
	{ .key = "fieldRef", .make = make_map, .one = true },
	{ .key = "resourceFieldRef", .make = make_map, .one = true },
	{ .key = "fileKeyRef", .make = make_map, .one = true },
};
#define SOURCES "configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef"
static const struct make_keys source = { "valueFrom", NULL, "one of " SOURCES,
	MAKE_KEYS(source_items) };

static const struct make_key env_items[] = {
	{ .key = "name", .make = make_named, .is = is_env_name, .like = "visible ASCII without '='",
		.needed = true },
	{ .key = "value", .make = make_string, .one = true },
	{ .key = "valueFrom", .make = make_table, .keys = &source, .one = true },
};
static const struct make_keys env = { "a variable", NULL, "one of value, valueFrom",
	MAKE_KEYS(env_items) };

/* NAME: value, NAME: {valueFrom: {…}} or NAME: {secretKeyRef: {…}}. NULL: a mistake was said. */
static json_t *make_variable(
	const struct make *m, const struct yaml_node *name, const struct yaml_node *node)
{
	static const struct make_key value = { .key = "a variable's value" };
	static const struct make_key from = { .key = "valueFrom", .keys = &source };
	const char *to = "valueFrom";
	json_t *made;

	if (!is_env_name(name->value)) {
		make_mistake(m, name, "this is no name for a variable: %s", env_items[0].like);
		return NULL;
	}
	if (node->kind == YAML_MAPPING) {
		const struct yaml_node *inner = yaml_get(node, "valueFrom");

		made = make_table(m, &from, inner && node->n == 1 ? inner : node);
	} else {
		to = "value";
		made = make_string(m, &value, node);
	}
	return made ? json_pack("{s:s, s:o}", "name", name->value, to, made) : NULL;
}

static json_t *make_env(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	json_t *list = NULL;

	if (node->kind == YAML_MAPPING)
		return make_list_by_name(m, node, make_variable);
	if (node->kind == YAML_SEQUENCE)
		list = make_tables(m, key, node);
	else
		make_mistake(m, node, "env must be a mapping NAME: value, or Kubernetes' list");
	return make_kept(list, make_unique(m, node, "name", make_text_of));
}

static const struct make_key whole_items[] = {
	{ .key = "name", .make = make_named, .is = is_dns_subdomain, .like = NAME_LIKE,
		.needed = true },
	{ .key = "optional", .make = make_bool },
};
static const struct make_keys whole = { "a reference", NULL, NULL, MAKE_KEYS(whole_items) };

static const struct make_key env_from_items[] = {
	{ .key = "prefix", .make = make_text },
	{ .key = "configMap", .make = make_table_or_first, .to = "configMapRef", .keys = &whole,
		.one = true },
	{ .key = "secret", .make = make_table_or_first, .to = "secretRef", .keys = &whole,
		.one = true },
	{ .key = "configMapRef", .make = make_table, .keys = &whole, .one = true },
	{ .key = "secretRef", .make = make_table, .keys = &whole, .one = true },
};
static const struct make_keys env_from = { "an entry of envFrom", NULL,
	"one of configMap, secret (or Kubernetes' configMapRef, secretRef)",
	MAKE_KEYS(env_from_items) };

static const struct make_key port_items[] = {
	{ .key = "containerPort", .make = make_int, .low = 1, .high = 65535, .needed = true },
	{ .key = "name", .make = make_named, .is = is_port_name,
		.like = "at most 15 lower-case letters, digits and '-'" },
	{ .key = "protocol", .make = make_word, .words = protocols },
	{ .key = "hostPort", .make = make_int, .low = 1, .high = 65535 },
	{ .key = "hostIP", .make = make_text },
};
static const struct make_keys port = { "a port", NULL, NULL, MAKE_KEYS(port_items) };

/* "80" or "80/UDP". */
static json_t *parse_port(const char *text)
{
	char *rest;
	long number = strtol(text, &rest, 10);

	if (rest == text || number < 1 || number > 65535)
		return NULL;
	for (const char *const *word = protocols; *word; word++)
		if (!*rest || (*rest == '/' && strcmp(rest + 1, *word) == 0))
			return json_pack("{s:i, s:s}", "containerPort", (int)number, "protocol",
				*word);
	return NULL;
}

static json_t *make_container_port(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	json_t *made = node->kind == YAML_SCALAR ? parse_port(node->value)
						 : make_table(m, key, node);

	if (!made && node->kind == YAML_SCALAR)
		make_mistake(m, node,
			"a port must be 80, \"80/UDP\" or a mapping with containerPort, 1 to 65535");
	return make_protocol(made);
}

static json_t *make_container_ports(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	json_t *list = make_list(m, key, node, "ports: [80, \"53/UDP\"]", make_container_port);
	bool good = make_unique(m, node, "containerPort", make_port_of);

	return make_kept(list, make_unique(m, node, "name", make_text_of) && good);
}

static const struct make_key amount_items[] = {
	{ .key = "requests", .make = make_quantities },
	{ .key = "limits", .make = make_quantities },
	{ .key = "claims", .make = make_maps },
};
static const struct make_keys amounts = { "resources", NULL, NULL, MAKE_KEYS(amount_items) };

static const struct make_key http_items[] = {
	{ .key = "path", .make = make_text },
	{ .key = "port", .make = make_port, .needed = true },
	{ .key = "host", .make = make_text },
	{ .key = "scheme", .make = make_word,
		.words = (const char *const[]){ "HTTP", "HTTPS", NULL } },
	{ .key = "httpHeaders", .make = make_maps, .words = pod_texts },
};
static const struct make_keys http = { "httpGet", NULL, NULL, MAKE_KEYS(http_items) };

static const struct make_key tcp_items[] = {
	{ .key = "port", .make = make_port, .needed = true },
	{ .key = "host", .make = make_text },
};
static const struct make_keys tcp = { "tcpSocket", NULL, NULL, MAKE_KEYS(tcp_items) };

static const struct make_key exec_items[] = {
	{ .key = "command", .make = make_strings, .needed = true },
};
static const struct make_keys exec = { "exec", NULL, NULL, MAKE_KEYS(exec_items) };

static const struct make_key grpc_items[] = {
	{ .key = "port", .make = make_int, .low = 1, .high = 65535, .needed = true },
	{ .key = "service", .make = make_string },
};
static const struct make_keys grpc = { "grpc", NULL, NULL, MAKE_KEYS(grpc_items) };

static const struct make_key probe_items[] = {
	{ .key = "httpGet", .make = make_table, .keys = &http, .one = true },
	{ .key = "tcpSocket", .make = make_table, .keys = &tcp, .one = true },
	{ .key = "exec", .make = make_table, .keys = &exec, .one = true },
	{ .key = "grpc", .make = make_table, .keys = &grpc, .one = true },
	{ .key = "initialDelaySeconds", .make = make_int },
	{ .key = "periodSeconds", .make = make_int, .low = 1 },
	{ .key = "timeoutSeconds", .make = make_int, .low = 1 },
	{ .key = "successThreshold", .make = make_int, .low = 1 },
	{ .key = "failureThreshold", .make = make_int, .low = 1 },
	{ .key = "terminationGracePeriodSeconds", .make = make_int, .low = 1 },
};
static const struct make_keys probe = { "a probe", NULL, "one of httpGet, tcpSocket, exec, grpc",
	MAKE_KEYS(probe_items) };

/* What has started, or lives, has done so with the first one that passes. */
static json_t *make_once_probe(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	const struct yaml_node *threshold = yaml_get(node, "successThreshold");
	bool good = !threshold || threshold->kind != YAML_SCALAR || strcmp(threshold->value, "1") == 0;

	if (!good)
		make_mistake(m, threshold, "successThreshold of a %s can only be 1", key->key);
	return make_kept(make_table(m, key, node), good);
}

static const struct make_key mount_items[] = {
	{ .key = "mountPath", .make = make_text, .needed = true },
	{ .key = "name", .make = make_named, .is = is_dns_label, .like = LABEL_LIKE },
	{ .key = "readOnly", .make = make_bool },
	{ .key = "subPath", .make = make_text },
	{ .key = "subPathExpr", .make = make_text },
	{ .key = "mountPropagation", .make = make_word,
		.words = (const char *const[]){ "None", "HostToContainer", "Bidirectional", NULL } },
	{ .key = "recursiveReadOnly", .make = make_word,
		.words = (const char *const[]){ "Disabled", "IfPossible", "Enabled", NULL } },
};
static const struct make_keys mount = { "a mount", NULL, NULL, MAKE_KEYS(mount_items) };

static json_t *make_mount_of(
	const struct make *m, const struct yaml_node *name, const struct yaml_node *node)
{
	static const struct make_key path = { .key = "a mount's path" };
	struct make_part part = { &mount, json_object() };
	bool good = true;

	json_object_set_new(part.into, "name", json_string(name->value));
	if (node->kind == YAML_SCALAR) {
		json_t *made = make_text(m, &path, node);

		json_object_set_new(part.into, "mountPath", made ? made : json_null());
		good = made != NULL;
	} else {
		good = make_parts(m, node, &part, 1);
	}
	return make_kept(part.into, good);
}

/* VOLUME: /path, VOLUME: {mountPath: /path, …}, or Kubernetes' list. */
static json_t *make_mounts(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	json_t *list = NULL;
	bool good = make_unique(m, node, "mountPath", make_text_of);

	good = make_each_has(m, node, "name", "a mount needs name: that of a volume") && good;
	if (node->kind == YAML_SEQUENCE)
		list = make_tables(m, key, node);
	else if (node->kind == YAML_MAPPING)
		list = make_list_by_name(m, node, make_mount_of);
	else
		make_mistake(m, node, "%s must be a mapping VOLUME: /path, or a list", key->key);
	return make_kept(list, good);
}

static const struct make_key container_items[] = {
	{ .key = "name", .make = make_named, .is = is_dns_label, .like = LABEL_LIKE },
	{ .key = "image", .make = make_text, .needed = true },
	{ .key = "imagePullPolicy", .make = make_word,
		.words = (const char *const[]){ "Always", "IfNotPresent", "Never", NULL } },
	{ .key = "command", .make = make_strings },
	{ .key = "args", .make = make_strings },
	{ .key = "workingDir", .make = make_text },
	{ .key = "ports", .make = make_container_ports, .keys = &port },
	{ .key = "env", .make = make_env, .keys = &env },
	{ .key = "envFrom", .make = make_tables, .keys = &env_from },
	{ .key = "resources", .make = make_table, .keys = &amounts },
	{ .key = "resizePolicy", .make = make_maps },
	{ .key = "startupProbe", .make = make_once_probe, .keys = &probe },
	{ .key = "livenessProbe", .make = make_once_probe, .keys = &probe },
	{ .key = "readinessProbe", .make = make_table, .keys = &probe },
	{ .key = "lifecycle", .make = make_map, .words = pod_texts },
	{ .key = "mounts", .make = make_mounts, .to = "volumeMounts", .keys = &mount },
	{ .key = "volumeMounts", .make = make_mounts, .keys = &mount },
	{ .key = "volumeDevices", .make = make_maps },
	{ .key = "securityContext", .make = make_map },
	{ .key = "restartPolicy", .make = make_text },
	{ .key = "stdin", .make = make_bool },
	{ .key = "stdinOnce", .make = make_bool },
	{ .key = "tty", .make = make_bool },
	{ .key = "terminationMessagePath", .make = make_text },
	{ .key = "terminationMessagePolicy", .make = make_word,
		.words = (const char *const[]){ "File", "FallbackToLogsOnError", NULL } },
};
static const struct make_keys container = { "a container", NULL, NULL,
	MAKE_KEYS(container_items) };

/* One needs no name of its own: it is called as its workload, an init container with "-init". */
static char *name_of_one(const struct make *m, const struct make_key *key)
{
	bool init = strcmp(key->key, "initContainers") == 0;

	return xasprintf("%s%s", m->name, init ? "-init" : "");
}

static bool check_names(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	bool good = make_unique(m, node, "name", make_text_of);
	char *name = name_of_one(m, key);

	if (node->n != 1 || !is_dns_label(name))
		good = make_each_has(m, node, "name", "a container needs name") && good;
	free(name);
	return good;
}

static void name_container(const struct make *m, const struct make_key *key, json_t *list)
{
	json_t *item = json_array_get(list, 0), *named;
	char *name;

	if (json_object_get(item, "name"))
		return;
	name = name_of_one(m, key);
	named = json_pack("{s:s}", "name", name);
	json_object_update(named, item);
	json_array_set_new(list, 0, named);
	free(name);
}

json_t *make_containers(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	struct make_key containers = *key;
	bool good = check_names(m, key, node);
	json_t *list;

	containers.keys = &container;
	list = make_tables(m, &containers, node);
	if (list && json_array_size(list) == 0)
		good = make_mistake(m, node, "%s must hold at least one container", key->key);
	if (list && good)
		name_container(m, key, list);
	return make_kept(list, good);
}
