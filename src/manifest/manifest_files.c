/* SPDX-License-Identifier: Apache-2.0 */
/* Where manifests come from: files, folders, globs and standard input. */
#include "manifest/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/xalloc.h"
#include "manifest/manifest.h"

/* Who gets the files, and where relative paths start. */
struct visit {
	manifest_stream_fn *fn;
	void *arg;
	const char *base;
	bool deep; /* folders with their subfolders */
	struct errors *errs;
};

struct names {
	char **items;
	size_t n, cap;
};

static void add_name(struct names *names, char *name)
{
	VEC_GROW(names->items, names->n, names->cap);
	names->items[names->n++] = name;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void release_names(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->items[i]);
	free(names->items);
}

/* The path to open for one that was given. To free(). */
static char *locate(const char *path, const char *base)
{
	if (!base || path[0] == '/')
		return xstrdup(path);
	return xasprintf("%s/%s", base, path);
}

/* A pipe of our own caller's shell, "<(helm template .)", is as good as a file. */
static bool is_own_descriptor(const char *path)
{
	return strncmp(path, "/dev/fd/", 8) == 0 || strncmp(path, "/proc/self/fd/", 14) == 0 ||
	       strcmp(path, "/dev/stdin") == 0;
}

/* A descriptor of our shell's may be a pipe; any other pipe may never end. -1 with a sentence. */
static int open_one(const char *path, struct error *err)
{
	struct stat st;
	int fd;

	if (strcmp(path, "-") == 0 || stat(path, &st) != 0 || S_ISREG(st.st_mode) ||
		S_ISDIR(st.st_mode))
		return file_open(path, err);
	if (!S_ISFIFO(st.st_mode)) {
		error_set(err, ERROR_IO, "%s: is not a regular file", path);
		return -1;
	}
	if (!is_own_descriptor(path)) {
		error_set(err, ERROR_IO,
			"%s: is a pipe, which may never end: give it as standard input (-f -)",
			path);
		return -1;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		error_set(err, ERROR_IO, "%s: cannot be read: %s", path, strerror(errno));
	return fd;
}

static bool visit_file(const struct visit *v, const char *file)
{
	char *path = strcmp(file, "-") == 0 ? xstrdup(file) : locate(file, v->base);
	struct error err = { 0 };
	int fd = open_one(path, &err);
	bool good = fd >= 0 ? v->fn(v->arg, fd, file, v->errs) : errors_add_error(v->errs, &err);

	file_close(fd);
	free(path);
	return good;
}

static bool visit_names(const struct visit *v, struct names *names)
{
	bool good = true;

	/* By bytes, not by the locale: everybody applies in the same order. */
	if (names->n)
		qsort(names->items, names->n, sizeof(*names->items), compare_names);
	for (size_t i = 0; i < names->n; i++)
		good = visit_file(v, names->items[i]) && good;
	return good;
}

static bool has_manifest_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot &&
		(strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0 ||
			strcmp(dot, ".json") == 0);
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Not one that a link leads to: it may lead back. */
static bool is_subfolder(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The manifests of one folder, or of all below it; false with a sentence when one cannot be read.
 */
static bool find_in_folder(const struct visit *v, const char *given, struct names *names)
{
	char *path = locate(given, v->base);
	size_t len = strlen(given);
	const char *slash = len && given[len - 1] == '/' ? "" : "/";
	DIR *dir = opendir(path);
	bool good = dir ||
		errors_add(v->errs, ERROR_IO, "%s: cannot be read: %s", given, strerror(errno));

	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		char *name = xasprintf("%s%s%s", given, slash, entry->d_name);
		char *full = locate(name, v->base);
		bool dots = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;

		if (v->deep && !dots && is_subfolder(full))
			good = find_in_folder(v, name, names) && good;
		if (has_manifest_name(entry->d_name) && !is_folder(full))
			add_name(names, name);
		else
			free(name);
		free(full);
	}
	if (dir)
		closedir(dir);
	free(path);
	return good;
}

static bool visit_folder(const struct visit *v, const char *given)
{
	struct names names = { 0 };
	bool good = find_in_folder(v, given, &names);

	if (good && names.n == 0)
		good = errors_add(v->errs, ERROR_CONFIG,
			"%s: no .yaml, .yml or .json file in this folder%s", given,
			v->deep ? " or below it" : " (subfolders are not looked at)");
	else
		good = visit_names(v, &names) && good;
	release_names(&names);
	return good;
}

/* base/pattern, where only the pattern's characters have a meaning. To free(). */
static char *locate_pattern(const char *pattern, const char *base, size_t *prefix)
{
	struct buf out;

	*prefix = 0;
	if (!base || pattern[0] == '/')
		return xstrdup(pattern);
	buf_init(&out, 0);
	for (const char *c = base; *c; c++) {
		if (strchr("*?[]\\", *c))
			buf_addch(&out, '\\');
		buf_addch(&out, *c);
	}
	buf_addch(&out, '/');
	buf_addstr(&out, pattern);
	*prefix = strlen(base) + 1;
	return buf_take(&out);
}

static bool visit_glob(const struct visit *v, const char *pattern)
{
	struct names names = { 0 };
	glob_t found = { 0 };
	size_t prefix;
	char *path = locate_pattern(pattern, v->base, &prefix);
	bool good;

	if (glob(path, GLOB_NOSORT, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			if (!is_folder(found.gl_pathv[i]))
				add_name(&names, xstrdup(found.gl_pathv[i] + prefix));
	globfree(&found);
	if (names.n == 0)
		good = errors_add(v->errs, ERROR_CONFIG, "%s: matches no file", pattern);
	else
		good = visit_names(v, &names);
	release_names(&names);
	free(path);
	return good;
}

static bool visit_stdin(const struct visit *v)
{
	static bool was_read;

	if (was_read)
		return errors_add(v->errs, ERROR_USAGE, "standard input (-) can be read only once");
	was_read = true;
	return visit_file(v, "-");
}

bool manifest_files_open_each(const char *path, const char *base, bool deep,
	manifest_stream_fn *fn, void *arg, struct errors *errs)
{
	const struct visit v = { fn, arg, base, deep, errs };
	bool exists, folder;
	struct stat st;
	char *full;

	if (strcmp(path, "-") == 0)
		return visit_stdin(&v);
	if (strncmp(path, "http://", 7) == 0 || strncmp(path, "https://", 8) == 0)
		return errors_add(errs, ERROR_USAGE,
			"%s: manifests are not fetched: download it first", path);
	full = locate(path, base);
	exists = stat(full, &st) == 0;
	folder = exists && S_ISDIR(st.st_mode);
	free(full);
	if (folder)
		return visit_folder(&v, path);
	/* A file may have a name that looks like a glob. */
	if (!exists && strpbrk(path, "*?["))
		return visit_glob(&v, path);
	return visit_file(&v, path);
}

struct text_reader {
	manifest_text_fn *fn;
	void *arg;
};

static bool read_text(void *arg, int fd, const char *file, struct errors *errs)
{
	const struct text_reader *to = arg;
	struct error err = { 0 };
	struct buf text;
	bool good;

	buf_init(&text, 0);
	if (file_read_rest(fd, strcmp(file, "-") == 0 ? "standard input" : file, &text, &err))
		good = to->fn(to->arg, buf_str(&text), text.len, file, errs);
	else
		good = errors_add_error(errs, &err);
	buf_release(&text);
	return good;
}

bool manifest_files_each(const char *path, const char *base, bool deep, manifest_text_fn *fn,
	void *arg, struct errors *errs)
{
	struct text_reader to = { fn, arg };

	return manifest_files_open_each(path, base, deep, read_text, &to, errs);
}

static bool parse_text(
	void *arg, const char *text, size_t len, const char *file, struct errors *errs)
{
	return manifests_parse(arg, text, len, file, errs);
}

bool manifests_load(struct manifests *list, const char *path, const char *base, struct errors *errs)
{
	return manifest_files_each(path, base, false, parse_text, list, errs);
}

bool manifests_load_deep(struct manifests *list, const char *path, struct errors *errs)
{
	return manifest_files_each(path, NULL, true, parse_text, list, errs);
}
