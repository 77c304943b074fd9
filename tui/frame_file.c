/* SPDX-License-Identifier: Apache-2.0 */
/* Where curses writes its frames. */
#include "tui/frame_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"

FILE *frame_file_open(void)
{
	char name[] = "/tmp/ksettle-XXXXXX";
	int fd = memfd_create("frame", MFD_CLOEXEC);

	if (fd < 0 && (fd = mkostemp(name, O_CLOEXEC)) >= 0)
		unlink(name);
	return fd >= 0 ? fdopen(fd, "w+") : NULL;
}

void frame_file_take(FILE *file, struct buf *out)
{
	int fd = fileno(file);
	off_t size = lseek(fd, 0, SEEK_END);
	char block[16384];

	for (off_t at = 0; at < size;) {
		ssize_t n = pread(fd, block, sizeof(block), at);

		if (n <= 0)
			break;
		buf_add(out, block, (size_t)n);
		at += n;
	}
	if (ftruncate(fd, 0) == 0)
		lseek(fd, 0, SEEK_SET);
}
