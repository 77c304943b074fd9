/* SPDX-License-Identifier: Apache-2.0 */
/* The drawer's pages: manifest, details, events, logs, timeline of an object; details of a step. */
#include "tui/page.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/jx.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "record/model.h"
#include "tui/theme.h"
#include "tui/words.h"

#define LABEL_WIDTH 12

struct writer {
	struct page *page;
	int width;
	enum icons icons;
	int64_t now;
};

static struct page_line *add_line(struct page *p, enum role role, const char *text, size_t len)
{
	struct page_line *line;

	VEC_GROW(p->lines, p->n, p->cap);
	line = &p->lines[p->n++];
	*line = (struct page_line){ .start = p->text.len, .role = role };
	if (buf_add(&p->text, text, len))
		line->len = len;
	return line;
}

/* "Label     text", wrapped with the text's column kept. */
static void add_pair(struct writer *w, const char *label, enum role role, const char *text)
{
	int columns = w->width - LABEL_WIDTH;
	bool first = true;

	if (!text || !*text)
		return;
	columns = columns < 16 ? 16 : columns;
	while (*text) {
		size_t skip, len = words_break(text, columns, &skip);
		char *line = xasprintf("%-*s%.*s", LABEL_WIDTH, first ? label : "", (int)len, text);
		struct page_line *l = add_line(w->page, role, line, strlen(line));

		l->lead = LABEL_WIDTH;
		l->lead_role = ROLE_HEADER;
		free(line);
		text += len + (text[len] ? skip : 0);
		first = false;
	}
}

static void add_wrapped(struct writer *w, enum role role, int indent, const char *text)
{
	int columns = w->width - indent < 16 ? 16 : w->width - indent;

	while (*text) {
		size_t skip, len = words_break(text, columns, &skip);
		char *line = xasprintf("%*s%.*s", indent, "", (int)len, text);

		add_line(w->page, role, line, strlen(line));
		free(line);
		text += len + (text[len] ? skip : 0);
	}
}

static void add_blank(struct writer *w)
{
	add_line(w->page, ROLE_NORMAL, "", 0);
}

static void stamp(int64_t wall_ms, char out[static 16])
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm = { 0 };

	localtime_r(&seconds, &tm);
	strftime(out, 16, "%H:%M:%S", &tm);
}

/* How long before now an RFC 3339 time was: "3m"; "" if it is none. */
static void ago(const struct writer *w, const char *when, char out[static DURATION_SIZE])
{
	int64_t at;

	out[0] = '\0';
	if (when && clock_parse_stamp(when, &at))
		duration_age(w->now - at, out);
}

static void manifest_page(
	struct writer *w, const struct model_step *s, const struct model_object *o)
{
	const struct model_object *top = o;
	struct buf b = { 0 };

	if (o->manifest) {
		const char *text = o->manifest;

		w->page->yaml = true;
		while (*text) {
			size_t len = strcspn(text, "\n");

			add_line(w->page, ROLE_NORMAL, text, len);
			text += len + (text[len] == '\n');
		}
		return;
	}
	if (o->applied) {
		add_wrapped(w, ROLE_DIM, 0,
			"no manifest was given for this object: it is only watched");
		return;
	}
	for (size_t i = 0; i < s->nobjects && top->parent < s->nobjects; i++)
		top = &s->objects[top->parent];
	if (o->parent < s->nobjects) {
		const struct model_object *owner = &s->objects[o->parent];

		buf_printf(&b, "made by %s %s", owner->kind, owner->name);
		if (owner != top)
			buf_printf(&b, " (child of %s %s)", top->kind, top->name);
	} else {
		buf_printf(&b, "made by %s", o->owner ? o->owner : "a controller");
	}
	buf_addstr(&b, "; it has no manifest of its own");
	add_wrapped(w, ROLE_NORMAL, 0, buf_str(&b));
	buf_release(&b);
}

static void add_conditions(struct writer *w, const char *json)
{
	json_t *list = json ? json_loads(json, 0, NULL) : NULL;
	const json_t *item;
	size_t i;

	if (json_array_size(list)) {
		add_blank(w);
		add_wrapped(w, ROLE_HEADER, 0, "Conditions");
	}
	json_array_foreach(list, i, item)
	{
		const char *type = jx_str(item, "type"), *status = jx_str(item, "status");
		const char *reason = jx_str(item, "reason"), *message = jx_str(item, "message");
		struct buf b = { 0 };
		char age[DURATION_SIZE];

		ago(w, jx_str(item, "lastTransitionTime"), age);
		buf_printf(&b, "%s=%s%s%s%s%s", type ? type : "?", status ? status : "?",
			*age ? " for " : "", age, reason ? ": " : "", reason ? reason : "");
		add_wrapped(w, ROLE_NORMAL, 2, buf_str(&b));
		if (message && *message)
			add_wrapped(w, ROLE_DIM, 4, message);
		buf_release(&b);
	}
	json_decref(list);
}

static void details_page(struct writer *w, const struct model_object *o)
{
	enum role role = theme_status(o->status)->role;
	char age[DURATION_SIZE] = "";
	char *status = xasprintf("%s %s", theme_mark(o->status, w->icons, 0),
		o->status                             ? status_title(o->status) :
			o->apply == APPLIED_NOT_TRIED ? "not tried" :
							"not judged");

	add_pair(w, "Status", role, status);
	free(status);
	add_pair(w, "Reason", ROLE_NORMAL, o->reason);
	add_pair(w, "Message", ROLE_NORMAL, o->message);
	add_pair(w, "Note", ROLE_WARNING, o->note);
	if (o->stale)
		add_pair(w, "", ROLE_WARNING, "as last seen: nothing fresh from the cluster");
	if (o->replaced)
		add_pair(w, "", ROLE_WARNING, "replaced: this is another object of the same name");
	for (size_t i = 0; i < o->nwarnings; i++)
		add_pair(w, i ? "" : "Warnings", ROLE_WARNING, o->warnings[i]);
	add_blank(w);
	add_pair(w, "Kind", ROLE_NORMAL, o->kind);
	add_pair(w, "API version", ROLE_NORMAL, o->api_version);
	add_pair(w, "Namespace", ROLE_NORMAL, o->ns);
	add_pair(w, "Name", ROLE_NORMAL, o->name);
	add_pair(w, "UID", ROLE_NORMAL, o->uid);
	add_pair(w, "Owner", ROLE_NORMAL, o->owner);
	add_pair(w, "Apply", ROLE_NORMAL,
		o->apply == APPLIED_NOT_TRIED ? "not tried" : applied_word(o->apply));
	if (o->created_at)
		duration_age(w->now - o->created_at, age);
	add_pair(w, "Age", ROLE_NORMAL, age);
	if (o->ncolumns) {
		add_blank(w);
		add_wrapped(w, ROLE_HEADER, 0, "Columns");
	}
	for (size_t i = 0; i < o->ncolumns; i++)
		add_pair(w, o->columns[i].name, ROLE_NORMAL, o->columns[i].value);
	add_conditions(w, o->conditions);
}

static void events_page(struct writer *w, const struct model_object *o)
{
	json_t *list = o->events ? json_loads(o->events, 0, NULL) : NULL;
	const json_t *item;
	size_t i;

	if (!json_array_size(list))
		add_wrapped(w, ROLE_DIM, 0, "no events seen");
	json_array_foreach(list, i, item)
	{
		const char *type = jx_str(item, "type"), *reason = jx_str(item, "reason"),
			   *text = jx_str(item, "message");
		json_int_t count = jx_int(item, "count", 1);
		bool warning = type && strcmp(type, "Normal") != 0;
		struct buf b = { 0 };
		char age[DURATION_SIZE];

		ago(w, jx_str(item, "lastAt") ? jx_str(item, "lastAt") : jx_str(item, "firstAt"),
			age);
		buf_printf(&b, "%-7s %-7s %s", age, type ? type : "", reason ? reason : "");
		if (count > 1)
			buf_printf(&b, " (%lld times)", (long long)count);
		add_wrapped(w, warning ? ROLE_WARNING : ROLE_NORMAL, 0, buf_str(&b));
		if (text)
			add_wrapped(w, ROLE_NORMAL, 8, text);
		buf_release(&b);
	}
	json_decref(list);
}

static void logs_page(struct writer *w, const struct model_object *o)
{
	json_t *list = o->logs ? json_loads(o->logs, 0, NULL) : NULL;
	const json_t *item, *line;
	size_t i, k;

	if (!json_array_size(list))
		add_wrapped(w, ROLE_DIM, 0,
			"no log lines were read (they are, for containers in trouble)");
	json_array_foreach(list, i, item)
	{
		const char *container = jx_str(item, "container");
		char *title = xasprintf("Container %s%s", container ? container : "?",
			jx_bool(item, "previous") ? ", before its last restart" : "");

		if (i)
			add_blank(w);
		add_wrapped(w, ROLE_HEADER, 0, title);
		free(title);
		json_array_foreach(json_object_get(item, "lines"), k,
			line) if (json_is_string(line)) add_wrapped(w, ROLE_NORMAL, 0,
			*json_string_value(line) ? json_string_value(line) : " ");
	}
	json_decref(list);
}

static void timeline_page(struct writer *w, const struct model_object *o)
{
	if (!o->ntimeline)
		add_wrapped(w, ROLE_DIM, 0, "nothing has been seen of it yet");
	for (size_t i = 0; i < o->ntimeline; i++) {
		const struct model_moment *t = &o->timeline[i];
		const struct theme_status *look = theme_status(t->status);
		char *line, at[16], since[DURATION_SIZE];

		stamp(t->at, at);
		duration_clock(t->at - o->timeline[0].at, since);
		line = xasprintf("%s  +%-6s %s %s%s%s", at, since, look->mark[w->icons], look->word,
			t->reason ? "  " : "", t->reason ? t->reason : "");
		add_wrapped(w, look->role, 0, line);
		if (t->message && *t->message)
			add_wrapped(w, ROLE_NORMAL, 10, t->message);
		free(line);
	}
}

static void add_duration(struct writer *w, const char *label, int64_t ms, const char *none)
{
	char text[DURATION_SIZE];

	duration_format(ms, text);
	add_pair(w, label, ROLE_NORMAL, ms < 0 ? none : text);
}

static void step_page(struct writer *w, const struct model_step *s)
{
	char *cluster = s->server ? xasprintf("%s%s%s", s->server, s->server_version ? ", " : "",
					    s->server_version ? s->server_version : "") :
				    NULL;

	add_pair(w, "Step", ROLE_NORMAL, s->name);
	add_pair(w, "Type", ROLE_NORMAL, s->type);
	add_pair(w, "Tool", ROLE_NORMAL, s->tool);
	add_pair(w, "Verdict", theme_verdict_role(s->verdict),
		s->verdict            ? verdict_title(s->verdict) :
			s->started_at ? "in progress" :
					"waits for its turn");
	add_pair(w, "Reason", ROLE_NORMAL, s->reason);
	for (size_t i = 0; i < s->nwarnings; i++)
		add_pair(w, i ? "" : "Warnings", ROLE_WARNING, s->warnings[i]);
	add_blank(w);
	add_pair(w, "Context", ROLE_NORMAL, s->context);
	add_pair(w, "Server", ROLE_NORMAL, cluster);
	add_pair(w, "Connection", ROLE_NORMAL, s->connection);
	add_pair(w, "", ROLE_NORMAL, s->connection_message);
	if (s->mode) {
		add_pair(w, "Decides", ROLE_NORMAL,
			strcmp(s->mode, "helm") == 0         ? "helm" :
				strcmp(s->mode, "none") == 0 ? "nobody: not verified" :
							       "ksettle, by the objects");
		add_duration(w, "Timeout", s->timeout_ms, "none");
		add_duration(w, "Stable for", s->stabilization_ms, NULL);
		add_pair(w, "Fails early", ROLE_NORMAL, s->fail_early);
		add_pair(
			w, "Jobs", ROLE_NORMAL, s->wait_for_jobs ? "waited for" : "not waited for");
	}
	free(cluster);
}

void page_make(struct page *page, const struct model *m, size_t step,
	const struct model_object *object, enum drawer_tab tab, enum icons icons, int width,
	int64_t now_ms)
{
	static void (*const pages[])(struct writer *, const struct model_object *) = {
		[DRAWER_DETAILS] = details_page,
		[DRAWER_EVENTS] = events_page,
		[DRAWER_LOGS] = logs_page,
		[DRAWER_TIMELINE] = timeline_page,
	};
	const struct model_step *s = step < m->nsteps ? &m->steps[step] : NULL;
	struct writer w = { page, width, icons, words_now(m, s, now_ms) };

	_Static_assert(ARRAY_LEN(pages) == DRAWER__COUNT, "every tab has a page");
	*page = (struct page){ 0 };
	if (object && tab == DRAWER_MANIFEST)
		manifest_page(&w, s, object);
	else if (object)
		pages[tab](&w, object);
	else if (s)
		step_page(&w, s);
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
