/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of a terminal into keys (tui/keys.h). Knows the sequences that terminals agree on, and
 * those told with input_teach(); unknown sequences are swallowed whole, so that none of their
 * letters acts as a key. */
#define INPUT_PENDING 32
#define INPUT_TAUGHT 24

struct input {
	char pending[INPUT_PENDING]; /* the beginning of a sequence or a character */
	size_t len;
	struct { char bytes[12]; uint32_t key; } taught[INPUT_TAUGHT];
	size_t ntaught;
};

typedef void input_fn(void *arg, uint32_t key);

/* A terminal's own sequence, as terminfo has it; NULL, too long or not beginning with ESC: ignored.
 */
void input_teach(struct input *in, const char *bytes, uint32_t key);
void input_feed(struct input *in, const char *bytes, size_t len, input_fn *fn, void *arg);
/* True when an ESC waits for what follows it: call input_flush() after 50 ms without more. */
bool input_waits(const struct input *in);
void input_flush(struct input *in, input_fn *fn, void *arg);
