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
	"running", "stabilizing", "bad-image", "succeeded", "timed-out", "failed-skipped", "many-pods", "wide", "hostile", "stale", "remains", "parallel",
};

static const struct {
	const char *name, *model;
	int rows, cols;
	enum icons icons;
	const char *keys;
} screens[] = {
	{ "running-80", "running", 24, 80, ICONS_UNICODE, "" },
	{ "running-120", "running", 40, 120, ICONS_UNICODE, "" },
	{ "running-40", "running", 10, 40, ICONS_UNICODE, "" },
	{ "running-ascii", "running", 24, 80, ICONS_ASCII, "jj" },
	{ "running-tiny", "running", 4, 38, ICONS_UNICODE, "" },
	{ "stabilizing-80", "stabilizing", 24, 80, ICONS_UNICODE, "" },
	{ "bad-image-80", "bad-image", 24, 80, ICONS_UNICODE, "" },
	{ "bad-image-120", "bad-image", 40, 120, ICONS_UNICODE, "" },
	{ "bad-image-40", "bad-image", 10, 40, ICONS_UNICODE, "j" },
	{ "bad-image-emoji", "bad-image", 24, 80, ICONS_EMOJI, "" },
	{ "bad-image-failing", "bad-image", 24, 80, ICONS_UNICODE, "f" },
	{ "bad-image-folded", "bad-image", 24, 80, ICONS_UNICODE, "1-j" },
	{ "succeeded-80", "succeeded", 24, 80, ICONS_UNICODE, "" },
	{ "succeeded-120", "succeeded", 40, 120, ICONS_UNICODE, "" },
	{ "succeeded-40", "succeeded", 10, 40, ICONS_UNICODE, "" },
	{ "timed-out-80", "timed-out", 24, 80, ICONS_UNICODE, "" },
	{ "timed-out-120", "timed-out", 40, 120, ICONS_UNICODE, "" },
	{ "failed-skipped-80", "failed-skipped", 24, 80, ICONS_UNICODE, "" },
	{ "failed-skipped-120", "failed-skipped", 40, 120, ICONS_UNICODE, "" },
	{ "failed-skipped-40", "failed-skipped", 10, 40, ICONS_UNICODE, "" },
	{ "many-pods-80", "many-pods", 24, 80, ICONS_UNICODE, "" },
	{ "many-pods-open", "many-pods", 24, 80, ICONS_UNICODE, "jj<right>" },
	{ "wide-80", "wide", 24, 80, ICONS_UNICODE, "jj" },
	{ "wide-40", "wide", 10, 40, ICONS_UNICODE, "jj" },
	{ "hostile-80", "hostile", 24, 80, ICONS_UNICODE, "j" },
	{ "stale-80", "stale", 24, 80, ICONS_UNICODE, "jj" },
	{ "remains-80", "remains", 24, 80, ICONS_UNICODE, "" },
	{ "parallel-80", "parallel", 24, 80, ICONS_UNICODE, "" },
	{ "parallel-120", "parallel", 40, 120, ICONS_UNICODE, "" },
	{ "drawer-manifest-80", "bad-image", 24, 80, ICONS_UNICODE, "jy" },
	{ "drawer-manifest-120", "bad-image", 40, 120, ICONS_UNICODE, "jy" },
	{ "drawer-manifest-40", "bad-image", 10, 40, ICONS_UNICODE, "jy" },
	{ "drawer-manifest-child", "bad-image", 24, 80, ICONS_UNICODE, "jjjy" },
	{ "drawer-manifest-find", "bad-image", 24, 80, ICONS_UNICODE, "jy/IMAGE<enter>" },
	{ "drawer-details-80", "bad-image", 24, 80, ICONS_UNICODE, "jjjd" },
	{ "drawer-details-120", "bad-image", 40, 120, ICONS_UNICODE, "jjjd" },
	{ "drawer-details-step", "bad-image", 40, 120, ICONS_UNICODE, "<home>d" },
	{ "drawer-events-120", "bad-image", 40, 120, ICONS_UNICODE, "jjje" },
	{ "drawer-logs-120", "bad-image", 40, 120, ICONS_UNICODE, "jjjl" },
	{ "drawer-timeline-120", "succeeded", 40, 120, ICONS_UNICODE, "jt" },
	{ "help-80", "running", 24, 80, ICONS_UNICODE, "?" },
	{ "help-120", "running", 40, 120, ICONS_UNICODE, "?" },
	{ "find-typing", "bad-image", 24, 80, ICONS_UNICODE, "/8fq" },
	{ "find-found", "bad-image", 24, 80, ICONS_UNICODE, "/8FQ<enter>" },
	{ "find-nothing", "bad-image", 24, 80, ICONS_UNICODE, "/nope at all<enter>" },
	{ "quit-asked", "running", 24, 80, ICONS_UNICODE, "q" },
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

static void compare(const char *name, const struct buf *got)
{
	char *path = xasprintf("%s/tests/golden/%s.txt", screen_dir(), name), *want;
	FILE *file;

	if (getenv("UPDATE_GOLDEN") && (file = fopen(path, "w"))) {
		fwrite(got->data, 1, got->len, file);
		fclose(file);
	}
	want = read_file(path);
	is_str(buf_str(got), want ? want : "", name);
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

static void test_screens(void)
{
	for (size_t i = 0; i < ARRAY_LEN(screens); i++) {
		struct model m;
		struct ui ui;
		struct canvas c;
		struct buf out = { 0 };

		ok(screen_load(&m, screens[i].model, 0), screens[i].model);
		ui_init(&ui, screens[i].icons);
		ui.ended = m.frozen;
		canvas_init(&c, screens[i].rows, screens[i].cols);
		press(&c, &m, &ui, screens[i].keys);
		canvas_golden(&c, &out);
		compare(screens[i].name, &out);
		buf_release(&out);
		canvas_release(&c);
		ui_release(&ui);
		model_release(&m);
	}
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
	static const char *const states[] = { "", "jjd", "jy<end>", "?", "/a", "q" };

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
	static const char *const unfinished[] = { "running", "stabilizing", "bad-image", "stale", "wide" };

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
	test_texts();
	test_sizes();
	test_truth();
	return tap_done();
}
