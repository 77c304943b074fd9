/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "tap.h"

/* The cases in tests/record: NAME.jsonl is a journal, NAME.json the snapshot of it, NAME.txt its
 * plain lines. UPDATE_GOLDEN=1 writes what is seen in place of what was expected. */

static inline char *case_path(const char *name, const char *ext)
{
	const char *srcdir = getenv("srcdir");

	return xasprintf("%s/tests/record/%s.%s", srcdir ? srcdir : ".", name, ext);
}

static inline char *case_read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	struct buf text;
	char chunk[4096];
	size_t got;

	buf_init(&text, 0);
	while (f && (got = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_add(&text, chunk, got);
	if (f)
		fclose(f);
	if (len)
		*len = text.len;
	return buf_take(&text);
}

static inline char *case_read(const char *name, const char *ext, size_t *len)
{
	char *path = case_path(name, ext), *text = case_read_file(path, len);

	free(path);
	return text;
}

static inline void case_write_file(const char *path, const char *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	if (!f)
		abort();
	fwrite(bytes, 1, len, f);
	fclose(f);
}

static inline void case_golden(const char *name, const char *ext, const char *seen)
{
	char *path = case_path(name, ext), *expected;

	if (getenv("UPDATE_GOLDEN"))
		case_write_file(path, seen, strlen(seen));
	expected = case_read_file(path, NULL);
	is_str(seen, expected, path);
	free(expected);
	free(path);
}

/* A new empty folder; to remove with its files by case_remove(). */
static inline char *case_folder(void)
{
	const char *tmp = getenv("TMPDIR");
	char *path = xasprintf("%s/ksettle-test-XXXXXX", tmp && *tmp ? tmp : "/tmp");

	if (!mkdtemp(path))
		abort();
	return path;
}

static inline void case_remove(char *folder)
{
	char *command = xasprintf("rm -rf '%s'", folder);

	if (system(command) != 0)
		printf("# cannot remove %s\n", folder);
	free(command);
	free(folder);
}

/* The same sequence on every machine. */
static inline unsigned case_random(unsigned *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static const char *const cases[] = { "shop", "order", "hostile", "parallel", "helm" };
