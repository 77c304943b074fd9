/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* Allocation that never returns NULL. When memory ends, the callback installed
 * with xalloc_on_fail() runs (the screen restores the terminal there), one line
 * goes to stderr, and the process ends with status 1. Free with free().
 * Sizes are bytes; an overflowing nmemb * size counts as out of memory. */
void *xmalloc(size_t size);
void *xcalloc(size_t nmemb, size_t size);
void *xrealloc(void *ptr, size_t size);
void *xreallocarray(void *ptr, size_t nmemb, size_t size);
char *xstrdup(const char *s);
char *xstrdup_or_null(const char *s); /* NULL stays NULL */
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

void xalloc_on_fail(void (*fn)(void));

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Makes room for one more element in the array `ptr` of `n` elements with room
 * for `cap`; use it as: VEC_GROW(v->items, v->n, v->cap); v->items[v->n++] = x; */
#define VEC_GROW(ptr, n, cap)                                                          \
	do {                                                                           \
		if ((n) == (cap)) {                                                    \
			(cap) = (cap) ? (cap) * 2 : 8;                                 \
			(ptr) = xreallocarray((ptr), (cap), sizeof(*(ptr)));           \
		}                                                                      \
	} while (0)
