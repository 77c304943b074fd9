/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct errors;

/* Reads what a path names (a file, a folder's .yaml, .yml and .json files, a glob, or "-") as
 * manifests_load() says, and calls fn for each file's text. Returns whether fn was true for all of
 * them and every file could be read. */
typedef bool manifest_text_fn(
	void *arg, const char *text, size_t len, const char *file, struct errors *errs);
bool manifest_files_each(
	const char *path, const char *base, manifest_text_fn *fn, void *arg, struct errors *errs);
