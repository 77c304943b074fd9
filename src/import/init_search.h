/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "import/init_find.h"

struct dirent;
struct error;

/* A folder that is looked through. Paths are relative to root. Internal to init. */
struct search {
	struct found *found;
	const char *root;
	size_t entries;
	bool full; /* said */
};

/* A folder's entries by name, but hidden ones and node_modules. */
struct listing {
	struct dirent **items;
	int n;
};

char *search_join(const char *folder, const char *name); /* to free() */
char *search_locate(const struct search *s, const char *path); /* to open; to free() */
void search_remark(struct search *s, const char *text);
bool search_read(const struct search *s, const char *path, struct buf *text, struct error *err);
bool search_is_manifest(const char *name); /* .yaml, .yml, .json */
/* Without hidden ones and node_modules; a folder that cannot be read is empty, and said. */
struct listing search_list(struct search *s, const char *path);
void listing_release(struct listing *l);

void place_read_chart(struct search *s, struct place *p, const struct listing *l);
void place_read_kustomization(struct search *s, struct place *p, const char *name);
