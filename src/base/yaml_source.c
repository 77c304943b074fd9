/* SPDX-License-Identifier: Apache-2.0 */
/* A file's bytes made ready for libyaml: checked, without BOM, JSON's escapes joined. */
#include "base/yaml_tree.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "base/xalloc.h"

#define MAX_BYTES ((size_t)64 << 20)
#define BOM "\xef\xbb\xbf"
#define ESCAPE_LEN 6 /* of \u1234 */

/* What YAML's character set leaves out. */
static bool is_allowed(uint32_t cp)
{
	if (cp < 0x20)
		return cp == '\t' || cp == '\n' || cp == '\r';
	return !(cp >= 0x7f && cp < 0xa0 && cp != 0x85) && cp != 0xfeff && cp != 0xfffe &&
	       cp != 0xffff;
}

static bool check_characters(const char *text, size_t len, const char *name, struct error *err)
{
	int line = 1, column = 1;

	for (size_t i = 0; i < len;) {
		uint32_t cp = 0;
		size_t took = text_decode(text + i, len - i, &cp);

		if (!took)
			return error_set(err, ERROR_CONFIG,
				"%s:%d:%d: byte 0x%02x is not UTF-8 text", name, line, column,
				(unsigned char)text[i]);
		if (cp == 0xfeff)
			return error_set(err, ERROR_CONFIG,
				"%s:%d:%d: a byte order mark inside the text: remove it", name,
				line, column);
		if (!is_allowed(cp))
			return error_set(err, ERROR_CONFIG,
				"%s:%d:%d: the control character U+%04X is not allowed in YAML",
				name, line, column, (unsigned)cp);
		column = cp == '\n' ? 1 : column + 1;
		line += cp == '\n';
		i += took;
	}
	return true;
}

static bool is_utf16(const char *text, size_t len)
{
	if (len < 2)
		return false;
	return memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0 ||
	       (text[0] == '\0') != (text[1] == '\0');
}

/* The value of the \u escape at s, if it lies between first and last; else 0. */
static uint32_t escape_at(const char *s, size_t len, uint32_t first, uint32_t last)
{
	uint32_t value = 0;

	if (len < ESCAPE_LEN || s[0] != '\\' || s[1] != 'u')
		return 0;
	for (int i = 2; i < ESCAPE_LEN; i++) {
		unsigned char c = (unsigned char)s[i];

		if (!isxdigit(c))
			return 0;
		value = value << 4 | (uint32_t)(isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
	}
	return value >= first && value <= last ? value : 0;
}

/* Copies text, the pairs of escapes that stand for one character replaced by it. */
static void join_pairs(struct yaml_source *src)
{
	const char *text = src->text;
	size_t len = src->len, n = 0;
	char *out = xmalloc(len + 1);

	for (size_t i = 0; i < len;) {
		uint32_t high = escape_at(text + i, len - i, 0xd800, 0xdbff);
		uint32_t low = high ? escape_at(text + i + ESCAPE_LEN, len - i - ESCAPE_LEN, 0xdc00,
						0xdfff)
				    : 0;

		if (low) {
			VEC_GROW(src->pairs, src->npairs, src->pairs_cap);
			src->pairs[src->npairs++] = n;
			n += text_encode(
				0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), out + n);
			i += 2 * ESCAPE_LEN;
			continue;
		}
		/* An escaped backslash starts no escape. */
		if (text[i] == '\\' && i + 1 < len)
			out[n++] = text[i++];
		out[n++] = text[i++];
	}
	out[n] = '\0';
	src->joined = out;
	src->text = out;
	src->len = n;
}

bool yaml_source_init(struct yaml_source *src, const char *text, size_t len, const char *name,
	struct error *err)
{
	size_t skipped = 0, blank = 0;

	if (len > MAX_BYTES)
		return error_set(err, ERROR_LIMIT, "%s: larger than 64 MiB", name);
	if (is_utf16(text, len))
		return error_set(
			err, ERROR_CONFIG, "%s: this is UTF-16 text: save it as UTF-8", name);
	if (len >= strlen(BOM) && memcmp(text, BOM, strlen(BOM)) == 0)
		skipped = strlen(BOM);
	text += skipped;
	len -= skipped;
	if (!check_characters(text, len, name, err))
		return false;
	*src = (struct yaml_source){ .name = name, .text = text, .len = len, .skipped = skipped };
	while (blank < len && strchr(" \t\r\n", text[blank]))
		blank++;
	/* In YAML that is not JSON a backslash may be just that. */
	if (blank < len && (text[blank] == '{' || text[blank] == '[') &&
		memmem(text, len, "\\u", 2))
		join_pairs(src);
	return true;
}

void yaml_source_release(struct yaml_source *src)
{
	free(src->joined);
	free(src->pairs);
	*src = (struct yaml_source){ 0 };
}

/* How many joined characters start before the offset. */
static size_t pairs_before(const struct yaml_source *src, size_t offset)
{
	size_t lo = 0, hi = src->npairs;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (src->pairs[mid] < offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

size_t yaml_source_offset(const struct yaml_source *src, size_t offset)
{
	/* Twelve bytes became four. */
	return src->skipped + offset + pairs_before(src, offset) * 8;
}

bool yaml_source_is_joined(const struct yaml_source *src, size_t start, size_t end)
{
	return pairs_before(src, start) != pairs_before(src, end);
}

size_t yaml_source_line(const struct yaml_source *src, int line)
{
	const char *at = src->text, *end = src->text + src->len;

	for (; line > 1 && at < end; line--) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		at = newline ? newline + 1 : end;
	}
	return (size_t)(at - src->text);
}

bool yaml_source_has_bare_variable(const struct yaml_source *src, int line)
{
	char quote = '\0';

	if (line < 1)
		return false;
	for (size_t i = yaml_source_line(src, line); i < src->len && src->text[i] != '\n'; i++) {
		char c = src->text[i];

		if (quote) {
			if (c == '\\' && quote == '"' && i + 1 < src->len)
				i++;
			else if (c == quote)
				quote = '\0';
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (c == '$' && i + 1 < src->len && src->text[i + 1] == '{') {
			return true;
		}
	}
	return false;
}
