/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Cuts the elements of the top-level "items" array out of a JSON list as its bytes arrive, at any
 * chunking; of the rest it keeps the top-level "metadata" object's text (continue,
 * remainingItemCount, resourceVersion). Holds one item at a time, never the list. Works on bytes:
 * what is inside an item is the parser's. Limits: an item of 8 MiB (larger: dropped whole and
 * reported with item = NULL), nesting of 200. */
struct splitter {
	void (*item)(void *arg, const char *bytes, size_t len); /* bytes NULL: one too large */
	void *arg;
	struct buf current, metadata;
	/* the rest is splitter.c's own */
	int state, depth, skipping;
	bool in_string, escaped, ended, failed;
	struct buf key;
};

void splitter_init(
	struct splitter *s, void (*item)(void *arg, const char *bytes, size_t len), void *arg);
void splitter_release(struct splitter *s);
bool splitter_feed(struct splitter *s, const char *bytes, size_t len, struct error *err);
bool splitter_end(
	struct splitter *s, struct error *err); /* false: the list was torn or is no JSON object */
