/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

#include "tui/theme.h"
#include "tui/tty.h"

/* What is said to a terminal besides its cells, and what it answers. Nothing is said where the
 * terminal is not known to take it. Text is display text. Knows no curses. */

/* On entering and on leaving the screen: mouse, pasting, title; leave is also what a crash writes.
 */
void talk_enter(struct tty *t);
void talk_leave(struct buf *out, const struct tty_manners *can);

enum notify { NOTIFY_NONE, NOTIFY_BELL, NOTIFY_OSC9, NOTIFY_OSC777 };
void talk_mouse(struct tty *t, bool on);
void talk_title(struct tty *t, const char *title);
void talk_notify(struct tty *t, enum notify how, const char *text);
/* false when it has no clipboard that we know of, or the text is too long for it. */
bool talk_copy(struct tty *t, const char *text);

/* Which colour has the ground, and is output synchronized? Asked once, never waited for. */
void talk_ask(struct tty *t, bool theme);
enum talk_answer { TALK_NOTHING, TALK_THEME, TALK_SYNCHRONIZES };
/* What the answer was about; *theme is set for TALK_THEME. */
enum talk_answer talk_hear(const char *answer, enum theme *theme);
/* A frame, in one piece where the terminal synchronizes and it is worth it. */
void talk_frame(struct buf *frame, bool synchronizes);
