/* SPDX-License-Identifier: Apache-2.0 */
/* Ingress: which hosts and paths lead to which Service. */
#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "make/field.h"
#include "make/object.h"
#include "make/words.h"

static const struct object_type type = { "networking.k8s.io/v1", "Ingress", is_dns_subdomain,
	NAME_LIKE };

static bool is_host(const char *s)
{
	return is_dns_subdomain(s) || is_wildcard_host(s);
}

#define HOST_LIKE "a name such as shop.test or *.shop.test"

/* Where a path leads: {service, port}, with the path itself in rules. */
static const struct make_key backend_items[] = {
	{ .key = "service", .make = make_named, .is = is_dns_label, .like = LABEL_LIKE,
		.needed = true },
	{ .key = "port", .make = make_port, .needed = true },
};
static const struct make_keys backend_keys = { "a backend", NULL, NULL,
	MAKE_KEYS(backend_items) };

static json_t *make_path(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	json_t *made = make_text(m, key, node);
	bool good = made && json_string_value(made)[0] == '/';

	if (made && !good)
		make_mistake(m, node, "a path must start with '/'");
	return make_kept(made, good);
}

static const struct make_key path_items[] = {
	{ .key = "path", .make = make_path },
	{ .key = "pathType", .make = make_word,
		.words = (const char *const[]){
			"Prefix", "Exact", "ImplementationSpecific", NULL } },
	{ .key = "service", .make = make_named, .is = is_dns_label, .like = LABEL_LIKE },
	{ .key = "port", .make = make_port },
	{ .key = "backend", .make = make_map },
};
static const struct make_keys path_keys = { "a path", NULL, NULL, MAKE_KEYS(path_items) };

static const struct make_key rule_items[] = {
	{ .key = "host", .make = make_named, .is = is_host, .like = HOST_LIKE },
	{ .key = "paths", .make = make_tables, .keys = &path_keys },
	{ .key = "http", .make = make_map },
};
static const struct make_keys rule_keys = { "a rule", NULL, NULL, MAKE_KEYS(rule_items) };

/* Kubernetes' own backend of {service, port}; both are there. */
static json_t *backend_of(const json_t *from)
{
	const json_t *number = json_object_get(from, "port");

	return json_pack("{s:{s:O, s:{s:O}}}", "service", "name", json_object_get(from, "service"),
		"port", json_is_integer(number) ? "number" : "name", number);
}

/* A path in Kubernetes' form. */
static json_t *path_of(const json_t *from)
{
	const char *path = jx_str(from, "path"), *kind = jx_str(from, "pathType");
	json_t *given = json_object_get(from, "backend");

	return json_pack("{s:s, s:s, s:o}", "path", path ? path : "/", "pathType",
		kind ? kind : "Prefix", "backend",
		given ? json_incref(given) : backend_of(from));
}

/* The rule for the same host, or a new one: a controller may look at the first one only. */
static json_t *paths_for(json_t *rules, const json_t *host)
{
	json_t *rule, *paths;

	for (size_t i = 0; i < json_array_size(rules); i++) {
		const json_t *known;

		rule = json_array_get(rules, i);
		known = json_object_get(rule, "host");
		paths = json_object_get(json_object_get(rule, "http"), "paths");
		if (json_is_array(paths) && (known && host ? json_equal(known, host)
							   : known == host))
			return paths;
	}
	rule = json_object();
	paths = json_array();
	if (host)
		json_object_set(rule, "host", (json_t *)host);
	json_object_set_new(rule, "http", json_pack("{s:o}", "paths", paths));
	json_array_append_new(rules, rule);
	return paths;
}

static bool is_known(const struct yaml_node *key)
{
	static const struct make_keys *const tables[] = { &rule_keys, &path_keys };

	for (size_t i = 0; key->kind == YAML_SCALAR && i < ARRAY_LEN(tables); i++)
		for (size_t k = 0; k < tables[i]->n; k++)
			if (strcmp(tables[i]->items[k].key, key->value) == 0)
				return true;
	return false;
}

/* Whether it is said where a path leads. A key that nobody knows may be what is missing. */
static bool check_path(const struct make *m, const struct yaml_node *node)
{
	bool backend = yaml_get(node, "backend");
	bool service = yaml_get(node, "service"), port = yaml_get(node, "port");

	if (node->kind != YAML_MAPPING || (backend ? !service && !port : service && port))
		return true;
	for (size_t i = 0; !backend && service != port && i < node->n; i++)
		if (!is_known(node->keys[i]))
			return true;
	return make_mistake(m, node, "a path needs service and port: where it leads");
}

/* Which of its three forms a rule has, and what that one needs. */
static bool check_rule(const struct make *m, const struct yaml_node *node)
{
	const struct yaml_node *paths = yaml_get(node, "paths");
	bool own = false, good = true;
	int ways;

	if (node->kind != YAML_MAPPING)
		return true;
	for (size_t i = 0; i < path_keys.n; i++)
		own |= yaml_get(node, path_keys.items[i].key) != NULL;
	ways = own + (paths != NULL) + (yaml_get(node, "http") != NULL);
	if (ways > 1 || (ways == 0 && field_lacks(node, "paths")) ||
		(paths && paths->kind == YAML_SEQUENCE && paths->n == 0))
		good = make_mistake(m, node,
			"a rule needs service and port, or paths: [{path, service, port}]");
	else if (own)
		good = check_path(m, node);
	for (size_t i = 0; paths && paths->kind == YAML_SEQUENCE && i < paths->n; i++)
		good = check_path(m, paths->items[i]) && good;
	return good;
}

/* {host, path, service, port}, {host, paths: […]} or Kubernetes' {host, http}. */
static bool add_rule(const struct make *m, const struct yaml_node *node, json_t *rules)
{
	json_t *rule = json_object(), *path = json_object(), *list, *into;
	struct make_part parts[] = { { &rule_keys, rule }, { &path_keys, path } };
	bool good = make_parts(m, node, parts, 2);

	good = check_rule(m, node) && good;
	list = json_object_get(rule, "paths");
	if (good && json_object_get(rule, "http")) {
		json_array_append(rules, rule);
	} else if (good) {
		into = paths_for(rules, json_object_get(rule, "host"));
		for (size_t i = 0; i < (list ? json_array_size(list) : 1); i++)
			json_array_append_new(
				into, path_of(list ? json_array_get(list, i) : path));
	}
	json_decref(rule);
	json_decref(path);
	return good;
}

static json_t *make_rules(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	json_t *rules = json_array();
	bool good = true;

	if (node->kind != YAML_SEQUENCE)
		good = make_mistake(m, node, "%s must be a list: [{host, path, service, port}]",
			key->key);
	for (size_t i = 0; node->kind == YAML_SEQUENCE && i < node->n; i++)
		good = add_rule(m, node->items[i], rules) && good;
	return make_kept(rules, good);
}

static json_t *make_default(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	json_t *read = make_table(m, key, node), *made;

	if (!read)
		return NULL;
	made = backend_of(read);
	json_decref(read);
	return made;
}

static json_t *make_hosts(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	return make_list(m, key, node, "hosts: [shop.test]", make_named);
}

static const struct make_key tls_items[] = {
	{ .key = "secret", .make = make_named, .to = "secretName", .is = is_dns_subdomain,
		.like = NAME_LIKE },
	{ .key = "secretName", .make = make_named, .is = is_dns_subdomain, .like = NAME_LIKE },
	{ .key = "hosts", .make = make_hosts, .is = is_host, .like = HOST_LIKE },
};
static const struct make_keys tls_keys = { "an entry of tls", NULL, NULL, MAKE_KEYS(tls_items) };

/* The name of a Secret for all hosts, or a list of {hosts, secret}. */
static json_t *make_tls(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	static const struct make_key name = { .key = "tls", .is = is_dns_subdomain,
		.like = NAME_LIKE };
	json_t *secret;

	if (node->kind != YAML_SCALAR)
		return make_tables(m, key, node);
	secret = make_named(m, &name, node);
	return secret ? json_pack("[{s:o}]", "secretName", secret) : NULL;
}

static const struct make_key items[] = {
	{ .key = "className", .make = make_named, .to = "ingressClassName", .is = is_dns_subdomain,
		.like = NAME_LIKE },
	{ .key = "ingressClassName", .make = make_named, .is = is_dns_subdomain,
		.like = NAME_LIKE },
	{ .key = "defaultBackend", .make = make_default, .keys = &backend_keys },
	{ .key = "rules", .make = make_rules },
	{ .key = "tls", .make = make_tls, .keys = &tls_keys },
};
static const struct make_keys keys = { "an ingress", "under spec:", NULL, MAKE_KEYS(items) };

/* TLS without hosts is for every host of the rules. */
static void fill_hosts(json_t *spec)
{
	const json_t *tls = json_object_get(spec, "tls"), *rules = json_object_get(spec, "rules");

	for (size_t i = 0; i < json_array_size(tls); i++) {
		json_t *entry = json_array_get(tls, i), *hosts = json_array();

		for (size_t k = 0; k < json_array_size(rules); k++) {
			json_t *host = json_object_get(json_array_get(rules, k), "host");

			if (host)
				json_array_append(hosts, host);
		}
		if (!json_object_get(entry, "hosts") && json_array_size(hosts))
			json_object_set(entry, "hosts", hosts);
		json_decref(hosts);
	}
}

static bool leads_nowhere(const struct yaml_node *node)
{
	const struct yaml_node *rules = yaml_get(node, "rules");
	bool none = rules ? rules->kind == YAML_SEQUENCE && rules->n == 0
			  : field_lacks(node, "rules");

	return none && !yaml_get(node, "defaultBackend") && !yaml_get(node, "spec");
}

json_t *make_ingress(const struct make *m, const struct yaml_node *node)
{
	struct make_part part;
	struct object o;

	object_begin(&o, m, &type, node);
	part = (struct make_part){ &keys, o.spec };
	object_read(&o, node, &part, 1, true);
	if (leads_nowhere(node))
		o.good = make_mistake(&o.make, node,
			"an ingress needs rules: [{host, path, service, port}]");
	if (o.good)
		fill_hosts(o.spec);
	return object_end(&o, &type);
}
