/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct buf;
struct error;
struct model;

/* The final frozen state as one JSON document, schema "ksettle.snapshot/1" (DESIGN.md §7). Streams
 * object by object. */
bool snapshot_write(const struct model *m, const char *path,
	struct error *err); /* temporary file beside it, 0600, fsync, rename */
void snapshot_print(const struct model *m, struct buf *out); /* the same bytes into memory */

/* Reads a snapshot (untrusted: sizes, depth and types are checked, texts made display text again)
 * or, by its first line, a journal. m must be fresh. "not a snapshot: …" otherwise; a newer major
 * schema is refused. */
bool snapshot_read(struct model *m, const char *path, struct error *err);
bool snapshot_load(struct model *m, const json_t *snapshot, struct error *err);
