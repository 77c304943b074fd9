/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the screens share: models folded from files of events, keys pressed by name. */
#pragma once

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "record/model.h"
#include "tui/keys.h"
#include "tui/view.h"

static inline const char *screen_dir(void)
{
	return getenv("srcdir") ? getenv("srcdir") : ".";
}

/* Folds tests/golden/NAME.jsonl, at most `limit` events of it (0: all). */
static inline bool screen_load(struct model *m, const char *name, size_t limit)
{
	char path[512], *line = NULL;
	size_t size = 0, n = 0;
	bool fine = true;
	FILE *file;

	model_init(m);
	snprintf(path, sizeof(path), "%s/tests/golden/%s.jsonl", screen_dir(), name);
	file = fopen(path, "r");
	while (file && (!limit || n++ < limit) && getline(&line, &size, file) > 0) {
		struct error err = { 0 };
		json_t *event = json_loads(line, 0, NULL);

		if (!event || !model_apply(m, event, &err)) {
			printf("# %s: %s\n", path, err.text);
			fine = false;
		}
		json_decref(event);
	}
	free(line);
	if (file)
		fclose(file);
	return fine && file;
}

/* Presses the keys of "jj<enter>/web<enter>"; returns what the last one asked for. */
static inline enum outcome screen_keys(struct ui *ui, const struct model *m, const char *keys)
{
	static const struct { const char *name; uint32_t key; } names[] = {
		{ "<up>", K_UP }, { "<down>", K_DOWN }, { "<left>", K_LEFT }, { "<right>", K_RIGHT }, { "<enter>", K_ENTER },
		{ "<esc>", K_ESC }, { "<tab>", K_TAB }, { "<backtab>", K_BACKTAB }, { "<end>", K_END }, { "<home>", K_HOME },
		{ "<pgdn>", K_PAGE_DOWN }, { "<pgup>", K_PAGE_UP }, { "<bs>", K_BACKSPACE }, { "<f1>", K_F1 },
		{ "<hup>", K_HANGUP }, { "<resize>", K_RESIZE }, { "<^c>", 3 }, { "<^z>", 26 }, { "<^l>", 12 }, { "<none>", 0 },
	};
	enum outcome outcome = OUTCOME_NONE;

	while (*keys) {
		uint32_t key = (unsigned char)*keys;
		size_t len = 1;

		for (size_t i = 0; *keys == '<' && i < sizeof(names) / sizeof(names[0]); i++)
			if (strncmp(keys, names[i].name, strlen(names[i].name)) == 0) {
				key = names[i].key;
				len = strlen(names[i].name);
			}
		outcome = ui_key(ui, m, key);
		keys += len;
	}
	return outcome;
}
