/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

#include "tui/view.h"

struct model;

#define CONTROL(letter) ((letter) & 0x1f)

/* Key codes beyond Unicode's range; input.c translates a terminal's bytes into these. */
enum key {
	KEY_NONE = 0,
	KEYS_BASE = 0x110000,
	K_UP,
	K_DOWN,
	K_LEFT,
	K_RIGHT,
	K_PAGE_UP,
	K_PAGE_DOWN,
	K_HOME,
	K_END,
	K_ENTER,
	K_ESC,
	K_TAB,
	K_BACKTAB,
	K_BACKSPACE,
	K_F1,
	K_RESIZE,
	K_HANGUP,
	K_F10,
};

/* A character that was pasted: it is text for the prompt, and acts as no key. */
#define KEYS_PASTED UINT32_C(0x40000000)

/* The mouse's first button and its wheel, at a place that counts from 0. */
#define KEYS_MOUSE UINT32_C(0x80000000)
#define MOUSE_MAX 4096 /* rows and columns that can be told */
enum mouse { MOUSE_DOWN, MOUSE_UP, MOUSE_DRAG, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };
static inline uint32_t mouse_make(enum mouse what, unsigned row, unsigned col)
{
	return KEYS_MOUSE | (uint32_t)what << 24 | (uint32_t)row << 12 | (uint32_t)col;
}

/* What the program must do after a key; everything else has happened in *ui. */
enum outcome {
	OUTCOME_NONE,
	OUTCOME_REDRAW,
	OUTCOME_QUIT,
	OUTCOME_CANCEL,
	OUTCOME_SAVE,
	OUTCOME_COPY,    /* ui->copy to the clipboard */
	OUTCOME_MOUSE,   /* ui->mouse says whether the terminal is to report it */
	OUTCOME_SUSPEND,
	OUTCOME_REPAINT
};

/* Pure: (ui, key) → ui. KEY_NONE (the terminal takes a frame again) and K_RESIZE ask for a drawing;
 * K_HANGUP is the program's own business: OUTCOME_NONE. */
enum outcome ui_key(struct ui *ui, const struct model *model, uint32_t key);
