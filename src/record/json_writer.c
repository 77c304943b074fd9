/* SPDX-License-Identifier: Apache-2.0 */
/* Indented JSON, written piece by piece. */
#include "record/json_writer.h"

#include <inttypes.h>

#include "base/clock.h"

#define DRAIN_AT ((size_t)64 << 10)

static void put_quoted(struct buf *out, const char *s)
{
	const char *plain = s;

	buf_addch(out, '"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(out, plain, (size_t)(s - plain));
		plain = s + 1;
		if (c == '\n')
			buf_addstr(out, "\\n");
		else if (c < 0x20)
			buf_printf(out, "\\u%04x", c);
		else
			buf_printf(out, "\\%c", c);
	}
	buf_add(out, plain, (size_t)(s - plain));
	buf_addch(out, '"');
}

static void new_line(struct json_writer *w)
{
	buf_addch(w->out, '\n');
	for (int i = 0; i < w->depth; i++)
		buf_addstr(w->out, "  ");
}

/* What stands before a value: the comma, its line, its key. */
static void begin(struct json_writer *w, const char *key)
{
	if (w->drain && w->out->len >= DRAIN_AT)
		w->drain(w->arg, w->out);
	if (w->begun)
		buf_addch(w->out, ',');
	if (w->depth > 0)
		new_line(w);
	if (key) {
		put_quoted(w->out, key);
		buf_addstr(w->out, ": ");
	}
	w->begun = true;
}

void json_open(struct json_writer *w, const char *key, char bracket)
{
	begin(w, key);
	buf_addch(w->out, bracket);
	w->depth++;
	w->begun = false;
}

void json_close(struct json_writer *w, char bracket)
{
	w->depth--;
	if (w->begun)
		new_line(w);
	buf_addch(w->out, bracket);
	w->begun = true;
}

void json_put_string(struct json_writer *w, const char *key, const char *value)
{
	begin(w, key);
	if (value)
		put_quoted(w->out, value);
	else
		buf_addstr(w->out, "null");
}

void json_put_bool(struct json_writer *w, const char *key, bool value)
{
	begin(w, key);
	buf_addstr(w->out, value ? "true" : "false");
}

void json_put_int(struct json_writer *w, const char *key, int64_t value)
{
	begin(w, key);
	buf_printf(w->out, "%" PRId64, value);
}

void json_put_null(struct json_writer *w, const char *key)
{
	json_put_string(w, key, NULL);
}

void json_put_seconds(struct json_writer *w, const char *key, int64_t ms)
{
	if (ms < 0) {
		json_put_null(w, key);
	} else if (ms % 1000 == 0) {
		json_put_int(w, key, ms / 1000);
	} else {
		begin(w, key);
		buf_printf(w->out, "%" PRId64 ".%03d", ms / 1000, (int)(ms % 1000));
	}
}

void json_put_time(struct json_writer *w, const char *key, int64_t wall_ms)
{
	char stamp[CLOCK_STAMP_SIZE];

	clock_stamp(wall_ms, stamp);
	json_put_string(w, key, wall_ms ? stamp : NULL);
}

static void put_object(struct json_writer *w, const char *key, const json_t *value)
{
	const char *name;
	json_t *member;

	json_open(w, key, '{');
	json_object_foreach((json_t *)value, name, member)
		json_put_value(w, name, member);
	json_close(w, '}');
}

static void put_array(struct json_writer *w, const char *key, const json_t *value)
{
	json_open(w, key, '[');
	for (size_t i = 0; i < json_array_size(value); i++)
		json_put_value(w, NULL, json_array_get(value, i));
	json_close(w, ']');
}

/* What the model keeps as JSON text holds no reals. */
void json_put_value(struct json_writer *w, const char *key, const json_t *value)
{
	if (json_is_object(value))
		put_object(w, key, value);
	else if (json_is_array(value))
		put_array(w, key, value);
	else if (json_is_integer(value))
		json_put_int(w, key, json_integer_value(value));
	else if (json_is_boolean(value))
		json_put_bool(w, key, json_is_true(value));
	else
		json_put_string(w, key, json_string_value(value));
}
