/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct error;

/* Appends a whole regular file (or "-": standard input) to out, at most out->max bytes. Sentences
 * name the file: ERROR_IO when it cannot be read, ERROR_LIMIT when it is too large. */
bool file_read(const char *path, struct buf *out, struct error *err);

/* The descriptor to read it from ("-": standard input), which file_close() closes unless that is
 * what it is; -1 with a sentence. */
int file_open(const char *path, struct error *err);
void file_close(int fd);

/* read(), which waits out what is no failure: a signal, or a descriptor that does not block. */
ptrdiff_t file_read_some(int fd, char *out, size_t size);

/* Appends what a descriptor still gives; name is for sentences. */
bool file_read_rest(int fd, const char *name, struct buf *out, struct error *err);

/* Writes a file so that a reader sees the old one or the whole new one, never half: a temporary
 * file in the same folder (0600, O_EXCL, O_NOFOLLOW), fsync, rename. */
bool file_replace(const char *path, const void *bytes, size_t len, struct error *err);

/* The path of a name in the folder of the running program, where that can be read: how a program
 * that was built but not installed finds its data. Never the current folder: whoever made that has
 * no say. To free(); NULL: there is none. */
char *file_beside_program(const char *name);
