/* SPDX-License-Identifier: Apache-2.0 */
/* libyaml's events into a tree with positions. */
#include "base/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/error.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "base/yaml_tree.h"

#define DEPTH_MAX 100
#define NODES_MAX ((size_t)5000000)
#define ALIASED_MAX ((size_t)1000000)
#define ANCHORS_MAX ((size_t)1000)

struct anchor {
	char *name;
	struct yaml_node *node;
	bool open; /* its node is not complete yet */
};

struct builder {
	struct yaml *out;
	const struct yaml_source *src;
	struct error *err;
	struct errors *twice;     /* takes duplicate keys; NULL: they are refused */
	yaml_parser_t parser;
	/* Where this parser started: JSON documents may stand one behind the other, which
	 * libyaml does not read, so each gets a parser of its own. */
	size_t base;
	int base_line, base_column;
	/* libyaml counts characters; this pair says where one of them is. */
	size_t index, offset;
	struct anchor *anchors;
	size_t nanchors, anchors_cap;
	size_t nodes_cap, documents_cap;
	size_t aliased; /* nodes that aliases stand for */
};

static int line_of(const struct builder *b, const yaml_mark_t *mark)
{
	return b->base_line + (int)mark->line;
}

static int column_of(const struct builder *b, const yaml_mark_t *mark)
{
	return (mark->line == 0 ? b->base_column : 1) + (int)mark->column;
}

/* The offset in src->text of a mark. Marks come in nearly ascending order. */
static size_t offset_of(struct builder *b, const yaml_mark_t *mark)
{
	const char *text = b->src->text;

	while (b->index < mark->index && b->offset < b->src->len) {
		b->offset++;
		while (b->offset < b->src->len && (text[b->offset] & 0xc0) == 0x80)
			b->offset++;
		b->index++;
	}
	while (b->index > mark->index && b->offset > b->base) {
		b->offset--;
		while (b->offset > b->base && (text[b->offset] & 0xc0) == 0x80)
			b->offset--;
		b->index--;
	}
	return b->offset;
}

/* libyaml's words, and ours: one sentence that says what to do. */
static const struct {
	const char *problem, *sentence;
	bool at_context; /* the place to look at is where the thing began */
} sentences[] = {
	{ "mapping values are not allowed in this context",
		"a ':' does not belong here: check the indentation, or quote the value", false },
	{ "did not find expected key", "a key is expected here: check the indentation", false },
	{ "did not find expected '-' indicator",
		"a '-' is expected here: check the indentation of the list", false },
	{ "did not find expected <document start>",
		"this does not belong to what stands above: check the indentation, or write --- between "
		"documents",
		false },
	{ "could not find expected ':'", "a key without its ':'", true },
	{ "did not find expected ',' or '}'", "a ',' or '}' is missing here", false },
	{ "did not find expected ',' or ']'", "a ',' or ']' is missing here", false },
	{ "did not find expected node content", "a value is expected here", false },
	{ "found unexpected end of stream", "a quote that is never closed", true },
	{ "found unexpected document indicator", "a quote that is not closed in this document",
		true },
	{ "found unknown escape character",
		"an escape that YAML does not know: write \\\\ for a backslash", false },
	{ "found invalid Unicode character escape code", "an escape that stands for no character",
		false },
	{ "found a tab character where an indentation space is expected",
		"a tab cannot indent YAML: use spaces", false },
	{ "found a tab character that violates indentation", "a tab cannot indent YAML: use spaces",
		false },
	{ "block sequence entries are not allowed in this context",
		"a list cannot start here: start it on a line of its own", false },
};

static const char *sentence_for(const struct builder *b, size_t offset, bool *at_context)
{
	const char *problem = b->parser.problem ? b->parser.problem : "unreadable";

	if (strcmp(problem, "found character that cannot start any token") == 0)
		return offset < b->src->len && b->src->text[offset] == '\t'
			       ? "a tab cannot indent YAML: use spaces"
			       : "a value cannot start with this character: quote it";
	for (size_t i = 0; i < ARRAY_LEN(sentences); i++) {
		if (strcmp(sentences[i].problem, problem) == 0) {
			*at_context = sentences[i].at_context;
			return sentences[i].sentence;
		}
	}
	return problem;
}

static bool syntax_error(struct builder *b)
{
	const yaml_mark_t *mark = &b->parser.problem_mark;
	int line = line_of(b, mark), context = line_of(b, &b->parser.context_mark);
	bool at_context = false;
	const char *sentence = sentence_for(b, offset_of(b, mark), &at_context);

	if (b->parser.error == YAML_MEMORY_ERROR)
		return error_set(b->err, ERROR_LIMIT, "%s: out of memory", b->src->name);
	for (int at = line; at >= line - 1; at--) {
		if (yaml_source_has_bare_variable(b->src, at))
			return error_set(b->err, ERROR_CONFIG,
				"%s:%d:%d: a value with ${ in it: quote it, as in \"${env:NAME}\"",
				b->src->name, at, at == line ? column_of(b, mark) : 1);
	}
	if (at_context && yaml_source_has_bare_variable(b->src, context))
		sentence = "a value with ${ in it: quote it, as in \"${env:NAME}\"";
	if (at_context)
		mark = &b->parser.context_mark;
	return error_set(b->err, ERROR_CONFIG, "%s:%d:%d: %s", b->src->name, line_of(b, mark),
		column_of(b, mark), sentence);
}

static bool next_event(struct builder *b, yaml_event_t *event)
{
	return yaml_parser_parse(&b->parser, event) || syntax_error(b);
}

static bool refuse(
	struct builder *b, enum error_code code, const yaml_mark_t *mark, const char *why)
{
	return error_set(b->err, code, "%s:%d:%d: %s", b->src->name, line_of(b, mark),
		column_of(b, mark), why);
}

static struct yaml_node *new_node(struct builder *b, enum yaml_kind kind, const yaml_event_t *event)
{
	struct yaml_node *node;

	if (b->out->nnodes == NODES_MAX) {
		refuse(b, ERROR_LIMIT, &event->start_mark,
			"more than 5,000,000 values in one file");
		return NULL;
	}
	node = xcalloc(1, sizeof(*node));
	VEC_GROW(b->out->nodes, b->out->nnodes, b->nodes_cap);
	b->out->nodes[b->out->nnodes++] = node;
	node->kind = kind;
	node->uses = 1;
	node->line = line_of(b, &event->start_mark);
	node->column = column_of(b, &event->start_mark);
	node->start = yaml_source_offset(b->src, offset_of(b, &event->start_mark));
	node->end = yaml_source_offset(b->src, offset_of(b, &event->end_mark));
	return node;
}

static bool add_anchor(struct builder *b, const yaml_event_t *event, const yaml_char_t *name,
	struct yaml_node *node)
{
	if (!name)
		return true;
	if (b->nanchors == ANCHORS_MAX)
		return refuse(b, ERROR_LIMIT, &event->start_mark, "more than 1,000 anchors");
	VEC_GROW(b->anchors, b->nanchors, b->anchors_cap);
	b->anchors[b->nanchors++] = (struct anchor){ xstrdup((const char *)name), node, true };
	return true;
}

static void close_anchors(struct builder *b, const struct yaml_node *node)
{
	for (size_t i = 0; i < b->nanchors; i++)
		if (b->anchors[i].node == node)
			b->anchors[i].open = false;
}

static void drop_anchors(struct builder *b)
{
	while (b->nanchors)
		free(b->anchors[--b->nanchors].name);
}

/* Counts what an alias stands for; false when it is too much or too deep. */
static bool measure(struct builder *b, const struct yaml_node *node, int depth)
{
	if (depth > DEPTH_MAX || ++b->aliased > ALIASED_MAX)
		return false;
	for (size_t i = 0; i < node->n; i++)
		if (!measure(b, node->items[i], depth + 1))
			return false;
	return true;
}

static struct yaml_node *resolve_alias(struct builder *b, const yaml_event_t *event, int depth)
{
	const char *name = (const char *)event->data.alias.anchor;
	const struct anchor *anchor = NULL;

	/* The last one of that name counts. */
	for (size_t i = b->nanchors; i > 0 && !anchor; i--)
		if (strcmp(b->anchors[i - 1].name, name) == 0)
			anchor = &b->anchors[i - 1];
	if (!anchor)
		error_set(b->err, ERROR_CONFIG, "%s:%d:%d: no anchor &%s stands before *%s",
			b->src->name, line_of(b, &event->start_mark),
			column_of(b, &event->start_mark), name, name);
	else if (anchor->open)
		error_set(b->err, ERROR_CONFIG, "%s:%d:%d: *%s refers to what it is part of",
			b->src->name, line_of(b, &event->start_mark),
			column_of(b, &event->start_mark), name);
	else if (!measure(b, anchor->node, depth))
		refuse(b, ERROR_LIMIT, &event->start_mark,
			"aliases stand for more than 1,000,000 values or nest deeper than 100");
	else {
		anchor->node->uses++;
		return anchor->node;
	}
	return NULL;
}

static struct yaml_node *build_scalar(struct builder *b, const yaml_event_t *event)
{
	const char *value = (const char *)event->data.scalar.value;
	const char *tag = (const char *)event->data.scalar.tag;
	struct yaml_node *node = new_node(b, YAML_SCALAR, event);

	if (!node)
		return NULL;
	if (strlen(value) != event->data.scalar.length) {
		refuse(b, ERROR_CONFIG, &event->start_mark,
			"a NUL character is not allowed in a value");
		return NULL;
	}
	node->value = xstrdup(value);
	node->tag = xstrdup_or_null(tag);
	node->plain = event->data.scalar.plain_implicit;
	if (!add_anchor(b, event, event->data.scalar.anchor, node))
		return NULL;
	close_anchors(b, node);
	return node;
}

static struct yaml_node *build_node(struct builder *b, const yaml_event_t *event, int depth);

/* The next child; *last instead when the collection ends here. */
static struct yaml_node *build_child(struct builder *b, yaml_event_type_t closing, int depth,
	struct yaml_node *parent, bool flow, bool *last)
{
	struct yaml_node *child = NULL;
	yaml_event_t event;

	if (!next_event(b, &event))
		return NULL;
	if (event.type == closing) {
		*last = true;
		/* A block ends with its last child, not where the next thing starts. */
		if (flow)
			parent->end = yaml_source_offset(b->src, offset_of(b, &event.end_mark));
	} else {
		child = build_node(b, &event, depth);
		if (child && event.type != YAML_ALIAS_EVENT)
			parent->end = child->end;
		else if (child)
			parent->end = yaml_source_offset(b->src, offset_of(b, &event.end_mark));
	}
	yaml_event_delete(&event);
	return child;
}

static struct yaml_node *build_sequence(struct builder *b, const yaml_event_t *event, int depth)
{
	bool flow = event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE, last = false;
	struct yaml_node *node = new_node(b, YAML_SEQUENCE, event);
	size_t cap = 0;

	if (!node || !add_anchor(b, event, event->data.sequence_start.anchor, node))
		return NULL;
	for (;;) {
		struct yaml_node *item =
			build_child(b, YAML_SEQUENCE_END_EVENT, depth + 1, node, flow, &last);

		if (last)
			break;
		if (!item)
			return NULL;
		VEC_GROW(node->items, node->n, cap);
		node->items[node->n++] = item;
	}
	close_anchors(b, node);
	return node;
}

static struct yaml_node *build_mapping(struct builder *b, const yaml_event_t *event, int depth)
{
	bool flow = event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE, last = false;
	struct yaml_node *node = new_node(b, YAML_MAPPING, event);
	size_t keys_cap = 0, items_cap = 0;

	if (!node || !add_anchor(b, event, event->data.mapping_start.anchor, node))
		return NULL;
	for (;;) {
		struct yaml_node *item, *key =
			build_child(b, YAML_MAPPING_END_EVENT, depth + 1, node, flow, &last);

		if (last)
			break;
		if (!key)
			return NULL;
		if (key->kind != YAML_SCALAR) {
			error_set(b->err, ERROR_CONFIG,
				"%s:%d:%d: a key must be plain text, not a list or a mapping",
				b->src->name, key->line, key->column);
			return NULL;
		}
		item = build_child(b, YAML_NO_EVENT, depth + 1, node, flow, &last);
		if (!item)
			return NULL;
		VEC_GROW(node->keys, node->n, keys_cap);
		VEC_GROW(node->items, node->n, items_cap);
		node->keys[node->n] = key;
		node->items[node->n++] = item;
	}
	if (!yaml_map_finish(node, b->src->name, b->twice, b->err))
		return NULL;
	close_anchors(b, node);
	return node;
}

static struct yaml_node *build_node(struct builder *b, const yaml_event_t *event, int depth)
{
	if (depth > DEPTH_MAX) {
		refuse(b, ERROR_LIMIT, &event->start_mark, "nested deeper than 100 levels");
		return NULL;
	}
	switch (event->type) {
	case YAML_ALIAS_EVENT:
		return resolve_alias(b, event, depth);
	case YAML_SCALAR_EVENT:
		return build_scalar(b, event);
	case YAML_SEQUENCE_START_EVENT:
		return build_sequence(b, event, depth);
	default:
		return build_mapping(b, event, depth);
	}
}

/* Where a document's own text starts: behind "---" and, if nothing but a comment
 * follows there, behind that line. */
static size_t behind_marker(const struct yaml_source *src, size_t offset, int *line)
{
	size_t at = offset;

	while (at < src->len && (src->text[at] == ' ' || src->text[at] == '\t'))
		at++;
	if (at < src->len && src->text[at] == '#' && at > offset)
		while (at < src->len && src->text[at] != '\n')
			at++;
	if (at < src->len && src->text[at] == '\r')
		at++;
	if (at < src->len && src->text[at] != '\n')
		return offset;
	*line += at < src->len;
	return at < src->len ? at + 1 : at;
}

static bool start_document(struct builder *b, const yaml_event_t *event, size_t *start)
{
	struct yaml_document *doc;
	int line = b->base_line;

	if (event->data.document_start.tag_directives.start !=
		event->data.document_start.tag_directives.end)
		return refuse(b, ERROR_CONFIG, &event->start_mark,
			"%TAG directives are not supported: write the tags out");
	*start = b->base;
	if (!event->data.document_start.implicit) {
		line = line_of(b, &event->end_mark);
		*start = behind_marker(b->src, offset_of(b, &event->end_mark), &line);
	}
	VEC_GROW(b->out->documents, b->out->n, b->documents_cap);
	doc = &b->out->documents[b->out->n++];
	*doc = (struct yaml_document){ .start = yaml_source_offset(b->src, *start), .line = line };
	return true;
}

static bool is_nothing(const yaml_event_t *event)
{
	return event->type == YAML_SCALAR_EVENT && event->data.scalar.length == 0 &&
	       event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !event->data.scalar.tag &&
	       !event->data.scalar.anchor;
}

/* *again: another JSON document stands at b->offset right behind this one. */
static bool end_document(struct builder *b, size_t start, bool flow, bool *again)
{
	struct yaml_document *doc = &b->out->documents[b->out->n - 1];
	yaml_event_t event;
	size_t end;

	if (!next_event(b, &event))
		return false;
	end = offset_of(b, &event.start_mark);
	*again = flow && event.data.document_end.implicit && end < b->src->len &&
		 (b->src->text[end] == '{' || b->src->text[end] == '[');
	if (*again) {
		b->base_column = column_of(b, &event.start_mark);
		b->base_line = line_of(b, &event.start_mark);
	}
	doc->end = yaml_source_offset(b->src, end);
	doc->json_only = flow && (yaml_source_is_joined(b->src, start, end) ||
				    memmem(b->src->text + start, end - start, "\\/", 2));
	yaml_event_delete(&event);
	return true;
}

static bool build_document(struct builder *b, const yaml_event_t *started, bool *again)
{
	struct yaml_node *root = NULL;
	bool flow, good = true;
	yaml_event_t event;
	size_t start = 0;

	if (!start_document(b, started, &start) || !next_event(b, &event))
		return false;
	flow = (event.type == YAML_MAPPING_START_EVENT &&
		       event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE) ||
	       (event.type == YAML_SEQUENCE_START_EVENT &&
		       event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE);
	if (!is_nothing(&event)) {
		root = build_node(b, &event, 1);
		good = root != NULL;
	}
	yaml_event_delete(&event);
	b->out->documents[b->out->n - 1].root = root;
	drop_anchors(b);
	return good && end_document(b, start, flow, again);
}

/* Every document that one parser reads. */
static bool build_stream(struct builder *b, bool *again)
{
	bool good = true, done = false;

	*again = false;
	while (good && !done && !*again) {
		yaml_event_t event;

		if (!next_event(b, &event))
			return false;
		done = event.type == YAML_STREAM_END_EVENT;
		if (event.type == YAML_DOCUMENT_START_EVENT)
			good = build_document(b, &event, again);
		yaml_event_delete(&event);
	}
	return good;
}

static bool build_all(struct builder *b)
{
	bool again = true, good = true;

	while (good && again) {
		if (!yaml_parser_initialize(&b->parser))
			return error_set(b->err, ERROR_LIMIT, "%s: out of memory", b->src->name);
		b->base = b->offset;
		b->index = 0;
		yaml_parser_set_encoding(&b->parser, YAML_UTF8_ENCODING);
		yaml_parser_set_input_string(&b->parser,
			(const yaml_char_t *)b->src->text + b->base, b->src->len - b->base);
		good = build_stream(b, &again);
		yaml_parser_delete(&b->parser);
	}
	return good;
}

static bool parse(struct yaml *out, const char *text, size_t len, const char *name,
	struct errors *twice, struct error *err)
{
	struct yaml result = { 0 };
	struct yaml_source src;
	struct builder b = {
		.out = &result,
		.src = &src,
		.err = err,
		.twice = twice,
		.base_line = 1,
		.base_column = 1,
	};
	bool good;

	if (!yaml_source_init(&src, text, len, name, err))
		return false;
	good = build_all(&b);
	drop_anchors(&b);
	free(b.anchors);
	yaml_source_release(&src);
	if (good)
		*out = result;
	else
		yaml_release(&result);
	return good;
}

bool yaml_parse(struct yaml *out, const char *text, size_t len, const char *name, struct error *err)
{
	return parse(out, text, len, name, NULL, err);
}

bool yaml_parse_errors(
	struct yaml *out, const char *text, size_t len, const char *name, struct errors *errs)
{
	struct error err = { 0 };

	return parse(out, text, len, name, errs, &err) || errors_add_error(errs, &err);
}

void yaml_release(struct yaml *y)
{
	for (size_t i = 0; i < y->nnodes; i++) {
		struct yaml_node *node = y->nodes[i];

		free(node->value);
		free(node->tag);
		free(node->keys);
		free(node->items);
		free(node);
	}
	free(y->nodes);
	free(y->documents);
	*y = (struct yaml){ 0 };
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
	if (!map || map->kind != YAML_MAPPING)
		return NULL;
	for (size_t i = 0; i < map->n; i++)
		if (strcmp(map->keys[i]->value, key) == 0)
			return map->items[i];
	return NULL;
}
