/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/yaml.h"

struct error;

/* The kubeconfig files of one run, in their order. Among entries of one name the
 * first file's wins as a whole; nothing of a later one is mixed in. */
struct kubeconfig_file {
	char *path;
	struct yaml yaml;
	const struct yaml_node *root; /* NULL: empty */
};

struct kubeconfig_files {
	struct kubeconfig_file *items;
	size_t n, cap;
	char *looked_at; /* the paths, for "no kubeconfig found (looked at …)" */
};

/* One entry of clusters, users or contexts. file NULL: there is none of that name. */
struct kubeconfig_entry {
	const struct kubeconfig_file *file;
	const struct yaml_node *body; /* NULL: the entry has none */
};

/* --kubeconfig alone, else KUBECONFIG, else ~/.kube/config. Missing files are
 * skipped, except an explicit one. false: nothing to release. */
bool kubeconfig_files_load(
	struct kubeconfig_files *files, const char *explicit_path, struct error *err);
void kubeconfig_files_release(struct kubeconfig_files *files);

/* The first current-context that is not empty; NULL if there is none. */
bool kubeconfig_current_context(
	const struct kubeconfig_files *files, const char **name, struct error *err);
/* `list` is "clusters", `key` "cluster". false only for a file that is wrong. */
bool kubeconfig_find(const struct kubeconfig_files *files, const char *list, const char *key,
	const char *name, struct kubeconfig_entry *entry, struct error *err);

/* Fields of an entry's body. *out is NULL or false where the field is absent, null or
 * empty; false with "FILE:LINE:COLUMN: …" where it has the wrong type. */
bool kubeconfig_string(const struct kubeconfig_file *file, const struct yaml_node *map,
	const char *key, const char **out, struct error *err);
bool kubeconfig_bool(const struct kubeconfig_file *file, const struct yaml_node *map,
	const char *key, bool *out, struct error *err);
/* The path as written in that file, made relative to the file's folder; to free(). */
char *kubeconfig_path(const struct kubeconfig_file *file, const char *path);

/* The whole of a small file, pipes included; to free(). NULL with "WHAT PATH: …"; *missing
 * tells that there is no such file, and may be NULL. */
char *kubeconfig_read(
	const char *what, const char *path, size_t *len, bool *missing, struct error *err);
