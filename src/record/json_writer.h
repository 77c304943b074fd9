/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Writes one indented JSON document piece by piece, so that it never stands in memory as a whole.
 * `drain` is called when much has gathered in `out` and empties it; NULL: it stays there. It may
 * note a failure and go on. */
struct json_writer {
	struct buf *out;
	void (*drain)(void *arg, struct buf *out);
	void *arg;
	int depth;
	bool begun; /* the open container has a member */
};

/* key: NULL inside an array. A NULL string is null. */
void json_open(struct json_writer *w, const char *key, char bracket);
void json_close(struct json_writer *w, char bracket);
void json_put_string(struct json_writer *w, const char *key, const char *value);
void json_put_bool(struct json_writer *w, const char *key, bool value);
void json_put_int(struct json_writer *w, const char *key, int64_t value);
void json_put_null(struct json_writer *w, const char *key);
void json_put_seconds(struct json_writer *w, const char *key, int64_t ms);   /* < 0: null */
void json_put_time(struct json_writer *w, const char *key, int64_t wall_ms); /* 0: null */
void json_put_value(struct json_writer *w, const char *key, const json_t *value);
