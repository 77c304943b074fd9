/* SPDX-License-Identifier: Apache-2.0 */
/* One line per change, for logs and CI. */
#include "record/plain.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "record/model.h"
#include "record/plain_line.h"

#define HEARTBEAT_MS 30000
#define MESSAGE_MS 10000 /* a message that changes alone is news no more often than this */
#define BURST_MS 10000
#define OUTPUT_LINES 20
#define BURST_LINES 20 /* lines about children within BURST_MS; the rest is counted */

/* What was last said of an object. Children are known only while they are in trouble. */
struct said {
	char *id;
	enum status status;
	char *reason, *message;
	int64_t at;
};

/* Several steps may go on side by side: what each was told of. */
struct plain_step {
	struct {
		int64_t since;
		size_t lines, held; /* held: changes that got no line */
	} burst;
	int64_t window; /* the stabilization window that was told of: its beginning */
	bool disconnected;
};

/* A line of a step's tool. */
struct output {
	size_t step;
	char *line; /* NULL: none */
};

struct plain {
	struct output output[OUTPUT_LINES]; /* the last ones on its standard error, in a ring */
	size_t next_output;
	struct plain_line line;
	struct map said;     /* id → struct said */
	struct map warnings; /* text → itself */
	struct plain_step *steps; /* of the model */
	size_t nsteps;
};

/* An event as a line is made of it. */
struct news {
	struct plain *p;
	const struct model *m;
	const json_t *event;
	size_t step;
};

struct plain *plain_new(FILE *out)
{
	struct plain *p = xcalloc(1, sizeof(*p));

	p->line.out = out;
	return p;
}

static void free_said(struct said *s)
{
	if (!s)
		return;
	free(s->id);
	free(s->reason);
	free(s->message);
	free(s);
}

void plain_free(struct plain *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->said.cap; i++)
		free_said(p->said.slots[i].value);
	for (size_t i = 0; i < p->warnings.cap; i++)
		free(p->warnings.slots[i].value);
	map_release(&p->said);
	map_release(&p->warnings);
	for (size_t i = 0; i < OUTPUT_LINES; i++)
		free(p->output[i].line);
	buf_release(&p->line.text);
	free(p->steps);
	free(p);
}

bool plain_broken(const struct plain *p)
{
	return p->line.broken;
}

static const char *text(const struct news *n, const char *key)
{
	return json_string_value(json_object_get(n->event, key));
}

static const struct model_object *row(const struct news *n)
{
	return model_find(n->m, n->step, text(n, "id"));
}

static struct plain_line *begin(const struct news *n)
{
	line_begin_step(&n->p->line, n->m, n->step, n->m->last_at);
	return &n->p->line;
}

static void end(const struct news *n)
{
	line_end(&n->p->line, n->m->last_at);
}

static void forget(struct plain *p, const char *id)
{
	struct said *s = map_get(&p->said, id);

	map_remove(&p->said, id);
	free_said(s);
}

static void remember(struct plain *p, const struct model_object *o, int64_t at)
{
	struct said *s = xmalloc(sizeof(*s));

	forget(p, o->id);
	*s = (struct said){ xstrdup(o->id), o->status, xstrdup_or_null(o->reason),
		xstrdup_or_null(o->message), at };
	map_set(&p->said, s->id, s);
}

static void say_change(const struct news *n, const struct model_object *o, enum status before)
{
	struct plain_line *line = begin(n);

	line_add_label(line, o);
	line_add(line, " | ");
	if (before != STATUS_NONE && before != o->status) {
		line_add(line, status_title(before));
		line_add(line, " -> ");
	}
	line_add(line, o->status == STATUS_NONE ? "not verified" : status_title(o->status));
	line_add_cause(line, o);
	end(n);
}

static bool same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool is_news(const struct model_object *o, const struct said *before, int64_t at)
{
	if (!before)
		return o->status != STATUS_NONE || o->reason;
	if (before->status != o->status || !same(before->reason, o->reason))
		return true;
	return o->status != STATUS_SUCCESS && !same(before->message, o->message) &&
	       at - before->at >= MESSAGE_MS;
}

static void say_applied_row(const struct news *n, const struct model_object *o)
{
	const struct said *before = map_get(&n->p->said, o->id);

	if (!is_news(o, before, n->m->last_at))
		return;
	say_change(n, o, before ? before->status : STATUS_NONE);
	remember(n->p, o, n->m->last_at);
}

static void say_held(struct plain *p, const struct model *m, size_t step, int64_t at)
{
	struct plain_step *s = &p->steps[step];

	if (!s->burst.held)
		return;
	line_begin_step(&p->line, m, step, at);
	buf_printf(&p->line.text, "%zu more children entered or left trouble", s->burst.held);
	line_end(&p->line, at);
	s->burst.held = 0;
}

/* Whether one more line about a child may be written now. */
static bool burst_allows(const struct news *n)
{
	struct plain_step *s = &n->p->steps[n->step];
	int64_t at = n->m->last_at;

	if (at - s->burst.since >= BURST_MS) {
		say_held(n->p, n->m, n->step, at);
		s->burst.since = at;
		s->burst.lines = 0;
	}
	if (s->burst.lines < BURST_LINES) {
		s->burst.lines++;
		return true;
	}
	s->burst.held++;
	return false;
}

static bool in_trouble(enum status status)
{
	return status == STATUS_ERROR || status == STATUS_TIMED_OUT;
}

/* Children explain: they are told of when they enter or leave trouble. */
static void say_child(const struct news *n, const struct model_object *o)
{
	const struct said *before = map_get(&n->p->said, o->id);
	enum status was = before ? before->status : STATUS_NONE;

	if (in_trouble(o->status) == in_trouble(was))
		return;
	if (burst_allows(n))
		say_change(n, o, was);
	if (in_trouble(o->status))
		remember(n->p, o, n->m->last_at);
	else
		forget(n->p, o->id);
}

static void say_warning_text(
	const struct news *n, const struct model_object *o, const char *warning)
{
	struct plain_line *line;
	char *seen;

	if (map_get(&n->p->warnings, warning))
		return;
	seen = xstrdup(warning);
	map_set(&n->p->warnings, seen, seen);
	line = begin(n);
	if (o) {
		line_add_label(line, o);
		line_add(line, " | ");
	}
	line_add(line, "warning: ");
	line_add(line, warning);
	end(n);
}

static void say_run_start(const struct news *n)
{
	struct plain_line *line = &n->p->line;

	line_begin(line, n->m, n->m->last_at);
	line_add(line, "run ");
	line_add(line, n->m->run_id);
	if (n->m->plan && *n->m->plan)
		line_add(line, " | ");
	line_add(line, n->m->plan);
	buf_printf(&line->text, " | %zu step%s", n->m->nsteps, n->m->nsteps == 1 ? "" : "s");
	end(n);
}

static void say_step_start(const struct news *n)
{
	const struct model_step *step = &n->m->steps[n->step];
	struct plain_line *line = begin(n);
	bool verified = step->mode && strcmp(step->mode, "none") != 0;

	line_add(line, "started");
	if (step->context && *step->context)
		line_add(line, " on ");
	line_add(line, step->context);
	if (step->tool)
		line_add(line, " by ");
	line_add(line, step->tool);
	if (!verified)
		line_add(line, ", not verified");
	else if (step->timeout_ms < 0)
		line_add(line, ", no timeout");
	else
		line_add_duration(line, ", timeout ", step->timeout_ms);
	if (verified && step->stabilization_ms > 0)
		line_add_duration(line, ", stabilization ", step->stabilization_ms);
	end(n);
}

static void say_object_applied(const struct news *n)
{
	static const char *const words[APPLIED__COUNT] = {
		[APPLIED_CREATED] = " | created",
		[APPLIED_CHANGED] = " | changed",
		[APPLIED_UNCHANGED] = " | unchanged",
		[APPLIED_NOT_TRIED] = " | not tried",
	};
	const struct model_object *o = row(n);

	if (!o)
		return;
	/* Why an apply failed comes with the status. */
	if (words[o->apply]) {
		struct plain_line *line = begin(n);

		line_add_label(line, o);
		line_add(line, words[o->apply]);
		end(n);
	}
	for (size_t i = 0; i < o->nwarnings; i++)
		say_warning_text(n, o, o->warnings[i]);
}

static void say_object_status(const struct news *n)
{
	const struct model_object *o = row(n);

	if (o && o->applied)
		say_applied_row(n, o);
	else if (o)
		say_child(n, o);
}

static void say_object_removed(const struct news *n)
{
	const char *id = text(n, "id");

	if (id && !row(n))
		forget(n->p, id);
}

static void say_stabilizing(const struct news *n)
{
	const struct model_step *step = &n->m->steps[n->step];
	struct model_counts counts = model_count(step, true);
	struct plain_line *line;

	if (n->p->steps[n->step].window == step->stabilizing_since)
		return;
	n->p->steps[n->step].window = step->stabilizing_since;
	line = begin(n);
	buf_printf(&line->text, "stabilizing | %zu of %zu objects at their desired state",
		counts.by[STATUS_SUCCESS], counts.total);
	line_add_duration(line, ", which must hold for ", step->stabilizing_need_ms);
	end(n);
}

static void say_unsettled(const struct news *n)
{
	const struct model_object *o = row(n);
	const char *why = text(n, "why");
	struct plain_line *line = begin(n);

	n->p->steps[n->step].window = 0;
	line_add(line, "unsettled | ");
	if (o)
		line_add_label(line, o);
	if (o && why && *why)
		line_add(line, ": ");
	line_add(line, why);
	end(n);
}

/* Kept until it is known whether they matter. */
static void keep_output(const struct news *n)
{
	const json_t *lines = json_object_get(n->event, "lines");

	if (!same(text(n, "stream"), "stderr"))
		return;
	for (size_t i = 0; i < json_array_size(lines); i++) {
		const char *raw = json_string_value(json_array_get(lines, i));
		struct output *o = &n->p->output[n->p->next_output++ % OUTPUT_LINES];

		free(o->line);
		*o = (struct output){ n->step,
			raw ? text_display(raw, strlen(raw), TEXT_LINE) : NULL };
	}
}

/* What the step's tool complained of, where it was in vain. */
static void say_output(const struct news *n)
{
	const struct model_step *step = &n->m->steps[n->step];
	bool good = step->verdict == VERDICT_SUCCEEDED || step->verdict == VERDICT_NOT_VERIFIED;

	for (size_t i = 0; i < OUTPUT_LINES; i++) {
		struct output *o = &n->p->output[(n->p->next_output + i) % OUTPUT_LINES];
		struct plain_line *line;

		if (good || o->step != n->step || !o->line || !o->line[strspn(o->line, " ")])
			continue;
		line = begin(n);
		line_add(line, "output | ");
		line_add(line, o->line);
		end(n);
	}
}

static void say_verdict(const struct news *n)
{
	const struct model_step *step = &n->m->steps[n->step];
	struct plain_line *line;

	say_held(n->p, n->m, n->step, n->m->last_at);
	say_output(n);
	line = begin(n);
	line_add(line, verdict_title(step->verdict));
	if (step->started_at)
		line_add_duration(line, step->verdict == VERDICT_SUCCEEDED ? " in " : " after ",
			step->ended_at - step->started_at);
	if (step->reason && *step->reason)
		line_add(line, " | ");
	line_add(line, step->reason);
	end(n);
}

static void say_run_end(const struct news *n)
{
	struct plain_line *line = &n->p->line;

	line_begin(line, n->m, n->m->last_at);
	line_add(line, "run ");
	line_add(line, n->m->run_id);
	line_add(line, " | ");
	line_add(line, verdict_title(n->m->verdict));
	line_add_duration(line, " after ", n->m->ended_at - n->m->started_at);
	buf_printf(&line->text, ", exit code %d", n->m->exit_code);
	end(n);
}

static void say_connection(const struct news *n)
{
	const struct model_step *step = &n->m->steps[n->step];
	bool live = same(step->connection, "live");
	struct plain_line *line;

	/* Only trouble and its end are news. */
	if (live && !n->p->steps[n->step].disconnected)
		return;
	n->p->steps[n->step].disconnected = !live;
	line = begin(n);
	line_add(line, "connection ");
	line_add(line, live ? "is back" : step->connection);
	if (step->connection_message && *step->connection_message)
		line_add(line, " | ");
	line_add(line, step->connection_message);
	end(n);
}

static void say_warning(const struct news *n)
{
	const struct model_object *o = row(n);
	const struct model_step *step = &n->m->steps[n->step];

	/* The model has it as display text, behind all others; one that it had already was said
	 * already. */
	if (o && o->nwarnings > 0)
		say_warning_text(n, o, o->warnings[o->nwarnings - 1]);
	else if (!o && step->nwarnings > 0)
		say_warning_text(n, NULL, step->warnings[step->nwarnings - 1]);
}

static const struct {
	const char *event;
	void (*say)(const struct news *n);
} sayings[] = {
	{ "run.start", say_run_start },
	{ "step.start", say_step_start },
	{ "object.applied", say_object_applied },
	{ "object.status", say_object_status },
	{ "object.removed", say_object_removed },
	{ "step.stabilizing", say_stabilizing },
	{ "step.unsettled", say_unsettled },
	{ "step.output", keep_output },
	{ "step.verdict", say_verdict },
	{ "run.end", say_run_end },
	{ "connection", say_connection },
	{ "warning", say_warning },
};

/* A model has its steps from its first event on. */
static void keep_steps(struct plain *p, const struct model *m)
{
	if (p->nsteps >= m->nsteps)
		return;
	p->steps = xreallocarray(p->steps, m->nsteps, sizeof(*p->steps));
	memset(p->steps + p->nsteps, 0, (m->nsteps - p->nsteps) * sizeof(*p->steps));
	p->nsteps = m->nsteps;
}

void plain_listen(
	void *arg, const struct model *model, const json_t *event, const char *line UNUSED)
{
	const char *name = json_string_value(json_object_get(event, "event"));
	struct news n = { .p = arg, .m = model, .event = event };

	n.step = (size_t)json_integer_value(json_object_get(event, "step"));
	keep_steps(n.p, model);
	for (size_t i = 0; name && i < ARRAY_LEN(sayings); i++)
		if (strcmp(sayings[i].event, name) == 0)
			sayings[i].say(&n);
}

void plain_tick(struct plain *p, const struct model *model, int64_t now_ms)
{
	bool silent;

	/* A wall clock that was set back must not silence it for hours. */
	if (p->line.last > now_ms)
		p->line.last = now_ms;
	keep_steps(p, model);
	silent = p->line.last && now_ms - p->line.last >= HEARTBEAT_MS;
	if (silent)
		model_order(model);
	for (size_t i = 0; i < model->nsteps; i++) {
		if (!model->steps[i].started_at || model->steps[i].verdict != VERDICT_NONE)
			continue;
		if (now_ms - p->steps[i].burst.since >= BURST_MS)
			say_held(p, model, i, now_ms);
		if (silent)
			line_heartbeat(&p->line, model, i, now_ms);
	}
}
