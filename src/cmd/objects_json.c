/* SPDX-License-Identifier: Apache-2.0 */
/* A document of JSON as its bytes come: the items of a list are cut out one by one. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "cmd/input.h"
#include "cmd/objects.h"
#include "kube/mend.h"

/* The document so far. */
struct root {
	struct objects *o;
	struct place at;
	struct buf rest;  /* the text of its members but for `items` */
	struct buf piece; /* the text of one key, value or item */
	char *kind, *api_version;
	bool has_items;
	/* Items without a type of their own, as long as that of the list is not known. */
	struct held {
		char *text;
		size_t len;
		struct place at;
	} *held;
	size_t nheld, held_cap, held_bytes;
	struct error why; /* the parser's, of the value that it refused */
};

static bool is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int skip_blanks(struct input *in)
{
	while (is_blank(input_peek(in)))
		input_next(in);
	return input_peek(in);
}

static bool skip(struct input *in, char c)
{
	if (skip_blanks(in) != c)
		return false;
	input_next(in);
	return true;
}

/* From its opening quote to behind the closing one. */
static bool cut_string(struct input *in, struct buf *out)
{
	int c = input_next(in);

	buf_addch(out, (char)c);
	while ((c = input_next(in)) >= 0 && c != '"') {
		buf_addch(out, (char)c);
		if (c == '\\')
			buf_addch(out, (char)input_next(in));
	}
	buf_addch(out, '"');
	return c == '"';
}

/* From its opening bracket to behind the closing one; what is between is the parser's. */
static bool cut_nested(struct input *in, struct buf *out)
{
	size_t depth = 0;

	do {
		int c = input_peek(in);

		if (c < 0 || out->full)
			return false;
		if (c == '"') {
			if (!cut_string(in, out))
				return false;
			continue;
		}
		depth += c == '{' || c == '[';
		depth -= c == '}' || c == ']';
		buf_addch(out, (char)input_next(in));
	} while (depth);
	return true;
}

/* Appends the text of one value. */
static bool cut_value(struct input *in, struct buf *out)
{
	size_t before = out->len;
	int c = skip_blanks(in);

	if (c == '"')
		return cut_string(in, out);
	if (c == '{' || c == '[')
		return cut_nested(in, out);
	while ((c = input_peek(in)) >= 0 && c != ',' && c != ']' && c != '}' && !is_blank(c))
		buf_addch(out, (char)input_next(in));
	return out->len > before;
}

static struct place place_of(const struct root *r)
{
	return (struct place){ r->at.file, r->o->in->line, r->o->in->column };
}

static struct list_type type_of(const struct root *r)
{
	return (struct list_type){ r->kind, r->api_version };
}

/* What take() says of a value is in errs; false: the text is no JSON. */
static bool take_text(struct root *r, const char *text, size_t len, const struct place *at)
{
	const struct list_type type = type_of(r);
	json_t *value = mend_parse(text, len, &r->why);

	if (!value)
		return false;
	list_type_complete(&type, value);
	objects_take(r->o, value, NULL, at, 1);
	json_decref(value);
	return true;
}

static bool take_item(struct root *r, const struct place *at)
{
	json_t *value;

	if (r->kind && r->api_version)
		return take_text(r, buf_str(&r->piece), r->piece.len, at);
	value = mend_parse(buf_str(&r->piece), r->piece.len, &r->why);
	if (!value)
		return false;
	if (list_type_complete(&(struct list_type){ NULL, NULL }, value)) {
		objects_take(r->o, value, NULL, at, 1);
	} else {
		VEC_GROW(r->held, r->nheld, r->held_cap);
		r->held_bytes += r->piece.len;
		r->held[r->nheld++] = (struct held){ .len = r->piece.len, .at = *at };
		r->held[r->nheld - 1].text = buf_take(&r->piece);
	}
	json_decref(value);
	return r->held_bytes <= BUF_MAX;
}

/* The input stands behind the '[' of items. */
static bool read_items(struct root *r)
{
	struct input *in = r->o->in;

	r->has_items = true;
	if (skip(in, ']'))
		return true;
	do {
		struct place at;

		skip_blanks(in);
		at = place_of(r);
		buf_reset(&r->piece);
		if (!cut_value(in, &r->piece) || !take_item(r, &at))
			return false;
	} while (!objects_are_hopeless(r->o) && skip(in, ','));
	return objects_are_hopeless(r->o) || skip(in, ']');
}

static void remember(char **to, const struct buf *rest, size_t from)
{
	json_t *value = json_loadb(rest->data + from, rest->len - from, JSON_DECODE_ANY, NULL);

	free(*to);
	*to = xstrdup_or_null(json_string_value(value));
	json_decref(value);
}

static bool read_member(struct root *r)
{
	struct input *in = r->o->in;
	size_t from;

	buf_reset(&r->piece);
	if (skip_blanks(in) != '"' || !cut_string(in, &r->piece) || !skip(in, ':'))
		return false;
	if (strcmp(buf_str(&r->piece), "\"items\"") == 0 && skip(in, '['))
		return read_items(r);
	buf_printf(&r->rest, "%s%s:", r->rest.len > 1 ? "," : "", buf_str(&r->piece));
	from = r->rest.len;
	if (!cut_value(in, &r->rest) || r->rest.full)
		return false;
	if (strcmp(buf_str(&r->piece), "\"kind\"") == 0)
		remember(&r->kind, &r->rest, from);
	if (strcmp(buf_str(&r->piece), "\"apiVersion\"") == 0)
		remember(&r->api_version, &r->rest, from);
	return true;
}

static bool read_members(struct root *r)
{
	struct input *in = r->o->in;

	input_next(in);
	buf_addch(&r->rest, '{');
	if (!skip(in, '}')) {
		do {
			if (!read_member(r))
				return false;
			if (objects_are_hopeless(r->o))
				return true;
		} while (skip(in, ','));
		if (!skip(in, '}'))
			return false;
	}
	return buf_addch(&r->rest, '}');
}

/* All of it was read: is it a list, or an object that has something called items? */
static bool finish(struct root *r, size_t count, size_t mistakes)
{
	const struct list_type type = type_of(r);
	json_t *rest;
	bool good = true;

	if (objects_are_hopeless(r->o))
		return true;
	rest = mend_parse(buf_str(&r->rest), r->rest.len, &r->why);
	if (!rest)
		return false;
	if (r->has_items && list_type_is_list(&type) && !jx_str(rest, "metadata.name")) {
		r->o->to->any = true;
		for (size_t i = 0; i < r->nheld && good; i++)
			good = take_text(r, r->held[i].text, r->held[i].len, &r->held[i].at);
	} else {
		r->o->to->drop(r->o->to->arg, count);
		r->o->errs->n = mistakes;
		objects_take(r->o, rest, NULL, &r->at, 0);
	}
	json_decref(rest);
	return good;
}

static void release(struct root *r)
{
	for (size_t i = 0; i < r->nheld; i++)
		free(r->held[i].text);
	free(r->held);
	free(r->kind);
	free(r->api_version);
	buf_release(&r->rest);
	buf_release(&r->piece);
}

/* Too late to read it as YAML: what is wrong, and where we are. */
static void complain(const struct root *r)
{
	const struct place here = place_of(r);
	const char *why = "the JSON cannot be read";

	if (r->piece.full || r->rest.full || r->held_bytes > BUF_MAX)
		why = "an object is larger than 64 MiB";
	else if (r->why.code == ERROR_LIMIT)
		why = r->why.text;
	else if (input_peek(r->o->in) < 0)
		why = "the JSON ends too early";
	errors_add(r->o->errs, ERROR_PARSE, "%s:%d:%d: %s", here.file, here.line, here.column, why);
}

enum json_end objects_read_json(struct objects *o)
{
	struct root r = { .o = o, .at = { o->file, o->in->line, o->in->column } };
	size_t count = o->to->count(o->to->arg), mistakes = o->errs->n;
	enum json_end end = JSON_READ;

	buf_init(&r.rest, 0);
	buf_init(&r.piece, 0);
	if (!read_members(&r) || !finish(&r, count, mistakes)) {
		end = o->in->kept.full || o->in->err.code ? JSON_BROKEN : JSON_NOT;
		o->to->drop(o->to->arg, count);
		o->errs->n = mistakes;
		if (end == JSON_BROKEN && !o->in->err.code)
			complain(&r);
	}
	release(&r);
	return end;
}
