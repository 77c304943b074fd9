/* SPDX-License-Identifier: Apache-2.0 */
/* YAML read as kubectl reads it, told apart by position, and written back. */
#include "base/yaml.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/jx.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "tap.h"

/* The first document as JSON text, or the error's sentence. To free(). */
static char *read_len(const char *text, size_t len)
{
	struct error err = { 0 };
	struct yaml yaml;
	json_t *json;
	char *out;

	if (!yaml_parse(&yaml, text, len, "f", &err))
		return xstrdup(err.text);
	if (yaml.n == 0 || !yaml.documents[0].root) {
		yaml_release(&yaml);
		return xstrdup("(nothing)");
	}
	json = yaml_to_json(yaml.documents[0].root, "f", &err);
	out = json ? jx_dump(json) : xstrdup(err.text);
	json_decref(json);
	yaml_release(&yaml);
	return out;
}

static const struct {
	const char *text, *want;
} scalars[] = {
	{ "y", "true" }, { "Yes", "true" }, { "ON", "true" }, { "TRUE", "true" }, { "n", "false" },
	{ "No", "false" }, { "off", "false" }, { "oFF", "\"oFF\"" }, { "~", "null" }, { "", "null" },
	{ "NULL", "null" }, { "nUll", "\"nUll\"" }, { "0755", "493" }, { "08", "8" }, { "0o17", "15" },
	{ "0b11", "3" }, { "-0x1F", "-31" }, { "1_000", "1000" }, { "_1", "\"_1\"" }, { "+5", "5" },
	{ "1e3", "1000" }, { "1.0", "1" }, { "1.5", "1.5" }, { ".5", "0.5" }, { "1.", "1" },
	{ ".", "\".\"" }, { "-", "[null]" }, { "1e", "\"1e\"" }, { "1e400", "\"1e400\"" },
	{ "12:30:45", "\"12:30:45\"" }, { "2001-01-01", "\"2001-01-01\"" }, { "1.2.3", "\"1.2.3\"" },
	{ "9223372036854775807", "9223372036854775807" },
	{ "-9223372036854775808", "-9223372036854775808" },
	{ "18446744073709551615", "1.8446744073709552e19" }, { "0x", "\"0x\"" }, { "0x0x1", "\"0x0x1\"" },
	{ "-0", "0" }, { "-0.0", "0" }, { "\"yes\"", "\"yes\"" }, { "'5'", "\"5\"" },
	{ "!!str 5", "\"5\"" }, { "!!str yes", "\"yes\"" }, { "!!int \"5\"", "5" }, { "!!float 5", "5" },
	{ "!!bool yes", "true" }, { "!!null ~", "null" }, { "!!binary aGk=", "\"hi\"" },
	{ "!foo 5", "\"5\"" }, { "Infinity", "\"Infinity\"" }, { "nan", "\"nan\"" },
	{ ".inf", "f:1:1: JSON has no infinity and no NaN: quote it if text is meant" },
	{ "-.INF", "f:1:1: JSON has no infinity and no NaN: quote it if text is meant" },
	{ ".NaN", "f:1:1: JSON has no infinity and no NaN: quote it if text is meant" },
	{ "!!int abc", "f:1:1: \"abc\" is not what !!int says" },
	{ "!!binary a", "f:1:1: a !!binary value that is not base64" },
	{ "!!binary AA==", "f:1:1: a !!binary value that is not text" },
};

static const struct {
	const char *name, *text, *want;
} documents[] = {
	{ "nothing", "", "(nothing)" },
	{ "a comment", "# only this\n", "(nothing)" },
	{ "an empty document", "---\n# x\n---\na: 1\n", "(nothing)" },
	{ "keys become text", "yes: 1\n0x10: 2\n1.50: 3\n1e3: 4\n1e6: 5\n",
		"{\"true\":1,\"16\":2,\"1.5\":3,\"1000\":4,\"1e+06\":5}" },
	{ "a null key", "~: 1", "f:1:1: a key must not be null: quote it if text is meant" },
	{ "a mapping as key", "? {a: 1}\n: 2", "f:1:3: a key must be plain text, not a list or a mapping" },
	{ "keys that become the same", "yes: 1\ntrue: 2\n", "f:2:1: key 'true' appears twice (as 'true')" },
	{ "a key twice", "a:\n  image: 1\n  b: 2\n  image: 3\n",
		"f:4:3: key 'image' appears twice (first at line 2)" },
	{ "quoted and not", "a: 1\n\"a\": 2\n", "f:2:1: key 'a' appears twice (first at line 1)" },
	{ "the first of two mistakes", "z: 1\nz: 2\na: 1\na: 2\n",
		"f:2:1: key 'z' appears twice (first at line 1)" },
	{ "merge", "a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\n", "{\"a\":{\"p\":1,\"q\":2},\"b\":{\"p\":1,\"q\":3}}" },
	{ "merge behind a key", "a: &x {q: 2}\nb: {q: 3, <<: *x}\n", "{\"a\":{\"q\":2},\"b\":{\"q\":2}}" },
	{ "merge of a list", "<<: [{a: 1, b: 1}, {b: 2, c: 2}]\n", "{\"c\":2,\"a\":1,\"b\":1}" },
	{ "merge of text", "<<: x", "f:1:5: '<<' merges a mapping or a list of mappings" },
	{ "quoted merge", "\"<<\": {a: 1}", "{\"<<\":{\"a\":1}}" },
	{ "alias", "a: &x [1]\nb: *x\n", "{\"a\":[1],\"b\":[1]}" },
	{ "unknown alias", "a: *x", "f:1:4: no anchor &x stands before *x" },
	{ "recursion", "a: &x [*x]", "f:1:8: *x refers to what it is part of" },
	{ "anchors end with their document", "a: &x 1\n---\nb: *x\n",
		"f:3:4: no anchor &x stands before *x" },
	{ "JSON", "{\"a\": [1, true, null, \"\\u00e9\\n\"]}", "{\"a\":[1,true,null,\"\xc3\xa9\\n\"]}" },
	{ "JSON with tabs", "{\n\t\"a\":\t1\n}\n", "{\"a\":1}" },
	{ "JSON's surrogate pairs", "{\"a\": \"x\\ud83d\\ude00y\"}", "{\"a\":\"x\xf0\x9f\x98\x80y\"}" },
	{ "an escaped backslash before u", "{\"a\": \"\\\\ud83d\\\\ude00\"}",
		"{\"a\":\"\\\\ud83d\\\\ude00\"}" },
	{ "a lone surrogate", "{\"a\": \"\\ud83d\"}", "f:1:10: an escape that stands for no character" },
	{ "a NUL", "a: \"x\\0y\"", "f:1:4: a NUL character is not allowed in a value" },
	{ "BOM", "\xef\xbb\xbf" "a: 1", "{\"a\":1}" },
	{ "BOM inside", "a: 1\n\xef\xbb\xbf" "b: 2", "f:2:1: a byte order mark inside the text: remove it" },
	{ "CRLF", "a: 1\r\nb: |\r\n  x\r\n  y\r\n", "{\"a\":1,\"b\":\"x\\ny\\n\"}" },
	{ "not UTF-8", "a: 1\nb: \xff\n", "f:2:4: byte 0xff is not UTF-8 text" },
	{ "a control character", "a: \x1b[31m", "f:1:4: the control character U+001B is not allowed in YAML" },
	{ "UTF-16", "\xff\xfe" "a", "f: this is UTF-16 text: save it as UTF-8" },
	{ "a tab", "a:\n\tb: 1\n", "f:2:1: a tab cannot indent YAML: use spaces" },
	{ "bad indentation", "a: 1\n  b: 2\n",
		"f:2:4: a ':' does not belong here: check the indentation, or quote the value" },
	{ "an open quote", "a: 'x\nb: 2\n", "f:1:4: a quote that is never closed" },
	{ "an open bracket", "a: [1, 2\nb: 3\n", "f:2:2: a ',' or ']' is missing here" },
	{ "a bare variable", "a: 1\nb: {password: ${env:X}}\n",
		"f:2:16: a value with ${ in it: quote it, as in \"${env:NAME}\"" },
	{ "a variable in quotes", "b: {password: \"${env:X}\"}\n", "{\"b\":{\"password\":\"${env:X}\"}}" },
	{ "another mistake beside a quoted variable", "b: {p: \"${env:X}\"\n",
		"f:2:1: a ',' or '}' is missing here" },
	{ "a %TAG", "%TAG ! tag:x,2000:\n---\na: 1\n",
		"f:1:1: %TAG directives are not supported: write the tags out" },
	{ "hostile names", "\"a\\e[31m\": 1\n\"a\\e[31m\": 2\n",
		"f:2:1: key 'a\xef\xbf\xbd[31m' appears twice (first at line 1)" },
};

static void test_reading(void)
{
	for (size_t i = 0; i < ARRAY_LEN(scalars); i++) {
		char *got = read_len(scalars[i].text, strlen(scalars[i].text));

		/* An empty text is no document: the null is written as a value. */
		if (scalars[i].text[0] != '\0')
			is_str(got, scalars[i].want, scalars[i].text);
		free(got);
	}
	for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
		char *got = read_len(documents[i].text, strlen(documents[i].text));

		is_str(got, documents[i].want, documents[i].name);
		free(got);
	}
}

static char *repeat(const char *part, size_t times, const char *end)
{
	struct buf out;

	buf_init(&out, 0);
	for (size_t i = 0; i < times; i++)
		buf_addstr(&out, part);
	buf_addstr(&out, end);
	return buf_take(&out);
}

static void is_refused(char *text, const char *want, const char *name)
{
	char *got = read_len(text, strlen(text));

	ok(strstr(got, want), name);
	free(got);
	free(text);
}

static void test_bombs(void)
{
	struct buf bomb;

	is_refused(repeat("[", 101, "]"), "nested deeper than 100 levels", "deep nesting");
	is_refused(repeat("[", 100000, ""), "nested deeper than 100 levels", "very deep nesting");
	is_refused(repeat("- ", 2000, "x"), "nested deeper than 100 levels", "deep blocks");
	buf_init(&bomb, 0);
	buf_addstr(&bomb, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
	for (int i = 1; i < 12; i++) {
		buf_printf(&bomb, "a%d: &a%d [", i, i);
		for (int k = 0; k < 10; k++)
			buf_printf(&bomb, "*a%d,", i - 1);
		buf_addstr(&bomb, "]\n");
	}
	is_refused(buf_take(&bomb), "aliases stand for more than 1,000,000 values", "a billion laughs");
	buf_addstr(&bomb, "a0: &a0 {x: 1}\n");
	for (int i = 1; i < 150; i++)
		buf_printf(&bomb, "a%d: &a%d {x: *a%d}\n", i, i, i - 1);
	is_refused(buf_take(&bomb), "nest deeper than 100", "depth by aliases");
	is_refused(repeat("- &a x\n", 1001, ""), "more than 1,000 anchors", "many anchors");
}

static const struct {
	const char *name, *text;
	const char *own[4]; /* the documents' own texts */
	int line[4];
} texts[] = {
	{ "one", "# c\na: 1 # d\n# e\n", { "# c\na: 1 # d\n# e\n" }, { 1 } },
	{ "two", "a: 1\n---\n# c\nb: 2\n", { "a: 1\n", "# c\nb: 2\n" }, { 1, 3 } },
	{ "a leading marker", "# lost\n---\na: 1\n", { "a: 1\n" }, { 3 } },
	{ "a comment behind the marker", "--- # x\na: 1\n", { "a: 1\n" }, { 2 } },
	{ "content behind the marker", "--- {a: 1}\n--- foo\n", { " {a: 1}\n", " foo\n" }, { 1, 2 } },
	{ "a directive", "%YAML 1.1\n---\na: 1\n", { "a: 1\n" }, { 3 } },
	{ "an end marker", "a: 1\n...\n---\nb: 2\n...\n", { "a: 1\n", "b: 2\n" }, { 1, 4 } },
	{ "CRLF", "a: 1\r\n---\r\nb: 2\r\n", { "a: 1\r\n", "b: 2\r\n" }, { 1, 3 } },
	{ "BOM", "\xef\xbb\xbf" "a: 1\n", { "a: 1\n" }, { 1 } },
	{ "many-byte characters", "a: \xe6\x97\xa5\xf0\x9f\x92\x94\n---\nb: \xc3\xa9\n---\nc: 1",
		{ "a: \xe6\x97\xa5\xf0\x9f\x92\x94\n", "b: \xc3\xa9\n", "c: 1" }, { 1, 3, 5 } },
	{ "empty ones", "---\n---\na: 1\n---\n", { "", "a: 1\n", "" }, { 2, 3, 5 } },
	{ "JSON behind JSON", "{\"a\": 1}\n{\"b\":\n 2}{\"c\": 3}\n",
		{ "{\"a\": 1}\n", "{\"b\":\n 2}", "{\"c\": 3}\n" }, { 1, 2, 3 } },
	{ "JSON with joined escapes", "{\"a\": \"\\ud83d\\ude00\"}\n{\"b\": \"\\ud83d\\ude00\"}\n{}",
		{ "{\"a\": \"\\ud83d\\ude00\"}\n", "{\"b\": \"\\ud83d\\ude00\"}\n", "{}" }, { 1, 2, 3 } },
};

static void test_own_texts(void)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const char *text = texts[i].text;
		struct error err = { 0 };
		struct yaml yaml = { 0 };

		if (!ok(yaml_parse(&yaml, text, strlen(text), "f", &err), texts[i].name))
			tap_text("err", err.text);
		for (size_t k = 0; k < yaml.n; k++) {
			const struct yaml_document *doc = &yaml.documents[k];
			char *own = xstrndup(text + doc->start, doc->end - doc->start);

			is_str(own, k < 4 ? texts[i].own[k] : NULL, "its own text");
			is_int(doc->line, k < 4 ? texts[i].line[k] : 0, "its line");
			free(own);
		}
		ok(yaml.n == 4 || !texts[i].own[yaml.n], "no document is missing");
		yaml_release(&yaml);
	}
}

static void test_positions(void)
{
	static const char text[] = "\xc3\xa9: [x, {y: z}]\nlist:\n- a\n- b: 1\n  c: 'q' # comment\nd: 1\n";
	struct error err = { 0 };
	const struct yaml_node *list, *map;
	struct yaml yaml;

	ok(yaml_parse(&yaml, text, strlen(text), "f", &err), "positions");
	list = yaml_get(yaml.documents[0].root, "list");
	map = list->items[1];
	is_int(list->line, 3, "a list's line");
	is_int(map->line, 4, "an item's line");
	is_int(map->column, 3, "an item's column");
	ok(memcmp(text + map->start, "b: 1\n  c: 'q'", 13) == 0, "an item's start");
	is_int((long long)(map->end - map->start), 13, "an item ends with its last value");
	map = yaml_get(yaml.documents[0].root, "\xc3\xa9");
	is_int(map->column, 4, "columns count characters");
	is_int((long long)map->start, 4, "offsets count bytes");
	is_int((long long)(map->end - map->start), 11, "a flow list ends with its bracket");
	ok(!yaml_get(map, "x") && !yaml_get(NULL, "x"), "yaml_get of what is no mapping");
	yaml_release(&yaml);
}

static const struct {
	const char *json, *yaml;
} emitted[] = {
	{ "{}", "{}\n" },
	{ "[]", "[]\n" },
	{ "{\"b\":1,\"a\":{\"c\":[1,{\"d\":2,\"e\":[]},[3,4]],\"f\":{}}}",
		"b: 1\na:\n  c:\n  - 1\n  - d: 2\n    e: []\n  - - 3\n    - 4\n  f: {}\n" },
	{ "{\"a\":\"y\",\"b\":\"1e3\",\"c\":\"0755\",\"d\":\"12:30:45\",\"e\":\"~\",\"f\":\"\"}",
		"a: \"y\"\nb: \"1e3\"\nc: \"0755\"\nd: \"12:30:45\"\ne: \"~\"\nf: \"\"\n" },
	{ "{\"a\":\"x: y\",\"b\":\"x #y\",\"c\":\"x \",\"d\":\" x\",\"e\":\"- x\",\"f\":\"x:\",\"g\":\"@x\"}",
		"a: \"x: y\"\nb: \"x #y\"\nc: \"x \"\nd: \" x\"\ne: \"- x\"\nf: \"x:\"\ng: \"@x\"\n" },
	{ "[\"--port=80\",\"nginx:1.27\",\"10.0.0.1\",\"/bin/sh\",\"a b\",\"2026-01-01\",\"1.27\",\"---\"]",
		"- --port=80\n- nginx:1.27\n- 10.0.0.1\n- /bin/sh\n- a b\n- \"2026-01-01\"\n- \"1.27\"\n- \"---\"\n" },
	{ "{\"a\":\"x\\ny\\n\",\"b\":\"x\\ny\",\"c\":\"x\\n\\n\",\"d\":\"  x\\ny\"}",
		"a: |\n  x\n  y\nb: |-\n  x\n  y\nc: |+\n  x\n\nd: |2-\n    x\n  y\n" },
	{ "{\"a\":\"\\u001b[31m\\u0085\\u202e\",\"b\":\"x\\ty\\nz\",\"c\":\"\\n\"}",
		"a: \"\\x1b[31m\\x85\\u202e\"\nb: \"x\\ty\\nz\"\nc: \"\\n\"\n" },
	{ "{\"a\":\"{\\\"k\\\":\\\"v's\\\"}\"}", "a: '{\"k\":\"v''s\"}'\n" },
	{ "{\"true\":1,\"a: b\":2}", "\"true\": 1\n\"a: b\": 2\n" },
	{ "[1.5,1e20,0.1,true,null,-3]", "- 1.5\n- 1e+20\n- 0.1\n- true\n- null\n- -3\n" },
};

static void test_emitting(void)
{
	for (size_t i = 0; i < ARRAY_LEN(emitted); i++) {
		json_t *json = json_loads(emitted[i].json, JSON_DECODE_ANY, NULL);
		struct buf out;

		buf_init(&out, 0);
		yaml_emit(&out, json);
		is_str(buf_str(&out), emitted[i].yaml, emitted[i].json);
		buf_release(&out);
		json_decref(json);
	}
}

static json_t *random_string(void)
{
	static const char *const parts[] = { "\n", " ", "\t", ":", "#", "- ", "'", "\"", "\\", "a", "yes", "0x",
		"1", ".", "e", "\xc2\x85", "\xe2\x80\xa8", "\xe6\x97\xa5", "\xcc\x81\xcc\x81\xcc\x81", "\x1b",
		"\xef\xbb\xbf", "~", "\r", "\x7f", "---", "|", ">", "%", "{", "]", "&", "*", "!", "<<", "null",
		"\xef\xbf\xbf", "\xf0\x9f\x92\x94", "text of some length " };
	struct buf out;
	json_t *value;

	buf_init(&out, 0);
	for (int n = rand() % (rand() % 20 ? 6 : 80); n > 0; n--)
		buf_addstr(&out, parts[(size_t)rand() % ARRAY_LEN(parts)]);
	value = json_string(buf_str(&out));
	buf_release(&out);
	return value;
}

static json_t *random_json(int depth)
{
	json_t *value, *key;

	switch (rand() % (depth > 0 ? 9 : 6)) {
	case 0:
		return rand() % 2 ? json_true() : json_null();
	case 1:
		return json_integer(rand() % 3 ? rand() - RAND_MAX / 2 : INT64_MIN + rand() % 2);
	case 2:
		/* Never whole: those come back as integers. */
		return json_real((rand() % 2000 - 1000) * 2.0 + 1.0 / (rand() % 1000 + 2));
	case 6:
		value = json_array();
		for (int n = rand() % 5; n > 0; n--)
			json_array_append_new(value, random_json(depth - 1));
		return value;
	case 7:
	case 8:
		value = json_object();
		for (int n = rand() % 5; n > 0; n--) {
			key = random_string();
			json_object_set_new(value, json_string_value(key), random_json(depth - 1));
			json_decref(key);
		}
		return value;
	default:
		return random_string();
	}
}

static bool comes_back(const json_t *json)
{
	struct error err = { 0 };
	struct yaml yaml = { 0 };
	json_t *back = NULL;
	struct buf out;
	bool good;

	buf_init(&out, 0);
	yaml_emit(&out, json);
	if (yaml_parse(&yaml, buf_str(&out), out.len, "f", &err) && yaml.n == 1 && yaml.documents[0].root)
		back = yaml_to_json(yaml.documents[0].root, "f", &err);
	good = back && json_equal(back, json) && text_is_display(buf_str(&out), TEXT_BLOCK);
	if (!good) {
		tap_text("yaml", buf_str(&out));
		tap_text("err", err.text);
	}
	json_decref(back);
	yaml_release(&yaml);
	buf_release(&out);
	return good;
}

static void test_round_trip(void)
{
	char *key = repeat("long key ", 300, "");
	bool good = true;
	json_t *json;

	srand(11);
	for (int round = 0; round < 20000 && good; round++) {
		json = random_json(4);
		good = comes_back(json);
		json_decref(json);
	}
	ok(good, "random JSON comes back from YAML, and the YAML is display text");
	json = json_pack("{s:[i,{s:i}],s:{s:i}}", key, 1, "b", 2, "c", "d", 3);
	ok(comes_back(json), "a key of thousands of bytes comes back");
	json_decref(json);
	free(key);
}

int main(void)
{
	test_reading();
	test_bombs();
	test_own_texts();
	test_positions();
	test_emitting();
	test_round_trip();
	return tap_done();
}
