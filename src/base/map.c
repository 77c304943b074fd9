/* SPDX-License-Identifier: Apache-2.0 */
/* Open-addressing hash tables with linear probing. */
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

/* Marks a slot whose entry was removed, so that probing goes on past it. */
static const char removed[] = "";

uint64_t hash_str(uint64_t seed, const char *s)
{
	const uint64_t prime = UINT64_C(1099511628211);

	for (; s && *s; s++)
		seed = (seed ^ (unsigned char)*s) * prime;
	return (seed ^ (s ? 0xff : 0xfe)) * prime;
}

/* The key's slot, or the one to put it in. cap > 0 and one slot is always free. */
static struct map_slot *find(const struct map *m, const char *key)
{
	size_t i = hash_str(HASH_SEED, key) & (m->cap - 1);
	struct map_slot *gap = NULL;

	for (;; i = (i + 1) & (m->cap - 1)) {
		struct map_slot *slot = &m->slots[i];

		if (!slot->key)
			return gap ? gap : slot;
		if (slot->key == removed)
			gap = gap ? gap : slot;
		else if (strcmp(slot->key, key) == 0)
			return slot;
	}
}

void *map_get(const struct map *m, const char *key)
{
	return m->cap ? find(m, key)->value : NULL;
}

static void grow(struct map *m)
{
	struct map bigger = { .cap = m->n * 4 < 32 ? 32 : m->cap };

	while (bigger.cap < m->n * 4)
		bigger.cap *= 2;
	bigger.slots = xcalloc(bigger.cap, sizeof(*bigger.slots));
	for (size_t i = 0; i < m->cap; i++)
		if (m->slots[i].value) {
			*find(&bigger, m->slots[i].key) = m->slots[i];
			bigger.n++;
		}
	bigger.used = bigger.n;
	free(m->slots);
	*m = bigger;
}

void map_set(struct map *m, const char *key, void *value)
{
	struct map_slot *slot;

	if ((m->used + 1) * 4 > m->cap * 3)
		grow(m);
	slot = find(m, key);
	if (!slot->value) {
		m->n++;
		m->used += slot->key == NULL;
	}
	*slot = (struct map_slot){ key, value };
}

void map_remove(struct map *m, const char *key)
{
	struct map_slot *slot = m->cap ? find(m, key) : NULL;

	if (!slot || !slot->value)
		return;
	*slot = (struct map_slot){ removed, NULL };
	m->n--;
}

void map_release(struct map *m)
{
	free(m->slots);
	*m = (struct map){ 0 };
}

static struct map64_slot *find64(const struct map64 *m, uint64_t key)
{
	size_t i = key & (m->cap - 1);

	while (m->slots[i].used && m->slots[i].key != key)
		i = (i + 1) & (m->cap - 1);
	return &m->slots[i];
}

void **map64_get(const struct map64 *m, uint64_t key)
{
	struct map64_slot *slot = m->cap ? find64(m, key) : NULL;

	return slot && slot->used ? &slot->value : NULL;
}

void map64_set(struct map64 *m, uint64_t key, void *value)
{
	struct map64_slot *slot;

	if ((m->n + 1) * 4 > m->cap * 3) {
		struct map64 bigger = { .cap = m->cap ? m->cap * 2 : 32, .n = m->n };

		bigger.slots = xcalloc(bigger.cap, sizeof(*bigger.slots));
		for (size_t i = 0; i < m->cap; i++)
			if (m->slots[i].used)
				*find64(&bigger, m->slots[i].key) = m->slots[i];
		free(m->slots);
		*m = bigger;
	}
	slot = find64(m, key);
	m->n += !slot->used;
	*slot = (struct map64_slot){ key, value, 1 };
}

void map64_release(struct map64 *m)
{
	free(m->slots);
	*m = (struct map64){ 0 };
}
