/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct errors;

/* What a path names: a file, a folder's .yaml, .yml and .json files, a glob, or "-" (standard
 * input), as manifests_load() says; deep: a folder's subfolders, too. Both return whether fn was true for all of the files and every
 * one could be read. */

/* Calls fn for each file's text. */
typedef bool manifest_text_fn(
	void *arg, const char *text, size_t len, const char *file, struct errors *errs);
bool manifest_files_each(const char *path, const char *base, bool deep, manifest_text_fn *fn,
	void *arg, struct errors *errs);

/* Calls fn with an open descriptor of each, which stays ours. */
typedef bool manifest_stream_fn(void *arg, int fd, const char *file, struct errors *errs);
bool manifest_files_open_each(const char *path, const char *base, bool deep,
	manifest_stream_fn *fn, void *arg, struct errors *errs);
