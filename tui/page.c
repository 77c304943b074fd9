/* SPDX-License-Identifier: Apache-2.0 */
/* The drawer's pages: which one, and the lines they are made of. */
#include "tui/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "record/model.h"
#include "tui/page_writer.h"
#include "tui/words.h"

#define LABEL_WIDTH 12
#define AGE_STEP_MS 5000
#define TEXT_MIN 16 /* columns that a text has, however narrow the drawer is */

struct page_line *page_add(struct page_writer *w, enum role role, const char *text, size_t len)
{
	struct page *p = w->page;
	struct page_line *line;

	VEC_GROW(p->lines, p->n, p->cap);
	line = &p->lines[p->n++];
	*line = (struct page_line){ .start = p->text.len, .role = role };
	if (buf_add(&p->text, text, len))
		line->len = len;
	return line;
}

void page_add_blank(struct page_writer *w)
{
	page_add(w, ROLE_NORMAL, "", 0);
}

void page_add_pair(struct page_writer *w, const char *label, enum role role, const char *text)
{
	int columns = w->width - LABEL_WIDTH;
	bool first = true;

	if (!text || !*text)
		return;
	columns = columns < TEXT_MIN ? TEXT_MIN : columns;
	while (*text) {
		size_t skip, len = words_break(text, columns, &skip);
		char *line = xasprintf("%-*s %.*s", LABEL_WIDTH - 1, first ? label : "", (int)len,
			text);
		struct page_line *l = page_add(w, role, line, strlen(line));

		l->lead = strlen(line) - len;
		l->lead_role = ROLE_HEADER;
		free(line);
		text += len + (text[len] ? skip : 0);
		first = false;
	}
}

void page_add_wrapped(struct page_writer *w, enum role role, int indent, const char *text)
{
	int columns = w->width - indent < TEXT_MIN ? TEXT_MIN : w->width - indent;

	while (*text) {
		size_t skip, len = words_break(text, columns, &skip);
		char *line = xasprintf("%*s%.*s", indent, "", (int)len, text);

		page_add(w, role, line, strlen(line));
		free(line);
		text += len + (text[len] ? skip : 0);
	}
}

void page_ago(const struct page_writer *w, const char *when, char out[static DURATION_SIZE])
{
	int64_t at;

	out[0] = '\0';
	if (when && clock_parse_stamp(when, &at))
		duration_age(w->now - at, out);
}

bool page_has(const struct ui *ui, enum drawer_tab tab)
{
	return ui->object || tab == DRAWER_DETAILS || tab == DRAWER_LOGS;
}

void page_make(
	struct page *page, const struct model *m, const struct ui *ui, int width, int64_t now_ms)
{
	static void (*const pages[])(struct page_writer *, const struct model_object *) = {
		[DRAWER_MANIFEST] = page_manifest,
		[DRAWER_DETAILS] = page_details,
		[DRAWER_EVENTS] = page_events,
		[DRAWER_LOGS] = page_logs,
		[DRAWER_TIMELINE] = page_timeline,
	};
	const struct model_object *o = ui->object ? model_find(m, ui->step, ui->object) : NULL;
	const struct model_step *s = ui->step < m->nsteps ? &m->steps[ui->step] : NULL;
	struct page_writer w = { page, ui, s, width, words_now(m, s, now_ms) };

	if (w.now == now_ms) /* ages that go on move in steps: every move costs bytes */
		w.now -= w.now % AGE_STEP_MS;
	_Static_assert(ARRAY_LEN(pages) == DRAWER__COUNT, "every tab has a page");
	*page = (struct page){ .pointed = PAGE_NOWHERE };
	if (s && o)
		pages[ui->tab](&w, o);
	else if (s && ui->tab == DRAWER_LOGS)
		page_output(&w);
	else if (s)
		page_step(&w);
}

void page_release(struct page *page)
{
	buf_release(&page->text);
	free(page->lines);
	*page = (struct page){ 0 };
}

char *page_line_text(const struct page *page, size_t line)
{
	return xstrndup(buf_str(&page->text) + page->lines[line].start, page->lines[line].len);
}
