/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of a terminal into keys. */
#include "tui/input.h"

#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/keys.h"

#define ESC 0x1b

static const struct {
	const char *bytes;
	uint32_t key;
} sequences[] = {
	{ "\033[A", K_UP },
	{ "\033[B", K_DOWN },
	{ "\033[C", K_RIGHT },
	{ "\033[D", K_LEFT },
	{ "\033OA", K_UP },
	{ "\033OB", K_DOWN },
	{ "\033OC", K_RIGHT },
	{ "\033OD", K_LEFT },
	{ "\033[5~", K_PAGE_UP },
	{ "\033[6~", K_PAGE_DOWN },
	{ "\033[H", K_HOME },
	{ "\033OH", K_HOME },
	{ "\033[1~", K_HOME },
	{ "\033[7~", K_HOME },
	{ "\033[F", K_END },
	{ "\033OF", K_END },
	{ "\033[4~", K_END },
	{ "\033[8~", K_END },
	{ "\033[Z", K_BACKTAB },
	{ "\033OM", K_ENTER },
	{ "\033OP", K_F1 },
	{ "\033[11~", K_F1 },
	{ "\033[[A", K_F1 },
	{ "\033[21~", K_F10 },
};

void input_teach(struct input *in, const char *bytes, uint32_t key)
{
	if (!bytes || bytes[0] != ESC || !bytes[1] ||
		strlen(bytes) >= sizeof(in->taught[0].bytes) || in->ntaught == INPUT_TAUGHT)
		return;
	strcpy(in->taught[in->ntaught].bytes, bytes);
	in->taught[in->ntaught++].key = key;
}

/* The length of the sequence at the beginning of what is pending; 0: it is not complete. */
static size_t sequence_length(const struct input *in)
{
	size_t at = 2;

	if (in->len < 2)
		return 0;
	if (in->pending[1] == 'O')
		return in->len < 3 ? 0 : 3;
	if (in->pending[1] != '[')
		return 2;                         /* Alt and a key */
	if (in->len > 2 && in->pending[2] == '[') /* the Linux console's function keys */
		return in->len < 4 ? 0 : 4;
	while (at < in->len && !(in->pending[at] >= 0x40 && in->pending[at] <= 0x7e))
		at++;
	if (at < in->len)
		return at + 1;
	return in->len == INPUT_PENDING ? in->len : 0;
}

static uint32_t taught_key(const struct input *in, size_t *len)
{
	for (size_t i = 0; i < in->ntaught; i++) {
		size_t n = strlen(in->taught[i].bytes);

		if (n <= in->len && memcmp(in->taught[i].bytes, in->pending, n) == 0) {
			*len = n;
			return in->taught[i].key;
		}
	}
	return KEY_NONE;
}

static uint32_t known_key(const struct input *in, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(sequences); i++)
		if (strlen(sequences[i].bytes) == len &&
			memcmp(sequences[i].bytes, in->pending, len) == 0)
			return sequences[i].key;
	return KEY_NONE;
}

static uint32_t plain_key(uint32_t cp)
{
	switch (cp) {
	case '\r':
	case '\n':
		return K_ENTER;
	case '\t':
		return K_TAB;
	case 0x7f:
	case '\b':
		return K_BACKSPACE;
	default:
		return cp;
	}
}

static void drop(struct input *in, size_t len)
{
	in->len -= len;
	memmove(in->pending, in->pending + len, in->len);
}

/* The beginning of a character whose end has not come yet. */
static bool is_cut(const struct input *in)
{
	unsigned char first = (unsigned char)in->pending[0];
	size_t need = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;

	for (size_t i = 1; i < in->len; i++)
		if (((unsigned char)in->pending[i] & 0xc0) != 0x80)
			return false;
	return in->len < need;
}

/* Takes one key from what is pending; false when it has to wait for more. */
static bool take_key(struct input *in, input_fn *fn, void *arg)
{
	unsigned char first = (unsigned char)in->pending[0];
	uint32_t key = KEY_NONE;
	size_t len = 0;

	if (first == ESC) {
		key = taught_key(in, &len);
		if (!key && in->len > 1 &&
			in->pending[1] == ESC) { /* Esc typed twice, or before an arrow */
			key = K_ESC;
			len = 1;
		}
		if (!len)
			len = sequence_length(in);
		if (!len)
			return false;
		if (!key)
			key = known_key(in, len);
	} else {
		len = text_decode(in->pending, in->len, &key);
		if (!len && is_cut(in))
			return false;
		key = len ? plain_key(key) : KEY_NONE;
		len = len ? len : 1;
	}
	drop(in, len);
	if (key != KEY_NONE)
		fn(arg, key);
	return true;
}

void input_feed(struct input *in, const char *bytes, size_t len, input_fn *fn, void *arg)
{
	while (len > 0) {
		size_t room = sizeof(in->pending) - in->len, take = len < room ? len : room;

		memcpy(in->pending + in->len, bytes, take);
		in->len += take;
		bytes += take;
		len -= take;
		while (in->len && take_key(in, fn, arg))
			;
	}
}

bool input_waits(const struct input *in)
{
	return in->len > 0;
}

void input_flush(struct input *in, input_fn *fn, void *arg)
{
	bool alone = in->len == 1 && in->pending[0] == ESC;

	in->len = 0;
	if (alone)
		fn(arg, K_ESC);
}
