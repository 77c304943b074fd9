/* SPDX-License-Identifier: Apache-2.0 */
/* Reads scenario files. */

#include "sim/scenario.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/nearest.h"
#include "base/xalloc.h"
#include "base/yaml.h"
#include "sim/fields.h"

#define SCENARIO_MAX ((size_t)4 << 20)
#define SCENARIO_ITEMS_MAX 64 /* a bit each in struct object's `done` */

static const char *const behaviours[] = {
	[BEHAVE_READY] = "ready",
	[BEHAVE_SLOW] = "slow",
	[BEHAVE_FLAP] = "flap",
	[BEHAVE_NEVER_READY] = "never-ready",
	[BEHAVE_CRASH] = "crash",
	[BEHAVE_OOM] = "oom",
	[BEHAVE_IMAGE_ERROR] = "image-error",
	[BEHAVE_CONFIG_ERROR] = "config-error",
	[BEHAVE_UNSCHEDULABLE] = "unschedulable",
	[BEHAVE_EXIT] = "exit",
	[BEHAVE__COUNT] = NULL,
};

_Static_assert(ARRAY_LEN(behaviours) == BEHAVE__COUNT + 1, "every behaviour has a word");

#define AT(type, member) .offset = offsetof(struct type, member)

static const struct field match_fields[] = {
	{ "kind", FIELD_STRING, AT(match, kind) },
	{ "name", FIELD_STRING, AT(match, name) },
	{ "namespace", FIELD_STRING, AT(match, ns) },
	{ "owner", FIELD_STRING, AT(match, owner) },
	{ "label", FIELD_STRING, AT(match, label) },
	{ "image", FIELD_STRING, AT(match, image) },
	{ 0 },
};

static const struct field pod_fields[] = {
	{ "match", FIELD_BLOCK, AT(pod_rule, match), .fields = match_fields },
	{ "behave", FIELD_WORD, AT(pod_rule, behave), .what = "behaviour", .words = behaviours,
		.required = true },
	{ "first", FIELD_INT, AT(pod_rule, first) },
	{ "after", FIELD_DURATION, AT(pod_rule, after) },
	{ "runs", FIELD_DURATION, AT(pod_rule, runs) },
	{ "backoff", FIELD_DURATION, AT(pod_rule, backoff) },
	{ "heals", FIELD_DURATION, AT(pod_rule, heals) },
	{ "flapAt", FIELD_DURATION, AT(pod_rule, flap_at) },
	{ "flapFor", FIELD_DURATION, AT(pod_rule, flap_for) },
	{ "times", FIELD_INT, AT(pod_rule, times) },
	{ "exitCode", FIELD_INT, AT(pod_rule, exit_code) },
	{ "readyBetween", FIELD_BOOL, AT(pod_rule, ready_between) },
	{ "message", FIELD_STRING, AT(pod_rule, message) },
	{ "logs", FIELD_STRINGS, AT(pod_rule, logs) },
	{ "previousLogs", FIELD_STRINGS, AT(pod_rule, previous_logs) },
	{ 0 },
};

static const struct field change_fields[] = {
	{ "match", FIELD_BLOCK, AT(change, match), .fields = match_fields, .required = true },
	{ "at", FIELD_DURATION, AT(change, at) },
	{ "after", FIELD_DURATION, AT(change, after) },
	{ "patch", FIELD_JSON, AT(change, patch), .required = true },
	{ 0 },
};

static const struct field delete_fields[] = {
	{ "match", FIELD_BLOCK, AT(change, match), .fields = match_fields, .required = true },
	{ "at", FIELD_DURATION, AT(change, at) },
	{ "after", FIELD_DURATION, AT(change, after) },
	{ 0 },
};

static const struct field creation_fields[] = {
	{ "at", FIELD_DURATION, AT(creation, at) },
	{ "object", FIELD_JSON, AT(creation, object), .required = true },
	{ "manager", FIELD_STRING, AT(creation, manager) },
	{ 0 },
};

static const struct field fault_fields[] = {
	{ "path", FIELD_STRING, AT(fault, path) },
	{ "method", FIELD_STRING, AT(fault, method) },
	{ "at", FIELD_DURATION, AT(fault, at) },
	{ "for", FIELD_DURATION, AT(fault, lasts) },
	{ "afterRequests", FIELD_INT, AT(fault, after_requests) },
	{ "times", FIELD_INT, AT(fault, times) },
	{ "code", FIELD_INT, AT(fault, code) },
	{ "retryAfter", FIELD_INT, AT(fault, retry_after) },
	{ "message", FIELD_STRING, AT(fault, message) },
	{ "hang", FIELD_BOOL, AT(fault, hang) },
	{ "tear", FIELD_BOOL, AT(fault, tear) },
	{ 0 },
};

static const struct field forbid_fields[] = {
	{ "verb", FIELD_STRING, AT(forbid, verb) },
	{ "resource", FIELD_STRING, AT(forbid, resource), .required = true },
	{ "group", FIELD_STRING, AT(forbid, group) },
	{ "namespace", FIELD_STRING, AT(forbid, ns) },
	{ 0 },
};

static const struct field apply_fields[] = {
	{ "match", FIELD_BLOCK, AT(apply_rule, match), .fields = match_fields, .required = true },
	{ "code", FIELD_INT, AT(apply_rule, code) },
	{ "reason", FIELD_STRING, AT(apply_rule, reason) },
	{ "message", FIELD_STRING, AT(apply_rule, message) },
	{ "field", FIELD_STRING, AT(apply_rule, field) },
	{ "conflict", FIELD_STRING, AT(apply_rule, conflict) },
	{ "fields", FIELD_STRINGS, AT(apply_rule, fields) },
	{ "warn", FIELD_STRINGS, AT(apply_rule, warn) },
	{ "times", FIELD_INT, AT(apply_rule, times) },
	{ 0 },
};

static const struct field setting_fields[] = {
	{ "lag", FIELD_DURATION, AT(scenario, lag) },
	{ "nodes", FIELD_INT, AT(scenario, nodes) },
	{ "addressAfter", FIELD_DURATION, AT(scenario, address_after) },
	{ "bindAfter", FIELD_DURATION, AT(scenario, bind_after) },
	{ "establishAfter", FIELD_DURATION, AT(scenario, establish_after) },
	{ "staleGroups", FIELD_STRINGS, AT(scenario, stale_groups) },
	{ "oldDiscovery", FIELD_BOOL, AT(scenario, old_discovery) },
	{ "noEvents", FIELD_BOOL, AT(scenario, no_events) },
	{ 0 },
};

static const struct change change_start = { .at = -1, .after = -1 };
static const struct fault fault_start = { .retry_after = -1 };

/* The lists of a scenario file. `start` is what an item is before it is read; NULL: zeroes. */
static const struct list {
	const char *key;
	const struct field *fields;
	size_t size, items, n;
	const void *start;
} lists[] = {
#define LIST(type, items_, n_)                                                                     \
	sizeof(struct type), offsetof(struct scenario, items_), offsetof(struct scenario, n_)
	{ "pods", pod_fields, LIST(pod_rule, pods, npods), NULL },
	{ "objects", change_fields, LIST(change, changes, nchanges), &change_start },
	{ "delete", delete_fields, LIST(change, changes, nchanges), &change_start },
	{ "create", creation_fields, LIST(creation, creations, ncreations), NULL },
	{ "faults", fault_fields, LIST(fault, faults, nfaults), &fault_start },
	{ "forbid", forbid_fields, LIST(forbid, forbids, nforbids), NULL },
	{ "apply", apply_fields, LIST(apply_rule, applies, napplies), NULL },
#undef LIST
};

void scenario_init(struct scenario *s)
{
	*s = (struct scenario){
		.lag = 400,
		.nodes = 3,
		.address_after = 4000,
		.bind_after = 1500,
		.establish_after = 1000,
	};
}

static char *get_items(const struct scenario *s, const struct list *list)
{
	char *items;

	memcpy(&items, (const char *)s + list->items, sizeof(items));
	return items;
}

static bool check_change(const struct yaml_node *node, const struct change *change,
	const char *file, struct error *err)
{
	if ((change->at < 0) == (change->after < 0))
		return error_set(err, ERROR_CONFIG,
			"%s:%d:%d: one of 'at' and 'after' is needed here", file, node->line,
			node->column);
	return true;
}

static bool check_fault(const struct yaml_node *node, const struct fault *fault, const char *file,
	struct error *err)
{
	if ((fault->code != 0) + fault->hang + fault->tear != 1)
		return error_set(err, ERROR_CONFIG,
			"%s:%d:%d: one of 'code', 'hang' and 'tear' is needed here", file,
			node->line, node->column);
	if (fault->code && (fault->code < 400 || fault->code > 599))
		return error_set(err, ERROR_CONFIG,
			"%s:%d:%d: the code of a fault is from 400 to 599", file, node->line,
			node->column);
	return true;
}

static bool read_item(struct scenario *s, const struct list *list, const struct yaml_node *node,
	struct error *err)
{
	size_t *n = (size_t *)((char *)s + list->n);
	char *items = xreallocarray(get_items(s, list), *n + 1, list->size);
	char *item = items + *n * list->size;

	memcpy((char *)s + list->items, &items, sizeof(items));
	memset(item, 0, list->size);
	if (list->start)
		memcpy(item, list->start, list->size);
	(*n)++;
	if (!fields_read(node, list->fields, item, s->name, err))
		return false;
	if (*n > SCENARIO_ITEMS_MAX)
		return error_set(err, ERROR_CONFIG, "%s:%d:%d: more than %d items in '%s'", s->name,
			node->line, node->column, SCENARIO_ITEMS_MAX, list->key);
	if (list->items == offsetof(struct scenario, changes))
		return check_change(node, (const struct change *)item, s->name, err);
	if (list->items == offsetof(struct scenario, faults))
		return check_fault(node, (const struct fault *)item, s->name, err);
	return true;
}

static bool read_list(struct scenario *s, const struct list *list, const struct yaml_node *node,
	struct error *err)
{
	if (node->kind != YAML_SEQUENCE)
		return error_set(err, ERROR_CONFIG, "%s:%d:%d: '%s' is a list", s->name, node->line,
			node->column, list->key);
	for (size_t i = 0; i < node->n; i++) {
		if (!read_item(s, list, node->items[i], err))
			return false;
	}
	return true;
}

static const struct list *find_list(const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		if (strcmp(lists[i].key, key) == 0)
			return &lists[i];
	}
	return NULL;
}

static bool read_setting(
	struct scenario *s, const struct yaml_node *root, size_t i, struct error *err)
{
	const char *words[ARRAY_LEN(lists) + ARRAY_LEN(setting_fields)] = { 0 };
	const struct yaml_node *key = root->keys[i];
	struct yaml_node one = {
		.kind = YAML_MAPPING, .n = 1, .keys = &root->keys[i], .items = &root->items[i]
	};
	const char *near;
	size_t n = 0;

	for (const struct field *f = setting_fields; f->key; f++) {
		if (strcmp(f->key, key->value) == 0)
			return fields_read(&one, setting_fields, s, s->name, err);
		words[n++] = f->key;
	}
	for (size_t j = 0; j < ARRAY_LEN(lists); j++)
		words[n++] = lists[j].key;
	near = nearest_word(key->value, words);
	return error_set(err, ERROR_CONFIG, "%s:%d:%d: unknown key '%s'%s%s%s", s->name, key->line,
		key->column, key->value, near ? "; did you mean " : "", near ? near : "",
		near ? "?" : "");
}

static bool read_root(struct scenario *s, const struct yaml_node *root, struct error *err)
{
	if (root->kind != YAML_MAPPING)
		return error_set(err, ERROR_CONFIG, "%s:%d:%d: a scenario is a mapping", s->name,
			root->line, root->column);
	for (size_t i = 0; i < root->n; i++) {
		const struct list *list = find_list(root->keys[i]->value);

		if (list ? !read_list(s, list, root->items[i], err)
		    : !read_setting(s, root, i, err))
			return false;
	}
	return true;
}

bool scenario_load(struct scenario *s, const char *path, struct error *err)
{
	struct buf text;
	struct yaml yaml;
	struct error why = { 0 };

	buf_init(&text, SCENARIO_MAX);
	scenario_init(s);
	if (file_read(path, &text, &why) &&
	    yaml_parse(&yaml, buf_str(&text), text.len, path, &why)) {
		s->name = xstrdup(path);
		for (size_t i = 0; i < yaml.n && !why.code; i++) {
			if (yaml.documents[i].root)
				read_root(s, yaml.documents[i].root, &why);
		}
		yaml_release(&yaml);
	}
	buf_release(&text);
	if (!why.code)
		return true;
	scenario_release(s);
	return error_set(err, ERROR_CONFIG, "%s", why.text);
}

void scenario_release(struct scenario *s)
{
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		char *items = get_items(s, &lists[i]), *none = NULL;
		size_t *n = (size_t *)((char *)s + lists[i].n);

		for (size_t j = 0; j < *n; j++)
			fields_release(lists[i].fields, items + j * lists[i].size);
		free(items);
		memcpy((char *)s + lists[i].items, &none, sizeof(none));
		*n = 0;
	}
	fields_release(setting_fields, s);
	free(s->name);
	memset(s, 0, sizeof(*s));
}

const struct pod_rule *scenario_default_rule(bool finite)
{
	static const struct pod_rule ready = { .behave = BEHAVE_READY };
	static const struct pod_rule ends = { .behave = BEHAVE_EXIT };

	return finite ? &ends : &ready;
}

bool glob_match(const char *pattern, const char *s)
{
	const char *star = NULL, *resume = NULL;

	if (!pattern)
		return true;
	while (*s) {
		if (*pattern == '*') {
			star = pattern++;
			resume = s;
		} else if (*pattern == '?' || *pattern == *s) {
			pattern++;
			s++;
		} else if (star) {
			pattern = star + 1;
			s = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}
