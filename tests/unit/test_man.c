/* SPDX-License-Identifier: Apache-2.0 */
/* Every key of the table of bindings is in the manual page, with the help's own words. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/xalloc.h"
#include "tests/unit/tap.h"
#include "tui/keymap.h"

/* "^" is "\(ha" in mdoc. */
static char *as_roff(const char *keys)
{
	struct buf b = { 0 };

	for (; *keys; keys++)
		buf_addstr(&b, *keys == '^' ? "\\(ha" : (char[]){ *keys, '\0' });
	return buf_take(&b);
}

int main(void)
{
	const char *srcdir = getenv("srcdir");
	char *path = xasprintf("%s/man/ksettle.1", srcdir ? srcdir : ".");
	struct buf page = { 0 };
	struct error err = { 0 };

	ok(file_read(path, &page, &err), "the manual page can be read");
	for (unsigned i = 0; i < keymap_len; i++) {
		char *keys, *entry;

		if (!keymap[i].keys)
			continue;
		keys = as_roff(keymap[i].keys);
		entry = xasprintf(".It Ql \"%s\"\n%c%s\n", keys, toupper((unsigned char)keymap[i].what[0]), keymap[i].what + 1);
		ok(strstr(buf_str(&page), entry) != NULL, keymap[i].keys);
		free(keys);
		free(entry);
	}
	buf_release(&page);
	free(path);
	return tap_done();
}
