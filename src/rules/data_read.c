/* SPDX-License-Identifier: Apache-2.0 */
/* A file of rules: its YAML as rules, every mistake with its place. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "base/yaml.h"
#include "rules/data_rule.h"
#include "rules/kinds.h"

#define API_VERSION "ksettle/v1"
#define CHILDREN_MAX 8

static bool is_group(const char *s)
{
	size_t len = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-");

	return len && !s[len] && len < 254 && isalnum((unsigned char)s[0]) &&
		isalnum((unsigned char)s[len - 1]);
}

static bool is_kind(const char *s)
{
	size_t len = 0;

	while (isalnum((unsigned char)s[len]))
		len++;
	return isupper((unsigned char)s[0]) && !s[len] && len < 64;
}

static bool read_group(struct data_reader *r, struct data_rule *rule, const struct yaml_node *node)
{
	const char *word = data_word(r, node, "group");

	if (!word)
		return false;
	rule->any_prefix = strncmp(word, "*.", 2) == 0;
	if (!is_group(word + (rule->any_prefix ? 2 : 0)))
		return data_mistake(r, node,
			"'%s' is no group of the API; one looks like example.com or *.example.com",
			word);
	rule->group = word + rule->any_prefix;
	rule->rule.group = rule->group;
	return true;
}

static bool read_kinds(struct data_reader *r, struct data_rule *rule, const struct yaml_node *node)
{
	rule->kinds = data_words(r, node, "kinds");
	for (const char *const *kind = rule->kinds; kind && *kind; kind++) {
		if (!is_kind(*kind))
			return data_mistake(
				r, node, "'%s' is no kind; one looks like Certificate", *kind);
		if (rule_in_c(rule->group, *kind))
			return data_mistake(r, node,
				"%s of %s has a rule of its own, which cannot be replaced", *kind,
				rule->group);
	}
	return rule->kinds;
}

static bool read_children(
	struct data_reader *r, struct data_rule *rule, const struct yaml_node *node)
{
	rule->rule.children = data_words(r, node, "children");
	if (node->kind == YAML_SEQUENCE && node->n > CHILDREN_MAX)
		return data_mistake(
			r, node, "a rule has at most %d kinds of children", CHILDREN_MAX);
	for (const char *const *child = rule->rule.children; child && *child; child++) {
		const char *slash = strchr(*child, '/');
		char *group = slash ? xstrndup(*child, (size_t)(slash - *child)) : NULL;
		bool good = slash && (!*group || is_group(group)) && is_kind(slash + 1);

		free(group);
		if (!good)
			return data_mistake(r, node,
				"'%s' is no kind of children; write GROUP/KIND: "
				"apps/Deployment, /Pod",
				*child);
	}
	return rule->rule.children;
}

static bool read_column(struct data_reader *r, struct data_rule *rule, size_t i,
	const char **heading, const struct yaml_node *node)
{
	static const char *const keys[] = { "name", "path", NULL };
	const struct yaml_node *name = yaml_get(node, "name"), *path = yaml_get(node, "path");

	if (!data_keys(r, node, "a column", keys))
		return false;
	if (!name || !path)
		return data_mistake(r, node, "a column needs a name and a path");
	*heading = data_word(r, name, "name");
	if (*heading &&
		(!**heading || !text_is_display(*heading, TEXT_LINE) || text_width(*heading) > 24))
		return data_mistake(r, name, "the name of a column has 1 to 24 characters");
	return *heading && data_read_path(r, &rule->columns[i], path, "path");
}

static bool read_columns(
	struct data_reader *r, struct data_rule *rule, const struct yaml_node *node)
{
	const char **headings;

	if (node->kind != YAML_SEQUENCE || node->n == 0)
		return data_mistake(r, node, "columns must be a list");
	if (node->n > COLUMNS_MAX)
		return data_mistake(r, node, "a rule has at most %d columns", COLUMNS_MAX);
	headings = pool_alloc(&r->rules->pool, node->n + 1, sizeof(*headings));
	rule->columns = pool_alloc(&r->rules->pool, node->n, sizeof(*rule->columns));
	for (size_t i = 0; i < node->n; i++)
		if (!read_column(r, rule, i, &headings[i], node->items[i]))
			return false;
	rule->rule.columns = headings;
	return true;
}

static bool read_cases(struct data_reader *r, struct data_rule *rule, const struct yaml_node *node)
{
	bool good = true;

	if (node->kind != YAML_SEQUENCE || node->n == 0)
		return data_mistake(r, node, "cases must be a list");
	rule->cases = pool_alloc(&r->rules->pool, node->n, sizeof(*rule->cases));
	for (size_t i = 0; i < node->n; i++) {
		struct data_case *c = &rule->cases[rule->ncases++];

		if (i && !c[-1].when && !c[-1].suspend.n && good)
			good = data_mistake(r, node->items[i],
				"this case is never reached: the one before it has no 'when'");
		good = data_read_case(r, c, node->items[i]) && good;
	}
	return good;
}

static bool read_true(
	struct data_reader *r, bool *out, const struct yaml_node *node, const char *what)
{
	*out = node->kind == YAML_SCALAR && node->plain && strcmp(node->value, "true") == 0;
	return *out || data_mistake(r, node, "%s is true, or it is left out", what);
}

static bool read_passive(struct data_reader *r, struct data_rule *rule,
	const struct yaml_node *node, const struct yaml_node *map)
{
	if (!read_true(r, &rule->passive, node, "passive"))
		return false;
	if (yaml_get(map, "cases") || yaml_get(map, "needs"))
		return data_mistake(r, node,
			"what is passive succeeds once it exists: it has neither cases nor needs");
	return true;
}

static bool read_parts(struct data_reader *r, struct data_rule *rule, const struct yaml_node *node)
{
	const struct yaml_node *group = yaml_get(node, "group"), *kinds = yaml_get(node, "kinds"),
			       *passive = yaml_get(node, "passive"),
			       *cases = yaml_get(node, "cases"), *needs = yaml_get(node, "needs"),
			       *columns = yaml_get(node, "columns"),
			       *children = yaml_get(node, "children"),
			       *own = yaml_get(node, "own-generation");
	bool good = true;

	if (!group)
		return data_mistake(r, node, "a rule needs a group");
	good = read_group(r, rule, group) && (!kinds || read_kinds(r, rule, kinds));
	if (!passive && !cases && !needs && !columns && !children)
		good = data_mistake(r, node,
			"a rule says something: passive, cases, needs, columns or children");
	if (own)
		good = read_true(r, &rule->rule.own_generation, own, "own-generation") && good;
	if (passive)
		good = read_passive(r, rule, passive, node) && good;
	if (cases)
		good = read_cases(r, rule, cases) && good;
	if (needs)
		good = (rule->needs = data_words(r, needs, "needs")) && good;
	if (columns)
		good = read_columns(r, rule, columns) && good;
	if (children)
		good = read_children(r, rule, children) && good;
	return good;
}

/* Two rules of a folder for one kind: which of them holds should not hang on a file's name. */
static bool check_unique(
	struct data_reader *r, const struct data_rule *rule, const struct yaml_node *node)
{
	for (size_t i = 0; i < r->rules->n; i++) {
		const struct data_rule *other = r->rules->items[i];

		if (other->any_prefix != rule->any_prefix || strcmp(other->group, rule->group) != 0)
			continue;
		if (!rule->kinds && !other->kinds)
			return data_mistake(
				r, node, "the group has a rule already, at %s", other->where);
		for (const char *const *kind = rule->kinds; kind && *kind; kind++)
			if (data_listed(other->kinds, *kind))
				return data_mistake(r, node, "%s has a rule already, at %s", *kind,
					other->where);
	}
	return true;
}

static void read_rule(struct data_reader *r, const struct yaml_node *node)
{
	static const char *const keys[] = { "group", "kinds", "passive", "cases", "needs",
		"columns", "children", "own-generation", NULL };
	struct data_rule *rule = pool_alloc(&r->rules->pool, 1, sizeof(*rule));

	if (!data_keys(r, node, "a rule", keys) || !read_parts(r, rule, node) ||
		!check_unique(r, rule, node))
		return;
	rule->where = pool_keep(
		&r->rules->pool, xasprintf("%s:%d:%d", r->file, node->line, node->column));
	rule->rule.data = rule;
	VEC_GROW(r->rules->items, r->rules->n, r->rules->cap);
	r->rules->items[r->rules->n++] = rule;
}

static void read_document(struct data_reader *r, const struct yaml_node *root)
{
	static const char *const keys[] = { "apiVersion", "rules", NULL };
	const struct yaml_node *version = yaml_get(root, "apiVersion"),
			       *rules = yaml_get(root, "rules");

	if (!data_keys(r, root, "a file of rules", keys))
		return;
	if (!version || version->kind != YAML_SCALAR || strcmp(version->value, API_VERSION) != 0) {
		data_mistake(r, version ? version : root,
			"a file of rules begins with 'apiVersion: %s'", API_VERSION);
		return;
	}
	if (!rules || rules->kind != YAML_SEQUENCE) {
		data_mistake(r, rules ? rules : root, "a file of rules has a list of rules");
		return;
	}
	for (size_t i = 0; i < rules->n; i++)
		read_rule(r, rules->items[i]);
}

void data_read(struct data_reader *r, const char *text, size_t len)
{
	struct error err = { 0 };
	struct yaml yaml;

	if (!yaml_parse(&yaml, text, len, r->file, &err)) {
		errors_add_error(r->errs, &err);
		return;
	}
	for (size_t i = 0; i < yaml.n; i++)
		if (yaml.documents[i].root)
			read_document(r, yaml.documents[i].root);
	yaml_release(&yaml);
}
