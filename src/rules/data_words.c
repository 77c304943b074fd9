/* SPDX-License-Identifier: Apache-2.0 */
/* Words, lists and keys of a file of rules, each mistake with its place; and the memory they are
 * kept in. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/nearest.h"
#include "base/xalloc.h"
#include "base/yaml.h"
#include "rules/data_rule.h"

void *pool_keep(struct pool *pool, void *item)
{
	VEC_GROW(pool->items, pool->n, pool->cap);
	pool->items[pool->n++] = item;
	return item;
}

void *pool_alloc(struct pool *pool, size_t n, size_t size)
{
	return pool_keep(pool, xcalloc(n, size));
}

void pool_release(struct pool *pool)
{
	for (size_t i = 0; i < pool->n; i++)
		free(pool->items[i]);
	free(pool->items);
	json_decref(pool->values);
	*pool = (struct pool){ 0 };
}

bool data_mistake(const struct data_reader *r, const struct yaml_node *node, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	errors_add(r->errs, ERROR_CONFIG, "%s:%d:%d: %s", r->file, node->line, node->column, text);
	free(text);
	return false;
}

bool data_listed(const char *const *words, const char *word)
{
	for (; words && *words; words++)
		if (strcmp(*words, word) == 0)
			return true;
	return false;
}

bool data_keys(const struct data_reader *r, const struct yaml_node *node, const char *what,
	const char *const *known)
{
	bool good = true;

	if (node->kind != YAML_MAPPING)
		return data_mistake(r, node, "%s must be a mapping of keys", what);
	for (size_t i = 0; i < node->n; i++) {
		const struct yaml_node *key = node->keys[i];
		const char *near;

		if (key->kind != YAML_SCALAR) {
			good = data_mistake(r, key, "a key of %s must be a word", what);
			continue;
		}
		if (data_listed(known, key->value))
			continue;
		near = nearest_word(key->value, known);
		good = near ? data_mistake(r, key, "%s has no key '%s'; did you mean '%s'?", what,
				      key->value, near)
			    : data_mistake(r, key, "%s has no key '%s'", what, key->value);
	}
	return good;
}

const char *data_word(struct data_reader *r, const struct yaml_node *node, const char *what)
{
	if (node->kind == YAML_SCALAR && !(node->plain && node->value[0] == '\0'))
		return pool_keep(&r->rules->pool, xstrdup(node->value));
	data_mistake(r, node, "%s must be a text", what);
	return NULL;
}

const char *const *data_words(struct data_reader *r, const struct yaml_node *node, const char *what)
{
	size_t n = node->kind == YAML_SEQUENCE ? node->n : 1;
	const char **words = pool_alloc(&r->rules->pool, n + 1, sizeof(*words));

	if (node->kind == YAML_MAPPING || n == 0) {
		data_mistake(r, node, "%s must be a word or a list of words", what);
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		const struct yaml_node *item = node->kind == YAML_SEQUENCE ? node->items[i] : node;

		const char *word = data_word(r, item, what);

		if (!word)
			return NULL;
		if (data_listed(words, word)) {
			data_mistake(r, item, "'%s' stands here twice", word);
			return NULL;
		}
		words[i] = word;
	}
	return words;
}

bool data_integer(const struct yaml_node *node, json_int_t *out)
{
	const char *s = node->kind == YAML_SCALAR && node->plain ? node->value : "";

	/* 18 digits always fit in 64 bits. */
	if (!*s || strlen(s) > 18 || s[strspn(s, "0123456789")])
		return false;
	*out = strtoll(s, NULL, 10);
	return true;
}
