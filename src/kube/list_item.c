/* SPDX-License-Identifier: Apache-2.0 */
/* Items of a list before and after they are parsed. */
#include "kube/list_item.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/jx.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "kube/discovery.h"

#define NAME_SHOWN_MAX 253

__extension__ typedef unsigned __int128 u128;

static const uint64_t *hash_key(void)
{
	static uint64_t key[3];
	static bool ready;

	if (!ready && getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key))
		key[0] = (uint64_t)clock_wall_ms() * 0x9e3779b97f4a7c15u;
	key[1] |= 1;
	key[2] |= 1;
	ready = true;
	return key;
}

/* Both halves of a 128-bit product folded: every bit of the input reaches every bit. */
static uint64_t fold(uint64_t a, uint64_t b)
{
	u128 product = (u128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t list_item_hash(const char *bytes, size_t len)
{
	const uint64_t *key = hash_key();
	uint64_t hash = key[0] ^ len, word;

	for (; len >= 8; bytes += 8, len -= 8) {
		memcpy(&word, bytes, 8);
		hash = fold(hash ^ word, key[1]) + key[0];
	}
	word = 0;
	memcpy(&word, bytes, len);
	hash = fold(hash ^ word, key[1]) + key[0];
	return fold(hash, key[2]);
}

void list_item_complete(json_t *object, const struct kube_resource *resource)
{
	if (!jx_str(object, "apiVersion")) {
		char *api_version = kube_api_version(resource);

		json_object_set_new(object, "apiVersion", jx_string(api_version));
		free(api_version);
	}
	if (!jx_str(object, "kind"))
		json_object_set_new(object, "kind", jx_string(resource->kind));
}

void list_item_forget_managers(json_t *object)
{
	json_t *metadata = json_object_get(object, "metadata");

	if (json_is_object(metadata))
		json_object_del(metadata, "managedFields");
}

struct cursor {
	const char *at, *end;
};

static void skip_blanks(struct cursor *c)
{
	while (c->at < c->end && strchr(" \t\r\n,:", *c->at) && *c->at)
		c->at++;
}

/* Reads a string literal at the cursor, as it stands between its quotes. */
static bool read_string(struct cursor *c, const char **text, size_t *len)
{
	if (c->at >= c->end || *c->at != '"')
		return false;
	*text = ++c->at;
	while (c->at < c->end && *c->at != '"')
		c->at += *c->at == '\\' ? 2 : 1;
	if (c->at >= c->end)
		return false;
	*len = (size_t)(c->at++ - *text);
	return true;
}

/* Skips a value of any kind. */
static void skip_value(struct cursor *c)
{
	const char *text;
	size_t len, depth = 0;

	for (; c->at < c->end; c->at++) {
		if (*c->at == '"') {
			if (!read_string(c, &text, &len))
				return;
			c->at--;
		} else if (*c->at == '{' || *c->at == '[') {
			depth++;
		} else if (depth == 0 && strchr(",}]", *c->at) && *c->at) {
			return;
		} else if (*c->at == '}' || *c->at == ']') {
			depth--;
		}
	}
}

/* Goes to the value of a key of the object at the cursor. */
static bool find_key(struct cursor *c, const char *key)
{
	const char *text;
	size_t len;

	skip_blanks(c);
	if (c->at >= c->end || *c->at != '{')
		return false;
	for (c->at++;;) {
		skip_blanks(c);
		if (!read_string(c, &text, &len))
			return false;
		skip_blanks(c);
		if (len == strlen(key) && memcmp(text, key, len) == 0)
			return true;
		skip_value(c);
	}
}

static char *find_string(struct cursor metadata, const char *key)
{
	const char *text;
	size_t len;

	if (!find_key(&metadata, key) || !read_string(&metadata, &text, &len))
		return NULL;
	return text_display(text, len < NAME_SHOWN_MAX ? len : NAME_SHOWN_MAX, TEXT_LINE);
}

void list_item_names(const char *bytes, size_t len, char **ns, char **name)
{
	struct cursor cursor = { bytes, bytes + len };

	*ns = *name = NULL;
	if (!find_key(&cursor, "metadata"))
		return;
	*name = find_string(cursor, "name");
	*ns = find_string(cursor, "namespace");
}

bool list_item_slim(struct buf *out, const char *bytes, size_t len)
{
	struct cursor cursor = { bytes, bytes + len };
	const char *value;

	if (!find_key(&cursor, "metadata") || !find_key(&cursor, "managedFields"))
		return false;
	value = cursor.at;
	skip_value(&cursor);
	if (cursor.at >= cursor.end)
		return false;
	buf_add(out, bytes, (size_t)(value - bytes));
	buf_addstr(out, "null");
	buf_add(out, cursor.at, (size_t)(cursor.end - cursor.at));
	return true;
}
