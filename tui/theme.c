/* SPDX-License-Identifier: Apache-2.0 */
/* How things look: the tables of styles, marks and words. */
#include "tui/theme.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

#define D THEME_DEFAULT
#define B THEME_BOLD
#define DIM THEME_DIM
#define U THEME_UNDERLINE
#define R THEME_REVERSE

/* Of each role its colour on a dark and on a light ground with 8, 16 and 256 colours, its
 * attributes with colours and without, and whether it keeps its colour when selected. In progress
 * is cyan where plain blue cannot be read; timed out is orange where there is orange. */
static const struct {
	int16_t colors[2][THEME__DEPTHS];
	uint8_t attrs, mono;
	bool keeps;
} styles[] = {
	[ROLE_NORMAL] = { { { D, D, D }, { D, D, D } }, 0, 0, false },
	[ROLE_TITLE] = { { { D, D, D }, { D, D, D } }, B, B, false },
	[ROLE_HEADER] = { { { D, D, D }, { D, D, D } }, DIM, DIM, false },
	[ROLE_DIM] = { { { D, D, D }, { D, D, D } }, DIM, DIM, false },
	[ROLE_BOLD] = { { { D, D, D }, { D, D, D } }, B, B, false },
	[ROLE_PROGRESS] = { { { 6, 14, 75 }, { 4, 4, 26 } }, 0, 0, true },
	[ROLE_SUCCESS] = { { { 2, 2, 78 }, { 2, 2, 28 } }, 0, 0, true },
	[ROLE_ERROR] = { { { 1, 9, 203 }, { 1, 1, 160 } }, B, B, true },
	[ROLE_TIMEOUT] = { { { 3, 3, 214 }, { 3, 3, 130 } }, 0, U, true },
	[ROLE_WARNING] = { { { 3, 11, 221 }, { 5, 5, 94 } }, 0, B, true },
	[ROLE_LINK] = { { { D, D, D }, { D, D, D } }, U, U, false },
	[ROLE_KEY] = { { { 6, 6, 80 }, { 6, 6, 30 } }, B, B, false },
	[ROLE_FOOTER] = { { { D, D, D }, { D, D, D } }, 0, 0, false },
	[ROLE_BORDER] = { { { D, D, D }, { D, D, D } }, DIM, DIM, false },
	[ROLE_MATCH] = { { { 3, 11, 221 }, { 3, 3, 136 } }, R, R | B, true },
	[ROLE_YAML_KEY] = { { { 6, 6, 80 }, { 6, 6, 30 } }, 0, 0, false },
	[ROLE_YAML_STRING] = { { { 2, 2, 114 }, { 2, 2, 28 } }, 0, 0, false },
	[ROLE_YAML_NUMBER] = { { { 5, 13, 176 }, { 5, 5, 127 } }, 0, 0, false },
	[ROLE_YAML_COMMENT] = { { { D, D, D }, { D, D, D } }, DIM, DIM, false },
};
_Static_assert(ARRAY_LEN(styles) == ROLE__COUNT, "every role has a style");

/* unicode, emoji, ascii: all of one width but the broken heart, which takes two columns. */
static const struct theme_status statuses[] = {
	[STATUS_NONE] = { { "-", "-", "-" }, ROLE_DIM, "not judged" },
	[STATUS_IN_PROGRESS] = { { "⠿", "⠿", "*" }, ROLE_PROGRESS, "In progress" },
	[STATUS_SUCCESS] = { { "♥", "♥", "+" }, ROLE_SUCCESS, "Success" },
	[STATUS_ERROR] = { { "✘", "💔", "x" }, ROLE_ERROR, "Error" },
	[STATUS_TIMED_OUT] = { { "◷", "◷", "T" }, ROLE_TIMEOUT, "Timed out" },
};
_Static_assert(ARRAY_LEN(statuses) == STATUS__COUNT, "every status has a look");

static const char *const spinner[] = { "⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏" };

static const struct {
	enum status as;
	const char *mark; /* where no status's mark fits */
	enum role role;
} verdicts[] = {
	[VERDICT_NONE] = { STATUS_IN_PROGRESS, NULL, ROLE_PROGRESS },
	[VERDICT_SUCCEEDED] = { STATUS_SUCCESS, NULL, ROLE_SUCCESS },
	[VERDICT_FAILED] = { STATUS_ERROR, NULL, ROLE_ERROR },
	[VERDICT_TIMED_OUT] = { STATUS_TIMED_OUT, NULL, ROLE_TIMEOUT },
	[VERDICT_CANCELED] = { STATUS_NONE, "!", ROLE_WARNING },
	[VERDICT_INTERRUPTED] = { STATUS_NONE, "!", ROLE_WARNING },
	[VERDICT_SKIPPED] = { STATUS_NONE, "-", ROLE_DIM },
	[VERDICT_NOT_VERIFIED] = { STATUS_NONE, "-", ROLE_BOLD },
};
_Static_assert(ARRAY_LEN(verdicts) == VERDICT__COUNT, "every verdict has a look");

static const struct { const char *from, *to; } ascii[] = {
	{ "█", "#" }, { "░", "-" }, { "…", "~" }, { "·", "-" }, { "▾", "v" }, { "▸", ">" }, { "│", "|" }, { "─", "-" },
	{ "↑", "^" }, { "↓", "v" }, { "←", "<" }, { "→", ">" }, { "\xef\xbf\xbd", "?" },
};

struct theme_style theme_style(enum role role, enum theme theme, enum theme_depth depth)
{
	bool mono = theme == THEME_MONO;

	return (struct theme_style){
		.color = mono ? THEME_DEFAULT : styles[role].colors[theme][depth],
		.attrs = mono ? styles[role].mono : styles[role].attrs,
		.keeps = styles[role].keeps,
	};
}

/* One to four hexadecimal digits as a share of 255; -1: they are none. */
static long channel(const char **at)
{
	char *end;
	long value = strtol(*at, &end, 16), all = 1;
	size_t digits = (size_t)(end - *at);

	if (!isxdigit((unsigned char)**at) || digits > 4)
		return -1;
	for (size_t i = 0; i < digits; i++)
		all *= 16;
	*at = end + (*end == '/');
	return value * 255 / (all - 1);
}

bool theme_of_background(const char *color, enum theme *theme)
{
	const char *at = strncmp(color, "rgb:", 4) == 0 ? color + 4 :
		strncmp(color, "rgba:", 5) == 0         ? color + 5 :
							  "";
	long red = channel(&at), green = channel(&at), blue = channel(&at);

	if (red < 0 || green < 0 || blue < 0)
		return false;
	*theme = red * 299 + green * 587 + blue * 114 > 127500 ? THEME_LIGHT : THEME_DARK;
	return true;
}

const struct theme_status *theme_status(enum status status)
{
	return &statuses[status];
}

const char *theme_mark(enum status status, enum icons icons, unsigned frame)
{
	if (status == STATUS_IN_PROGRESS && icons != ICONS_ASCII && frame != THEME_STILL)
		return spinner[frame % ARRAY_LEN(spinner)];
	return statuses[status].mark[icons];
}

enum status theme_verdict(enum verdict verdict)
{
	return verdicts[verdict].as;
}

const char *theme_verdict_mark(enum verdict verdict, enum icons icons)
{
	return verdicts[verdict].mark ? verdicts[verdict].mark
				      : statuses[verdicts[verdict].as].mark[icons];
}

enum role theme_verdict_role(enum verdict verdict)
{
	return verdicts[verdict].role;
}

void theme_to_ascii(struct canvas *canvas)
{
	size_t n = (size_t)canvas->rows * (size_t)canvas->cols;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0;
			(unsigned char)canvas->cells[i].glyph[0] >= 0x80 && k < ARRAY_LEN(ascii);
			k++)
			if (strcmp(canvas->cells[i].glyph, ascii[k].from) == 0)
				strcpy(canvas->cells[i].glyph, ascii[k].to);
}
