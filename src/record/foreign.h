/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stddef.h>

struct error;

/* JSON from a file that anybody may have written: at most max_values values (a byte of text can
 * cost a hundred of memory), no NULs, no duplicate keys, depth limited. A new reference; NULL with
 * a sentence. */
json_t *foreign_json(const char *text, size_t len, size_t max_values, struct error *err);

/* Opens a regular file for reading without ever waiting on a FIFO or a device. -1 with a sentence
 * that names it. */
int foreign_open(const char *path, struct error *err);
