/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Open-addressing hash tables. map: string keys, borrowed (they must outlive their entry), values
 * never NULL. map64: 64-bit keys that are already well mixed. Zero-initialised is empty. */
struct map_slot { const char *key; void *value; };
struct map { struct map_slot *slots; size_t n, used, cap; };

void *map_get(const struct map *m, const char *key); /* NULL: absent */
void map_set(struct map *m, const char *key, void *value);
void map_remove(struct map *m, const char *key);
void map_release(struct map *m);

struct map64_slot { uint64_t key; void *value; int used; };
struct map64 { struct map64_slot *slots; size_t n, cap; };

/* NULL when absent; else where the value (which may be NULL) stands until the next set. */
void **map64_get(const struct map64 *m, uint64_t key);
void map64_set(struct map64 *m, uint64_t key, void *value);
void map64_release(struct map64 *m);

/* FNV-1a over a NUL-terminated string (NULL counts as its own value), chained by `seed`. */
#define HASH_SEED UINT64_C(14695981039346656037)
uint64_t hash_str(uint64_t seed, const char *s);
