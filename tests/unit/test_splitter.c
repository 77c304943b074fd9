/* SPDX-License-Identifier: Apache-2.0 */
/* The splitter: every chunking of a list gives the same items, and a torn list is never whole. */
#include "kube/splitter.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tap.h"

/* Items are written one after another, each in angle brackets; "<!>" is one too large. */
static const struct sample {
	const char *name, *text, *items, *metadata;
} samples[] = {
	{ "an empty object", "{}", "", "" },
	{ "no items", "{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"7\"}}", "", "{\"resourceVersion\":\"7\"}" },
	{ "empty items", "{\"items\":[]}", "", "" },
	{ "empty items with spaces", " {\n\t\"items\" : [ \r\n ] } \n", "", "" },
	{ "items are null", "{\"metadata\":{},\"items\":null}", "", "{}" },
	{ "items are null before a space", "{\"items\":null ,\"metadata\":{\"a\":1}}", "", "{\"a\":1}" },
	{ "two items", "{\"metadata\":{\"continue\":\"x\"},\"items\":[{\"a\":1},{\"b\":{}}]}", "<{\"a\":1}><{\"b\":{}}>",
		"{\"continue\":\"x\"}" },
	{ "metadata after the items", "{\"items\":[{\"a\":[1,2,{}]}],\"metadata\":{\"continue\":\"x\\\"}\"}}",
		"<{\"a\":[1,2,{}]}>", "{\"continue\":\"x\\\"}\"}" },
	{ "spaces around items", "{ \"items\" : [ {\"a\" : 1} , {\"b\" : 2} ] }", "<{\"a\" : 1}><{\"b\" : 2}>", "" },
	{ "brackets and quotes in strings", "{\"items\":[{\"a\":\"]}\\\"{[\\\\\"},{\"b\":\"\\\\\\\"\"}]}",
		"<{\"a\":\"]}\\\"{[\\\\\"}><{\"b\":\"\\\\\\\"\"}>", "" },
	{ "items inside of an item", "{\"items\":[{\"items\":[{\"x\":1}]},{\"y\":2}]}", "<{\"items\":[{\"x\":1}]}><{\"y\":2}>", "" },
	{ "items inside of another key", "{\"a\":{\"items\":[{\"no\":1}]},\"items\":[{\"yes\":1}]}", "<{\"yes\":1}>", "" },
	{ "items inside of a string", "{\"a\":\"\\\"items\\\":[{\\\"no\\\":1}]\",\"items\":[{\"yes\":1}]}", "<{\"yes\":1}>", "" },
	{ "items as a value", "{\"a\":\"items\",\"items\":[{\"yes\":1}]}", "<{\"yes\":1}>", "" },
	{ "metadata inside of another key", "{\"a\":{\"metadata\":{\"no\":1}},\"items\":[]}", "", "" },
	{ "an escaped key is another key", "{\"\\u0069tems\":[{\"no\":1}],\"it\\\"ems\":[1],\"items\":[{\"yes\":1}]}", "<{\"yes\":1}>", "" },
	{ "a long key", "{\"itemsitemsitemsitemsitems\":[{\"no\":1}],\"items\":[{\"yes\":1}]}", "<{\"yes\":1}>", "" },
	{ "scalars of every kind", "{\"a\":1,\"b\":-1.5e3,\"c\":true,\"d\":null,\"e\":\"\",\"items\":[{\"f\":0}],\"g\":[],\"h\":false}",
		"<{\"f\":0}>", "" },
	{ "items that are no objects", "{\"items\":[1,\"two\",null,[3],{}]}", "<1><\"two\"><null><[3]><{}>", "" },
	{ "UTF-8", "{\"items\":[{\"n\":\"\xe6\x97\xa5\xe6\x9c\xac\"}]}", "<{\"n\":\"\xe6\x97\xa5\xe6\x9c\xac\"}>", "" },
	{ "broken UTF-8 is the parser's", "{\"items\":[{\"n\":\"\xff\xfe\"}]}", "<{\"n\":\"\xff\xfe\"}>", "" },
};

static const struct { const char *name, *text; } refused[] = {
	{ "nothing", "" },
	{ "only spaces", " \n" },
	{ "an array", "[{\"items\":[]}]" },
	{ "a word", "null" },
	{ "HTML", "<html>" },
	{ "items are an object", "{\"items\":{\"a\":1}}" },
	{ "items are a string", "{\"items\":\"[]\"}" },
	{ "items are a number", "{\"items\":1}" },
	{ "items are half of null", "{\"items\":nul}" },
	{ "items are more than null", "{\"items\":nullx}" },
	{ "a missing value", "{\"items\":}" },
	{ "a missing item", "{\"items\":[{},]}" },
	{ "a comma too many", "{\"items\":[,{}]}" },
	{ "a missing comma", "{\"items\":[{}{}]}" },
	{ "a missing colon", "{\"items\"[{}]}" },
	{ "a key without quotes", "{items:[]}" },
	{ "a comma before the end", "{\"items\":[],}" },
	{ "a second value", "{\"items\":[]}{}" },
	{ "text behind it", "{\"items\":[]}x" },
};

static void on_item(void *arg, const char *bytes, size_t len)
{
	struct buf *out = arg;

	buf_addch(out, '<');
	buf_add(out, bytes ? bytes : "!", bytes ? len : 1);
	buf_addch(out, '>');
}

/* Feeds text in pieces of `step` bytes after a first piece of `first`. */
static bool split(struct buf *items, struct buf *metadata, const char *text, size_t len, size_t first, size_t step)
{
	struct splitter s;
	struct error err = { 0 };
	bool good = true;

	buf_reset(items);
	buf_reset(metadata);
	splitter_init(&s, on_item, items);
	for (size_t i = 0, n = first; i < len && good; i += n, n = step) {
		char *piece;

		if (n > len - i)
			n = len - i;
		piece = malloc(n ? n : 1); /* its own memory: reading over its end is seen */
		memcpy(piece, text + i, n);
		good = splitter_feed(&s, piece, n, &err);
		free(piece);
	}
	good = splitter_end(&s, &err) && good;
	buf_add(metadata, buf_str(&s.metadata), s.metadata.len);
	splitter_release(&s);
	return good && err.code == ERROR_NONE;
}

static void test_samples(void)
{
	struct buf items, metadata;

	buf_init(&items, 0);
	buf_init(&metadata, 0);
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *x = &samples[i];
		size_t len = strlen(x->text), bad = 0;

		for (size_t first = 0; first <= len; first++) {
			bool good = split(&items, &metadata, x->text, len, first, len);

			good = good && strcmp(buf_str(&items), x->items) == 0 && strcmp(buf_str(&metadata), x->metadata) == 0;
			bad += !good;
		}
		is_int(bad, 0, x->name);
		ok(split(&items, &metadata, x->text, len, 1, 1), "byte by byte");
		is_str(buf_str(&items), x->items, "  its items");
		is_str(buf_str(&metadata), x->metadata, "  its metadata");
	}
	buf_release(&items);
	buf_release(&metadata);
}

/* What comes before the end of a list never counts as the list. */
static void test_torn(void)
{
	struct buf items, metadata;
	size_t whole = 0;

	buf_init(&items, 0);
	buf_init(&metadata, 0);
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		size_t end = strrchr(samples[i].text, '}') - samples[i].text;

		for (size_t len = 0; len <= end; len++)
			whole += split(&items, &metadata, samples[i].text, len, len, 1);
	}
	is_int(whole, 0, "a torn list is refused wherever it is torn");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		size_t len = strlen(refused[i].text);

		ok(!split(&items, &metadata, refused[i].text, len, len, 1) &&
			!split(&items, &metadata, refused[i].text, len, 1, 1), refused[i].name);
	}
	buf_release(&items);
	buf_release(&metadata);
}

/* {"items":[{"a":1},X,{"b":2}]} with X of so many bytes in a string. */
static void add_large(struct buf *text, size_t size)
{
	buf_addstr(text, "{\"items\":[{\"a\":1},{\"x\":\"");
	for (size_t i = 0; i < size; i++)
		buf_addch(text, 'x');
	buf_addstr(text, "\"},{\"b\":2}]}");
}

static void add_deep(struct buf *text, int depth)
{
	buf_addstr(text, "{\"items\":[{\"a\":1},");
	for (int i = 0; i < depth; i++)
		buf_addch(text, '[');
	for (int i = 0; i < depth; i++)
		buf_addch(text, ']');
	buf_addstr(text, ",{\"b\":2}]}");
}

static void test_limits(void)
{
	static const char *const dropped = "<{\"a\":1}><!><{\"b\":2}>";
	struct buf text, items, metadata;

	buf_init(&text, 0);
	buf_init(&items, 0);
	buf_init(&metadata, 0);
	add_large(&text, 9 << 20);
	ok(split(&items, &metadata, text.data, text.len, 4096, 4096), "an item of 9 MiB does not end the list");
	is_str(buf_str(&items), dropped, "  it is reported, and the others come");
	ok(split(&items, &metadata, text.data, text.len, text.len, 1), "the same in one piece");
	is_str(buf_str(&items), dropped, "  it is reported, and the others come");
	buf_reset(&text);
	add_deep(&text, 200);
	ok(split(&items, &metadata, text.data, text.len, 64, 64), "an item of depth 200");
	ok(!strstr(buf_str(&items), "<!>"), "  comes whole");
	buf_reset(&text);
	add_deep(&text, 201);
	ok(split(&items, &metadata, text.data, text.len, 64, 64), "a deeper one does not end the list");
	is_str(buf_str(&items), dropped, "  it is reported, and the others come");
	buf_reset(&text);
	add_deep(&text, 3000000);
	ok(!split(&items, &metadata, text.data, text.len, 65536, 65536), "endless nesting ends the list");
	buf_reset(&text);
	buf_addstr(&text, "{\"metadata\":{\"continue\":\"");
	for (int i = 0; i < 100000; i++)
		buf_addch(&text, 'c');
	buf_addstr(&text, "\"},\"items\":[]}");
	ok(!split(&items, &metadata, text.data, text.len, 4096, 4096), "metadata that are cut are no metadata");
	buf_release(&text);
	buf_release(&items);
	buf_release(&metadata);
}

int main(void)
{
	test_samples();
	test_torn();
	test_limits();
	return tap_done();
}
