/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of a terminal into keys (tui/keys.h): characters, named keys, the mouse's doings, pasted
 * text. Knows the sequences that terminals agree on, and those told with input_teach(); unknown
 * sequences are swallowed whole, so that none of their letters acts as a key. */
#define INPUT_PENDING 64
#define INPUT_TAUGHT 24

typedef void input_fn(void *arg, uint32_t key);
/* What the terminal answered to a question: a whole sequence, without its end. */
typedef void input_answer_fn(void *arg, const char *answer);

struct input {
	char pending[INPUT_PENDING]; /* the beginning of a sequence or a character */
	size_t len;
	struct { char bytes[12]; uint32_t key; } taught[INPUT_TAUGHT];
	size_t ntaught;
	bool pasting;       /* between the marks of a paste */
	bool swallowing;    /* an answer too long to be ours, up to its end */
	input_fn *key;
	input_answer_fn *answer; /* NULL: nobody asked */
	void *arg;
};

/* A terminal's own sequence, as terminfo has it; NULL, too long or not beginning with ESC: ignored.
 */
void input_teach(struct input *in, const char *bytes, uint32_t key);
void input_feed(struct input *in, const char *bytes, size_t len);
/* How long to wait for what follows an ESC before input_flush(): `usual` ms, or longer in the
 * middle of an answer; 0: nothing is pending. */
int input_waits(const struct input *in, int usual);
void input_flush(struct input *in);
