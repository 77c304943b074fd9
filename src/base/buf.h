/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* A growable byte string with a hard maximum. `data` always ends with a NUL that
 * `len` does not count, and is never NULL after the first addition (buf_str()
 * hides the difference). An addition that would pass `max` adds nothing, sets
 * `full`, and returns false; later additions fail too. max 0 means BUF_MAX. */
struct buf {
	char *data;
	size_t len, cap, max;
	bool full;
};

#define BUF_MAX ((size_t)64 << 20)

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b);
void buf_reset(struct buf *b); /* empties it, keeps the memory */
bool buf_add(struct buf *b, const void *bytes, size_t len);
bool buf_addstr(struct buf *b, const char *s);
bool buf_addch(struct buf *b, char c);
bool buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
void buf_consume(struct buf *b, size_t len); /* drops the first len bytes */
const char *buf_str(const struct buf *b);    /* borrowed; "" when empty */
char *buf_take(struct buf *b);               /* the caller's to free; empties b */
