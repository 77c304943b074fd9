/* SPDX-License-Identifier: Apache-2.0 */
/* JSON that an API server stores and jansson refuses, made readable. */
#include "kube/mend.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

#define MAX_TEXT ((size_t)32 << 20)
/* The worst case: "1e999," becomes the largest double. */
#define MAX_GROWTH 5
/* Every number of this length fits: no sign, digit or point can take it out of 64 bits or a double.
 */
#define SAFE_NUMBER 18

#define LARGEST_DOUBLE "1.7976931348623157e308"
#define REPLACEMENT "\xef\xbf\xbd"

static size_t digits(const char *s, size_t i, size_t len)
{
	while (i < len && s[i] >= '0' && s[i] <= '9')
		i++;
	return i;
}

enum number { NO_NUMBER, INTEGER, REAL };

/* What the whole of s is by JSON's grammar. */
static enum number number_kind(const char *s, size_t len)
{
	size_t start = len && s[0] == '-', i = digits(s, start, len), from;

	if (i == start || (s[start] == '0' && i > start + 1))
		return NO_NUMBER;
	if (i == len)
		return INTEGER;
	if (s[i] == '.') {
		from = i + 1;
		i = digits(s, from, len);
		if (i == from)
			return NO_NUMBER;
	}
	if (i < len && (s[i] == 'e' || s[i] == 'E')) {
		from = i + 1;
		if (from < len && (s[from] == '+' || s[from] == '-'))
			from++;
		i = digits(s, from, len);
		if (i == from)
			return NO_NUMBER;
	}
	return i == len ? REAL : NO_NUMBER;
}

/* Whether jansson can hold a value: it is the judge, and knows the locale's strtod(). */
static bool fits(const char *s, size_t len)
{
	json_t *value = json_loadb(s, len, JSON_DECODE_ANY, NULL);

	json_decref(value);
	return value != NULL;
}

static bool fits_as_real(const char *s, size_t len)
{
	struct buf real;
	bool ok;

	buf_init(&real, len + 2);
	buf_add(&real, s, len);
	buf_addstr(&real, ".0");
	ok = fits(real.data, real.len);
	buf_release(&real);
	return ok;
}

static void mend_number(struct buf *out, const char *s, size_t len)
{
	bool has_exponent = memchr(s, 'e', len) || memchr(s, 'E', len);
	enum number kind;

	if (len <= SAFE_NUMBER && !has_exponent) {
		buf_add(out, s, len);
		return;
	}
	kind = number_kind(s, len);
	if (kind == NO_NUMBER || fits(s, len)) {
		buf_add(out, s, len);
	} else if (kind == INTEGER && fits_as_real(s, len)) {
		buf_add(out, s, len);
		buf_addstr(out, ".0");
	} else {
		buf_addstr(out, s[0] == '-' ? "-" LARGEST_DOUBLE : LARGEST_DOUBLE);
	}
}

/* The value of "\uXXXX" at s; -1 if there is none. */
static int unicode_escape(const char *s, size_t len)
{
	int value = 0;

	if (len < 6 || s[0] != '\\' || s[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++) {
		static const char hex[] = "0123456789abcdef0123456789ABCDEF";
		const char *at = s[i] ? strchr(hex, s[i]) : NULL;

		if (!at)
			return -1;
		value = value * 16 + (int)(at - hex) % 16;
	}
	return value;
}

static bool is_high(int unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low(int unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* An escape sequence at s; returns the bytes it takes. */
static size_t mend_escape(struct buf *out, const char *s, size_t len)
{
	int unit = unicode_escape(s, len);
	size_t taken = unit < 0 ? 2 : 6;

	if (is_high(unit) && is_low(unicode_escape(s + 6, len - 6)))
		taken = 12;
	else if (unit == 0 || is_high(unit) || is_low(unit))
		return buf_addstr(out, REPLACEMENT), taken;
	if (taken > len)
		taken = len;
	buf_add(out, s, taken);
	return taken;
}

/* One character of a string that is neither its end nor an escape. */
static size_t mend_char(struct buf *out, const char *s, size_t len)
{
	uint32_t cp;
	size_t taken = text_decode(s, len, &cp);

	if (taken)
		buf_add(out, s, taken);
	else
		buf_addstr(out, REPLACEMENT);
	return taken ? taken : 1;
}

/* From an opening quote to behind the closing one. */
static size_t mend_string(struct buf *out, const char *s, size_t len)
{
	size_t i = 1, from = 0;

	while (i < len && s[i] != '"') {
		if (s[i] != '\\' && (unsigned char)s[i] < 0x80) {
			i++;
			continue;
		}
		buf_add(out, s + from, i - from);
		i += s[i] == '\\' ? mend_escape(out, s + i, len - i)
				  : mend_char(out, s + i, len - i);
		from = i;
	}
	i += i < len;
	buf_add(out, s + from, i - from);
	return i;
}

static size_t number_len(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len && s[i] && strchr("0123456789+-.eE", s[i]))
		i++;
	return i;
}

void mend_json(struct buf *out, const char *text, size_t len)
{
	size_t i = 0;

	while (i < len) {
		if (text[i] == '"') {
			i += mend_string(out, text + i, len - i);
		} else if (text[i] == '-' || (text[i] >= '0' && text[i] <= '9')) {
			size_t n = number_len(text + i, len - i);

			mend_number(out, text + i, n);
			i += n;
		} else {
			buf_addch(out, text[i++]);
		}
	}
}

/* jansson's own text quotes the input, and the input may be a Secret. */
static json_t *refuse(const json_error_t *error, struct error *err)
{
	switch (json_error_code(error)) {
	case json_error_premature_end_of_input:
		error_set(err, ERROR_PARSE, "the JSON ends too early, at byte %d", error->position);
		break;
	case json_error_stack_overflow:
		error_set(err, ERROR_LIMIT, "the JSON is nested too deep");
		break;
	default:
		error_set(err, ERROR_PARSE, "the JSON cannot be read at byte %d", error->position);
	}
	return NULL;
}

json_t *mend_parse(const char *text, size_t len, struct error *err)
{
	json_error_t error;
	json_t *value;
	struct buf mended;

	if (len > MAX_TEXT) {
		error_set(err, ERROR_LIMIT, "the JSON is larger than %zu MiB", MAX_TEXT >> 20);
		return NULL;
	}
	value = json_loadb(text, len, 0, &error);
	if (value)
		return value;
	buf_init(&mended, MAX_GROWTH * len + 64);
	mend_json(&mended, text, len);
	value = json_loadb(buf_str(&mended), mended.len, 0, &error);
	buf_release(&mended);
	return value ? value : refuse(&error, err);
}
