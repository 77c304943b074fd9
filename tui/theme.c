/* SPDX-License-Identifier: Apache-2.0 */
/* How things look: the tables of styles, marks and words. */
#include "tui/theme.h"

#include <string.h>

#include "base/xalloc.h"

static const struct theme_style styles[] = {
	[ROLE_NORMAL] = { THEME_DEFAULT, 0, 0, false },
	[ROLE_TITLE] = { THEME_DEFAULT, THEME_BOLD, THEME_BOLD, false },
	[ROLE_HEADER] = { THEME_DEFAULT, THEME_DIM, THEME_DIM, false },
	[ROLE_DIM] = { THEME_DEFAULT, THEME_DIM, THEME_DIM, false },
	[ROLE_BOLD] = { THEME_DEFAULT, THEME_BOLD, THEME_BOLD, false },
	[ROLE_PROGRESS] = { THEME_CYAN, 0, 0, true },
	[ROLE_SUCCESS] = { THEME_GREEN, 0, 0, true },
	[ROLE_ERROR] = { THEME_RED, THEME_BOLD, THEME_BOLD, true },
	[ROLE_TIMEOUT] = { THEME_YELLOW, 0, THEME_UNDERLINE, true },
	[ROLE_WARNING] = { THEME_YELLOW, 0, THEME_BOLD, true },
	[ROLE_LINK] = { THEME_DEFAULT, THEME_BOLD, THEME_BOLD, false },
	[ROLE_KEY] = { THEME_CYAN, THEME_BOLD, THEME_BOLD, false },
	[ROLE_FOOTER] = { THEME_DEFAULT, 0, 0, false },
	[ROLE_BORDER] = { THEME_DEFAULT, THEME_DIM, THEME_DIM, false },
	[ROLE_MATCH] = { THEME_YELLOW, THEME_REVERSE, THEME_REVERSE, true },
	[ROLE_YAML_KEY] = { THEME_CYAN, 0, 0, false },
	[ROLE_YAML_STRING] = { THEME_GREEN, 0, 0, false },
	[ROLE_YAML_NUMBER] = { THEME_MAGENTA, 0, 0, false },
	[ROLE_YAML_COMMENT] = { THEME_DEFAULT, THEME_DIM, THEME_DIM, false },
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
	{ "…", "~" }, { "·", "-" }, { "▾", "v" }, { "▸", ">" }, { "│", "|" }, { "─", "-" },
	{ "↑", "^" }, { "↓", "v" }, { "←", "<" }, { "→", ">" }, { "\xef\xbf\xbd", "?" },
};

const struct theme_style *theme_style(enum role role)
{
	return &styles[role];
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
