/* SPDX-License-Identifier: Apache-2.0 */
/* Documents into Kubernetes objects: what they are called, what is sent, what is shown. */
#include "manifest/manifest.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/jx.h"
#include "base/map.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "base/yaml.h"
#include "manifest/manifest_own.h"
#include "manifest/redact.h"

#define MISTAKES_MAX 100 /* of one file: nobody reads more */

/* One file while it is read. */
struct reading {
	struct manifests *list;
	struct errors *errs;
	const char *file; /* as given */
	const char *name; /* for people */
	const char *text;
	size_t mistakes; /* that others made before */
};

static bool is_hopeless(const struct reading *r)
{
	return r->errs->n - r->mistakes >= MISTAKES_MAX;
}

static bool complain(const struct reading *r, const struct yaml_node *at, const char *why)
{
	return errors_add(
		r->errs, ERROR_CONFIG, "%s:%d:%d: %s", r->name, at->line, at->column, why);
}

/* Where a field stands. An item of a typed list may have its type from the list. */
static const struct yaml_node *field_or_node(const struct yaml_node *node, const char *key)
{
	const struct yaml_node *field = yaml_get(node, key);

	return field ? field : node;
}

/* A text field of a mapping (prefix + key is its full name). NULL when it is absent or
 * null; *good is lost when it is no text, so that the mistake is told once. */
static const char *text_of(const struct reading *r, const json_t *object,
	const struct yaml_node *node, const char *prefix, const char *key, bool *good)
{
	const json_t *value = json_object_get(object, key);
	const struct yaml_node *at;

	if (!value || json_is_null(value))
		return NULL;
	if (json_is_string(value))
		return json_string_value(value);
	at = field_or_node(node, key);
	*good = errors_add(r->errs, ERROR_CONFIG, "%s:%d:%d: %s%s must be text%s", r->name,
		at->line, at->column, prefix, key,
		json_is_array(value) || json_is_object(value) ? "" : ": quote it");
	return NULL;
}

/* Names become segments of a URL and stand in every line on the screen. */
static bool is_name(const char *s)
{
	return *s && !strpbrk(s, "/%") && strcmp(s, ".") != 0 && strcmp(s, "..") != 0 &&
	       text_is_display(s, TEXT_LINE);
}

static bool is_word(const char *s, const char *others)
{
	for (const char *c = s; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr(others, *c))
			return false;
	return *s != '\0';
}

/* "v1", "apps/v1" */
static bool is_api_version(const char *s)
{
	const char *slash = strchr(s, '/');

	if (!is_word(s, "/.-") || strlen(s) >= GROUP_SIZE)
		return false;
	return !slash || (slash > s && slash[1] && !strchr(slash + 1, '/'));
}

static bool read_type(const struct reading *r, struct manifest *m, const json_t *object,
	const struct yaml_node *node)
{
	bool good = true, typed = true;
	const char *api_version = text_of(r, object, node, "", "apiVersion", &typed);
	const char *kind;

	if (typed && !api_version)
		good = complain(
			r, node, "no apiVersion: a manifest needs one, such as apiVersion: v1");
	else if (typed && !is_api_version(api_version))
		good = complain(r, field_or_node(node, "apiVersion"),
			"apiVersion must be VERSION or GROUP/VERSION, such as v1 or apps/v1");
	good = good && typed;
	typed = true;
	kind = text_of(r, object, node, "", "kind", &typed);
	if (typed && !kind)
		good = complain(r, node, "no kind: a manifest needs one, such as kind: Deployment");
	else if (typed && !is_word(kind, "-"))
		good = complain(r, field_or_node(node, "kind"),
			"kind must be letters and digits, such as Deployment");
	good = good && typed;
	if (good) {
		m->api_version = xstrdup(api_version);
		m->kind = xstrdup(kind);
	}
	return good;
}

static bool read_names(const struct reading *r, struct manifest *m, const json_t *object,
	const struct yaml_node *node)
{
	const json_t *metadata = json_object_get(object, "metadata");
	const struct yaml_node *at = yaml_get(node, "metadata");
	const char *name, *ns;
	bool good = true;

	if (metadata && !json_is_null(metadata) && !json_is_object(metadata))
		return complain(r, at, "metadata must be a mapping with a name");
	name = text_of(r, metadata, at, "metadata.", "name", &good);
	ns = text_of(r, metadata, at, "metadata.", "namespace", &good);
	if (!good)
		return false;
	if (!name && json_object_get(metadata, "generateName"))
		return complain(r, yaml_get(at, "generateName"),
			"generateName cannot be applied: give the object a metadata.name");
	if (!name || !*name)
		return complain(r, at && at->kind == YAML_MAPPING ? at : node,
			"no metadata.name: a manifest needs one");
	if (!is_name(name))
		return complain(r, yaml_get(at, "name"),
			"metadata.name cannot hold '/', '%' or what cannot be shown, nor be '.' or '..'");
	if (ns && *ns && !is_name(ns))
		return complain(r, yaml_get(at, "namespace"),
			"metadata.namespace cannot hold '/', '%' or what cannot be shown, nor be '.' or '..'");
	m->name = xstrdup(name);
	m->ns = ns && *ns ? xstrdup(ns) : NULL;
	return true;
}

void manifest_release(struct manifest *m)
{
	free(m->api_version);
	free(m->kind);
	free(m->ns);
	free(m->name);
	json_decref(m->object);
	free(m->body);
	free(m->shown);
	free(m->file);
}

static char *emit_shown(const json_t *redacted)
{
	struct buf yaml;
	char *shown;

	buf_init(&yaml, 0);
	yaml_emit(&yaml, redacted);
	shown = text_display(buf_str(&yaml), yaml.len, TEXT_BLOCK);
	buf_release(&yaml);
	return shown;
}

void manifest_write_texts(struct manifest *m, const char *text, const struct yaml_document *doc)
{
	json_t *redacted = redact_object(m->object);
	bool secret = strcmp(m->kind, "Secret") == 0;

	if (doc && !doc->json_only)
		m->body = xstrndup(text + doc->start, doc->end - doc->start);
	else
		m->body = jx_dump(m->object);
	m->body_len = strlen(m->body);
	if (doc && !secret && json_equal(redacted, m->object))
		m->shown = text_display(text + doc->start, doc->end - doc->start, TEXT_BLOCK);
	else
		m->shown = emit_shown(redacted);
	json_decref(redacted);
}

/* Why nobody can look for it: the server will name it; or helm makes it when its time comes, and
 * may take it away again. The name so far into *name. NULL: one can. */
static const char *why_passing(const json_t *object, const char **name)
{
	*name = jx_str(object, "metadata.name");
	if (*name)
		return jx_annotation(object, "helm.sh/hook") && !jx_str(object, "metadata.uid")
			? ": a hook, which helm makes when its time comes: left out"
			: NULL;
	*name = jx_str(object, "metadata.generateName");
	return *name ? "…: the server gives it its name (generateName): left out" : NULL;
}

static bool skip_passing(
	const struct reading *r, const json_t *object, const struct yaml_node *node)
{
	struct manifests *list = r->list;
	const char *kind = jx_str(object, "kind"), *name, *why = why_passing(object, &name);
	char *text;

	if (!list->skips_passing || !why)
		return false;
	text = xasprintf("%s:%d:%d: %s %s%s", r->name, node->line, node->column,
		kind ? kind : "object", name, why);
	VEC_GROW(list->skipped, list->nskipped, list->skipped_cap);
	list->skipped[list->nskipped++] = text_display(text, strlen(text), TEXT_LINE);
	free(text);
	return true;
}

static void add_object(const struct reading *r, json_t *object, const struct yaml_node *node,
	const struct yaml_document *doc)
{
	struct manifest m = { .line = node->line, .column = node->column };
	bool typed, named;

	if (skip_passing(r, object, node))
		return;
	typed = read_type(r, &m, object, node);
	named = read_names(r, &m, object, node);

	m.object = json_incref(object);
	if (!typed || !named) {
		manifest_release(&m);
		return;
	}
	m.file = xstrdup(r->file);
	manifest_write_texts(&m, r->text, doc);
	VEC_GROW(r->list->items, r->list->n, r->list->cap);
	r->list->items[r->list->n++] = m;
}

/* A List of the core group, or any other *List that has items. */
static bool is_list(const json_t *object)
{
	const char *kind = jx_str(object, "kind");
	size_t len = kind ? strlen(kind) : 0;

	if (len < 4 || strcmp(kind + len - 4, "List") != 0)
		return false;
	return len == 4 || json_is_array(json_object_get(object, "items"));
}

/* The items of a typed list, as the API gives it, do not repeat what they are. */
static void inherit_type(json_t *item, const json_t *list)
{
	const char *kind = jx_str(list, "kind"), *api_version = jx_str(list, "apiVersion");
	size_t len = strlen(kind) - strlen("List");

	if (len == 0 || !api_version || !json_is_object(item))
		return;
	if (!json_object_get(item, "apiVersion"))
		json_object_set_new(item, "apiVersion", json_string(api_version));
	if (!json_object_get(item, "kind"))
		json_object_set_new(item, "kind", json_stringn(kind, len));
}

static void add_tree(const struct reading *r, json_t *object, const struct yaml_node *node,
	const struct yaml_document *doc)
{
	const json_t *items = json_object_get(object, "items");
	const struct yaml_node *nodes = yaml_get(node, "items");

	if (node->kind != YAML_MAPPING) {
		complain(r, node, "a manifest is a mapping with apiVersion, kind and metadata");
		return;
	}
	if (!is_list(object)) {
		add_object(r, object, node, doc);
		return;
	}
	if (items && !json_is_null(items) && !json_is_array(items))
		complain(r, nodes, "the items of a List must be a list");
	for (size_t i = 0; i < json_array_size(items) && !is_hopeless(r); i++) {
		json_t *item = json_array_get(items, i);

		inherit_type(item, object);
		add_tree(r, item, nodes->items[i], NULL);
	}
}

static void add_document(const struct reading *r, const struct yaml_document *doc)
{
	struct error err = { 0 };
	json_t *object;

	if (!doc->root)
		return;
	object = yaml_to_json(doc->root, r->name, &err);
	if (!object)
		errors_add_error(r->errs, &err);
	else if (!json_is_null(object))
		add_tree(r, object, doc->root, doc);
	json_decref(object);
}

bool manifests_parse(struct manifests *list, const char *text, size_t len, const char *file,
	struct errors *errs)
{
	struct reading r = { .list = list, .errs = errs, .file = file, .text = text };
	struct yaml yaml;

	r.mistakes = errs->n;
	r.name = strcmp(file, "-") == 0 ? "standard input" : file;
	if (!yaml_parse_errors(&yaml, text, len, r.name, errs))
		return false;
	for (size_t i = 0; i < yaml.n && !is_hopeless(&r); i++)
		add_document(&r, &yaml.documents[i]);
	yaml_release(&yaml);
	if (is_hopeless(&r))
		errors_add(errs, ERROR_CONFIG, "%s: too many mistakes: the rest of it was not read",
			r.name);
	return errs->n == r.mistakes;
}

void manifest_rewrite(struct manifest *m)
{
	json_t *redacted = redact_object(m->object);
	struct buf yaml;

	buf_init(&yaml, 0);
	yaml_emit(&yaml, m->object);
	free(m->body);
	free(m->shown);
	m->body_len = yaml.len;
	m->body = buf_take(&yaml);
	m->shown = emit_shown(redacted);
	json_decref(redacted);
}

void manifests_add_object(
	struct manifests *list, json_t *object_take, const char *file, int line, int column)
{
	struct manifest m = {
		.api_version = xstrdup(jx_str(object_take, "apiVersion")),
		.kind = xstrdup(jx_str(object_take, "kind")),
		.ns = xstrdup_or_null(jx_str(object_take, "metadata.namespace")),
		.name = xstrdup(jx_str(object_take, "metadata.name")),
		.object = object_take,
		.file = xstrdup(file),
		.line = line,
		.column = column,
	};

	manifest_rewrite(&m);
	VEC_GROW(list->items, list->n, list->cap);
	list->items[list->n++] = m;
}

void group_of(const char *api_version, char out[static GROUP_SIZE])
{
	const char *slash = strchr(api_version, '/');
	size_t len = slash ? (size_t)(slash - api_version) : 0;

	if (len >= GROUP_SIZE)
		len = GROUP_SIZE - 1;
	memcpy(out, api_version, len);
	out[len] = '\0';
}

char *object_id(
	size_t step, const char *api_version, const char *kind, const char *ns, const char *name)
{
	char group[GROUP_SIZE];

	group_of(api_version, group);
	return xasprintf("%zu/%s/%s/%s/%s", step, group, kind, ns ? ns : "", name);
}
