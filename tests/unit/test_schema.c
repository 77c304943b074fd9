/* SPDX-License-Identifier: Apache-2.0 */
/* The plan's JSON schema beside the plan's readers and its manual: each mapping has the same keys in all, each key is described,
 * good plans are valid, and some bad ones are not. "$comment" names the mapping as the readers do; "part: …" is what several
 * are composed of, "-" none of theirs. The manual has '.\" keys: NAME' before a mapping's own keys. */
#include <dirent.h>
#include <jansson.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/xalloc.h"
#include "base/yaml.h"
#include "make/field.h"
#include "plan/plan.h"
#include "tests/unit/tap.h"

static json_t *schema;

/* --- the keys of each mapping: {what: {key: true}} --- */

static void add_key(json_t *blocks, const char *what, const char *key)
{
	json_t *keys = json_object_get(blocks, what);

	if (!keys) {
		keys = json_object();
		json_object_set_new(blocks, what, keys);
	}
	json_object_set_new(keys, key, json_true());
}

static void observed(void *arg, const char *what, const char *key)
{
	add_key(arg, what, key);
}

static const json_t *resolve(const json_t *node)
{
	const char *ref = json_string_value(json_object_get(node, "$ref"));
	const json_t *found = NULL;

	if (ref && strncmp(ref, "#/$defs/", 8) == 0)
		found = json_object_get(json_object_get(schema, "$defs"), ref + 8);
	if (ref && !found)
		printf("# %s leads nowhere\n", ref);
	return found;
}

/* Its own properties, and those of what it is composed of. */
static void add_properties(json_t *blocks, const char *what, const json_t *node)
{
	const json_t *all = json_object_get(node, "allOf");
	json_t *value;
	const char *key;
	size_t i;

	json_object_foreach (json_object_get(node, "properties"), key, value) {
		add_key(blocks, what, key);
		if (!json_object_get(value, "description"))
			ok(false, xasprintf("%s is described in %s", key, what));
	}
	json_array_foreach (all, i, value)
		if (resolve(value))
			add_properties(blocks, what, resolve(value));
}

static void find_blocks(json_t *blocks, json_t *own, const json_t *node)
{
	const char *what = json_string_value(json_object_get(node, "$comment"));
	bool closed = json_is_false(json_object_get(node, "additionalProperties")) ||
		json_is_false(json_object_get(node, "unevaluatedProperties"));
	json_t *value;
	const char *key;
	size_t i;

	if (closed && !what)
		ok(false, xasprintf("closed, so it has a name: %s", json_dumps(node, JSON_COMPACT)));
	if (what && strcmp(what, "-") != 0 && strncmp(what, "part: ", 6) != 0)
		add_properties(blocks, what, node);
	json_object_foreach (json_object_get(node, "properties"), key, value)
		if (what && strcmp(what, "-") != 0)
			add_key(own, what, key);
	json_object_foreach ((json_t *)node, key, value)
		if (json_is_object(value))
			find_blocks(blocks, own, value);
	json_object_foreach ((json_t *)node, key, value)
		json_array_foreach (value, i, value)
			if (json_is_object(value))
				find_blocks(blocks, own, value);
}

static void compare(const json_t *has, const json_t *wants, const char *missing)
{
	json_t *keys, *yes;
	const char *what, *key;

	json_object_foreach ((json_t *)wants, what, keys) {
		bool all = true;

		json_object_foreach (keys, key, yes)
			if (!json_object_get(json_object_get(has, what), key)) {
				printf("# %s: the key %s of %s\n", missing, key, what);
				all = false;
			}
		ok(all, what);
	}
}

/* --- is it valid? --- */

static bool valid(const json_t *node, const json_t *value);

static bool is_type(const char *type, const json_t *value)
{
	return (strcmp(type, "object") == 0 && json_is_object(value)) || (strcmp(type, "array") == 0 && json_is_array(value)) ||
		(strcmp(type, "string") == 0 && json_is_string(value)) || (strcmp(type, "number") == 0 && json_is_number(value)) ||
		(strcmp(type, "integer") == 0 && json_is_integer(value)) || (strcmp(type, "boolean") == 0 && json_is_boolean(value)) || (strcmp(type, "null") == 0 && json_is_null(value));
}

static bool has_type(const json_t *types, const json_t *value)
{
	json_t *type;
	size_t i;

	if (json_is_string(types))
		return is_type(json_string_value(types), value);
	json_array_foreach (types, i, type)
		if (is_type(json_string_value(type), value))
			return true;
	return false;
}

static size_t count_valid(const json_t *list, const json_t *value)
{
	size_t n = 0, i;
	json_t *node;

	json_array_foreach (list, i, node)
		n += valid(node, value);
	return n;
}

static bool matches(const char *pattern, const json_t *value)
{
	regex_t regex;
	bool yes;

	if (!json_is_string(value))
		return true;
	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		abort();
	yes = regexec(&regex, json_string_value(value), 0, NULL, 0) == 0;
	regfree(&regex);
	return yes;
}

static bool holds(const json_t *list, const json_t *value)
{
	json_t *one;
	size_t i;

	json_array_foreach (list, i, one)
		if (json_equal(one, value))
			return true;
	return false;
}

static bool has_all(const json_t *names, const json_t *value)
{
	json_t *name;
	size_t i;

	json_array_foreach (names, i, name)
		if (json_is_object(value) && !json_object_get(value, json_string_value(name)))
			return false;
	return true;
}

static const json_t *property(const json_t *node, const char *key)
{
	const json_t *all = json_object_get(node, "allOf"), *found = json_object_get(json_object_get(node, "properties"), key);
	json_t *part;
	size_t i;

	json_array_foreach (all, i, part)
		if (!found && resolve(part))
			found = property(resolve(part), key);
	return found;
}

static bool valid_members(const json_t *node, const json_t *value)
{
	const json_t *rest = json_object_get(node, "additionalProperties");
	json_t *member;
	const char *key;

	if (!rest)
		rest = json_object_get(node, "unevaluatedProperties");
	json_object_foreach ((json_t *)value, key, member) {
		const json_t *known = property(node, key);

		if (known ? !valid(known, member) : json_is_false(rest) || (rest && !valid(rest, member)))
			return false;
	}
	return true;
}

static bool valid_items(const json_t *node, const json_t *value)
{
	const json_t *items = json_object_get(node, "items"), *low = json_object_get(node, "minItems"), *high = json_object_get(node, "maxItems");
	json_t *item;
	size_t i;

	json_array_foreach (value, i, item)
		if (items && !valid(items, item))
			return false;
	return !json_is_array(value) || ((!low || (json_int_t)json_array_size(value) >= json_integer_value(low)) &&
		(!high || (json_int_t)json_array_size(value) <= json_integer_value(high)));
}

/* Nothing of the schema is ignored in silence. */
static bool is_known(const char *keyword)
{
	static const char *const known[] = { "$schema", "$comment", "$defs", "$ref", "title", "description", "type", "enum", "anyOf", "oneOf",
		"allOf", "not", "required", "properties", "additionalProperties", "unevaluatedProperties", "items", "minItems", "maxItems",
		"minimum", "pattern" };

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcmp(known[i], keyword) == 0)
			return true;
	printf("# what is %s?\n", keyword);
	return false;
}

static bool valid(const json_t *node, const json_t *value)
{
	const json_t *types = json_object_get(node, "type"), *words = json_object_get(node, "enum");
	const json_t *any = json_object_get(node, "anyOf"), *one = json_object_get(node, "oneOf"), *all = json_object_get(node, "allOf");
	const json_t *not = json_object_get(node, "not"), *low = json_object_get(node, "minimum");
	const char *pattern = json_string_value(json_object_get(node, "pattern")), *keyword;
	json_t *ignored;

	json_object_foreach ((json_t *)node, keyword, ignored)
		if (!is_known(keyword))
			return false;
	return (!types || has_type(types, value)) && (!words || holds(words, value)) && (!any || count_valid(any, value)) &&
		(!one || count_valid(one, value) == 1) && count_valid(all, value) == json_array_size(all) && (!not || !valid(not, value)) &&
		(!pattern || matches(pattern, value)) && (!low || json_number_value(value) >= json_number_value(low)) &&
		has_all(json_object_get(node, "required"), value) && valid_members(node, value) && valid_items(node, value) &&
		(!json_object_get(node, "$ref") || (resolve(node) && valid(resolve(node), value)));
}

static json_t *read_yaml(const char *text, size_t len, const char *name)
{
	struct error err = { 0 };
	struct yaml yaml;
	json_t *value = NULL;

	if (yaml_parse(&yaml, text, len, name, &err)) {
		value = yaml.n == 1 && yaml.documents[0].root ? yaml_to_json(yaml.documents[0].root, name, &err) : NULL;
		yaml_release(&yaml);
	}
	return value;
}

/* A plan without a mistake (its .want beside it says so, if there is one) is valid. */
static void check_file(const char *folder, const char *name)
{
	char *path = xasprintf("%s/%s", folder, name), *want = xasprintf("%s.want", path);
	struct buf text = { 0 }, come = { 0 };
	json_t *plan = NULL;

	file_read(path, &text, NULL);
	file_read(want, &come, NULL);
	if (!strstr(buf_str(&come), "!! "))
		plan = read_yaml(buf_str(&text), text.len, path);
	if (plan)
		ok(valid(schema, plan), path);
	json_decref(plan);
	buf_release(&text);
	buf_release(&come);
	free(want);
	free(path);
}

static int is_yaml(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, ".yaml") == 0;
}

static void check_folder(const char *folder)
{
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, is_yaml, alphasort);

	ok(n > 0, folder);
	for (int i = 0; i < n; i++) {
		check_file(folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

/* Its lists of keys, and its plans. */
static void read_manual(json_t *blocks)
{
	struct buf page = { 0 };
	char *rest, *line, *what = NULL, *example = NULL;

	file_read("man/ksettle-plan.5", &page, NULL);
	rest = page.data;
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (strncmp(line, ".\\\" keys: ", 10) == 0)
			what = line + 10;
		else if (strcmp(line, ".\\\" end") == 0)
			what = NULL;
		else if (what && strncmp(line, ".It Ic ", 7) == 0)
			add_key(blocks, what, line + 7);
		if (strncmp(line, "apiVersion: ", 12) == 0)
			example = line;
		else if (example && rest && strncmp(rest, ".Ed", 3) == 0) {
			json_t *plan;

			for (char *at = example; at < line; at++)
				*at = *at ? *at : '\n';
			plan = read_yaml(example, strlen(example), "manual");
			ok(valid(schema, plan), "the manual's plan");
			json_decref(plan);
			example = NULL;
		}
	}
	buf_release(&page);
}

static void check_bad(void)
{
	static const char *const steps[] = {
		"yaml: {}", "yaml: {files: []}", "yaml: {files: [a], force: true}", "yaml: {files: [a]}, kustomize: {path: b}", "name: a",
		"yaml: {files: [a]}, needs: a", "yaml: {files: [a]}, when: always", "yaml: {files: [a]}, verify: {timeout: soon}",
		"yaml: {files: [a]}, verify: never", "yaml: {files: [a]}, continueOnError: maybe",
		"resources: {configMap: {name: a, forceConflicts: true}}", "resources: {deployment: {name: a}}",
		"resources: {deployment: {name: a, containers: [{image: b, imag: c}]}}", "resources: {deployments: []}",
		"resources: {deployment: {name: a, containers: []}}", "resources: {strategy: recreate, configMap: {name: a}}",
		"resources: {blueGreen: {verify: true}, deployment: {name: a, containers: [{image: b}]}}",
		"yaml: {files: [a]}, verify: {wait: true}", "yaml: {files: [a]}, name: ''", "kustomize: {path: ''}", "helm: {release: a, chart: ''}",
		"helm: {release: a, chart: b, version: null}", "resources: {}", "resources: {forceConflicts: true}",
		"ingress: {name: a, defaultBackend: {service: b}}", "yaml: {files: [a]}, verify: {timeout: 1.5}",
		"service: {name: a, ports: [{port: 80, targetPort: null}]}", "resources: {deployment: {name: a, containers: [{image: ''}]}}",
	};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		char *text = xasprintf("{apiVersion: ksettle/v1, steps: [{%s}]}", steps[i]);
		json_t *plan = read_yaml(text, strlen(text), "step");

		ok(plan && !valid(schema, plan), steps[i]);
		json_decref(plan);
		free(text);
	}
}

int main(void)
{
	static const char *const folders[] = { "tests/plan", "tests/plan/made", "tests/e2e/plans", "examples/demo" };
	json_t *read = json_object(), *described = json_object(), *own = json_object(), *manual = json_object();
	struct verify_flags flags = { 0 };
	struct errors errs = { 0 };
	struct plan plan;

	if (getenv("srcdir") && chdir(getenv("srcdir")) != 0)
		abort();
	schema = json_load_file("src/plan/plan.schema.json", JSON_REJECT_DUPLICATES, NULL);
	ok(schema != NULL, "the schema is JSON");
	field_observe(observed, read);
	ok(!plan_load(&plan, "tests/plan/schema/blocks.yaml", &flags, NULL, &errs), "the plan of every mapping is full of mistakes");
	field_observe(NULL, NULL);
	find_blocks(described, own, schema);
	read_manual(manual);
	compare(described, read, "the schema lacks");
	compare(read, described, "the readers lack");
	compare(manual, own, "the manual lacks");
	compare(own, manual, "the schema lacks what the manual has");
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		check_folder(folders[i]);
	check_bad();
	errors_release(&errs);
	json_decref(read);
	json_decref(described);
	json_decref(own);
	json_decref(manual);
	json_decref(schema);
	return tap_done();
}
