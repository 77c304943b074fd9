/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdio.h>

struct loop;

/* Standard output as a stream that never blocks the loop: what a slow reader does not take yet is
 * kept, and a reader that takes nothing does not stop the tracking. */
struct outlet;

struct outlet *outlet_open(struct loop *loop, int fd);
FILE *outlet_stream(struct outlet *o); /* borrowed; write errors (EPIPE) show in ferror() */
/* Waits for the reader to take what is kept, then frees. The descriptor stays open. Accepts NULL.
 */
void outlet_close(struct outlet *o);
