/* SPDX-License-Identifier: Apache-2.0 */
/* Standard base64. */
#include "base/b64.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *b64_encode(const void *bytes, size_t len)
{
	const unsigned char *in = bytes;
	char *out = xmalloc(len / 3 * 4 + 5), *to = out;

	for (size_t i = 0; i < len; i += 3) {
		size_t have = len - i < 3 ? len - i : 3;
		uint32_t bits = (uint32_t)in[i] << 16;

		if (have > 1)
			bits |= (uint32_t)in[i + 1] << 8;
		if (have > 2)
			bits |= in[i + 2];
		*to++ = digits[bits >> 18];
		*to++ = digits[bits >> 12 & 63];
		*to++ = have > 1 ? digits[bits >> 6 & 63] : '=';
		*to++ = have > 2 ? digits[bits & 63] : '=';
	}
	*to = '\0';
	return out;
}

bool b64_decode(const char *s, char **out, size_t *len)
{
	char *bytes = xmalloc(strlen(s) + 1);
	size_t n = 0, count = 0, padding = 0;
	uint32_t bits = 0;

	for (; *s; s++) {
		const char *digit = strchr(digits, *s);

		if (strchr(" \t\r\n", *s))
			continue;
		if (*s == '=') {
			padding++;
			continue;
		}
		if (!digit || padding)
			break;
		bits = bits << 6 | (uint32_t)(digit - digits);
		count++;
		/* Every digit but the first of four completes a byte. */
		if (count % 4 != 1)
			bytes[n++] = (char)(bits >> (8 - count % 4 * 2) % 8);
	}
	if (*s || count % 4 == 1 || (padding && (count + padding) % 4 != 0) || padding > 2) {
		free(bytes);
		return false;
	}
	bytes[n] = '\0';
	*out = bytes;
	*len = n;
	return true;
}
