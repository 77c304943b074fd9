/* SPDX-License-Identifier: Apache-2.0 */
/* Plans that were made, on the disk: never over what is there. */
#include "cmd/plan_files.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/xalloc.h"
#include "import/import.h"

/* "out" of "out/plan.yaml". To free(). */
static char *folder_of(const char *path)
{
	char *copy = xstrdup(path), *folder = xstrdup(dirname(copy));

	free(copy);
	return folder;
}

static char *path_of(const char *folder, const struct import_file *file)
{
	return xasprintf("%s%s%s%s", strcmp(folder, ".") == 0 ? "" : folder,
		strcmp(folder, ".") == 0 ? "" : "/", file->path, file->is_template ? ".in" : "");
}

static bool check_absent(const char *path, struct error *err)
{
	struct stat st;

	return lstat(path, &st) != 0 ||
		error_set(err, ERROR_USAGE,
			"%s: is there already, and was left as it is; --force replaces it", path);
}

static bool check_all_absent(
	const struct import *import, const char *file, const char *folder, struct error *err)
{
	bool good = check_absent(file, err);

	for (size_t i = 0; good && i < import->nfiles; i++) {
		char *path = path_of(folder, &import->files[i]);

		good = check_absent(path, err);
		free(path);
	}
	return good;
}

static bool make_folder(const char *path, struct error *err)
{
	if (mkdir(path, 0777) == 0 || errno == EEXIST)
		return true;
	return error_set(err, ERROR_IO, "%s: the folder cannot be made: %s", path, strerror(errno));
}

/* Everybody's to read, as far as the umask goes: others work on it, too. */
static bool write_file(const char *path, const struct buf *text, struct error *err)
{
	mode_t mask = umask(0);

	umask(mask);
	if (!file_replace(path, buf_str(text), text->len, err))
		return false;
	chmod(path, 0666 & ~mask);
	printf("%s\n", path);
	return true;
}

static bool write_beside(const char *folder, const struct import_file *file, struct error *err)
{
	char *path = path_of(folder, file), *inner = folder_of(path);
	bool good = make_folder(inner, err) && write_file(path, &file->text, err);

	free(inner);
	free(path);
	return good;
}

bool plan_files_write(const struct import *import, const char *file, bool force, struct error *err)
{
	char *folder = folder_of(file);
	bool good = force || check_all_absent(import, file, folder, err);

	good = good && make_folder(folder, err);
	for (size_t i = 0; good && i < import->nfiles; i++)
		good = write_beside(folder, &import->files[i], err);
	good = good && write_file(file, &import->plan, err);
	free(folder);
	return good;
}
