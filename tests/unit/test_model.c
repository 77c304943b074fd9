/* SPDX-License-Identifier: Apache-2.0 */
/* The model: what each event does to it, what it refuses, the order of rows, and that it holds ten
 * thousand. */
#include "base/error.h"
#include "record/event.h"
#include "record/model.h"
#include "record_case.h"

static bool apply(struct model *m, json_t *event_take, struct error *err)
{
	bool done = model_apply(m, event_take, err);

	json_decref(event_take);
	return done;
}

static bool apply_text(struct model *m, const char *text, struct error *err)
{
	return apply(m, json_loads(text, 0, NULL), err);
}

static void start(struct model *m)
{
	model_init(m);
	apply(m,
		event_run_start(
			"r", "plan", "0", 1, json_pack("[{s:s,s:s}]", "name", "S", "type", "yaml")),
		NULL);
}

static void see(struct model *m, const char *id, const char *owner)
{
	struct object_words o = { id, "v1", "Pod", "x", strrchr(id, '/') + 1, "uid" };

	if (!apply(m, event_object_seen(0, &o, owner, false, NULL), NULL))
		abort();
}

static void add(struct model *m, const char *id)
{
	struct object_words o = { id, "v1", "Pod", "x", strrchr(id, '/') + 1, NULL };

	if (!apply(m, event_object_applied(0, &o, APPLIED_CREATED, NULL, NULL), NULL))
		abort();
}

static void say(struct model *m, const char *id, enum status status, const char *reason,
	const char *message)
{
	struct status_words words = { .status = status, .reason = reason, .message = message };

	if (!apply(m, event_object_status(0, id, &words), NULL))
		abort();
}

static void check_order(const struct model *m, const char *expected, const char *name)
{
	struct buf seen;

	model_order(m);
	buf_init(&seen, 0);
	for (size_t i = 0; i < m->steps[0].nobjects; i++) {
		const struct model_object *o = &m->steps[0].objects[i];

		buf_printf(&seen, "%s%.*s%s", i ? " " : "", (int)o->depth, "--------", o->name);
		if (o->parent != MODEL_NO_PARENT &&
			strcmp(m->steps[0].objects[o->parent].id, o->owner) != 0)
			buf_addstr(&seen, "(wrong parent)");
		if (model_find(m, 0, o->id) != o)
			buf_addstr(&seen, "(not found)");
	}
	is_str(buf_str(&seen), expected, name);
	buf_release(&seen);
}

static void test_order(void)
{
	struct model m;

	start(&m);
	see(&m, "//p2", "//rs");
	see(&m, "//p1", "//rs");
	see(&m, "//alone", "//unknown");
	check_order(&m, "p2 p1 alone", "children without an owner are roots");
	see(&m, "//rs", "//d");
	check_order(&m, "alone rs -p2 -p1", "an owner takes its children, in the order seen");
	add(&m, "//c");
	add(&m, "//d");
	see(&m, "//d", NULL);
	check_order(
		&m, "c d -rs --p2 --p1 alone", "applied ones first, in their order, then orphans");
	see(&m, "//alone", "//c");
	check_order(&m, "c -alone d -rs --p2 --p1", "an owner may become known later");
	ok(apply(&m, event_object_removed(0, "//rs", "gone"), NULL), "a child can be removed");
	check_order(&m, "c -alone d p2 p1", "its children are orphans then");
	ok(apply(&m, event_object_removed(0, "//d", "gone"), NULL), "so can an applied one");
	check_order(&m, "c -alone d p2 p1", "whose row stays");
	see(&m, "//p1", "//p2");
	see(&m, "//p2", "//p1");
	check_order(&m, "c -alone d p2 -p1", "owners that go in a circle lose nobody");
	see(&m, "// \x1bp3", NULL);
	see(&m, "// \x1bp3", NULL);
	is_int(m.steps[0].nobjects, 6, "an id with an escape sequence is still one row");
	ok(model_find(&m, 0, "// \x1bp3"), "and found by what was said");
	ok(apply(&m, event_object_removed(0, "// \x1bp3", "gone"), NULL), "and removed");
	see(&m, "//p2", "//p2");
	check_order(&m, "c -alone d p2 -p1", "nor does one that owns itself");
	add(&m, "//p1");
	check_order(&m, "c -alone d p1 p2", "a child that is applied after all ranks as applied");
	model_release(&m);
}

static void test_timeline(void)
{
	const struct model_object *o;
	struct model m;

	start(&m);
	see(&m, "//p", NULL);
	say(&m, "//p", STATUS_NONE, NULL, NULL);
	say(&m, "//p", STATUS_IN_PROGRESS, "A", "1");
	say(&m, "//p", STATUS_IN_PROGRESS, "A", "2");
	say(&m, "//p", STATUS_IN_PROGRESS, "B", "2");
	say(&m, "//p", STATUS_SUCCESS, "B", "2");
	o = model_find(&m, 0, "//p");
	is_int(o->ntimeline, 3,
		"a moment for each change of status or reason, none for a message alone");
	is_str(o->timeline[0].message, "1", "with the message of its time");
	is_str(o->message, "2", "the row has the newest");
	for (int i = 0; i < 200; i++) {
		char reason[16];

		snprintf(reason, sizeof(reason), "R%d", i);
		say(&m, "//p", STATUS_IN_PROGRESS, reason, NULL);
	}
	o = model_find(&m, 0, "//p");
	is_int(o->ntimeline, 50, "no more than 50 moments");
	is_str(o->timeline[0].reason, "A", "the first ones stay");
	is_str(o->timeline[24].reason, "R21", "and those after them");
	is_str(o->timeline[25].reason, "R175", "the middle goes");
	is_str(o->timeline[49].reason, "R199", "the last one is there");
	model_release(&m);
}

static void test_refused(void)
{
	static const struct {
		const char *event, *why;
	} table[] = {
		{ "{}", "not an event: it has no name" },
		{ "[]", "not an event: it has no name" },
		{ "{\"event\":\"run.start\",\"run\":\"x\",\"steps\":[]}", "a second run.start" },
		{ "{\"event\":\"warning\",\"step\":1,\"message\":\"x\"}",
			"event warning: there is no step 1" },
		{ "{\"event\":\"warning\",\"step\":-1,\"message\":\"x\"}",
			"event warning: there is no step -1" },
		{ "{\"event\":\"warning\",\"step\":0}",
			"event warning: field 'message' is missing or of the wrong type" },
		{ "{\"event\":\"object.status\",\"step\":0,\"id\":\"y\"}",
			"event object.status: there is no object 'y'" },
		{ "{\"event\":\"object.status\",\"step\":0,\"id\":\"//p\",\"columns\":[]}",
			"event object.status: field 'columns' is missing or of the wrong type" },
		{ "{\"event\":\"step.stabilizing\",\"step\":0,\"since\":\"soon\",\"need\":1}",
			"event step.stabilizing: field 'since' is missing or of the wrong type" },
		{ "{\"v\":2,\"event\":\"x\"}",
			"a journal of version 2, which this program does not know" },
		{ "{\"at\":\"then\",\"event\":\"x\"}",
			"event envelope: field 'at' is missing or of the wrong type" },
	};
	struct model m, empty;
	struct error err = { 0 };

	start(&m);
	see(&m, "//p", NULL);
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		uint64_t before = m.changes;

		error_clear(&err);
		ok(!apply_text(&m, table[i].event, &err), table[i].event);
		is_str(err.text, table[i].why, "and says why");
		is_int(m.changes, before, "and changes nothing");
	}
	ok(apply_text(&m, "{\"event\":\"of.the.future\",\"step\":99}", NULL),
		"what is not known is ignored");
	model_release(&m);
	model_init(&empty);
	error_clear(&err);
	ok(!apply_text(&empty, "{\"event\":\"run.end\",\"verdict\":\"failed\"}", &err),
		"nothing before run.start");
	is_str(err.text, "event run.end stands before run.start", "and says so");
	model_release(&empty);
	model_release(&empty);
}

static void test_window_and_ends(void)
{
	struct cluster_words cluster = { "c", "s", "v" };
	struct verify_words verify = { "objects", 90500, -1, true, "any", 30000 };
	const struct model_step *step;
	struct model_counts counts;
	struct model m;

	start(&m);
	apply(&m, json_pack("{s:s,s:s,s:i}", "event", "x", "at", "2026-01-01T00:00:05Z", "seq", 9),
		NULL);
	is_int(m.last_seq, 9, "the sequence number is kept");
	apply(&m, event_step_start(0, NULL, &cluster, &verify), NULL);
	step = &m.steps[0];
	is_int(step->timeout_ms, 90500, "fractions of seconds survive");
	is_int(step->stabilization_ms, -1, "none is -1");
	is_int(step->started_at, INT64_C(1767225605000),
		"an event without a time has that of the last one");
	apply(&m, event_step_stabilizing(0, 1000, 10000), NULL);
	ok(step->stabilizing_since == 1000 && step->stabilizing_need_ms == 10000,
		"the window is open");
	apply(&m, event_step_unsettled(0, "//p", "restarted"), NULL);
	ok(step->stabilizing_since == 0 && step->stabilizing_need_ms == 0, "the window is shut");
	apply(&m, event_warning(0, NULL, "careful"), NULL);
	apply(&m, event_warning(0, NULL, "careful"), NULL);
	is_int(step->nwarnings, 1, "a warning is kept once");
	apply(&m, event_connection(0, "stale", 5, "gone"), NULL);
	is_str(step->connection, "stale", "the connection's state is kept");
	add(&m, "//a");
	see(&m, "//b", "//a");
	say(&m, "//a", STATUS_SUCCESS, NULL, NULL);
	counts = model_count(step, true);
	ok(counts.total == 1 && counts.by[STATUS_SUCCESS] == 1, "applied ones are counted");
	is_int(model_count(step, false).total, 2, "and all");
	apply(&m, event_step_verdict(0, VERDICT_FAILED, "why", 1), NULL);
	ok(step->verdict == VERDICT_FAILED && step->exit_code == 1 && step->ended_at,
		"a step ends");
	ok(!m.frozen, "the run goes on");
	apply(&m, event_run_end(VERDICT_FAILED, 1), NULL);
	ok(m.frozen && m.verdict == VERDICT_FAILED, "until it ends");
	model_release(&m);
}

static void test_columns(void)
{
	struct status_words words = { .status = STATUS_SUCCESS };
	const struct model_object *o;
	struct model m;

	start(&m);
	see(&m, "//p", NULL);
	words.columns_take = json_pack("{s:s,s:s,s:s,s:s}", "Ready", "1/1", "A\x1b", "first",
		"A\x07", "second", "Age", "");
	apply(&m, event_object_status(0, "//p", &words), NULL);
	o = model_find(&m, 0, "//p");
	is_int(o->ncolumns, 3, "names that look the same are one column");
	is_str(o->columns[0].name, "Ready", "in their order");
	is_str(model_column(o, "A\xef\xbf\xbd"), "first", "the first one counts");
	is_str(model_column(o, "Age"), "", "a value may be empty");
	is_str(model_column(o, "none"), NULL, "what there is not is NULL");
	model_release(&m);
}

/* Ten thousand rows in the worst order; time is not asserted, a quadratic fold would be noticed. */
static void test_many(void)
{
	struct model m;
	size_t wrong = 0;

	start(&m);
	for (int i = 0; i < 1000; i++) {
		char id[32];

		snprintf(id, sizeof(id), "//d%d", i);
		add(&m, id);
	}
	for (int i = 0; i < 9000; i++) {
		char id[32], owner[32];

		snprintf(id, sizeof(id), "//p%d", i);
		snprintf(owner, sizeof(owner), "//d%d", i % 1000);
		see(&m, id, owner);
		say(&m, id, STATUS_SUCCESS, "Running", NULL);
	}
	model_order(&m);
	for (size_t i = 0; i < m.steps[0].nobjects; i++)
		wrong += m.steps[0].objects[i].parent != (i % 10 ? i - i % 10 : MODEL_NO_PARENT);
	is_int(m.steps[0].nobjects, 10000, "ten thousand rows");
	is_int(wrong, 0, "each under its owner");
	for (int i = 0; i < 9000; i += 2) {
		char id[32];

		snprintf(id, sizeof(id), "//p%d", i);
		apply(&m, event_object_removed(0, id, "gone"), NULL);
	}
	model_order(&m);
	is_int(m.steps[0].nobjects, 5500, "half of the children went");
	ok(model_find(&m, 0, "//p1") && !model_find(&m, 0, "//p2"), "the right ones");
	model_release(&m);
}

int main(void)
{
	test_order();
	test_timeline();
	test_refused();
	test_window_and_ends();
	test_columns();
	test_many();
	return tap_done();
}
