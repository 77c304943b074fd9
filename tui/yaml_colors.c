/* SPDX-License-Identifier: Apache-2.0 */
/* YAML in colours, a line at a time. */
#include "tui/yaml_colors.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xalloc.h"

/* The bytes of "key:" at the beginning of text, 0 when there is none. */
static size_t key_length(const char *text)
{
	size_t len = 0;

	if (*text == '"' || *text == '\'') {
		const char *end = strchr(text + 1, *text);

		len = end ? (size_t)(end - text) + 1 : 0;
	} else {
		while (text[len] &&
			!(text[len] == ':' && (!text[len + 1] || text[len + 1] == ' ')) &&
			text[len] != '#')
			len++;
	}
	return len && text[len] == ':' && (!text[len + 1] || text[len + 1] == ' ') ? len + 1 : 0;
}

static enum role value_role(const char *value, size_t len)
{
	static const char *const words[] = { "true", "false", "null", "~" };

	if (!len)
		return ROLE_NORMAL;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strlen(words[i]) == len && strncmp(words[i], value, len) == 0)
			return ROLE_YAML_NUMBER;
	if (*value == '"' || *value == '\'')
		return ROLE_YAML_STRING;
	return strspn(value, "0123456789.-+eE_") >= len ? ROLE_YAML_NUMBER : ROLE_YAML_STRING;
}

struct pen {
	struct canvas *c;
	int row, col, end, at;
}; /* at: column of the next text, may be left of col */

static void put_part(struct pen *p, enum role role, const char *text, size_t len)
{
	char *part = xstrndup(text, len), *from = part;
	int hidden = p->col - p->at, width = text_width(part);

	if (hidden > 0 && hidden < width)
		from += text_clip(part, hidden);
	if (hidden < width)
		canvas_put(p->c, p->row, hidden > 0 ? p->col : p->at,
			p->end - (hidden > 0 ? p->col : p->at), role, from);
	p->at += width;
	free(part);
}

void yaml_colors_put(struct canvas *c, int row, int col, int width, int sideways, const char *line)
{
	struct pen pen = { c, row, col, col + width, col - sideways };
	size_t lead = strspn(line, " -"), key, gap, value;
	const char *comment;

	put_part(&pen, ROLE_NORMAL, line, lead);
	line += lead;
	key = *line == '#' ? 0 : key_length(line);
	put_part(&pen, ROLE_YAML_KEY, line, key);
	line += key;
	gap = strspn(line, " ");
	put_part(&pen, ROLE_NORMAL, line, gap);
	line += gap;
	comment = *line == '#' ? line : strstr(line, " #");
	if (comment && (*line == '"' || *line == '\'')) /* a '#' in quotes is none */
		comment = strchr(line + 1, *line) > comment ? NULL : comment;
	value = comment ? (size_t)(comment - line) : strlen(line);
	put_part(&pen, value_role(line, value), line, value);
	if (comment)
		put_part(&pen, ROLE_YAML_COMMENT, comment, strlen(comment));
}
