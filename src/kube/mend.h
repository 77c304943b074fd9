/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Makes JSON text that a real API server can store and return readable for jansson (DESIGN.md §10):
 * \u0000 and lone surrogates become U+FFFD, invalid UTF-8 likewise, integers beyond 64 bits become
 * reals, reals beyond double the largest one. Everything else is copied byte for byte. */
void mend_json(struct buf *out, const char *text, size_t len);

/* json_loadb() of the text; if jansson refuses it, of the mended text. NULL with a sentence. Depth
 * and size are limited. */
json_t *mend_parse(const char *text, size_t len, struct error *err);
