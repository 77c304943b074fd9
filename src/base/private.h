/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct error;

/* A folder for what only a child process of ours may read, until private_remove(): 0700, below
 * $XDG_RUNTIME_DIR, else $TMPDIR, else /tmp. Its files are 0600 and links to memory that goes with
 * us, so that a kill leaves no secret behind; where there is no /proc they are files as any. */
char *private_folder(struct error *err); /* to free(); NULL with a sentence */
bool private_write(const char *folder, const char *name, const void *bytes, size_t len,
	struct error *err);
void private_remove(const char *folder); /* with its files; accepts NULL */
