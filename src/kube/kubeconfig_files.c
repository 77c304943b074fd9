/* SPDX-License-Identifier: Apache-2.0 */
/* Which kubeconfig files are read, and how their entries are found. */
#include "kube/kubeconfig_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xalloc.h"

#define FILE_MAX ((size_t)8 << 20)

char *kubeconfig_read(
	const char *what, const char *path, size_t *len, bool *missing, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct buf text;
	char chunk[8192];
	ssize_t got;

	if (missing)
		*missing = fd < 0 && errno == ENOENT;
	if (fd < 0) {
		error_set(err, ERROR_CONFIG, "%s %s: %s", what, path, strerror(errno));
		return NULL;
	}
	buf_init(&text, FILE_MAX);
	/* A read loop, not the file's size: `--kubeconfig <(…)` is a pipe. */
	while ((got = read(fd, chunk, sizeof(chunk))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			error_set(err, ERROR_CONFIG, "%s %s: %s", what, path, strerror(errno));
			break;
		}
		if (!buf_add(&text, chunk, (size_t)got)) {
			error_set(err, ERROR_CONFIG, "%s %s: larger than %zu MiB", what, path,
				FILE_MAX >> 20);
			break;
		}
	}
	close(fd);
	explicit_bzero(chunk, sizeof(chunk));
	if (got != 0) {
		buf_release(&text);
		return NULL;
	}
	*len = text.len;
	return buf_take(&text);
}

static bool check_header(const struct kubeconfig_file *file, struct error *err)
{
	const struct yaml_node *root = file->root;
	const char *kind, *version;

	if (!root)
		return true;
	if (root->kind == YAML_SCALAR && root->plain && root->value[0] == '\0')
		return true;
	if (root->kind != YAML_MAPPING)
		return error_set(err, ERROR_CONFIG,
			"%s:%d:%d: a kubeconfig is a mapping with clusters, users and contexts",
			file->path, root->line, root->column);
	if (!kubeconfig_string(file, root, "kind", &kind, err)
		|| !kubeconfig_string(file, root, "apiVersion", &version, err))
		return false;
	if ((kind && strcmp(kind, "Config") != 0) || (version && strcmp(version, "v1") != 0))
		return error_set(err, ERROR_CONFIG,
			"%s: is a %s of %s, not a kubeconfig (Config of v1)", file->path,
			kind ? kind : "Config", version ? version : "v1");
	return true;
}

/* Adds a file that exists. A missing one is skipped unless `required`. */
static bool add_file(
	struct kubeconfig_files *files, const char *path, bool required, struct error *err)
{
	struct kubeconfig_file file = { 0 };
	struct error trouble = { 0 };
	size_t len;
	bool missing, ok;
	char *text = kubeconfig_read("kubeconfig", path, &len, &missing, &trouble);

	if (!text && missing && !required)
		return true;
	if (!text)
		return error_set(err, trouble.code, "%s", trouble.text);
	ok = yaml_parse(&file.yaml, text, len, path, err);
	explicit_bzero(text, len);
	free(text);
	if (!ok)
		return false;
	file.path = xstrdup(path);
	file.root = file.yaml.n ? file.yaml.documents[0].root : NULL;
	VEC_GROW(files->items, files->n, files->cap);
	files->items[files->n++] = file;
	return check_header(&file, err);
}

static bool seen_before(const char *list, const char *item, size_t len)
{
	for (const char *at = list; at < item; at += strcspn(at, ":") + 1)
		if (strcspn(at, ":") == len && memcmp(at, item, len) == 0)
			return true;
	return false;
}

static bool add_list(struct kubeconfig_files *files, const char *list, struct error *err)
{
	struct buf looked;
	bool ok = true;

	buf_init(&looked, 0);
	for (const char *at = list; ok; at++) {
		size_t len = strcspn(at, ":");

		if (len && !seen_before(list, at, len)) {
			char *path = xstrndup(at, len);

			buf_printf(&looked, "%s%s", looked.len ? ", " : "", path);
			ok = add_file(files, path, false, err);
			free(path);
		}
		at += len;
		if (!*at)
			break;
	}
	files->looked_at = buf_take(&looked);
	return ok;
}

bool kubeconfig_files_load(
	struct kubeconfig_files *files, const char *explicit_path, struct error *err)
{
	const char *list = getenv("KUBECONFIG"), *home = getenv("HOME");
	bool ok;

	*files = (struct kubeconfig_files){ 0 };
	if (explicit_path && *explicit_path) {
		files->looked_at = xstrdup(explicit_path);
		ok = add_file(files, explicit_path, true, err);
	} else if (list && *list) {
		ok = add_list(files, list, err);
	} else if (home && *home) {
		files->looked_at = xasprintf("%s/.kube/config", home);
		ok = add_file(files, files->looked_at, false, err);
	} else {
		files->looked_at = xstrdup("nothing: neither KUBECONFIG nor HOME is set");
		ok = true;
	}
	if (!ok)
		kubeconfig_files_release(files);
	return ok;
}

void kubeconfig_files_release(struct kubeconfig_files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		free(files->items[i].path);
		yaml_release(&files->items[i].yaml);
	}
	free(files->items);
	free(files->looked_at);
	*files = (struct kubeconfig_files){ 0 };
}

static bool is_null(const struct yaml_node *node)
{
	return node->kind == YAML_SCALAR && node->plain
		&& (!*node->value || strcmp(node->value, "~") == 0
			|| strcasecmp(node->value, "null") == 0);
}

bool kubeconfig_string(const struct kubeconfig_file *file, const struct yaml_node *map,
	const char *key, const char **out, struct error *err)
{
	const struct yaml_node *node = map ? yaml_get(map, key) : NULL;

	*out = NULL;
	if (!node || is_null(node))
		return true;
	if (node->kind != YAML_SCALAR)
		return error_set(err, ERROR_CONFIG, "%s:%d:%d: %s must be a string", file->path,
			node->line, node->column, key);
	if (*node->value)
		*out = node->value;
	return true;
}

bool kubeconfig_bool(const struct kubeconfig_file *file, const struct yaml_node *map,
	const char *key, bool *out, struct error *err)
{
	static const char *const yes[] = { "true", "yes", "on", "y" },
				 *const no[] = { "false", "no", "off", "n" };
	const struct yaml_node *node = map ? yaml_get(map, key) : NULL;

	*out = false;
	if (!node || is_null(node))
		return true;
	for (size_t i = 0; node->kind == YAML_SCALAR && node->plain && i < ARRAY_LEN(yes); i++) {
		*out = strcasecmp(node->value, yes[i]) == 0;
		if (*out || strcasecmp(node->value, no[i]) == 0)
			return true;
	}
	return error_set(err, ERROR_CONFIG, "%s:%d:%d: %s must be true or false", file->path,
		node->line, node->column, key);
}

char *kubeconfig_path(const struct kubeconfig_file *file, const char *path)
{
	const char *slash = file ? strrchr(file->path, '/') : NULL;

	if (*path == '/' || !slash)
		return xstrdup(path);
	return xasprintf("%.*s%s", (int)(slash - file->path + 1), file->path, path);
}

bool kubeconfig_current_context(
	const struct kubeconfig_files *files, const char **name, struct error *err)
{
	*name = NULL;
	for (size_t i = 0; i < files->n && !*name; i++)
		if (!kubeconfig_string(
			    &files->items[i], files->items[i].root, "current-context", name, err))
			return false;
	return true;
}

/* Looks in one file; a name that occurs twice there is an error, as with kubectl. */
static bool find_in(const struct kubeconfig_file *file, const char *list, const char *key,
	const char *name, struct kubeconfig_entry *entry, struct error *err)
{
	const struct yaml_node *items = file->root ? yaml_get(file->root, list) : NULL;
	const char *have;

	if (!items || is_null(items))
		return true;
	if (items->kind != YAML_SEQUENCE)
		return error_set(err, ERROR_CONFIG, "%s:%d:%d: %s must be a list", file->path,
			items->line, items->column, list);
	for (size_t i = 0; i < items->n; i++) {
		const struct yaml_node *item = items->items[i];

		if (item->kind != YAML_MAPPING)
			return error_set(err, ERROR_CONFIG,
				"%s:%d:%d: an entry of %s must be a mapping with a name",
				file->path, item->line, item->column, list);
		if (!kubeconfig_string(file, item, "name", &have, err))
			return false;
		if (!have || strcmp(have, name) != 0)
			continue;
		if (entry->file)
			return error_set(err, ERROR_CONFIG,
				"%s:%d:%d: %s has a second entry named \"%s\"", file->path,
				item->line, item->column, list, name);
		*entry = (struct kubeconfig_entry){ .file = file, .body = yaml_get(item, key) };
	}
	return true;
}

bool kubeconfig_find(const struct kubeconfig_files *files, const char *list, const char *key,
	const char *name, struct kubeconfig_entry *entry, struct error *err)
{
	*entry = (struct kubeconfig_entry){ 0 };
	for (size_t i = 0; i < files->n && !entry->file; i++)
		if (!find_in(&files->items[i], list, key, name, entry, err))
			return false;
	if (entry->body && is_null(entry->body))
		entry->body = NULL;
	if (entry->body && entry->body->kind != YAML_MAPPING)
		return error_set(err, ERROR_CONFIG, "%s:%d:%d: %s of \"%s\" must be a mapping",
			entry->file->path, entry->body->line, entry->body->column, key, name);
	return true;
}
