/* SPDX-License-Identifier: Apache-2.0 */
/* The drawer: one object's manifest, details, events, logs and timeline beside or below the tables.
 */
#include "tui/drawer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "record/model.h"
#include "tui/find.h"
#include "tui/frame.h"
#include "tui/page.h"
#include "tui/rows.h"
#include "tui/theme.h"
#include "tui/yaml_colors.h"

#define TAB_SIZE 16
#define HEAD 2 /* its title and its tabs */
#define COPY_COLS 1000 /* what is copied is not wrapped */

static const char *const tab_names[] = {
	[DRAWER_MANIFEST] = "y manifest",
	[DRAWER_DETAILS] = "d details",
	[DRAWER_EVENTS] = "e events",
	[DRAWER_LOGS] = "l logs",
	[DRAWER_TIMELINE] = "t timeline",
};
_Static_assert(ARRAY_LEN(tab_names) == DRAWER__COUNT, "every tab has a name");

/* Its text stands off the border, or the edge of the screen. */
static int inner_col(const struct box *box)
{
	return box->col + (box->col > 0 ? 2 : 1);
}

/* Its key alone where there is no room for its name. */
static int tab_text(enum drawer_tab tab, int x, int end, char text[static TAB_SIZE])
{
	snprintf(text, TAB_SIZE, "%s", tab_names[tab]);
	if (x + text_width(text) + 2 > end)
		text[1] = '\0';
	return text_width(text) + 2;
}

static void draw_tabs(struct canvas *c, const struct box *box, int row, const struct ui *ui)
{
	int x = inner_col(box) - 1, end = box->col + box->cols;
	enum drawer_tab shown = page_has(ui, ui->tab) ? ui->tab : DRAWER_DETAILS;

	for (int tab = 0; tab < DRAWER__COUNT; tab++) {
		bool on = tab == (int)shown;
		char text[TAB_SIZE];
		int width;

		if (!page_has(ui, (enum drawer_tab)tab))
			continue;
		width = tab_text((enum drawer_tab)tab, x, end, text);
		canvas_put(c, row, x, end - x, on ? ROLE_BOLD : ROLE_DIM, " ");
		canvas_put(c, row, x + 1, end - x - 1, on ? ROLE_BOLD : ROLE_DIM, text);
		if (on) {
			canvas_select_row(c, row, x, width);
		} else {
			text[1] = '\0';
			canvas_put(c, row, x + 1, 1, ROLE_KEY, text);
		}
		x += width + 1;
	}
}

int drawer_tab_at(const struct ui *ui, const struct box *box, int row, int col)
{
	int x = inner_col(box) - 1;

	for (int tab = 0; tab < DRAWER__COUNT && row == box->row + 1; tab++) {
		char text[TAB_SIZE];
		int width = tab_text((enum drawer_tab)tab, x, box->col + box->cols, text);

		if (!page_has(ui, (enum drawer_tab)tab))
			continue;
		if (col >= x && col < x + width)
			return tab;
		x += width + 1;
	}
	return -1;
}

static void draw_title(struct canvas *c, const struct box *box, const struct scene *scene,
	const struct model_object *o)
{
	const struct model_step *s = &scene->model->steps[scene->ui->step];
	struct buf title = { 0 };
	int x = inner_col(box) - 1;

	if (box->col == 0)
		canvas_fill(c, box->row, box->col, box->cols, ROLE_BORDER, "─");
	if (o) {
		const char *mark = theme_status(o->status)->mark[scene->ui->icons];

		x += canvas_put(c, box->row, x, 1, ROLE_NORMAL, " ");
		x += canvas_put(c, box->row, x, 2, theme_status(o->status)->role, mark);
		buf_printf(&title, " %s %s%s%s ", o->kind ? o->kind : "",
			o->ns && *o->ns ? o->ns : "", o->ns && *o->ns ? "/" : "",
			o->name ? o->name : "");
	} else {
		buf_printf(&title, " Step %zu %s ", scene->ui->step + 1, s->name ? s->name : "");
	}
	canvas_put_middle(c, box->row, x, box->col + box->cols - x, ROLE_TITLE, buf_str(&title));
	buf_release(&title);
}

/* The number, and a mark where the problem points. */
static void draw_number(struct canvas *c, int row, int col, const struct page_line *line)
{
	char *number = xasprintf("%*u", PAGE_NUMBERS - 2, line->number);

	if (line->pointed)
		canvas_put(c, row, col, 1, line->role, "▸");
	if (line->number)
		canvas_put(c, row, col + 1, PAGE_NUMBERS - 2,
			line->pointed ? line->role : ROLE_DIM, number);
	free(number);
}

/* Text from a column on. */
static void put_sideways(
	struct canvas *c, int row, int col, int width, int sideways, enum role role, const char *text)
{
	canvas_put(c, row, col, width, role, text + text_clip(text, sideways));
}

static void draw_line(struct canvas *c, const struct box *box, int row, const struct page *page,
	size_t i, const struct ui *ui)
{
	const struct page_line *line = &page->lines[i];
	int col = inner_col(box), width = box->col + box->cols - col;
	char *text = page_line_text(page, i);

	if (page->numbered) {
		draw_number(c, row, col, line);
		col += PAGE_NUMBERS;
		width -= PAGE_NUMBERS;
	}
	if (line->kind == PAGE_YAML)
		yaml_colors_put(c, row, col, width, ui->drawer_sideways, text);
	else
		put_sideways(c, row, col, width, page->numbered ? ui->drawer_sideways : 0,
			line->kind == PAGE_MORE ? ROLE_YAML_STRING : line->role, text);
	if (line->lead && line->lead <= line->len) {
		text[line->lead] = '\0';
		canvas_put(c, row, col, width, line->lead_role, text);
	}
	if (ui->find)
		find_highlight(c, row, col, width, ui->find);
	if (ui->find && ui->drawer_found == (int)i + 1)
		canvas_select_row(c, row, col, width);
	free(text);
}

static void clear_box(struct canvas *c, const struct box *box)
{
	for (int row = box->row; row < box->row + box->rows; row++) {
		canvas_fill(c, row, box->col, box->cols, ROLE_NORMAL, " ");
		if (box->col > 0)
			canvas_put(c, row, box->col, 1, ROLE_BORDER, "│");
	}
}

static void make_page(
	struct page *page, const struct ui *ui, const struct model *m, int cols, int64_t now_ms)
{
	page_make(page, m, ui, cols - 3, now_ms);
}

/* Within what there is. A manifest that was just opened shows where its problem is; what ends with
 * its newest lines shows those, and goes on doing so as long as they are in sight. */
static void scroll_page(struct ui *ui, const struct page *page, int room)
{
	int last = (int)page->n > room ? (int)page->n - room : 0;

	if (ui->drawer_fresh && page->pointed != PAGE_NOWHERE && (int)page->pointed + 3 > room)
		ui->drawer_scroll = (int)page->pointed - room / 3;
	if (page->tail && (ui->drawer_fresh || ui->drawer_scroll == ui->drawer_last))
		ui->drawer_scroll = last;
	if (ui->drawer_fresh)
		ui->drawer_found = 0;
	ui->drawer_fresh = false;
	ui->drawer_scroll = ui->drawer_scroll > last ? last : ui->drawer_scroll;
	ui->drawer_scroll = ui->drawer_scroll < 0 ? 0 : ui->drawer_scroll;
	ui->drawer_last = last;
}

static void draw_place(
	struct canvas *c, const struct box *box, const struct ui *ui, const struct page *page, int room)
{
	char *where;
	int x;

	if ((int)page->n <= room)
		return;
	where = xasprintf(" %d-%d of %zu ", ui->drawer_scroll + 1, ui->drawer_scroll + room, page->n);
	x = box->col + box->cols - text_width(where) - 1;
	if (x > box->col + box->cols / 2)
		canvas_put(c, box->row, x, box->cols, ROLE_DIM, where);
	free(where);
}

void drawer_draw(struct canvas *c, const struct box *box, const struct scene *scene, struct ui *ui)
{
	const struct model_object *o;
	struct page page;
	int room = box->rows - HEAD;

	if (ui->step >= scene->model->nsteps)
		return;
	o = ui->object ? model_find(scene->model, ui->step, ui->object) : NULL;
	make_page(&page, ui, scene->model, box->cols, scene->now_ms);
	scroll_page(ui, &page, room);
	clear_box(c, box);
	draw_title(c, box, scene, o);
	draw_tabs(c, box, box->row + 1, ui);
	for (int i = 0; i < room && (size_t)(ui->drawer_scroll + i) < page.n; i++)
		draw_line(c, box, box->row + HEAD + i, &page, (size_t)(ui->drawer_scroll + i), ui);
	draw_place(c, box, ui, &page, room);
	page_release(&page);
}

static bool in_sight(const struct ui *ui, int line, int room)
{
	return line >= ui->drawer_scroll && line < ui->drawer_scroll + room;
}

static bool matches(const struct page *page, size_t line, const char *pattern)
{
	char *text = page_line_text(page, line);
	bool found = find_matches(text, pattern);

	free(text);
	return found;
}

/* The line to look at first: behind the last match, as long as that is in sight. */
static size_t find_from(const struct ui *ui, size_t lines, int room, int direction, bool from_here)
{
	int last = ui->drawer_found - 1, from = ui->drawer_scroll;

	if (!from_here && in_sight(ui, last, room))
		from = last + direction;
	else if (direction < 0)
		from--;
	return (size_t)(from + (int)lines) % lines;
}

bool drawer_find(struct ui *ui, const struct model *m, int direction, bool from_here,
	struct drawer_match *match)
{
	struct box body, box = frame_drawer(ui, &body);
	int room = box.rows - HEAD;
	struct page page;
	size_t at;

	*match = (struct drawer_match){ 0 };
	if (ui->step >= m->nsteps)
		return false;
	make_page(&page, ui, m, box.cols, m->last_at);
	at = page.n ? find_from(ui, page.n, room, direction, from_here) : 0;
	for (size_t i = 0; i < page.n && !matches(&page, at, ui->find); i++)
		at = (at + page.n + (size_t)direction) % page.n;
	for (size_t i = 0; i < page.n; i++)
		if (matches(&page, i, ui->find)) {
			match->of++;
			match->number += i <= at;
		}
	page_release(&page);
	ui->drawer_found = match->of ? (int)at + 1 : 0;
	if (match->of && !in_sight(ui, (int)at, room))
		ui->drawer_scroll = (int)at - room / 3;
	return match->of > 0;
}

void drawer_copy(struct ui *ui, const struct model *m)
{
	bool wrap = ui->wrap;
	struct page page;
	struct buf text = { 0 };

	if (ui->step >= m->nsteps)
		return;
	ui->wrap = false;
	make_page(&page, ui, m, COPY_COLS, m->last_at);
	ui->wrap = wrap;
	for (size_t i = 0; i < page.n; i++)
		if (page.lines[i].kind != PAGE_NOTE) {
			buf_add(&text, buf_str(&page.text) + page.lines[i].start, page.lines[i].len);
			buf_addch(&text, '\n');
		}
	free(ui->copy);
	ui->copy = buf_take(&text);
	page_release(&page);
}
