/* SPDX-License-Identifier: Apache-2.0 */
/* Whole screens against tests/golden/ (UPDATE_GOLDEN=1 writes them anew), every size of screen, and the text exports. */
#include "tui/view.h"

#include <time.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "screen.h"
#include "tap.h"

#define NOW 1795442622000LL /* 2026-11-23T14:03:42Z, 42 s after the runs began */
#define FRAME 1

static const char *const models[] = {
	"running", "stabilizing", "bad-image", "succeeded", "timed-out", "failed-skipped", "many-pods", "crowd", "rollout", "parallel", "wide",
	"hostile", "stale", "remains", "helm", "helm-hook",
};

static const struct { int rows, cols; } sizes[] = { { 10, 40 }, { 24, 80 }, { 40, 120 }, { 50, 200 } };

/* Each is drawn at every size; its golden file has them one after the other. */
static const struct {
	const char *name, *model;
	enum icons icons;
	const char *keys;
} views[] = {
	{ "running", "running", ICONS_UNICODE, "" },
	{ "running-ascii", "running", ICONS_ASCII, "jj" },
	{ "stabilizing", "stabilizing", ICONS_UNICODE, "" },
	{ "bad-image", "bad-image", ICONS_UNICODE, "" },
	{ "bad-image-emoji", "bad-image", ICONS_EMOJI, "" },
	{ "no-secret", "no-secret", ICONS_UNICODE, "" },
	{ "succeeded", "succeeded", ICONS_UNICODE, "" },
	{ "timed-out", "timed-out", ICONS_UNICODE, "" },
	{ "failed-skipped", "failed-skipped", ICONS_UNICODE, "" },
	{ "many-pods", "many-pods", ICONS_UNICODE, "" },
	{ "crowd", "crowd", ICONS_UNICODE, "" },
	{ "rollout", "rollout", ICONS_UNICODE, "" },
	{ "rollout-late", "rollout-late", ICONS_UNICODE, "" },
	{ "parallel", "parallel", ICONS_UNICODE, "" },
	{ "wide", "wide", ICONS_UNICODE, "jj" },
	{ "hostile", "hostile", ICONS_UNICODE, "j" },
	{ "stale", "stale", ICONS_UNICODE, "jj" },
	{ "remains", "remains", ICONS_UNICODE, "" },
	{ "helm", "helm", ICONS_UNICODE, "" },
	{ "helm-hook", "helm-hook", ICONS_UNICODE, "" },
	{ "folded", "bad-image", ICONS_UNICODE, "1-j" },
	{ "unfolded", "many-pods", ICONS_UNICODE, "1jj<right>" },
	{ "all", "bad-image", ICONS_UNICODE, "1a" },
	{ "failing", "bad-image", ICONS_UNICODE, "f" },
	{ "in-progress", "bad-image", ICONS_UNICODE, "2p" },
	{ "kind", "bad-image", ICONS_UNICODE, "o" },
	{ "sorted", "crowd", ICONS_UNICODE, "1jSSI" },
	{ "nothing-left", "running", ICONS_UNICODE, "f" },
	{ "find-typing", "bad-image", ICONS_UNICODE, "/8fq" },
	{ "find-found", "bad-image", ICONS_UNICODE, "/8FQ<enter>" },
	{ "find-nothing", "bad-image", ICONS_UNICODE, "/nope at all<enter>" },
	{ "quit-asked", "running", ICONS_UNICODE, "q" },
	{ "help", "running", ICONS_UNICODE, "?" },
	{ "drawer-manifest", "bad-image", ICONS_UNICODE, "2jy" },
	{ "drawer-manifest-ascii", "bad-image", ICONS_ASCII, "2jy" },
	{ "drawer-manifest-full", "bad-image", ICONS_UNICODE, "2jyz" },
	{ "drawer-manifest-find", "bad-image", ICONS_UNICODE, "2jy/IMAGE<enter>" },
	{ "drawer-find-next", "bad-image", ICONS_UNICODE, "2jy/name<enter>nn" },
	{ "drawer-find-around", "bad-image", ICONS_UNICODE, "2jy/name<enter>N" },
	{ "drawer-manifest-wrapped", "hostile", ICONS_UNICODE, "1jyw" },
	{ "drawer-manifest-sideways", "bad-image", ICONS_UNICODE, "2jy<right>" },
	{ "drawer-manifest-child", "bad-image", ICONS_UNICODE, "y" },
	{ "drawer-larger", "bad-image", ICONS_UNICODE, "2jy]]" },
	{ "drawer-details", "bad-image", ICONS_UNICODE, "2jjjd" },
	{ "drawer-details-step", "bad-image", ICONS_UNICODE, "<home>d" },
	{ "drawer-events", "bad-image", ICONS_UNICODE, "2jjje" },
	{ "drawer-logs", "bad-image", ICONS_UNICODE, "2jjjl" },
	{ "drawer-logs-previous", "bad-image", ICONS_UNICODE, "2jjjP" },
	{ "drawer-output", "helm", ICONS_UNICODE, "2l" },
	{ "drawer-logs-none", "bad-image", ICONS_UNICODE, "2jl" },
	{ "drawer-timeline", "succeeded", ICONS_UNICODE, "1jt" },
};

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	struct buf b = { 0 };
	char block[4096];
	size_t n;

	while (file && (n = fread(block, 1, sizeof(block), file)) > 0)
		buf_add(&b, block, n);
	if (file)
		fclose(file);
	return buf_take(&b);
}

static const char *line_of(const char *text, size_t number, size_t *len)
{
	for (; number > 1 && *text; number--)
		text += strcspn(text, "\n") + (text[strcspn(text, "\n")] == '\n');
	*len = strcspn(text, "\n");
	return text;
}

/* Says the first line that differs: the whole of a screen is no help. */
static void compare(const char *name, const struct buf *got)
{
	char *path = xasprintf("%s/tests/golden/%s.txt", screen_dir(), name), *want;
	FILE *file;

	if (getenv("UPDATE_GOLDEN") && (file = fopen(path, "w"))) {
		fwrite(got->data, 1, got->len, file);
		fclose(file);
	}
	want = read_file(path);
	if (!ok(want && strcmp(buf_str(got), want) == 0, name))
		for (size_t i = 1; want; i++) {
			size_t a, b;
			const char *g = line_of(buf_str(got), i, &a), *w = line_of(want, i, &b);

			if (a == b && strncmp(g, w, a) == 0 && *g && *w)
				continue;
			printf("# %s:%zu\n# got  %.*s\n# want %.*s\n", path, i, (int)a, g, (int)b, w);
			break;
		}
	free(want);
	free(path);
}

/* The screen is drawn after each key, as the program does. */
static void press(struct canvas *c, const struct model *m, struct ui *ui, const char *keys)
{
	view_draw(c, m, ui, NOW, FRAME);
	while (*keys) {
		char one[16];
		size_t len = *keys == '<' ? strcspn(keys, ">") + 1 : 1;

		snprintf(one, sizeof(one), "%.*s", (int)len, keys);
		screen_keys(ui, m, one);
		view_draw(c, m, ui, NOW, FRAME);
		keys += len;
	}
}

static void add_screen(struct buf *out, size_t view, size_t size)
{
	struct model m;
	struct ui ui;
	struct canvas c;

	screen_load(&m, views[view].model, 0);
	ui_init(&ui, views[view].icons);
	ui.ended = m.frozen;
	canvas_init(&c, sizes[size].rows, sizes[size].cols);
	press(&c, &m, &ui, views[view].keys);
	buf_printf(out, "== %dx%d\n", sizes[size].cols, sizes[size].rows);
	canvas_golden(&c, out);
	canvas_release(&c);
	ui_release(&ui);
	model_release(&m);
}

static void test_screens(void)
{
	for (size_t i = 0; i < ARRAY_LEN(views); i++) {
		struct buf out = { 0 };

		for (size_t k = 0; k < ARRAY_LEN(sizes); k++)
			add_screen(&out, i, k);
		compare(views[i].name, &out);
		buf_release(&out);
	}
}

/* Too small for tables: a sentence. */
static void test_tiny(void)
{
	struct buf out = { 0 };
	struct model m;
	struct ui ui;

	screen_load(&m, "running", 0);
	ui_init(&ui, ICONS_UNICODE);
	for (int rows = 1; rows <= 5; rows += 2)
		for (int cols = 10; cols <= 50; cols += 20) {
			struct canvas c;

			canvas_init(&c, rows, cols);
			press(&c, &m, &ui, "");
			buf_printf(&out, "== %dx%d\n", cols, rows);
			canvas_golden(&c, &out);
			canvas_release(&c);
		}
	compare("tiny", &out);
	buf_release(&out);
	ui_release(&ui);
	model_release(&m);
}

static void test_texts(void)
{
	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		char *name = xasprintf("text-%s", models[i]), *narrow = xasprintf("summary-%s", models[i]);
		struct model m;
		struct buf out = { 0 };

		screen_load(&m, models[i], 0);
		view_text(&out, &m, ICONS_UNICODE, 80, NOW);
		compare(name, &out);
		ok(text_is_display(buf_str(&out), TEXT_BLOCK), "no control characters in it");
		buf_reset(&out);
		view_summary(&out, &m, ICONS_ASCII, 60, NOW);
		compare(narrow, &out);
		ok(text_is_display(buf_str(&out), TEXT_BLOCK), "nor in the summary");
		buf_release(&out);
		model_release(&m);
		free(narrow);
		free(name);
	}
}

/* The sanitizers watch: no size of screen, no state of the ui may read or write outside. */
static void test_sizes(void)
{
	static const char *const states[] = { "", "jjd", "jy<end>", "1jyw", "1jyz", "?", "/a", "q" };

	for (size_t i = 0; i < ARRAY_LEN(models); i++) {
		struct model m;

		screen_load(&m, models[i], 0);
		for (size_t s = 0; s < ARRAY_LEN(states); s++) {
			struct ui ui;

			ui_init(&ui, (enum icons)(i % 3));
			screen_keys(&ui, &m, states[s]);
			for (int rows = 1; rows <= 60; rows += 1 + (rows > 20) * 12 + (s > 0))
				for (int cols = 1 + (int)(s + i) % 3; cols <= 160; cols += 1 + (cols > 40) * 6 + (s > 0) * 2) {
					struct canvas c;

					canvas_init(&c, rows, cols);
					view_draw(&c, &m, &ui, NOW, FRAME);
					canvas_release(&c);
				}
			ui_release(&ui);
		}
		ok(true, "drawn at every size");
		model_release(&m);
	}
}

static bool has_text(const struct canvas *c, const char *text)
{
	struct buf out = { 0 };
	bool found;

	canvas_text(c, &out);
	found = strstr(buf_str(&out), text) != NULL;
	buf_release(&out);
	return found;
}

/* A false success would be the worst thing to show. */
static void test_truth(void)
{
	static const char *const unfinished[] = { "running", "stabilizing", "bad-image", "crowd", "rollout", "stale", "wide" };

	for (size_t i = 0; i < ARRAY_LEN(unfinished); i++) {
		struct model m;
		struct ui ui;
		struct canvas c;

		screen_load(&m, unfinished[i], 0);
		m.steps[0].verdict = VERDICT_NONE;
		ui_init(&ui, ICONS_UNICODE);
		canvas_init(&c, 40, 120);
		view_draw(&c, &m, &ui, NOW, FRAME);
		ok(!has_text(&c, "succeeded") && !has_text(&c, "settled"), "no word of success before the verdict");
		canvas_release(&c);
		ui_release(&ui);
		model_release(&m);
	}
}

int main(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	test_screens();
	test_tiny();
	test_texts();
	test_sizes();
	test_truth();
	return tap_done();
}
