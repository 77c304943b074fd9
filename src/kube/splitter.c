/* SPDX-License-Identifier: Apache-2.0 */
/* Cuts a JSON list into its items while it arrives. */
#include "kube/splitter.h"

#include <string.h>

#define MAX_ITEM ((size_t)8 << 20)
#define MAX_METADATA ((size_t)64 << 10)
#define MAX_KEY ((size_t)16) /* longer than "metadata" is all that matters */
#define MAX_DEPTH 200
#define MAX_DROPPED_DEPTH 1000000 /* of an item that is dropped: only counted */
/* Memory of a large item is not kept for the small ones that follow. */
#define KEPT_ROOM ((size_t)256 << 10)

enum state {
	BEFORE_LIST,
	BEFORE_FIRST_KEY, /* or the list's end */
	BEFORE_KEY,
	IN_KEY,
	BEFORE_COLON,
	BEFORE_VALUE,
	AFTER_VALUE,
	BEFORE_FIRST_ITEM, /* or the end of items */
	BEFORE_ITEM,
	AFTER_ITEM,
	IN_SCALAR, /* a number, true, false, null: ends before what does not belong to it */
	IN_NESTED, /* a string, object or array: ends with its own last byte */
	AFTER_LIST,
};

/* What becomes of the value that is being read; `skipping` holds one. */
enum target { TO_NOTHING, TO_ITEM, TO_NO_ITEM, TO_METADATA, TO_ITEMS_NULL };

enum { STRUCTURE = 1, STRING_END = 2, SCALAR_END = 4, SPACE = 8 };

static const unsigned char classes[256] = {
	['{'] = STRUCTURE, ['['] = STRUCTURE,
	['}'] = STRUCTURE | SCALAR_END, [']'] = STRUCTURE | SCALAR_END,
	['"'] = STRUCTURE | STRING_END, ['\\'] = STRING_END, [','] = SCALAR_END,
	[' '] = SCALAR_END | SPACE, ['\t'] = SCALAR_END | SPACE,
	['\n'] = SCALAR_END | SPACE, ['\r'] = SCALAR_END | SPACE,
};

void splitter_init(
	struct splitter *s, void (*item)(void *arg, const char *bytes, size_t len), void *arg)
{
	*s = (struct splitter){ .item = item, .arg = arg, .state = BEFORE_LIST };
	buf_init(&s->current, MAX_ITEM);
	buf_init(&s->metadata, MAX_METADATA);
	buf_init(&s->key, MAX_KEY);
}

void splitter_release(struct splitter *s)
{
	buf_release(&s->current);
	buf_release(&s->metadata);
	buf_release(&s->key);
}

static bool fail(struct splitter *s, struct error *err, enum error_code code, const char *why)
{
	s->failed = true;
	return error_set(err, code, "the server's list cannot be read: %s", why);
}

/* Index of the first byte of one of the classes at i or behind it; len if there is none. */
static size_t find(const char *bytes, size_t i, size_t len, unsigned char wanted)
{
	while (i < len && !(classes[(unsigned char)bytes[i]] & wanted))
		i++;
	return i;
}

/* Reads on in a string, object or array; *whole when it ended before the returned index. */
static size_t read_nested(struct splitter *s, const char *bytes, size_t i, size_t len, bool *whole)
{
	while (i < len) {
		if (s->escaped) {
			s->escaped = false;
			i++;
			continue;
		}
		i = find(bytes, i, len, s->in_string ? STRING_END : STRUCTURE);
		if (i == len)
			break;
		switch (bytes[i++]) {
		case '\\':
			s->escaped = true;
			continue;
		case '"':
			s->in_string = !s->in_string;
			break;
		case '{':
		case '[':
			if (++s->depth > MAX_DEPTH && s->skipping == TO_ITEM)
				s->skipping = TO_NO_ITEM;
			break;
		default:
			s->depth--;
		}
		if (!s->in_string && s->depth == 0) {
			*whole = true;
			break;
		}
	}
	return i;
}

/* Keeps a part of a value that is wanted. */
static bool keep(struct splitter *s, const char *bytes, size_t len, struct error *err)
{
	if (s->skipping == TO_ITEM && !buf_add(&s->current, bytes, len))
		s->skipping = TO_NO_ITEM;
	if (s->skipping == TO_METADATA && !buf_add(&s->metadata, bytes, len))
		return fail(s, err, ERROR_LIMIT, "its metadata are too large");
	if (s->skipping == TO_ITEMS_NULL) {
		buf_add(&s->current, bytes, len);
		if (s->current.full || strncmp(buf_str(&s->current), "null", s->current.len) != 0)
			return fail(s, err, ERROR_PARSE, "its items are no array");
	}
	return true;
}

static void end_item(struct splitter *s, const char *bytes, size_t len)
{
	if (s->skipping == TO_ITEM)
		s->item(s->arg, bytes, len);
	else if (s->skipping == TO_NO_ITEM)
		s->item(s->arg, NULL, 0);
	if (s->current.cap > KEPT_ROOM)
		buf_release(&s->current);
	buf_reset(&s->current);
}

/* Reads on in a value from i; *next is the index behind what was read. */
static bool read_value(struct splitter *s, const char *bytes, size_t i, size_t len, size_t *next,
	struct error *err)
{
	bool is_item = s->skipping == TO_ITEM || s->skipping == TO_NO_ITEM, whole = false;
	bool in_one_piece = s->current.len == 0;

	if (s->state == IN_SCALAR) {
		*next = find(bytes, i, len, SCALAR_END);
		whole = *next < len;
	} else {
		*next = read_nested(s, bytes, i, len, &whole);
	}
	if (s->depth > (is_item ? MAX_DROPPED_DEPTH : MAX_DEPTH))
		return fail(s, err, ERROR_LIMIT, "it is nested too deep");
	/* An item that came in one piece is not copied, and not larger than what was fed. */
	if (!(whole && is_item && in_one_piece && *next - i <= MAX_ITEM) &&
		!keep(s, bytes + i, *next - i, err))
		return false;
	if (!whole)
		return true;
	if (is_item && in_one_piece && !s->current.len)
		end_item(s, bytes + i, *next - i);
	else if (is_item)
		end_item(s, s->current.data, s->current.len);
	if (s->skipping == TO_ITEMS_NULL) {
		if (s->current.len != strlen("null"))
			return fail(s, err, ERROR_PARSE, "its items are no array");
		buf_reset(&s->current);
	}
	s->state = is_item ? AFTER_ITEM : AFTER_VALUE;
	return true;
}

/* A value begins with c, which read_value() then reads. */
static bool begin_value(struct splitter *s, char c, enum target target, struct error *err)
{
	if (strchr(",:]}", c))
		return fail(s, err, ERROR_PARSE, "a value is missing");
	s->skipping = target;
	s->depth = 0;
	s->in_string = false;
	s->state = c && strchr("{[\"", c) ? IN_NESTED : IN_SCALAR;
	return true;
}

/* The value of the key that was just read. *taken is false where c is for read_value(). */
static bool begin_member(struct splitter *s, char c, bool *taken, struct error *err)
{
	const char *key = s->key.full ? "" : buf_str(&s->key);

	if (strcmp(key, "items") == 0 && c == '[') {
		s->state = BEFORE_FIRST_ITEM;
		return true;
	}
	*taken = false;
	if (strcmp(key, "items") == 0)
		return begin_value(s, c, TO_ITEMS_NULL, err);
	if (strcmp(key, "metadata") == 0 && c == '{') {
		buf_reset(&s->metadata);
		return begin_value(s, c, TO_METADATA, err);
	}
	return begin_value(s, c, TO_NOTHING, err);
}

/* Punctuation: from one of the `allowed` characters to the state at its place. */
static bool punctuation(
	struct splitter *s, char c, const char *allowed, const enum state *to, struct error *err)
{
	const char *at = c ? strchr(allowed, c) : NULL;

	if (!at)
		return fail(s, err, ERROR_PARSE, "it is no JSON object");
	s->state = to[at - allowed];
	if (s->state == IN_KEY)
		buf_reset(&s->key);
	return true;
}

/* One byte between values. *taken is false where it is for read_value(). */
static bool read_between(struct splitter *s, char c, bool *taken, struct error *err)
{
	switch ((enum state)s->state) {
	case BEFORE_LIST:
		return punctuation(s, c, "{", (enum state[]){ BEFORE_FIRST_KEY }, err);
	case BEFORE_FIRST_KEY:
		return punctuation(s, c, "\"}", (enum state[]){ IN_KEY, AFTER_LIST }, err);
	case BEFORE_KEY:
		return punctuation(s, c, "\"", (enum state[]){ IN_KEY }, err);
	case BEFORE_COLON:
		return punctuation(s, c, ":", (enum state[]){ BEFORE_VALUE }, err);
	case BEFORE_VALUE:
		return begin_member(s, c, taken, err);
	case AFTER_VALUE:
		return punctuation(s, c, ",}", (enum state[]){ BEFORE_KEY, AFTER_LIST }, err);
	case AFTER_ITEM:
		return punctuation(s, c, ",]", (enum state[]){ BEFORE_ITEM, AFTER_VALUE }, err);
	case BEFORE_FIRST_ITEM:
		if (c == ']') {
			s->state = AFTER_VALUE;
			return true;
		}
		/* fall through */
	case BEFORE_ITEM:
		*taken = false;
		return begin_value(s, c, TO_ITEM, err);
	default:
		return fail(s, err, ERROR_PARSE, "something follows its end");
	}
}

/* Keys are compared as they are written: an escaped one is another one. */
static void read_key(struct splitter *s, char c)
{
	if (c == '"' && !s->escaped) {
		s->state = BEFORE_COLON;
		return;
	}
	s->escaped = c == '\\' && !s->escaped;
	buf_addch(&s->key, c);
}

bool splitter_feed(struct splitter *s, const char *bytes, size_t len, struct error *err)
{
	size_t i = 0;

	if (s->failed)
		return fail(s, err, ERROR_PARSE, "it was damaged before");
	while (i < len) {
		bool taken = true;

		if (s->state == IN_SCALAR || s->state == IN_NESTED) {
			if (!read_value(s, bytes, i, len, &i, err))
				return false;
			continue;
		}
		if (s->state == IN_KEY)
			read_key(s, bytes[i]);
		else if (!(classes[(unsigned char)bytes[i]] & SPACE) &&
			!read_between(s, bytes[i], &taken, err))
			return false;
		i += taken;
	}
	return true;
}

bool splitter_end(struct splitter *s, struct error *err)
{
	if (s->failed)
		return fail(s, err, ERROR_PARSE, "it was damaged before");
	s->ended = true;
	return s->state == AFTER_LIST || fail(s, err, ERROR_PARSE, "it ended too early");
}
