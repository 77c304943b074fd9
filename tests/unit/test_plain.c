/* SPDX-License-Identifier: Apache-2.0 */
/* Plain lines: whole runs against their expected text, with a tick each second; bursts, and a
 * closed pipe. */
#include "base/error.h"
#include "record/event.h"
#include "record/model.h"
#include "record/plain.h"
#include "record_case.h"

struct screen {
	char *text;
	size_t len;
	FILE *out;
};

static void screen_open(struct screen *s)
{
	s->out = open_memstream(&s->text, &s->len);
}

static void feed(struct plain *p, struct model *m, json_t *event_take)
{
	struct error err = { 0 };

	if (!model_apply(m, event_take, &err)) {
		printf("# %s\n", err.text);
		abort();
	}
	plain_listen(p, m, event_take, "");
	json_decref(event_take);
}

/* A tick for each second between two events, on the model as it was then. */
static void tick_until(struct plain *p, const struct model *m, const json_t *next)
{
	struct model clock;
	json_t *nothing =
		json_pack("{s:s,s:O}", "event", "nothing", "at", json_object_get(next, "at"));

	model_init(&clock);
	model_apply(&clock, nothing, NULL);
	for (int64_t now = m->last_at + 1000; m->last_at && now < clock.last_at; now += 1000)
		plain_tick(p, m, now);
	json_decref(nothing);
	model_release(&clock);
}

static void test_case(const char *name)
{
	char *text = case_read(name, "jsonl", NULL), *rest = text, *line;
	struct screen screen;
	struct plain *p;
	struct model m;

	screen_open(&screen);
	p = plain_new(screen.out);
	model_init(&m);
	while ((line = strsep(&rest, "\n")) != NULL && *line) {
		json_t *event = json_loads(line, 0, NULL);

		tick_until(p, &m, event);
		feed(p, &m, event);
	}
	fclose(screen.out);
	case_golden(name, "txt", screen.text);
	plain_free(p);
	model_release(&m);
	free(screen.text);
	free(text);
}

static json_t *at(json_t *event, int second)
{
	char stamp[64];

	snprintf(stamp, sizeof(stamp), "2026-08-21T10:%02d:%02dZ", second / 60, second % 60);
	json_object_set_new(event, "at", json_string(stamp));
	return event;
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

static void start(struct plain *p, struct model *m)
{
	struct verify_words verify = { "objects", -1, 0, false, NULL, 0 };
	struct cluster_words cluster = { 0 };

	feed(p, m,
		at(event_run_start(
			   "r", "p", "0", 1, json_pack("[{s:s,s:s}]", "name", "S", "type", "yaml")),
			0));
	feed(p, m, at(event_step_start(0, NULL, &cluster, &verify), 0));
}

static void child(struct plain *p, struct model *m, int i, enum status status, int second)
{
	struct status_words words = { .status = status, .reason = "CrashLoopBackOff" };
	char *id = xasprintf("0//Pod/x/p%d", i);
	struct object_words o = { id, "v1", "Pod", "x", strrchr(id, '/') + 1, NULL };

	if (!model_find(m, 0, id))
		feed(p, m, at(event_object_seen(0, &o, NULL, false, NULL), second));
	feed(p, m, at(event_object_status(0, id, &words), second));
	free(id);
}

static void test_burst(void)
{
	struct screen screen;
	struct plain *p;
	struct model m;

	screen_open(&screen);
	p = plain_new(screen.out);
	model_init(&m);
	start(p, &m);
	for (int i = 0; i < 100; i++)
		child(p, &m, i, STATUS_IN_PROGRESS, 1);
	is_int(count(screen.text, "Pod x/"), 0, "children that are well say nothing");
	for (int i = 0; i < 100; i++)
		child(p, &m, i, STATUS_ERROR, 2);
	for (int i = 0; i < 100; i++)
		child(p, &m, i, STATUS_ERROR, 3);
	is_int(count(screen.text, "Pod x/"), 20, "a hundred that fail at once are twenty lines");
	plain_tick(p, &m, m.last_at + 20000);
	is_int(count(screen.text, "80 more children entered or left trouble"), 1,
		"and one that counts the rest");
	child(p, &m, 99, STATUS_SUCCESS, 40);
	is_int(count(screen.text, "Pod x/p99 | Error -> Success"), 1,
		"one that recovers later is told of");
	feed(p, &m, at(event_object_removed(0, "0//Pod/x/p98", "gone"), 41));
	child(p, &m, 98, STATUS_ERROR, 42);
	is_int(count(screen.text, "Pod x/p98 | Error | "), 1, "one that comes back is a new one");
	fclose(screen.out);
	plain_free(p);
	model_release(&m);
	free(screen.text);
}

static void test_messages(void)
{
	struct object_words o = { "0//Pod/x/p", "v1", "Pod", "x", "p", NULL };
	struct screen screen;
	struct plain *p;
	struct model m;

	screen_open(&screen);
	p = plain_new(screen.out);
	model_init(&m);
	start(p, &m);
	feed(p, &m, at(event_object_seen(0, &o, NULL, true, NULL), 0));
	for (int i = 0; i < 25; i++) {
		char message[32];
		struct status_words words = { .status = STATUS_IN_PROGRESS, .message = message };

		snprintf(message, sizeof(message), "second %d", i);
		feed(p, &m, at(event_object_status(0, o.id, &words), i));
	}
	is_int(count(screen.text, "Pod x/p"), 3,
		"a message that changes each second is a line each ten seconds");
	fclose(screen.out);
	plain_free(p);
	model_release(&m);
	free(screen.text);
}

static void test_broken(void)
{
	FILE *full = fopen("/dev/full", "w");
	struct plain *p = plain_new(full);
	struct model m;

	model_init(&m);
	ok(!plain_broken(p), "nothing is broken before the first line");
	start(p, &m);
	ok(plain_broken(p), "a write that fails is known");
	plain_tick(p, &m, m.last_at + 60000);
	plain_free(p);
	fclose(full);
	model_release(&m);
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		test_case(cases[i]);
	test_burst();
	test_messages();
	test_broken();
	return tap_done();
}
