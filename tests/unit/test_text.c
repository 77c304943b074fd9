/* SPDX-License-Identifier: Apache-2.0 */
/* Display text, widths and cutting. */
#include "base/text.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "tap.h"

#define FFFD "\xef\xbf\xbd"
#define ACUTE "\xcc\x81"

static const struct {
	const char *name, *in;
	size_t len; /* 0: strlen(in) */
	const char *line, *block;
} displays[] = {
	{ "plain", "image not found", 0, "image not found", "image not found" },
	{ "empty", "", 0, "", "" },
	{ "escape sequence", "a\x1b[31mb", 0, "a" FFFD "[31mb", "a" FFFD "[31mb" },
	{ "NUL", "a\0b", 3, "a" FFFD "b", "a" FFFD "b" },
	{ "bell and DEL", "\a\x7f", 0, FFFD FFFD, FFFD FFFD },
	{ "C1 as UTF-8", "\xc2\x9b" "31m", 0, FFFD "31m", FFFD "31m" },
	{ "raw C1 byte", "\x9b" "31m", 0, FFFD "31m", FFFD "31m" },
	{ "NEL", "a\xc2\x85" "b", 0, "a" FFFD "b", "a" FFFD "b" },
	{ "bidi override", "a\xe2\x80\xae" "b", 0, "a" FFFD "b", "a" FFFD "b" },
	{ "bidi isolate", "\xe2\x81\xa6", 0, FFFD, FFFD },
	{ "Arabic letter mark", "\xd8\x9c", 0, FFFD, FFFD },
	{ "left-to-right mark", "\xe2\x80\x8e", 0, FFFD, FFFD },
	{ "line separator", "\xe2\x80\xa8", 0, FFFD, FFFD },
	{ "lone surrogate", "\xed\xa0\x80", 0, FFFD FFFD FFFD, FFFD FFFD FFFD },
	{ "overlong slash", "\xc0\xaf", 0, FFFD FFFD, FFFD FFFD },
	{ "overlong escape", "\xe0\x80\x9b", 0, FFFD FFFD FFFD, FFFD FFFD FFFD },
	{ "truncated", "a\xe2\x82", 0, "a" FFFD FFFD, "a" FFFD FFFD },
	{ "beyond Unicode", "\xf4\x90\x80\x80", 0, FFFD FFFD FFFD FFFD, FFFD FFFD FFFD FFFD },
	{ "good UTF-8", "\xe6\x97\xa5\xf0\x9f\x92\x94", 0, "\xe6\x97\xa5\xf0\x9f\x92\x94",
		"\xe6\x97\xa5\xf0\x9f\x92\x94" },
	{ "newlines", "a\n\n  b", 0, "a b", "a\n\n  b" },
	{ "spaces stay", "a  b", 0, "a  b", "a  b" },
	{ "ends", " \n a \t\n", 0, "a", " \n a      \n" },
	{ "tab", "a\tb", 0, "a b", "a       b" },
	{ "tab at a stop", "12345678\tb", 0, "12345678 b", "12345678        b" },
	{ "tab behind a wide one", "\xe6\x97\xa5\tb", 0, "\xe6\x97\xa5 b", "\xe6\x97\xa5      b" },
	{ "CRLF", "a\r\nb\r\n", 0, "a b", "a\nb\n" },
	{ "CR alone", "a\rb", 0, "a" FFFD "b", "a" FFFD "b" },
	{ "four marks", "e" ACUTE ACUTE ACUTE ACUTE, 0, "e" ACUTE ACUTE ACUTE ACUTE,
		"e" ACUTE ACUTE ACUTE ACUTE },
	{ "six marks", "e" ACUTE ACUTE ACUTE ACUTE ACUTE ACUTE "f" ACUTE, 0,
		"e" ACUTE ACUTE ACUTE ACUTE "f" ACUTE, "e" ACUTE ACUTE ACUTE ACUTE "f" ACUTE },
};

static void test_display(void)
{
	for (size_t i = 0; i < ARRAY_LEN(displays); i++) {
		size_t len = displays[i].len ? displays[i].len : strlen(displays[i].in);
		char *line = text_display(displays[i].in, len, TEXT_LINE);
		char *block = text_display(displays[i].in, len, TEXT_BLOCK);

		is_str(line, displays[i].line, displays[i].name);
		is_str(block, displays[i].block, displays[i].name);
		free(line);
		free(block);
	}
}

/* Looks at bytes only, so that it cannot share a mistake with the code. */
static bool is_harmless(const char *s, bool newlines)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s, next = (unsigned char)s[1];

		if ((c < 0x20 && !(newlines && c == '\n')) || c == 0x7f)
			return false;
		if (c == 0xc2 && next >= 0x80 && next < 0xa0)
			return false;
	}
	return true;
}

static void test_random(void)
{
	static const char *const parts[] = { "\x1b", "\xc2", "\x9b", "\xe2\x80", "\xae", "\xcc\x81", "\n",
		"\r", "\t", " ", "a", "\xf0\x9f\x92\x94", "\xed\xa0", "\xff", "\xe2\x80\xa8", "\x7f" };
	bool good = true, same = true;

	srand(7);
	for (int round = 0; round < 20000; round++) {
		enum text_mode mode = round % 2 ? TEXT_LINE : TEXT_BLOCK;
		char bytes[64], *once, *twice;
		size_t len = 0;

		while (len < 40) {
			const char *part = parts[(size_t)rand() % ARRAY_LEN(parts)];

			if (rand() % 2)
				bytes[len++] = (char)rand();
			else
				for (; *part; part++)
					bytes[len++] = *part;
		}
		once = text_display(bytes, len, mode);
		twice = text_display(once, strlen(once), mode);
		good = good && text_is_display(once, mode) && is_harmless(once, mode == TEXT_BLOCK);
		same = same && strcmp(once, twice) == 0;
		free(once);
		free(twice);
	}
	ok(good, "random bytes become display text");
	ok(same, "display text stays as it is");
}

static void test_is_display(void)
{
	ok(text_is_display("a b", TEXT_LINE), "text is display text");
	ok(!text_is_display("a\nb", TEXT_LINE), "a newline is none in a line");
	ok(text_is_display("a\nb", TEXT_BLOCK), "a newline is in a block");
	ok(!text_is_display("a\tb", TEXT_BLOCK), "a tab is none");
	ok(!text_is_display("\xff", TEXT_LINE), "a broken byte is none");
	ok(!text_is_display("e" ACUTE ACUTE ACUTE ACUTE ACUTE, TEXT_LINE), "five marks are none");
}

static void test_codec(void)
{
	bool good = true;

	for (uint32_t cp = 1; cp <= 0x10ffff; cp += cp < 0x3000 ? 1 : 37) {
		uint32_t back = 0;
		char bytes[4];
		size_t len = text_encode(cp, bytes);

		if (cp >= 0xd800 && cp <= 0xdfff)
			continue;
		good = good && text_decode(bytes, len, &back) == len && back == cp;
		good = good && (len == 1 || text_decode(bytes, len - 1, &back) == 0);
	}
	ok(good, "every character is encoded and decoded");
}

static const struct {
	const char *name, *text;
	int width;
} widths[] = {
	{ "ASCII", "abc", 3 },
	{ "heart, cross, quadrant", "\xe2\x99\xa5\xe2\x9c\x98\xe2\x97\xb7", 3 },
	{ "Braille spinner", "\xe2\xa0\x99", 1 },
	{ "ellipsis and arrow", "\xe2\x80\xa6\xe2\x86\x92", 2 },
	{ "broken heart", "\xf0\x9f\x92\x94", 2 },
	{ "Han", "\xe6\x97\xa5\xe6\x9c\xac", 4 },
	{ "fullwidth A", "\xef\xbc\xa1", 2 },
	{ "e with acute", "e" ACUTE, 1 },
	{ "zero width joiner", "\xe2\x80\x8d", 0 },
	{ "variation selector", "\xef\xb8\x8f", 0 },
	{ "decomposed Hangul", "\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", 2 },
	{ "soft hyphen", "\xc2\xad", 1 },
	{ "replacement", FFFD, 1 },
	{ "bytes that are no text", "\xff\xfe", 2 },
	{ "a control character", "\x01", 1 },
	{ "a new emoji", "\xf0\x9f\xab\xa8", 2 },
};

static void test_width(void)
{
	for (size_t i = 0; i < ARRAY_LEN(widths); i++)
		is_int(text_width(widths[i].text), widths[i].width, widths[i].name);
}

static void test_cutting(void)
{
	char out[8];

	is_int(text_clip("abc", 2), 2, "clip ASCII");
	is_int(text_clip("abc", 9), 3, "clip nothing");
	is_int(text_clip("abc", 0), 0, "clip all");
	is_int(text_clip("abc", -1), 0, "clip to less than nothing");
	is_int(text_clip("a\xe6\x97\xa5", 2), 1, "half a wide character does not fit");
	is_int(text_clip("e" ACUTE "f", 1), 3, "marks stay with their base");
	text_copy(out, sizeof(out), "1234567");
	is_str(out, "1234567", "copy what fits");
	text_copy(out, sizeof(out), "12345678");
	is_str(out, "1234\xe2\x80\xa6", "copy cuts with an ellipsis");
	text_copy(out, sizeof(out), "123\xc3\xa9" "45678");
	is_str(out, "123\xe2\x80\xa6", "copy cuts at a character");
	text_copy(out, 3, "12345");
	is_str(out, "12", "no room for an ellipsis");
	text_copy(out, 1, "12345");
	is_str(out, "", "no room at all");
}

static void test_full_buffer(void)
{
	struct buf out;

	buf_init(&out, 4);
	text_add_display(&out, "ab\x1b" "cd", 5, TEXT_LINE);
	is_str(buf_str(&out), "ab", "a character that does not fit is not cut");
	ok(out.full, "and the buffer says so");
	buf_release(&out);
}

int main(void)
{
	test_display();
	test_random();
	test_is_display();
	test_codec();
	test_width();
	test_cutting();
	test_full_buffer();
	return tap_done();
}
