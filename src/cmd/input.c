/* SPDX-License-Identifier: Apache-2.0 */
/* A file as a row of bytes that knows where it stands. */
#include "cmd/input.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"

#define BOM "\xef\xbb\xbf"

/* At least `need` bytes are there, or all that will come. */
static void fill(struct input *in, size_t need)
{
	memmove(in->chunk, in->chunk + in->at, in->n - in->at);
	in->n -= in->at;
	in->at = 0;
	while (in->n < need && !in->err.code) {
		ptrdiff_t n = file_read_some(in->fd, in->chunk + in->n, sizeof(in->chunk) - in->n);

		if (n < 0)
			error_set(&in->err, ERROR_IO, "%s: cannot be read: %s", in->name,
				strerror(errno));
		if (n <= 0)
			return;
		in->n += (size_t)n;
	}
}

void input_init(struct input *in, int fd, const char *name)
{
	in->fd = fd;
	in->name = name;
	in->line = in->column = 1;
	in->at = in->n = 0;
	error_clear(&in->err);
	buf_init(&in->kept, 0);
	in->kept.full = true; /* nobody has asked for it */
	fill(in, strlen(BOM));
	if (in->n >= strlen(BOM) && memcmp(in->chunk, BOM, strlen(BOM)) == 0)
		in->at = strlen(BOM);
}

void input_release(struct input *in)
{
	buf_release(&in->kept);
}

int input_peek(struct input *in)
{
	if (in->at == in->n)
		fill(in, 1);
	return in->at < in->n ? (unsigned char)in->chunk[in->at] : -1;
}

int input_ahead(struct input *in, size_t i)
{
	if (in->n - in->at <= i)
		fill(in, i + 1);
	return in->n - in->at > i ? (unsigned char)in->chunk[in->at + i] : -1;
}

int input_next(struct input *in)
{
	int c = input_peek(in);

	if (c < 0)
		return c;
	in->at++;
	if (c == '\n') {
		in->line++;
		in->column = 1;
	} else if ((c & 0xc0) != 0x80) {
		in->column++;
	}
	if (!in->kept.full)
		buf_addch(&in->kept, (char)c);
	return c;
}

void input_keep(struct input *in, size_t max)
{
	buf_release(&in->kept);
	buf_init(&in->kept, max);
}
