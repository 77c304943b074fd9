/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "import/import.h"
#include "manifest/manifest.h"

/* What was found in a folder and below it. Paths are relative to where the search began, "" is that
 * folder itself. Strings are owned. Internal to init. */
enum place_kind { PLACE_MANIFESTS, PLACE_CHART, PLACE_KUSTOMIZATION };

struct place_file {
	char *name;
	struct manifests objects;
	bool used; /* a kustomization has it */
	bool twin; /* an earlier file has the same object */
};

struct place {
	enum place_kind kind;
	char *path;
	struct place_file *files; /* of manifests, by name */
	size_t n, cap;
	size_t others; /* files that look like manifests by their names, and are none */
	bool has_jobs;
	bool unfit; /* a chart or kustomization that cannot be deployed by itself */
	/* of a chart */
	char *chart, *version;
	bool library, needs_build; /* no application; its dependencies are to be fetched */
	char **values; /* values files beside values.yaml */
	size_t nvalues, values_cap;
	/* of a kustomization: the folders that it names, and whether another one names it */
	char **uses;
	size_t nuses, uses_cap;
	bool used;
};

struct found {
	struct place *items; /* by path */
	size_t n, cap;
	struct remarks remarks;
};

/* Looks through the folder: at most 5,000 entries, 8 folders deep, nothing behind a link, no hidden
 * folders and no node_modules. What it could not read or did not look at is in the remarks. */
void init_find(struct found *found, const char *folder);
void found_release(struct found *found);
