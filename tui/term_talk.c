/* SPDX-License-Identifier: Apache-2.0 */
/* What is said to a terminal besides its cells. */
#include "tui/term_talk.h"

#include <stdlib.h>
#include <string.h>

#include "base/b64.h"

#define COPY_MAX 74994      /* what xterm takes as one OSC 52 */
#define SYNC_FROM 256       /* bytes of a frame from which it could be seen half drawn */
#define SYNC_BEGIN "\033[?2026h"
#define SYNC_END "\033[?2026l"

static const char *mouse_mode(bool on)
{
	return on ? "\033[?1002h\033[?1006h" : "\033[?1006l\033[?1002l";
}

void talk_enter(struct tty *t)
{
	if (!t->can.modern)
		return;
	buf_addstr(&t->unsent, "\033[22;2t\033[?2004h");
	if (t->mouse)
		buf_addstr(&t->unsent, mouse_mode(true));
}

void talk_leave(struct buf *out, const struct tty_manners *can)
{
	if (can->modern)
		buf_printf(out, "%s\033[?2004l\033[23;2t", mouse_mode(false));
}

void talk_mouse(struct tty *t, bool on)
{
	t->mouse = on;
	if (t->can.modern)
		buf_addstr(&t->unsent, mouse_mode(on));
	tty_send(t);
}

void talk_title(struct tty *t, const char *title)
{
	if (t->can.modern)
		buf_printf(&t->unsent, "\033]2;%s\033\\", title);
	tty_send(t);
}

/* Whoever asks for one knows his terminal: its name is not asked. */
void talk_notify(struct tty *t, enum notify how, const char *text)
{
	if (how == NOTIFY_OSC9)
		buf_printf(&t->unsent, "\033]9;%s\033\\", text);
	else if (how == NOTIFY_OSC777)
		buf_printf(&t->unsent, "\033]777;notify;ksettle;%s\033\\", text);
	else if (how == NOTIFY_BELL)
		buf_addch(&t->unsent, '\a');
	tty_send(t);
}

bool talk_copy(struct tty *t, const char *text)
{
	char *coded;

	if (!t->can.modern || strlen(text) > COPY_MAX / 4 * 3)
		return false;
	coded = b64_encode(text, strlen(text));
	buf_printf(&t->unsent, "\033]52;c;%s\033\\", coded);
	free(coded);
	tty_send(t);
	return true;
}

void talk_ask(struct tty *t, bool theme)
{
	if (!t->can.modern)
		return;
	if (theme)
		buf_addstr(&t->unsent, "\033]11;?\033\\");
	buf_addstr(&t->unsent, "\033[?2026$p");
}

enum talk_answer talk_hear(const char *answer, enum theme *theme)
{
	static const char ground[] = "\033]11;", sync[] = "\033[?2026;";

	if (strncmp(answer, ground, strlen(ground)) == 0)
		return theme_of_background(answer + strlen(ground), theme) ? TALK_THEME
									   : TALK_NOTHING;
	if (strncmp(answer, sync, strlen(sync)) != 0)
		return TALK_NOTHING;
	answer += strlen(sync);
	return strcmp(answer, "1$y") == 0 || strcmp(answer, "2$y") == 0 ? TALK_SYNCHRONIZES
									: TALK_NOTHING;
}

void talk_frame(struct buf *frame, bool synchronizes)
{
	struct buf whole = { 0 };

	if (!synchronizes || frame->len < SYNC_FROM)
		return;
	buf_addstr(&whole, SYNC_BEGIN);
	buf_add(&whole, frame->data, frame->len);
	buf_addstr(&whole, SYNC_END);
	buf_release(frame);
	*frame = whole;
}
