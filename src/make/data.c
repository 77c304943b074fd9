/* SPDX-License-Identifier: Apache-2.0 */
/* What a ConfigMap or Secret holds, from the plan and from files beside it. */
#include "make/data.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/b64.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/jx.h"
#include "base/sha256.h"
#include "base/xalloc.h"
#include "make/words.h"

#define SIZE_MAX_BYTES ((size_t)1 << 20) /* Kubernetes' own limit */
#define SUFFIX_DIGITS 10

static bool check_key(const struct make *m, const struct yaml_node *node, const char *key)
{
	if (is_config_key(key))
		return true;
	return make_mistake(
		m, node, "'%s' is no key: letters, digits, '-', '_' and '.', at most 253", key);
}

/* Base64 of the value under a key, to free(); NULL: a mistake was said. */
typedef char *encode_fn(const struct make *m, const struct yaml_node *node, const char *what);

static json_t *make_entries(const struct make *m, const struct make_key *key,
	const struct yaml_node *node, encode_fn *encode)
{
	json_t *entries = json_object();
	bool good = true;

	if (node->kind != YAML_MAPPING)
		good = make_mistake(m, node, "%s must be a mapping: {key: value}", key->key);
	for (size_t i = 0; node->kind == YAML_MAPPING && i < node->n; i++) {
		const struct yaml_node *name = node->keys[i];
		char *value = NULL;

		if (name->kind == YAML_SCALAR && check_key(m, name, name->value))
			value = encode(m, node->items[i], key->key);
		if (value)
			json_object_set_new(entries, name->value, json_string(value));
		good = good && value;
		free(value);
	}
	return make_kept(entries, good);
}

static char *encode_text(const struct make *m, const struct yaml_node *node, const char *what)
{
	const char *text = make_scalar(m, node, what);

	return text ? b64_encode(text, strlen(text)) : NULL;
}

/* Encoded anew: the server wants no line breaks and all of the padding. */
static char *encode_base64(const struct make *m, const struct yaml_node *node, const char *what)
{
	const char *text = make_scalar(m, node, what);
	char *bytes, *value;
	size_t len;

	if (!text)
		return NULL;
	if (!b64_decode(text, &bytes, &len)) {
		make_mistake(m, node, "this value of %s is not base64; plain text goes under %s",
			what, strcmp(what, "data") == 0 ? "stringData" : "data");
		return NULL;
	}
	value = b64_encode(bytes, len);
	free(bytes);
	return value;
}

json_t *make_data_texts(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	return make_entries(m, key, node, encode_text);
}

json_t *make_data_base64(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	return make_entries(m, key, node, encode_base64);
}

/* Files while they are read into entries; node is where the plan names the present one. */
struct files {
	const struct make *m;
	const struct yaml_node *node;
	json_t *entries;
};

static bool add_file(const struct files *f, const char *key, const char *path)
{
	struct error err = { 0 };
	struct stat st;
	struct buf text;
	bool good = false;

	if (!check_key(f->m, f->node, key))
		return false;
	if (json_object_get(f->entries, key))
		return make_mistake(f->m, f->node, "two files have the key '%s'; give one another: "
						   "KEY=FILE", key);
	buf_init(&text, SIZE_MAX_BYTES);
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		make_mistake(f->m, f->node, "%s: is not a regular file", path);
	else if (!file_read(path, &text, &err))
		make_mistake(f->m, f->node, "%s", err.text);
	else
		good = true;
	if (good) {
		char *value = b64_encode(buf_str(&text), text.len);

		json_object_set_new(f->entries, key, json_string(value));
		free(value);
	}
	buf_release(&text);
	return good;
}

static int is_visible(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Its regular files, each under its own name; as kubectl does, nothing deeper. */
static bool add_folder(const struct files *f, const char *path)
{
	struct dirent **names = NULL;
	int n = scandir(path, &names, is_visible, by_bytes);
	size_t found = 0;
	bool good = true;

	if (n < 0)
		return make_mistake(
			f->m, f->node, "%s: cannot be read: %s", path, strerror(errno));
	for (int i = 0; i < n; i++) {
		char *full = xasprintf("%s/%s", path, names[i]->d_name);
		struct stat st;

		if (stat(full, &st) == 0 && S_ISREG(st.st_mode)) {
			found++;
			good = add_file(f, names[i]->d_name, full) && good;
		}
		free(full);
		free(names[i]);
	}
	free(names);
	if (!found)
		return make_mistake(f->m, f->node, "%s: this folder holds no file", path);
	return good;
}

/* key NULL: the file's own name. */
static bool add_path(const struct files *f, const char *key, const char *given)
{
	char *path = *given == '/' || !f->m->base ? xstrdup(given)
						  : xasprintf("%s/%s", f->m->base, given);
	const char *slash = strrchr(given, '/');
	struct stat st;
	bool good;

	if (!*given)
		good = make_mistake(f->m, f->node, "the name of a file must not be empty");
	else if (!key && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		good = add_folder(f, path);
	else
		good = add_file(f, key ? key : slash ? slash + 1 : given, path);
	free(path);
	return good;
}

/* "path" or "key=path" */
static bool add_entry(struct files *f, const struct yaml_node *node)
{
	const char *text = make_scalar(f->m, node, "an entry of files"), *equals;
	char *key;
	bool good;

	f->node = node;
	if (!text)
		return false;
	equals = strchr(text, '=');
	if (!equals)
		return add_path(f, NULL, text);
	key = xstrndup(text, (size_t)(equals - text));
	good = add_path(f, key, equals + 1);
	free(key);
	return good;
}

json_t *make_data_files(
	const struct make *m, const struct make_key *key, const struct yaml_node *node)
{
	struct files f = { m, node, json_object() };
	bool good = true;

	if (node->kind == YAML_SCALAR)
		good = add_entry(&f, node);
	for (size_t i = 0; i < node->n; i++) {
		const struct yaml_node *item = node->items[i];

		if (node->kind == YAML_SEQUENCE) {
			good = add_entry(&f, item) && good;
			continue;
		}
		f.node = item;
		if (node->keys[i]->kind != YAML_SCALAR || !make_scalar(m, item, key->key))
			good = false;
		else
			good = add_path(&f, node->keys[i]->value, item->value) && good;
	}
	return make_kept(f.entries, good);
}

/* Adds the bytes that it comes to, to *size. */
static bool take(const struct make *m, const struct yaml_node *node, json_t *into,
	const json_t *from, size_t *size)
{
	void *at = json_object_iter((json_t *)from);
	bool good = true;

	for (; at; at = json_object_iter_next((json_t *)from, at)) {
		const char *key = json_object_iter_key(at);
		json_t *value = json_object_iter_value(at);
		const char *text = json_string_value(value);
		size_t len = json_string_length(value);

		if (json_object_get(into, key)) {
			good = make_mistake(m, node, "the key '%s' is there twice", key);
			continue;
		}
		*size += len / 4 * 3;
		for (size_t i = len; i > 0 && text[i - 1] == '='; i--)
			--*size;
		json_object_set(into, key, value);
	}
	return good;
}

bool data_take(const struct make *m, const struct yaml_node *node, json_t *into,
	const json_t *read, const char *const *sources, size_t n, const char *kind)
{
	size_t size = 0;
	bool good = true;

	for (size_t i = 0; i < n; i++)
		good = take(m, yaml_get(node, sources[i]), into, json_object_get(read, sources[i]),
			       &size) &&
			good;
	if (size <= SIZE_MAX_BYTES)
		return good;
	return make_mistake(m, node, "this is %zu bytes; a %s holds at most %zu (1 MiB)", size, kind,
		SIZE_MAX_BYTES);
}

/* The object's name gets "-" and ten digits that stand for what it holds. */
static bool add_suffix(const struct make *m, const struct yaml_node *node, json_t *object)
{
	static const char *const parts[] = { "kind", "type", "data", "binaryData" };
	json_t *metadata = json_object_get(object, "metadata"), *content = json_object();
	char digits[SHA256_HEX], *text, *name;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (json_object_get(object, parts[i]))
			json_object_set(content, parts[i], json_object_get(object, parts[i]));
	text = json_dumps(content, JSON_COMPACT | JSON_SORT_KEYS);
	sha256_hex(text, strlen(text), digits);
	name = xasprintf("%s-%.*s", jx_str(metadata, "name"), SUFFIX_DIGITS, digits);
	json_object_set_new(metadata, "name", json_string(name));
	free(text);
	json_decref(content);
	if (is_dns_subdomain(name)) {
		free(name);
		return true;
	}
	free(name);
	return make_mistake(m, node, "with its suffix the name is longer than 253 characters");
}

json_t *data_object(const struct make *m, const struct yaml_node *node,
	const struct object_type *type, const struct make_keys *keys, data_fill_fn *fill)
{
	json_t *read = json_object(), *content = json_object(), *object, *immutable;
	struct make_part part = { keys, read };
	struct object o;
	bool good;

	object_begin(&o, m, type, node);
	object_read(&o, node, &part, 1, false);
	/* Also of what has mistakes elsewhere: of what could be read of it. */
	good = node->kind == YAML_MAPPING && fill(m, node, content, read, o.metadata);
	object = object_end(&o, type);
	good = object && good;
	json_object_update(object, content);
	json_decref(content);
	immutable = json_object_get(read, "immutable");
	if (good && immutable)
		json_object_set(object, "immutable", immutable);
	good = good && (!jx_bool(read, "hashSuffix") || add_suffix(m, node, object));
	json_decref(read);
	return make_kept(object, good);
}
