/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files in, whole files out. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xalloc.h"

ptrdiff_t file_read_some(int fd, char *out, size_t size)
{
	ssize_t n;

	while ((n = read(fd, out, size)) < 0) {
		if (errno == EAGAIN)
			poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, -1);
		else if (errno != EINTR)
			break;
	}
	return n;
}

bool file_read_rest(int fd, const char *name, struct buf *out, struct error *err)
{
	char chunk[16384];
	ptrdiff_t n;

	while ((n = file_read_some(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0)
			return error_set(
				err, ERROR_IO, "%s: cannot be read: %s", name, strerror(errno));
		if (!buf_add(out, chunk, (size_t)n))
			return error_set(err, ERROR_LIMIT, "%s: larger than %zu MiB", name,
				(out->max ? out->max : BUF_MAX) >> 20);
	}
	return true;
}

int file_open(const char *path, struct error *err)
{
	struct stat st;
	int fd;

	if (strcmp(path, "-") == 0)
		return STDIN_FILENO;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		error_set(err, ERROR_IO, "%s: %s", path,
			errno == ENOENT ? "there is no such file" : strerror(errno));
	} else if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		error_set(err, ERROR_IO, "%s: is a folder, not a file", path);
		close(fd);
		fd = -1;
	}
	return fd;
}

void file_close(int fd)
{
	if (fd > STDIN_FILENO)
		close(fd);
}

bool file_read(const char *path, struct buf *out, struct error *err)
{
	int fd = file_open(path, err);
	bool ok = fd >= 0 &&
		file_read_rest(fd, strcmp(path, "-") == 0 ? "standard input" : path, out, err);

	file_close(fd);
	return ok;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

bool file_replace(const char *path, const void *bytes, size_t len, struct error *err)
{
	char *temporary = xasprintf("%s.%ld.tmp", path, (long)getpid());
	struct stat st;
	bool ok = false;
	int fd;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		free(temporary);
		return error_set(err, ERROR_IO, "%s: is not a regular file", path);
	}
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0) {
		ok = write_all(fd, bytes, len) && fsync(fd) == 0;
		ok = close(fd) == 0 && ok && rename(temporary, path) == 0;
	}
	if (!ok)
		error_set(err, ERROR_IO, "%s: cannot be written: %s", path, strerror(errno));
	if (!ok && fd >= 0)
		unlink(temporary);
	free(temporary);
	return ok;
}

char *file_beside_program(const char *name)
{
	char path[PATH_MAX], *slash, *found;
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (len <= 0)
		return NULL;
	path[len] = '\0';
	slash = strrchr(path, '/');
	found = xasprintf("%.*s/%s", (int)(slash - path), path, name);
	if (access(found, R_OK) == 0)
		return found;
	free(found);
	return NULL;
}
