/* SPDX-License-Identifier: Apache-2.0 */
/* The drawer's pages of what happened: events, log lines, statuses. */
#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "record/model.h"
#include "tui/page_writer.h"
#include "tui/theme.h"
#include "tui/words.h"

static void add_event(struct page_writer *w, const json_t *item)
{
	const char *type = jx_str(item, "type"), *reason = jx_str(item, "reason");
	const char *text = jx_str(item, "message"), *last = jx_str(item, "lastAt");
	json_int_t count = jx_int(item, "count", 1);
	bool warning = type && strcmp(type, "Normal") != 0;
	struct buf b = { 0 };
	char age[DURATION_SIZE];

	page_ago(w, last ? last : jx_str(item, "firstAt"), age);
	buf_printf(&b, "%-7s %-7s %s", age, type ? type : "", reason ? reason : "");
	if (count > 1)
		buf_printf(&b, " (%lld times)", (long long)count);
	page_add_wrapped(w, warning ? ROLE_WARNING : ROLE_NORMAL, 0, buf_str(&b));
	if (text)
		page_add_wrapped(w, ROLE_NORMAL, 8, text);
	buf_release(&b);
}

void page_events(struct page_writer *w, const struct model_object *o)
{
	json_t *list = o->events ? json_loads(o->events, 0, NULL) : NULL;
	const json_t *item;
	size_t i;

	if (!json_array_size(list))
		page_add_wrapped(w, ROLE_DIM, 0,
			o->status == STATUS_SUCCESS
				? "no events were read: they are, of what is in trouble"
				: "no events were seen");
	json_array_foreach(list, i, item)
		add_event(w, item);
	json_decref(list);
}

static void add_log(struct page_writer *w, const json_t *log)
{
	const char *container = jx_str(log, "container");
	char *title = xasprintf("Container %s%s", container ? container : "?",
		jx_bool(log, "previous") ? ", before its last restart" : "");
	const json_t *line;
	size_t i;

	if (w->page->n)
		page_add_blank(w);
	page_add_wrapped(w, ROLE_HEADER, 0, title);
	free(title);
	json_array_foreach(json_object_get(log, "lines"), i, line)
	{
		const char *text = json_string_value(line);

		page_add_wrapped(w, ROLE_NORMAL, 0, text && *text ? text : " ");
	}
}

/* How many logs there are of the instances that run now, or of those before. */
static size_t count_logs(const json_t *list, bool previous)
{
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(list); i++)
		n += jx_bool(json_array_get(list, i), "previous") == previous;
	return n;
}

static void say_no_logs(struct page_writer *w, const struct model_object *o, size_t others)
{
	if (!o->kind || strcmp(o->kind, "Pod") != 0)
		page_add_wrapped(w, ROLE_DIM, 0, "only Pods have logs: look at one of its Pods");
	else if (others && w->ui->previous)
		page_add_wrapped(w, ROLE_DIM, 0,
			"no lines from before a restart are kept; l shows those of now");
	else if (others)
		page_add_wrapped(w, ROLE_DIM, 0, "no lines of the instance that runs now are kept:");
	else
		page_add_wrapped(w, ROLE_DIM, 0,
			"no log lines are kept: they are read of containers that fail");
}

void page_logs(struct page_writer *w, const struct model_object *o)
{
	json_t *list = o->logs ? json_loads(o->logs, 0, NULL) : NULL;
	bool previous = w->ui->previous;

	w->page->tail = true;
	if (!count_logs(list, previous)) {
		say_no_logs(w, o, count_logs(list, !previous));
		previous = true; /* the lines before its end say more than none */
	}
	for (size_t i = 0; i < json_array_size(list); i++)
		if (jx_bool(json_array_get(list, i), "previous") == previous)
			add_log(w, json_array_get(list, i));
	json_decref(list);
}

void page_output(struct page_writer *w)
{
	const struct model_step *s = w->step;

	w->page->tail = true;
	if (!s->noutput)
		page_add_wrapped(w, ROLE_DIM, 0,
			s->tool ? "its tool has written nothing" : "this step runs no tool");
	for (size_t i = 0; i < s->noutput; i++)
		page_add_wrapped(w, ROLE_NORMAL, 0, *s->output[i] ? s->output[i] : " ");
}

void page_timeline(struct page_writer *w, const struct model_object *o)
{
	if (!o->ntimeline)
		page_add_wrapped(w, ROLE_DIM, 0, "nothing has been seen of it yet");
	for (size_t i = 0; i < o->ntimeline; i++) {
		const struct model_moment *t = &o->timeline[i];
		const struct theme_status *look = theme_status(t->status);
		struct buf line = { 0 };
		char since[DURATION_SIZE];

		words_time(&line, t->at);
		duration_clock(t->at - o->timeline[0].at, since);
		buf_printf(&line, "  +%-6s %s %s%s%s", since, look->mark[w->ui->icons], look->word,
			t->reason ? "  " : "", t->reason ? t->reason : "");
		page_add_wrapped(w, look->role, 0, buf_str(&line));
		if (t->message && *t->message)
			page_add_wrapped(w, ROLE_NORMAL, 10, t->message);
		buf_release(&line);
	}
}
