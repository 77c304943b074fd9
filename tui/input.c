/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of a terminal into keys. */
#include "tui/input.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"
#include "tui/keys.h"

#define ESC 0x1b
#define BEL 0x07
#define ANSWER_WAIT_MS 1000 /* the rest of an answer may be on its way across the world */
#define PASTE_BEGINS "\033[200~"
#define PASTE_ENDS "\033[201~"

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

/* Up to and with BEL or ST; 0: it is not complete. */
static size_t string_length(const struct input *in)
{
	for (size_t at = 2; at < in->len; at++) {
		if (in->pending[at] == BEL)
			return at + 1;
		if (in->pending[at] == ESC)
			return at + 1 < in->len ? at + 2 : 0;
	}
	return 0;
}

/* The length of the sequence at the beginning of what is pending; 0: it is not complete. */
static size_t sequence_length(const struct input *in)
{
	size_t at = 2;

	if (in->len < 2)
		return 0;
	if (in->pending[1] == 'O')
		return in->len < 3 ? 0 : 3;
	if (in->pending[1] == ']' || in->pending[1] == 'P')
		return string_length(in);
	if (in->pending[1] != '[')
		return 2;                         /* Alt and a key */
	if (in->len > 2 && in->pending[2] == '[') /* the Linux console's function keys */
		return in->len < 4 ? 0 : 4;
	while (at < in->len && !(in->pending[at] >= 0x40 && in->pending[at] <= 0x7e))
		at++;
	return at < in->len ? at + 1 : 0;
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

static bool starts_with(const struct input *in, const char *bytes)
{
	return in->len >= strlen(bytes) && memcmp(in->pending, bytes, strlen(bytes)) == 0;
}

/* "\033[<0;12;3M": button, column, row; m: let go. */
static uint32_t mouse_key(const struct input *in, size_t len)
{
	char text[INPUT_PENDING], end = '\0';
	unsigned button, col, row;

	snprintf(text, sizeof(text), "%.*s", (int)len, in->pending);
	if (sscanf(text, "\033[<%u;%u;%u%c", &button, &col, &row, &end) != 4 || !col || !row ||
		col > MOUSE_MAX || row > MOUSE_MAX)
		return KEY_NONE;
	if (button == 64 || button == 65)
		return mouse_make(button == 64 ? MOUSE_WHEEL_UP : MOUSE_WHEEL_DOWN, row - 1, col - 1);
	if ((button & ~32u) != 0)
		return KEY_NONE; /* not the first button, or with a key held */
	return mouse_make(end == 'm' ? MOUSE_UP : button & 32 ? MOUSE_DRAG : MOUSE_DOWN, row - 1,
		col - 1);
}

static void give_answer(struct input *in, size_t len)
{
	char text[INPUT_PENDING + 1];
	size_t end = len;

	while (end > 0 && (in->pending[end - 1] == BEL || in->pending[end - 1] == '\\' ||
				  in->pending[end - 1] == ESC))
		end--;
	snprintf(text, sizeof(text), "%.*s", (int)end, in->pending);
	if (in->answer)
		in->answer(in->arg, text);
}

/* What a whole sequence means. */
static uint32_t sequence_key(struct input *in, size_t len)
{
	if (in->pending[1] == ']' || starts_with(in, "\033[?")) {
		give_answer(in, len);
		return KEY_NONE;
	}
	if (starts_with(in, PASTE_BEGINS) || starts_with(in, PASTE_ENDS)) {
		in->pasting = starts_with(in, PASTE_BEGINS);
		return KEY_NONE;
	}
	return starts_with(in, "\033[<") ? mouse_key(in, len) : known_key(in, len);
}

static bool take_sequence(struct input *in, size_t *len, uint32_t *key)
{
	*len = 0;
	*key = in->pasting ? KEY_NONE : taught_key(in, len);
	if (!*key && in->len > 1 && in->pending[1] == ESC) { /* Esc twice, or before an arrow */
		*key = K_ESC;
		*len = 1;
	}
	if (!*len)
		*len = sequence_length(in);
	if (!*len && in->len == INPUT_PENDING) { /* no sequence of ours is as long as that */
		in->swallowing = in->pending[1] == ']' || in->pending[1] == 'P';
		*len = in->len;
		return true;
	}
	if (*len && !*key)
		*key = sequence_key(in, *len);
	return *len > 0;
}

static bool take_character(struct input *in, size_t *len, uint32_t *key)
{
	*len = text_decode(in->pending, in->len, key);
	if (!*len && is_cut(in))
		return false;
	*key = *len ? plain_key(*key) : KEY_NONE;
	*len = *len ? *len : 1;
	return true;
}

/* The rest of an answer that nobody wants; true as long as there is some. */
static bool swallow(struct input *in)
{
	bool end = in->pending[0] == BEL || (in->len > 1 && starts_with(in, "\033\\"));

	if (in->len == 1 && in->pending[0] == ESC)
		return false;
	drop(in, end && in->pending[0] == ESC ? 2 : 1);
	in->swallowing = !end;
	return true;
}

/* Takes one key from what is pending; false when it has to wait for more. */
static bool take_key(struct input *in)
{
	bool pasted = in->pasting;
	uint32_t key = KEY_NONE;
	size_t len = 0;

	if (in->swallowing)
		return swallow(in);
	if (!(in->pending[0] == ESC ? take_sequence(in, &len, &key) : take_character(in, &len, &key)))
		return false;
	drop(in, len);
	if (key != KEY_NONE && pasted)
		key = key < KEYS_BASE ? key | KEYS_PASTED : KEY_NONE;
	if (key != KEY_NONE)
		in->key(in->arg, key);
	return true;
}

void input_feed(struct input *in, const char *bytes, size_t len)
{
	while (len > 0) {
		size_t room = sizeof(in->pending) - in->len, take = len < room ? len : room;

		memcpy(in->pending + in->len, bytes, take);
		in->len += take;
		bytes += take;
		len -= take;
		while (in->len && take_key(in))
			;
	}
}

int input_waits(const struct input *in, int usual)
{
	if (!in->len)
		return 0;
	return in->len > 1 && (in->pending[1] == ']' || in->pending[1] == 'P') ? ANSWER_WAIT_MS : usual;
}

void input_flush(struct input *in)
{
	bool alone = in->len == 1 && in->pending[0] == ESC && !in->pasting && !in->swallowing;

	in->len = 0;
	in->swallowing = false;
	if (alone)
		in->key(in->arg, K_ESC);
}
