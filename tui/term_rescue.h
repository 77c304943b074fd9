/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

/* Bringing the terminal back when the program dies (crash, abort, no memory, exit() in the middle),
 * and keeping stray writes to standard error off the screen. What a handler of a crash needs lies
 * here, outside of any object. */

/* The modes before we touched them. */
bool rescue_save_modes(int tty);
const struct termios *rescue_modes(void);
void rescue_restore_modes(void);

/* Arms the handlers: from now on `reset` is written to tty when the program dies. */
void rescue_set(int tty, const char *reset, size_t len);
void rescue_forget(void); /* the terminal is back, or gone */

/* Standard error goes to a file while the screen is up, if it is a terminal; what came is shown
 * afterwards, up to 64 KiB. */
void rescue_hide_stderr(void);
void rescue_show_stderr(void);
