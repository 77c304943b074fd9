/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct error;

/* Octopus' configuration language as a tree with positions. Lines and columns count from 1, columns
 * in characters. Strings are owned by the tree. */
enum ocl_kind {
	OCL_STRING,
	OCL_NUMBER, /* text holds it as it was written */
	OCL_BOOL,
	OCL_NULL,
	OCL_LIST, /* items, without names */
	OCL_MAP, /* items, each with its key as name */
	OCL_CALL, /* text(items) */
	OCL_BLOCK, /* name "label"… { items }: attributes and blocks in their order */
};

struct ocl_node {
	enum ocl_kind kind;
	char *name; /* of an attribute, a key or a block; NULL inside a list */
	int line, column; /* of the name, else of the value */
	char *text; /* string, number, call: NUL-terminated, valid UTF-8 */
	bool truth;
	char **labels;
	size_t nlabels;
	struct ocl_node **items;
	size_t n, cap;
};

/* Parses a document into a nameless block. One sentence "file:line:column: what" on failure.
 * Refused: invalid UTF-8 and NUL, the same attribute or key twice in one place, nesting deeper than
 * 50, more than 4 MiB or 100,000 values. NULL: err is set. */
struct ocl_node *ocl_parse(const char *text, size_t len, const char *file, struct error *err);
void ocl_free(struct ocl_node *node);

/* The attribute, key or first block of that name; NULL: none, or node is NULL. Borrowed. */
const struct ocl_node *ocl_get(const struct ocl_node *node, const char *name);
/* Its string; NULL: no such attribute, or it is no string. */
const char *ocl_text(const struct ocl_node *node, const char *name);
/* false unless it is true, or a string that says so. */
bool ocl_true(const struct ocl_node *node, const char *name);
