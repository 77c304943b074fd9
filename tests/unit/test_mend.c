/* SPDX-License-Identifier: Apache-2.0 */
/* Mending: what a server stores and jansson refuses can be read, and nothing else changes. */
#include "kube/mend.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tap.h"

#define FFFD "\xef\xbf\xbd"
#define LARGEST "1.7976931348623157e308"

static const struct { const char *name, *text, *want; } mended[] = {
	{ "nothing to mend", "{\"a\":[1,-2.5e3,true,null,\"x\\n\\u00e9\\\\\"]}", "{\"a\":[1,-2.5e3,true,null,\"x\\n\\u00e9\\\\\"]}" },
	{ "NUL", "[\"a\\u0000b\"]", "[\"a" FFFD "b\"]" },
	{ "NUL in a key", "{\"\\u0000\":1}", "{\"" FFFD "\":1}" },
	{ "a backslash before u0000", "[\"\\\\u0000\"]", "[\"\\\\u0000\"]" },
	{ "a lone high surrogate", "[\"\\ud83dx\"]", "[\"" FFFD "x\"]" },
	{ "a lone low surrogate", "[\"\\uDC4Dx\"]", "[\"" FFFD "x\"]" },
	{ "two high surrogates", "[\"\\ud83d\\ud83d\\udc4d\"]", "[\"" FFFD "\\ud83d\\udc4d\"]" },
	{ "a pair", "[\"\\uD83D\\uDC4D\"]", "[\"\\uD83D\\uDC4D\"]" },
	{ "a high surrogate at the end", "[\"\\ud83d\"]", "[\"" FFFD "\"]" },
	{ "a high surrogate before an escape", "[\"\\ud83d\\n\"]", "[\"" FFFD "\\n\"]" },
	{ "good UTF-8", "[\"\xe6\x97\xa5\"]", "[\"\xe6\x97\xa5\"]" },
	{ "a lone byte", "[\"a\xff" "b\"]", "[\"a" FFFD "b\"]" },
	{ "a cut character", "[\"\xe6\x97\"]", "[\"" FFFD FFFD "\"]" },
	{ "an overlong form", "[\"\xc0\x80\"]", "[\"" FFFD FFFD "\"]" },
	{ "a surrogate in UTF-8", "[\"\xed\xa0\x80\"]", "[\"" FFFD FFFD FFFD "\"]" },
	{ "the largest integer", "[9223372036854775807,-9223372036854775808]", "[9223372036854775807,-9223372036854775808]" },
	{ "one more", "[9223372036854775808,-9223372036854775809]", "[9223372036854775808.0,-9223372036854775809.0]" },
	{ "an unsigned one", "{\"a\":18446744073709551615}", "{\"a\":18446744073709551615.0}" },
	{ "a real beyond double", "[1e999,-1e999,1.5E+400]", "[" LARGEST ",-" LARGEST "," LARGEST "]" },
	{ "a real at the edge", "[1.7976931348623157e308,1.7976931348623159e308]", "[1.7976931348623157e308," LARGEST "]" },
	{ "a tiny real", "[1e-999]", "[1e-999]" },
	{ "digits in strings", "[\"18446744073709551615 1e999\"]", "[\"18446744073709551615 1e999\"]" },
	{ "no number", "[1e,01e5,--1e9,1.e5,18446744073709551615x]", "[1e,01e5,--1e9,1.e5,18446744073709551615.0x]" },
	{ "a torn string", "[\"abc", "[\"abc" },
	{ "a torn escape", "[\"abc\\", "[\"abc\\" },
	{ "a torn code", "[\"abc\\u00", "[\"abc\\u00" },
	{ "a torn pair", "[\"\\ud83d\\ud", "[\"" FFFD "\\ud" },
};

static void test_mended(void)
{
	for (size_t i = 0; i < sizeof(mended) / sizeof(mended[0]); i++) {
		size_t len = strlen(mended[i].text);
		char *text = malloc(len); /* without a NUL: reading over its end is seen */
		struct buf out;

		memcpy(text, mended[i].text, len);
		buf_init(&out, 0);
		mend_json(&out, text, len);
		is_str(buf_str(&out), mended[i].want, mended[i].name);
		buf_release(&out);
		free(text);
	}
}

static void is_json(const char *text, const char *want, const char *name)
{
	struct error err = { 0 };
	json_t *value = mend_parse(text, strlen(text), &err);
	char *got = value ? json_dumps(value, JSON_COMPACT) : NULL;

	is_str(got ? got : err.text, want, name);
	free(got);
	json_decref(value);
}

static char *nested(int depth)
{
	char *text = malloc((size_t)depth * 2 + 1);

	memset(text, '[', (size_t)depth);
	memset(text + depth, ']', (size_t)depth);
	text[depth * 2] = '\0';
	return text;
}

static void test_parse(void)
{
	struct error err = { 0 };
	char *deep = nested(1000000);

	is_json("{\"a\":1,\"a\":2}", "{\"a\":2}", "the last of two keys counts, as for the server");
	is_json("[\"a\\u0000b\",1e999]", "[\"a" FFFD "b\",1.7976931348623157e308]", "mended text is parsed");
	is_json("[\"hunter2\" \"x\"]", "the JSON cannot be read at byte 14", "the sentence quotes nothing of it");
	is_json("{\"a\":[1,2", "the JSON ends too early, at byte 9", "a torn text");
	is_json("", "the JSON ends too early, at byte 0", "no text");
	is_json("[1] x", "the JSON cannot be read at byte 5", "text behind it");
	ok(!mend_parse(deep, strlen(deep), &err), "a million brackets are refused");
	is_int(err.code, ERROR_LIMIT, "  as too deep");
	free(deep);
	deep = nested(1000);
	is_json(deep, deep, "a thousand are not");
	free(deep);
	err = (struct error){ 0 };
	ok(!mend_parse("[]", (size_t)1 << 40, &err), "a text of a terabyte is not even looked at");
	is_int(err.code, ERROR_LIMIT, "  but refused");
}

/* A generator of its own: the same texts on every machine. */
static uint64_t seed = 88172645463325252u;

static unsigned any(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % n;
}

/* Structurally valid JSON, full of what jansson refuses. */
static void add_value(struct buf *out, int depth)
{
	static const char *const scalars[] = {
		"0", "-1", "1e999", "-1E+400", "18446744073709551616", "-99999999999999999999999", "1.5", "true", "null",
		"\"\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udfff\\ud800\\udc00\"", "\"\xff\"", "\"\xe6\x97\"", "\"\\\\\\\"\"",
		"\"\\ud83d\\u0000\"", "\"\xf4\x90\x80\x80\"", "123456789012345678901234567890.5e-3", "\"\\ud83d\\\"\"",
	};
	unsigned n = any(5), kind = any(3);

	if (depth == 0 || kind == 0) {
		buf_addstr(out, scalars[any(sizeof(scalars) / sizeof(scalars[0]))]);
		return;
	}
	buf_addch(out, kind == 1 ? '[' : '{');
	for (unsigned i = 0; i < n; i++) {
		if (i)
			buf_addstr(out, any(2) ? "," : " ,\n");
		if (kind == 2)
			buf_printf(out, "\"k%u\\u0000\\ud9%02x\":", i, any(256));
		add_value(out, depth - 1);
	}
	buf_addch(out, kind == 1 ? ']' : '}');
}

static void test_random(void)
{
	unsigned unread = 0, mutated = 0;
	struct buf text;

	buf_init(&text, 0);
	for (int round = 0; round < 3000; round++) {
		struct error err = { 0 };
		json_t *value;

		buf_reset(&text);
		buf_addch(&text, '[');
		add_value(&text, 5);
		buf_addch(&text, ']');
		value = mend_parse(text.data, text.len, &err);
		unread += !value;
		json_decref(value);
		for (int i = 0; i < 4; i++) {
			size_t len = text.len - any(3) % text.len;
			char *copy = malloc(len);

			memcpy(copy, text.data, len);
			copy[any((unsigned)len)] = (char)any(256);
			copy[any((unsigned)len)] = "\"\\{}[],:u0dD"[any(12)];
			value = mend_parse(copy, len, NULL);
			mutated += value != NULL;
			json_decref(value);
			free(copy);
		}
	}
	is_int(unread, 0, "3000 texts with every named fault are read");
	ok(mutated > 0, "12000 damaged ones are read or refused, and nothing else happens");
	buf_release(&text);
}

int main(void)
{
	test_mended();
	test_parse();
	test_random();
	return tap_done();
}
