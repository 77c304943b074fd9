/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdio.h>

struct buf;

/* The file, in memory, that curses writes its frames to in place of a terminal. NULL with errno. */
FILE *frame_file_open(void);
/* Appends all that was written to it to *out, and empties it. */
void frame_file_take(FILE *file, struct buf *out);
