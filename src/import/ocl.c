/* SPDX-License-Identifier: Apache-2.0 */
/* Octopus' configuration language: blocks, attributes, maps. */
#include "import/ocl.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/map.h"
#include "base/xalloc.h"
#include "import/ocl_source.h"

#define DEPTH_MAX 50
#define NODES_MAX 100000

struct parser {
	struct ocl_source s;
	size_t nodes;
	int depth;
};

static struct ocl_node *parse_value(struct parser *p);
static bool parse_body(struct parser *p, struct ocl_node *into, char close);

void ocl_free(struct ocl_node *node)
{
	if (!node)
		return;
	for (size_t i = 0; i < node->n; i++)
		ocl_free(node->items[i]);
	for (size_t i = 0; i < node->nlabels; i++)
		free(node->labels[i]);
	free(node->items);
	free(node->labels);
	free(node->name);
	free(node->text);
	free(node);
}

const struct ocl_node *ocl_get(const struct ocl_node *node, const char *name)
{
	for (size_t i = 0; node && i < node->n; i++)
		if (node->items[i]->name && strcmp(node->items[i]->name, name) == 0)
			return node->items[i];
	return NULL;
}

const char *ocl_text(const struct ocl_node *node, const char *name)
{
	const struct ocl_node *found = ocl_get(node, name);

	return found && found->kind == OCL_STRING ? found->text : NULL;
}

bool ocl_true(const struct ocl_node *node, const char *name)
{
	const struct ocl_node *found = ocl_get(node, name);

	if (found && found->kind == OCL_STRING)
		return strcasecmp(found->text, "true") == 0;
	return found && found->kind == OCL_BOOL && found->truth;
}

static struct ocl_node *new_node(struct parser *p, enum ocl_kind kind)
{
	struct ocl_node *node;

	if (++p->nodes > NODES_MAX) {
		ocl_fail(&p->s, "more than %d values: this is no deployment process", NODES_MAX);
		return NULL;
	}
	node = xcalloc(1, sizeof(*node));
	node->kind = kind;
	node->line = p->s.line;
	node->column = p->s.column;
	return node;
}

static void add_item(struct ocl_node *node, struct ocl_node *item)
{
	VEC_GROW(node->items, node->n, node->cap);
	node->items[node->n++] = item;
}

static bool expected(const struct parser *p, const char *what)
{
	char seen[32];

	ocl_describe(&p->s, seen);
	return ocl_fail(&p->s, "%s is expected here, not %s", what, seen);
}

static bool go_deeper(struct parser *p)
{
	if (p->depth == DEPTH_MAX)
		return ocl_fail(&p->s, "nested deeper than %d", DEPTH_MAX);
	p->depth++;
	return true;
}

/* Values between commas, up to the closing byte. */
static bool parse_items(struct parser *p, struct ocl_node *into, char close)
{
	const char what[] = { '\'', ',', '\'', ' ', 'o', 'r', ' ', '\'', close, '\'', '\0' };
	struct ocl_node *item;

	ocl_skip(&p->s, 1);
	for (;;) {
		if (!ocl_skip_blank(&p->s))
			return false;
		if (ocl_peek(&p->s) == close)
			break;
		item = parse_value(p);
		if (!item)
			return false;
		add_item(into, item);
		if (!ocl_skip_blank(&p->s))
			return false;
		if (ocl_peek(&p->s) == ',')
			ocl_skip(&p->s, 1);
		else if (ocl_peek(&p->s) != close)
			return expected(p, what);
	}
	ocl_skip(&p->s, 1);
	return true;
}

static bool is_number(const char *word)
{
	size_t sign = *word == '-', whole = strspn(word + sign, "0123456789");
	const char *rest = word + sign + whole;

	if (!whole)
		return false;
	if (*rest == '.') {
		size_t fraction = strspn(rest + 1, "0123456789");

		return fraction && rest[1 + fraction] == '\0';
	}
	return *rest == '\0';
}

/* true, null, 1.5, or a call: base64decode("…"). */
static bool parse_word(struct parser *p, struct ocl_node *into)
{
	struct ocl_source before = p->s;

	into->text = ocl_word(&p->s);
	if (!into->text)
		return expected(p, "a value");
	if (ocl_peek(&p->s) == '(') {
		into->kind = OCL_CALL;
		return parse_items(p, into, ')');
	}
	into->truth = strcmp(into->text, "true") == 0;
	if (into->truth || strcmp(into->text, "false") == 0)
		into->kind = OCL_BOOL;
	else if (strcmp(into->text, "null") == 0)
		into->kind = OCL_NULL;
	else if (is_number(into->text))
		into->kind = OCL_NUMBER;
	else
		return ocl_fail(
			&before, "'%s' is no value: text stands between quotes", into->text);
	return true;
}

static bool parse_value_into(struct parser *p, struct ocl_node *into)
{
	char c = ocl_peek(&p->s);

	if (c == '"') {
		into->text = ocl_quoted(&p->s);
		return into->text != NULL;
	}
	if (ocl_starts(&p->s, "<<")) {
		into->text = ocl_heredoc(&p->s);
		return into->text != NULL;
	}
	if (c == '[') {
		into->kind = OCL_LIST;
		return parse_items(p, into, ']');
	}
	if (c == '{') {
		into->kind = OCL_MAP;
		ocl_skip(&p->s, 1);
		return parse_body(p, into, '}');
	}
	return parse_word(p, into);
}

static struct ocl_node *parse_value(struct parser *p)
{
	struct ocl_node *node = new_node(p, OCL_STRING);

	if (node && go_deeper(p)) {
		bool good = parse_value_into(p, node);

		p->depth--;
		if (good)
			return node;
	}
	ocl_free(node);
	return NULL;
}

/* "label"… { body } */
static struct ocl_node *parse_block(struct parser *p)
{
	struct ocl_node *node = new_node(p, OCL_BLOCK);
	bool good = node && go_deeper(p);

	while (good && ocl_peek(&p->s) == '"') {
		char *label = ocl_quoted(&p->s);

		good = label && ocl_skip_line_blank(&p->s);
		if (label) {
			node->labels = xreallocarray(
				node->labels, node->nlabels + 1, sizeof(*node->labels));
			node->labels[node->nlabels++] = label;
		}
	}
	if (good && ocl_peek(&p->s) != '{')
		good = expected(p, "'=' or '{'");
	if (good) {
		node->line = p->s.line;
		node->column = p->s.column;
		ocl_skip(&p->s, 1);
		good = parse_body(p, node, '}');
		p->depth--;
	}
	if (good)
		return node;
	ocl_free(node);
	return NULL;
}

/* One attribute, key or block; its name is quoted or bare. */
static struct ocl_node *parse_member(struct parser *p)
{
	int line = p->s.line, column = p->s.column;
	char *name = ocl_peek(&p->s) == '"' ? ocl_quoted(&p->s) : ocl_word(&p->s);
	struct ocl_node *node = NULL;

	if (!name) {
		/* What ocl_quoted() said stands: the first error wins. */
		expected(p, "a name");
	} else if (ocl_skip_line_blank(&p->s)) {
		if (ocl_peek(&p->s) == '=') {
			ocl_skip(&p->s, 1);
			node = ocl_skip_line_blank(&p->s) ? parse_value(p) : NULL;
		} else {
			node = parse_block(p);
		}
	}
	if (!node) {
		free(name);
		return NULL;
	}
	node->name = name;
	node->line = line;
	node->column = column;
	return node;
}

/* An attribute that stands twice would hide one of its values. */
static bool note_name(struct parser *p, struct map *names, struct ocl_node *node)
{
	struct ocl_node *first = map_get(names, node->name);

	if (first)
		return ocl_fail_at(&p->s, node->line, node->column,
			"'%s' appears twice (first at line %d)", node->name, first->line);
	map_set(names, node->name, node);
	return true;
}

static bool parse_members(struct parser *p, struct ocl_node *into, char close, struct map *names)
{
	for (;;) {
		struct ocl_node *member;

		if (!ocl_skip_blank(&p->s))
			return false;
		if (p->s.at == p->s.end && close)
			return ocl_fail_at(&p->s, into->line, into->column,
				"this '{' is never closed: add '}'");
		if (p->s.at == p->s.end || (close && ocl_peek(&p->s) == close))
			return true;
		member = parse_member(p);
		if (!member)
			return false;
		add_item(into, member);
		if (member->kind != OCL_BLOCK && !note_name(p, names, member))
			return false;
		if (into->kind == OCL_MAP && member->kind == OCL_BLOCK)
			return ocl_fail_at(&p->s, member->line, member->column,
				"a map has keys and values only: '=' is missing");
		/* A comma may part members, as in HCL. */
		if (ocl_skip_line_blank(&p->s) && ocl_peek(&p->s) == ',')
			ocl_skip(&p->s, 1);
	}
}

static bool parse_body(struct parser *p, struct ocl_node *into, char close)
{
	struct map names = { 0 };
	bool good = parse_members(p, into, close, &names);

	map_release(&names);
	if (good && close)
		ocl_skip(&p->s, 1);
	return good;
}

struct ocl_node *ocl_parse(const char *text, size_t len, const char *file, struct error *err)
{
	struct parser p = { 0 };
	struct ocl_node *root;

	if (!ocl_source_init(&p.s, text, len, file, err))
		return NULL;
	root = new_node(&p, OCL_BLOCK);
	if (parse_body(&p, root, '\0'))
		return root;
	ocl_free(root);
	return NULL;
}
