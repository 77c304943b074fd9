/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct error;

/* Appends a whole regular file (or "-": standard input) to out, at most out->max bytes. Sentences
 * name the file: ERROR_IO when it cannot be read, ERROR_LIMIT when it is too large. */
bool file_read(const char *path, struct buf *out, struct error *err);

/* Writes a file so that a reader sees the old one or the whole new one, never half: a temporary
 * file in the same folder (0600, O_EXCL, O_NOFOLLOW), fsync, rename. */
bool file_replace(const char *path, const void *bytes, size_t len, struct error *err);

/* The path of a name in the folder of the running program, where that can be read: how a program
 * that was built but not installed finds its data. Never the current folder: whoever made that has
 * no say. To free(); NULL: there is none. */
char *file_beside_program(const char *name);
