/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* A plan made of something else, and what is to be said of it. Strings are owned; zero it before
 * use. */
struct import_file {
	char *path; /* relative to the plan's folder */
	struct buf text;
	bool is_template; /* it is written as path.in: variables in it are to be replaced */
};

/* What could not be carried over, or is done in another way. */
struct remark {
	bool left_out; /* else a note: nothing is lost */
	int line, column; /* in what was read */
	char *text; /* display text, one line */
};

struct remarks {
	struct remark *items;
	size_t n, cap;
};

struct import {
	struct buf plan;
	struct import_file *files;
	size_t nfiles, files_cap;
	struct remarks remarks;
	size_t steps; /* of the plan, without those that stand in comments */
};

void import_release(struct import *import);

/* Of ASCII, whatever the locale: the names of a plan's parts are the same for everybody. */
static inline bool is_ascii_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool is_ascii_alnum(char c)
{
	return is_ascii_letter(c) || (c >= '0' && c <= '9');
}

void remark_add(struct remarks *list, bool left_out, int line, int column, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
void remarks_release(struct remarks *list);
/* Moves all of `from` behind those of `into`. */
void remarks_move(struct remarks *into, struct remarks *from);

/* An empty file of that name, or of it with a number where it is taken. Its path stays valid; the
 * pointer does until the next file is added. */
struct import_file *import_add_file(
	struct import *import, const char *folder, const char *name, const char *extension);

/* Text as comment lines of at most 100 columns, "# " before each, "#   " before what continues. The
 * text becomes display text that YAML can hold. */
void comment_add(struct buf *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Lines of YAML, each behind "# ". */
void comment_out(struct buf *out, const char *lines);
