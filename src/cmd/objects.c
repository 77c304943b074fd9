/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of files: documents of YAML and of JSON, and the lists in them. */
#include "cmd/objects.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "base/yaml.h"
#include "cmd/input.h"
#include "manifest/files.h"

#define MISTAKES_MAX 20
#define NESTED_MAX 20 /* Lists in Lists */
/* What is read as JSON first is kept this long, to be read as YAML if it is none: that shows early.
 */
#define RETRY_MAX ((size_t)1 << 20)

bool objects_are_hopeless(const struct objects *o)
{
	return o->errs->n - o->mistakes >= MISTAKES_MAX;
}

bool list_type_is_list(const struct list_type *type)
{
	size_t len = type->kind ? strlen(type->kind) : 0;

	return len >= strlen("List") && strcmp(type->kind + len - strlen("List"), "List") == 0;
}

bool list_type_complete(const struct list_type *type, json_t *item)
{
	size_t len = list_type_is_list(type) ? strlen(type->kind) - strlen("List") : 0;

	if (!json_is_object(item))
		return true;
	if (len && !json_object_get(item, "kind"))
		json_object_set_new(item, "kind", json_stringn(type->kind, len));
	if (len && type->api_version && !json_object_get(item, "apiVersion"))
		json_object_set_new(item, "apiVersion", json_string(type->api_version));
	return json_object_get(item, "kind") && json_object_get(item, "apiVersion");
}

static bool refuse(struct objects *o, const struct place *at, const char *why)
{
	return errors_add(
		o->errs, ERROR_CONFIG, "%s:%d:%d: %s", at->file, at->line, at->column, why);
}

static bool take_items(struct objects *o, json_t *list, const struct yaml_node *node,
	const struct place *at, int nested)
{
	const struct list_type type = { jx_str(list, "kind"), jx_str(list, "apiVersion") };
	const struct yaml_node *nodes = node ? yaml_get(node, "items") : NULL;
	json_t *items = json_object_get(list, "items"), *item;
	bool good = true;
	size_t i;

	json_array_foreach (items, i, item) {
		const struct yaml_node *own = nodes && i < nodes->n ? nodes->items[i] : NULL;
		struct place place = { at->file, own ? own->line : at->line,
			own ? own->column : at->column };

		if (objects_are_hopeless(o))
			return false;
		list_type_complete(&type, item);
		good = objects_take(o, item, own, &place, nested + 1) && good;
	}
	return good;
}

bool objects_take(struct objects *o, json_t *value, const struct yaml_node *node,
	const struct place *at, int nested)
{
	const struct list_type type = { jx_str(value, "kind"), jx_str(value, "apiVersion") };
	const json_t *items = json_object_get(value, "items");

	if (!json_is_object(value))
		return refuse(o, at,
			json_is_array(value)
				? "not a Kubernetes object but a list: put it into the items of a List"
				: "not a Kubernetes object: it must be a mapping with apiVersion and kind");
	o->to->any = true;
	/* A list has no name; what has one is an object of a kind like IPAllowList. */
	if (!list_type_is_list(&type) || !items || jx_str(value, "metadata.name"))
		return o->to->take(o->to->arg, value, at, o->errs);
	if (!json_is_array(items) && !json_is_null(items))
		return refuse(o, at, "the items of a List must be a list");
	if (nested >= NESTED_MAX)
		return refuse(o, at, "Lists in Lists in Lists: nested too deep");
	return take_items(o, value, node, at, nested);
}

static bool take_document(struct objects *o, const struct yaml_node *root)
{
	const struct place at = { o->file, root->line, root->column };
	struct error err = { 0 };
	json_t *value = yaml_to_json(root, o->file, &err);
	bool good = true;

	if (!value)
		return errors_add_error(o->errs, &err);
	if (!json_is_null(value))
		good = objects_take(o, value, root, &at, 0);
	json_decref(value);
	return good;
}

/* The text of documents that begins at that place of the file. */
static bool take_yaml(struct objects *o, const struct buf *text, int line, int column)
{
	struct error err = { 0 };
	struct buf placed;
	struct yaml yaml;
	bool good = true;

	/* Blanks before it, and the reader counts right. */
	buf_init(&placed, 0);
	for (int i = 1; i < line; i++)
		buf_addch(&placed, '\n');
	for (int i = 1; i < column; i++)
		buf_addch(&placed, ' ');
	if (text->full || !buf_add(&placed, buf_str(text), text->len))
		good = errors_add(o->errs, ERROR_LIMIT, "%s: larger than 64 MiB of YAML", o->file);
	else if (!yaml_parse(&yaml, buf_str(&placed), placed.len, o->file, &err))
		good = errors_add_error(o->errs, &err);
	buf_release(&placed);
	if (!good)
		return false;
	for (size_t i = 0; i < yaml.n && !objects_are_hopeless(o); i++)
		if (yaml.documents[i].root)
			good = take_document(o, yaml.documents[i].root) && good;
	yaml_release(&yaml);
	return good;
}

static bool is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_line(struct input *in)
{
	while (input_peek(in) >= 0 && input_peek(in) != '\n')
		input_next(in);
}

/* Also comments; the input then stands at something else. */
static void skip_blanks(struct input *in)
{
	while (is_blank(input_peek(in)) || input_peek(in) == '#') {
		if (input_peek(in) == '#')
			skip_line(in);
		else
			input_next(in);
	}
}

/* "---" or "...", alone on its line or with something behind it: read past it, and past the blanks
 * behind it. */
static bool skip_marker(struct input *in, char c)
{
	int after = input_ahead(in, 3);

	if (in->column != 1 || !(is_blank(after) || after < 0))
		return false;
	for (size_t i = 0; i < 3; i++)
		if (input_ahead(in, i) != c)
			return false;
	for (size_t i = 0; i < 3; i++)
		input_next(in);
	skip_blanks(in);
	return true;
}

enum document { DOCUMENT_NONE, DOCUMENT_JSON, DOCUMENT_YAML };

/* What comes next; its text begins where `kept` does. */
static enum document find_document(struct input *in, struct place *at)
{
	for (;;) {
		input_keep(in, 0);
		at->line = in->line;
		at->column = in->column;
		skip_blanks(in);
		while (skip_marker(in, '-'))
			;
		if (input_peek(in) == '{')
			return DOCUMENT_JSON;
		if (!skip_marker(in, '.'))
			return input_peek(in) < 0 ? DOCUMENT_NONE : DOCUMENT_YAML;
	}
}

/* To the end, or to a document that begins as JSON does. */
static void read_yaml(struct input *in)
{
	while (input_peek(in) >= 0) {
		while (skip_marker(in, '-'))
			if (input_peek(in) == '{')
				return;
		skip_line(in);
		input_next(in);
	}
}

static bool read_file(struct objects *o)
{
	struct place at = { .file = o->file };
	bool good = true;

	while (!objects_are_hopeless(o)) {
		enum document next = find_document(o->in, &at);
		enum json_end end = JSON_NOT;

		if (next == DOCUMENT_NONE)
			return good;
		if (next == DOCUMENT_JSON) {
			if (o->in->kept.len < RETRY_MAX)
				o->in->kept.max = RETRY_MAX;
			end = objects_read_json(o);
			o->in->kept.max = 0;
		}
		if (end == JSON_BROKEN)
			return false;
		if (end == JSON_READ)
			continue;
		if (next == DOCUMENT_YAML)
			read_yaml(o->in);
		while (next == DOCUMENT_JSON && input_next(o->in) >= 0)
			;
		if (!o->in->err.code)
			good = take_yaml(o, &o->in->kept, at.line, at.column) && good;
	}
	return errors_add(o->errs, ERROR_CONFIG,
		"%s: too many mistakes: the rest of it was not read", o->file);
}

static bool read_stream(void *arg, int fd, const char *file, struct errors *errs)
{
	struct input *in = xmalloc(sizeof(*in));
	struct objects o = { .in = in, .to = arg, .errs = errs, .mistakes = errs->n };
	bool good;

	o.file = strcmp(file, "-") == 0 ? "standard input" : file;
	input_init(in, fd, o.file);
	good = read_file(&o);
	if (in->err.code)
		good = errors_add_error(errs, &in->err);
	input_release(in);
	free(in);
	return good;
}

bool objects_read(const char *path, bool deep, struct object_sink *to, struct errors *errs)
{
	return manifest_files_open_each(path, NULL, deep, read_stream, to, errs);
}
