/* SPDX-License-Identifier: Apache-2.0 */
/* A folder for secrets on their way to a child process. */
#include "base/private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/xalloc.h"

static char *make_below(const char *parent)
{
	char *folder;

	if (!parent || parent[0] != '/')
		return NULL;
	folder = xasprintf("%s/ksettle-XXXXXX", parent);
	if (mkdtemp(folder))
		return folder;
	free(folder);
	return NULL;
}

char *private_folder(struct error *err)
{
	char *folder = make_below(getenv("XDG_RUNTIME_DIR"));

	folder = folder ? folder : make_below(getenv("TMPDIR"));
	folder = folder ? folder : make_below("/tmp");
	if (!folder)
		error_set(err, ERROR_IO, "cannot make a private folder in /tmp: %s",
			strerror(errno));
	return folder;
}

bool private_write(
	const char *folder, const char *name, const void *bytes, size_t len, struct error *err)
{
	char *path = xasprintf("%s/%s", folder, name);
	bool ok = file_replace(path, bytes, len, err);

	free(path);
	return ok;
}

void private_remove(const char *folder)
{
	DIR *dir = folder ? opendir(folder) : NULL;
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	if (folder)
		rmdir(folder);
}
