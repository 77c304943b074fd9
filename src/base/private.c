/* SPDX-License-Identifier: Apache-2.0 */
/* A folder for secrets on their way to a child process. */
#include "base/private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/xalloc.h"

#define OURS "/proc/%d/fd/"

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

static bool write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno != EINTR)
			return false;
		bytes += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* Into memory that ends with us, and the path by which our children open it: whatever ends us, no
 * secret is left behind. False: that cannot be had here. */
static bool link_memory(const char *path, const void *bytes, size_t len)
{
	int fd = memfd_create("private", MFD_CLOEXEC);
	char *target = xasprintf(OURS "%d", (int)getpid(), fd);
	bool ok = fd >= 0 && fchmod(fd, 0600) == 0 && write_all(fd, bytes, len) &&
		access(target, R_OK) == 0 && symlink(target, path) == 0;

	if (!ok && fd >= 0)
		close(fd);
	free(target);
	return ok;
}

/* The other end of link_memory(). */
static void close_memory(int folder, const char *name)
{
	char target[64];
	ssize_t n = readlinkat(folder, name, target, sizeof(target) - 1);
	int pid, fd;

	target[n > 0 ? n : 0] = '\0';
	if (sscanf(target, OURS "%d", &pid, &fd) == 2 && pid == (int)getpid())
		close(fd);
}

bool private_write(
	const char *folder, const char *name, const void *bytes, size_t len, struct error *err)
{
	char *path = xasprintf("%s/%s", folder, name);
	bool ok = link_memory(path, bytes, len) || file_replace(path, bytes, len, err);

	free(path);
	return ok;
}

void private_remove(const char *folder)
{
	DIR *dir = folder ? opendir(folder) : NULL;
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
			close_memory(dirfd(dir), entry->d_name);
			unlinkat(dirfd(dir), entry->d_name, 0);
		}
	if (dir)
		closedir(dir);
	if (folder)
		rmdir(folder);
}
