/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* A file as a row of bytes that knows where it stands. It is read as it is asked for, and what was
 * read is kept only while somebody may want to read it again. */
struct input {
	int fd;
	const char *name;
	int line, column; /* of the next byte; from 1, columns in characters */
	struct buf kept;  /* since input_keep(); reading on may pass its maximum: then it is
			     `full`, and no more is kept */
	struct error err; /* set when the descriptor cannot be read: then it is at its end */
	size_t at, n;
	char chunk[65536];
};

/* name is borrowed. A byte order mark at the start is skipped. */
void input_init(struct input *in, int fd, const char *name);
void input_release(struct input *in);

int input_peek(struct input *in); /* -1 at the end */
int input_next(struct input *in);
int input_ahead(struct input *in, size_t i); /* the byte i behind the next; i is small */

/* From here on; at most max bytes. */
void input_keep(struct input *in, size_t max);
