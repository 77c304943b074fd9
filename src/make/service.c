/* SPDX-License-Identifier: Apache-2.0 */
/* Service: which Pods it reaches, and by which ports. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "make/field.h"
#include "make/object.h"
#include "make/words.h"

static const struct object_type type = { "v1", "Service", is_dns_label, LABEL_LIKE };

static const char *const protocols[] = { "TCP", "UDP", "SCTP", NULL };

static const struct make_key port_items[] = {
	{ .key = "port", .make = make_int, .low = 1, .high = 65535, .needed = true },
	{ .key = "targetPort", .make = make_port },
	{ .key = "name", .make = make_named, .is = is_dns_label, .like = LABEL_LIKE },
	{ .key = "protocol", .make = make_word, .words = protocols },
	{ .key = "nodePort", .make = make_int, .low = 1, .high = 65535 },
	{ .key = "appProtocol", .make = make_text },
};
static const struct make_keys port = { "a port", NULL, NULL, MAKE_KEYS(port_items) };

static bool parse_number(const char *text, const char *end, int *out)
{
	char *stop;
	long number = strtol(text, &stop, 10);

	*out = (int)number;
	return stop == end && number >= 1 && number <= 65535;
}

/* "80", "80:8080", "80:http", each with "/UDP" behind it; NULL: it is none of them. */
static json_t *parse_port(const char *text)
{
	const char *slash = strchr(text, '/'), *colon = strchr(text, ':');
	const char *protocol = NULL, *end = slash ? slash : text + strlen(text);
	char target[64];
	int number, other;
	json_t *made;

	for (const char *const *word = protocols; slash && *word; word++)
		if (strcmp(slash + 1, *word) == 0)
			protocol = *word;
	if ((slash && !protocol) || !parse_number(text, colon ? colon : end, &number))
		return NULL;
	made = json_pack("{s:i}", "port", number);
	if (colon) {
		snprintf(target, sizeof(target), "%.*s", (int)(end - colon - 1), colon + 1);
		if (parse_number(target, target + strlen(target), &other))
			json_object_set_new(made, "targetPort", json_integer(other));
		else
			json_object_set_new(made, "targetPort", json_string(target));
		if (!json_is_integer(json_object_get(made, "targetPort")) &&
			!is_port_name(target)) {
			json_decref(made);
			return NULL;
		}
	}
	json_object_set_new(made, "protocol", json_string(protocol ? protocol : "TCP"));
	return made;
}

static json_t *make_service_port(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	json_t *made;

	if (node->kind == YAML_SCALAR) {
		made = parse_port(node->value);
		if (!made)
			make_mistake(m, node,
				"a port must be 80, \"80:8080\", \"53/UDP\" or a mapping with port");
		return made;
	}
	made = make_table(m, key, node);
	return make_protocol(made);
}

static json_t *make_service_ports(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	json_t *list = make_list(m, key, node, "ports: [80, \"443:8443\"]", make_service_port);
	bool good = make_unique(m, node, "port", make_port_of);

	good = make_unique(m, node, "name", make_text_of) && good;
	for (size_t i = 0; node->kind == YAML_SEQUENCE && node->n > 1 && i < node->n; i++)
		if (!yaml_get(node->items[i], "name"))
			good = make_mistake(m, node->items[i],
				"a port needs name where a Service has several");
	return make_kept(list, good);
}

static const struct make_key items[] = {
	{ .key = "type", .make = make_word,
		.words = (const char *const[]){
			"ClusterIP", "NodePort", "LoadBalancer", "ExternalName", NULL } },
	{ .key = "headless", .make = make_bool },
	{ .key = "selector", .make = make_labels },
	{ .key = "ports", .make = make_service_ports, .keys = &port },
	{ .key = "clusterIP", .make = make_text },
	{ .key = "clusterIPs", .make = make_strings },
	{ .key = "ipFamilies", .make = make_strings },
	{ .key = "ipFamilyPolicy", .make = make_text },
	{ .key = "externalName", .make = make_named, .is = is_dns_subdomain, .like = NAME_LIKE },
	{ .key = "externalIPs", .make = make_strings },
	{ .key = "loadBalancerClass", .make = make_named, .is = is_label_key,
		.like = "a word, or PREFIX/WORD such as example.test/internal" },
	{ .key = "loadBalancerIP", .make = make_text },
	{ .key = "loadBalancerSourceRanges", .make = make_strings },
	{ .key = "allocateLoadBalancerNodePorts", .make = make_bool },
	{ .key = "externalTrafficPolicy", .make = make_word,
		.words = (const char *const[]){ "Cluster", "Local", NULL } },
	{ .key = "internalTrafficPolicy", .make = make_word,
		.words = (const char *const[]){ "Cluster", "Local", NULL } },
	{ .key = "healthCheckNodePort", .make = make_int, .low = 1, .high = 65535 },
	{ .key = "publishNotReadyAddresses", .make = make_bool },
	{ .key = "sessionAffinity", .make = make_word,
		.words = (const char *const[]){ "None", "ClientIP", NULL } },
	{ .key = "sessionAffinityConfig", .make = make_map },
	{ .key = "trafficDistribution", .make = make_text },
};
static const struct make_keys keys = { "a service", "under spec:", NULL, MAKE_KEYS(items) };

/* Keys that one type of Service alone may have. */
static const struct only {
	const char *key, *type, *other; /* other NULL: none */
} only[] = {
	{ "externalName", "ExternalName", NULL },
	{ "loadBalancerClass", "LoadBalancer", NULL },
	{ "loadBalancerIP", "LoadBalancer", NULL },
	{ "loadBalancerSourceRanges", "LoadBalancer", NULL },
	{ "allocateLoadBalancerNodePorts", "LoadBalancer", NULL },
	{ "externalTrafficPolicy", "LoadBalancer", "NodePort" },
	{ "healthCheckNodePort", "LoadBalancer", NULL },
	{ "headless", "ClusterIP", NULL },
};

static bool check_only(
	const struct make *m, const struct yaml_node *node, const char *word)
{
	const struct yaml_node *ports = yaml_get(node, "ports");
	bool good = true, nodes = strcmp(word, "NodePort") == 0 ||
		strcmp(word, "LoadBalancer") == 0;

	for (size_t i = 0; i < ARRAY_LEN(only); i++) {
		const struct yaml_node *at = yaml_get(node, only[i].key);

		if (at && strcmp(word, only[i].type) != 0 &&
			(!only[i].other || strcmp(word, only[i].other) != 0))
			good = make_mistake(m, at, "%s belongs to a Service of type %s%s%s",
				only[i].key, only[i].type, only[i].other ? " or " : "",
				only[i].other ? only[i].other : "");
	}
	for (size_t i = 0; ports && ports->kind == YAML_SEQUENCE && !nodes && i < ports->n; i++)
		if (yaml_get(ports->items[i], "nodePort"))
			good = make_mistake(m, yaml_get(ports->items[i], "nodePort"),
				"nodePort belongs to a Service of type NodePort or LoadBalancer");
	return good;
}

/* Without any it would lead nowhere, unless its clients find the Pods themselves. */
static bool needs_ports(const struct yaml_node *node)
{
	const struct yaml_node *ports = yaml_get(node, "ports");
	const struct yaml_node *headless = yaml_get(node, "headless");
	bool none = ports ? ports->kind == YAML_SEQUENCE && ports->n == 0
			  : field_lacks(node, "ports");

	if (headless && (headless->kind != YAML_SCALAR || strcmp(headless->value, "false") != 0))
		return false;
	return none && !yaml_get(node, "spec") && !yaml_get(node, "clusterIP");
}

static bool check(const struct make *m, const struct yaml_node *node, json_t *spec)
{
	const char *given = jx_str(spec, "type"), *word = given ? given : "ClusterIP";
	bool outside = strcmp(word, "ExternalName") == 0;
	bool headless = jx_bool(spec, "headless"), good;

	if (!given && yaml_get(node, "type"))
		return false; /* its mistake was said, and all else depends on it */
	good = check_only(m, node, word);
	json_object_del(spec, "headless");
	if (headless && yaml_get(node, "clusterIP"))
		good = make_mistake(m, yaml_get(node, "clusterIP"),
			"a headless Service has no clusterIP: leave one of them out");
	if (headless)
		json_object_set_new(spec, "clusterIP", json_string("None"));
	if (outside && !yaml_get(node, "externalName"))
		good = make_mistake(m, node, "a Service of type ExternalName needs externalName");
	if (!outside && needs_ports(node))
		good = make_mistake(m, node, "a service needs ports: [80]");
	/* `selector: {}` says that somebody else looks after its endpoints. */
	if (json_is_object(json_object_get(spec, "selector")) && !jx_len(spec, "selector"))
		json_object_del(spec, "selector");
	return good;
}

json_t *make_service(const struct make *m, const struct yaml_node *node)
{
	struct make_part part;
	struct object o;

	object_begin(&o, m, &type, node);
	part = (struct make_part){ &keys, o.spec };
	object_read(&o, node, &part, 1, true);
	o.good = check(&o.make, node, o.spec) && o.good;
	return object_end(&o, &type);
}
