/* SPDX-License-Identifier: Apache-2.0 */
/* The grid of cells: clipping, wide characters, hostile text, golden form. */
#include "tui/canvas.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "tap.h"
#include "tui/theme.h"
#include "tui/words.h"

static const struct {
	const char *name;
	int cols, col, width;
	bool middle;
	const char *text, *want;
	int used;
} puts_cases[] = {
	{ "fits", 10, 0, 10, false, "web", "web", 3 },
	{ "exactly", 3, 0, 3, false, "web", "web", 3 },
	{ "ellipsis", 10, 0, 4, false, "web-1", "web…", 4 },
	{ "the canvas's edge clips like width", 4, 0, 99, false, "web-12", "web…", 4 },
	{ "one column", 10, 0, 1, false, "web", "…", 1 },
	{ "no column", 10, 0, 0, false, "web", "", 0 },
	{ "right of the canvas", 4, 4, 5, false, "web", "", 0 },
	{ "left of the canvas is cut off", 6, -2, 9, false, "abcdef", "cdef", 6 },
	{ "wide characters", 10, 0, 10, false, "日本", "日本", 4 },
	{ "a wide one that would be cut", 10, 0, 4, false, "日本語", "日…", 3 },
	{ "half of a wide one left of the edge", 6, -1, 9, false, "日x", " x", 3 },
	{ "combining marks stay with their letter", 10, 0, 10, false, "e\u0301t", "e\u0301t", 2 },
	{ "a mark without a letter is dropped", 10, 0, 10, false, "\u0301t", "t", 1 },
	{ "a joiner, on which terminals differ, is left out", 10, 0, 10, false, "👩\u200d👧x", "👩👧x", 5 },
	{ "so is what makes a picture of a sign", 10, 0, 10, false, "\u26a0\ufe0fx", "\u26a0x", 2 },
	{ "control characters are seen, not obeyed", 10, 0, 10, false, "a\033[2Jb", "a\ufffd[2Jb", 6 },
	{ "newline", 10, 0, 10, false, "a\nb", "a\ufffdb", 3 },
	{ "C1 controls", 10, 0, 10, false, "a\xc2\x9b" "b", "a\ufffdb", 3 },
	{ "broken UTF-8", 10, 0, 10, false, "a\xff\xe2\x82", "a\ufffd\ufffd\ufffd", 4 },
	{ "middle: fits", 20, 0, 13, true, "web-7d4", "web-7d4", 7 },
	{ "middle: both ends stay", 20, 0, 13, true, "web-7d4bfb574-96z2w", "web-7d4…96z2w", 13 },
	{ "middle: too narrow for two ends", 20, 0, 5, true, "web-7d4bfb574", "web-…", 5 },
	{ "middle: wide ends", 20, 0, 10, true, "日本語のとても長い", "日本…長い", 9 },
};

static void test_put(void)
{
	for (size_t i = 0; i < ARRAY_LEN(puts_cases); i++) {
		struct canvas c;
		struct buf out = { 0 };
		int used;

		canvas_init(&c, 1, puts_cases[i].cols);
		used = (puts_cases[i].middle ? canvas_put_middle : canvas_put)(&c, 0, puts_cases[i].col,
			puts_cases[i].width, ROLE_NORMAL, puts_cases[i].text);
		canvas_text(&c, &out);
		if (out.len && out.data[out.len - 1] == '\n')
			out.data[--out.len] = '\0';
		is_str(buf_str(&out), puts_cases[i].want, puts_cases[i].name);
		is_int(used, puts_cases[i].used, "columns used");
		buf_release(&out);
		canvas_release(&c);
	}
}

static void test_overwriting(void)
{
	struct canvas c;
	struct buf out = { 0 };

	canvas_init(&c, 1, 6);
	canvas_put(&c, 0, 0, 6, ROLE_NORMAL, "日本語");
	canvas_put(&c, 0, 1, 1, ROLE_ERROR, "x");
	canvas_put(&c, 0, 4, 1, ROLE_ERROR, "y");
	canvas_text(&c, &out);
	is_str(buf_str(&out), " x本y\n", "half of a wide character never stays behind");
	buf_release(&out);
	canvas_release(&c);
}

static void test_golden(void)
{
	struct canvas c;
	struct buf out = { 0 };

	canvas_init(&c, 2, 6);
	canvas_put(&c, 0, 0, 6, ROLE_ERROR, "ab");
	canvas_put(&c, 1, 1, 6, ROLE_TITLE, "c");
	canvas_select_row(&c, 1, 0, 4);
	canvas_golden(&c, &out);
	is_str(buf_str(&out), "ab\n c\n--\nee\n#T##\n", "the text, then a letter for each role, capitals where selected");
	buf_release(&out);
	canvas_release(&c);
}

static void test_nowhere(void)
{
	struct canvas c;

	for (int rows = 0; rows < 3; rows++)
		for (int cols = 0; cols < 3; cols++) {
			canvas_init(&c, rows, cols);
			for (int row = -2; row < 5; row++)
				for (int col = -3; col < 5; col++) {
					canvas_put(&c, row, col, 5, ROLE_BOLD, "日a\u0301b");
					canvas_put_middle(&c, row, col, 9, ROLE_BOLD, "日a\u0301bcdefghijk");
					canvas_fill(&c, row, col, 4, ROLE_DIM, "─");
					canvas_select_row(&c, row, col, 9);
				}
			canvas_release(&c);
		}
	canvas_init(&c, -1, -5);
	ok(c.rows == 0 && c.cols == 0, "a canvas of no size takes everything and shows nothing");
	canvas_release(&c);
}

/* Relative luminance of a colour of the 256 (not of the first 16, which are the user's). */
static double luminance(int color)
{
	static const double weights[] = { 0.2126, 0.7152, 0.0722 };
	static const int steps[] = { 0, 95, 135, 175, 215, 255 };
	int rgb[] = { (color - 16) / 36, (color - 16) / 6 % 6, (color - 16) % 6 };
	double sum = 0;

	for (int i = 0; i < 3; i++) {
		double c = (color >= 232 ? 8 + (color - 232) * 10 : steps[rgb[i]]) / 255.0;

		sum += weights[i] * (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
	}
	return sum;
}

static void test_contrast(void)
{
	for (int role = 0; role < ROLE__COUNT; role++)
		for (int theme = THEME_DARK; theme <= THEME_LIGHT; theme++) {
			struct theme_style style = theme_style((enum role)role, (enum theme)theme, THEME_256);
			double ground = theme == THEME_DARK ? 0 : 1, own, ratio;

			if (style.color < 16)
				continue;
			own = luminance(style.color);
			ratio = own > ground ? (own + 0.05) / (ground + 0.05) : (ground + 0.05) / (own + 0.05);
			if (!ok(ratio >= (style.attrs & THEME_REVERSE ? 3 : 4), "a colour can be read on its ground"))
				printf("# role %d theme %d color %d: %.1f\n", role, theme, style.color, ratio);
		}
}

static void test_background(void)
{
	static const struct { const char *answer; bool known; enum theme theme; } cases[] = {
		{ "rgb:0000/0000/0000", true, THEME_DARK },
		{ "rgb:ffff/ffff/ffff", true, THEME_LIGHT },
		{ "rgb:1e/1e/2e", true, THEME_DARK },
		{ "rgb:f/f/e", true, THEME_LIGHT },
		{ "rgba:ffff/ffff/ffff/ffff", true, THEME_LIGHT },
		{ "rgb:fdf6/e3e3/", false, THEME_DARK },
		{ "rgb:12345/0/0", false, THEME_DARK },
		{ "#ffffff", false, THEME_DARK },
		{ "rgb:-1/-1/-1", false, THEME_DARK },
		{ "", false, THEME_DARK },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum theme theme = THEME_DARK;

		is_int(theme_of_background(cases[i].answer, &theme), cases[i].known, cases[i].answer);
		is_int(theme, cases[i].theme, "the theme");
	}
}

static void test_theme(void)
{
	static const struct { enum role role; int dark[3], light[3]; } colors[] = {
		{ ROLE_PROGRESS, { 6, 14, 75 }, { 4, 4, 26 } },
		{ ROLE_SUCCESS, { 2, 2, 78 }, { 2, 2, 28 } },
		{ ROLE_ERROR, { 1, 9, 203 }, { 1, 1, 160 } },
		{ ROLE_TIMEOUT, { 3, 3, 214 }, { 3, 3, 130 } },
		{ ROLE_NORMAL, { -1, -1, -1 }, { -1, -1, -1 } },
	};

	for (size_t i = 0; i < ARRAY_LEN(colors); i++)
		for (int depth = THEME_8; depth <= THEME_256; depth++) {
			enum role role = colors[i].role;

			is_int(theme_style(role, THEME_DARK, (enum theme_depth)depth).color, colors[i].dark[depth], "on dark ground");
			is_int(theme_style(role, THEME_LIGHT, (enum theme_depth)depth).color, colors[i].light[depth], "on light ground");
			is_int(theme_style(role, THEME_MONO, (enum theme_depth)depth).color, THEME_DEFAULT, "and without colours");
		}
	ok(theme_style(ROLE_LINK, THEME_MONO, THEME_8).attrs & THEME_UNDERLINE, "a link is underlined");
	test_contrast();
	test_background();
	for (int v = VERDICT_NONE; v < VERDICT__COUNT; v++)
		ok((theme_verdict_role((enum verdict)v) == ROLE_SUCCESS) == (v == VERDICT_SUCCEEDED),
			"only succeeded looks like success");
	for (int s = 0; s < STATUS__COUNT; s++)
		for (int other = 0; other < s; other++)
			for (int icons = 0; icons < 3; icons++)
				ok(strcmp(theme_status((enum status)s)->mark[icons],
					theme_status((enum status)other)->mark[icons]) != 0, "marks differ in shape");
	for (int s = STATUS_IN_PROGRESS; s < STATUS__COUNT; s++) {
		const char *ascii = theme_status((enum status)s)->mark[ICONS_ASCII];

		ok((unsigned char)ascii[0] < 0x80 && !ascii[1], "ASCII marks are ASCII");
		is_int(text_width(theme_status((enum status)s)->mark[ICONS_UNICODE]), 1, "Unicode marks take one column");
	}
}

static void test_break(void)
{
	static const struct { const char *text; int columns; size_t len, skip; } cases[] = {
		{ "one two", 10, 7, 0 },
		{ "one two", 5, 3, 1 },
		{ "one  two", 5, 3, 2 },
		{ "averylongword", 5, 5, 0 },
		{ "日本語", 5, 6, 0 },
		{ "日", 1, 3, 0 },
		{ "日", 0, 3, 0 },
		{ " x", 1, 1, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t skip = 99;

		is_int((long long)words_break(cases[i].text, cases[i].columns, &skip), (long long)cases[i].len, cases[i].text);
		is_int((long long)skip, (long long)cases[i].skip, "spaces between the lines are dropped");
	}
}

int main(void)
{
	test_put();
	test_overwriting();
	test_golden();
	test_nowhere();
	test_theme();
	test_break();
	return tap_done();
}
