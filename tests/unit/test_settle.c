/* SPDX-License-Identifier: Apache-2.0 */
/* Settling as tables of (time, seen, expected): DESIGN.md §6 without a cluster and without a clock. */
#include "track/settle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "tests/unit/tap.h"

#define OBJECTS 4
#define AT(t, s, w, ...) { .at = (t), .seen = (s), .want = (w), ##__VA_ARGS__ }
#define END { .at = -1 }

/* One look: what each object is (S success, I in progress, H hard error, F soft error), one letter each; what else is so then. */
struct row {
	int at;               /* seconds since the step's start */
	const char *seen;
	const char *want;     /* "" goes on; "window" it does with the window open; else the verdict's word */
	int fresh;            /* the oldest question of this look was asked then; 0: at `at` */
	int disturbed;        /* a Pod restarted then; 0: never */
	bool stale;
	const char *say;      /* part of the reason */
	int look;             /* the next look that can decide is at that second; 0: not asked here; < 0: none can */
};

struct scenario {
	const char *name;
	struct verify verify; /* in seconds where it says ms; see seconds() */
	int applied;          /* the apply ended then */
	const char *alone;    /* one letter an object: a = its Error ends the step by itself */
	const char *exists;   /* one letter an object: e = judged by existence alone */
	struct row rows[12];
};

#define V(t, s, g, ...) { .mode = VERIFY_OBJECTS, .timeout_ms = (t), .stabilization_ms = (s), .grace_ms = (g), ##__VA_ARGS__ }

static const struct scenario scenarios[] = {
	{ "success after the window has held", V(180, 10, 30), 1, "", "", {
		AT(2, "SI", ""), AT(4, "SS", "window"), AT(12, "SS", "window"), AT(14, "SS", "succeeded"), END } },
	{ "a look counts from when it was asked", V(180, 10, 30), 1, "", "", {
		AT(4, "S", "window"), AT(15, "S", "window", .fresh = 13), AT(16, "S", "succeeded", .fresh = 14), END } },
	{ "where nothing is asked in between: the look that ends the window", V(180, 10, 30), 1, "", "", {
		AT(2, "I", "", .look = 179), AT(4, "S", "window", .look = 14), AT(6, "S", "window", .disturbed = 6, .look = 16), END } },
	{ "… the first after the apply", V(180, 10, 30), 5, "", "", {
		AT(3, "S", "", .look = 179), AT(6, "S", "", .fresh = 4, .look = 5), AT(7, "S", "window", .fresh = 6, .look = 15), END } },
	{ "… the one that confirms a hard error", V(180, 10, 30), 1, "", "", {
		AT(4, "IH", "", .look = 179), AT(6, "SH", "", .look = 14), AT(15, "SH", "failed", .fresh = 14), END } },
	{ "… none for what may heal, or where only time ends it", V(-1, 10, 30), 1, "", "", {
		AT(4, "I", "", .look = -1), AT(6, "F", "", .look = -1), END } },
	{ "… the last before time is over", V(20, 15, 30), 1, "", "", {
		AT(4, "I", "", .look = 19), AT(8, "S", "window", .look = 19), END } },
	{ "leaving Success shuts the window", V(180, 10, 30), 1, "", "", {
		AT(4, "S", "window"), AT(8, "I", ""), AT(10, "S", "window"), AT(15, "S", "window"), AT(20, "S", "succeeded"), END } },
	{ "a restart begins the window anew", V(180, 10, 30), 1, "", "", {
		AT(4, "S", "window"), AT(8, "S", "window", .disturbed = 8), AT(16, "S", "window", .disturbed = 8),
		AT(18, "S", "succeeded", .disturbed = 8), END } },
	{ "no window: the first fresh look is enough", V(180, 0, 30), 3, "", "", {
		AT(2, "S", ""), AT(4, "S", "", .fresh = 2), AT(5, "S", "succeeded"), END } },
	{ "existence needs no window", V(180, 10, 30), 1, "", "ee", { AT(2, "SS", "succeeded"), END } },
	{ "one that can waver does", V(180, 10, 30), 1, "", "e ", {
		AT(2, "SS", "window"), AT(12, "SS", "succeeded"), END } },
	{ "nothing succeeds while it is still applying", V(180, 0, 30), 0, "", "", {
		AT(2, "S", ""), AT(100, "S", ""), AT(180, "S", "timedOut", .say = "the apply did not end"), END } },
	{ "an answer to a question from before the apply proves nothing", V(180, 0, 30), 5, "", "", {
		AT(6, "S", "", .fresh = 4), AT(8, "S", "succeeded", .fresh = 6), END } },
	{ "a lost connection shuts the window, and it begins with the first fresh look", V(180, 10, 30), 1, "", "", {
		AT(4, "S", "window"), AT(10, "S", "", .stale = true), AT(20, "S", "window"), AT(28, "S", "window"),
		AT(30, "S", "succeeded"), END } },
	{ "time runs out in progress", V(10, 2, 30), 1, "", "", {
		AT(4, "IS", ""), AT(10, "IS", "timedOut", .say = "object 0"), END } },
	{ "time runs out in the window", V(10, 5, 30), 1, "", "", {
		AT(4, "I", ""), AT(6, "S", "window"), AT(10, "S", "timedOut", .say = "held for 4s of 5s"), END } },
	{ "in progress beside an error is timed out", V(10, 2, 30), 1, "", "", {
		AT(10, "IH", "timedOut"), END } },
	{ "only errors left at the deadline is failed", V(10, 9, 30), 1, "", "", {
		AT(4, "SF", ""), AT(10, "SF", "failed", .say = "object 1"), END } },
	{ "stale success at the deadline is not success", V(10, 2, 30), 1, "", "", {
		AT(8, "S", "", .stale = true), AT(10, "S", "timedOut", .stale = true, .say = "no fresh answer"), END } },
	{ "no limit never times out", V(-1, 2, 30), 1, "", "", { AT(4, "I", ""), AT(100000, "I", ""), END } },
	{ "a stand-alone hard error fails at once", V(180, 10, 30), 1, "a", "", {
		AT(4, "HI", "failed", .say = "object 0"), END } },
	{ "a stand-alone soft error fails after the grace", V(180, 10, 30), 1, "a", "", {
		AT(4, "FI", ""), AT(33, "FI", ""), AT(34, "FI", "failed"), END } },
	{ "a soft error that heals starts its grace again", V(180, 10, 30), 1, "a", "", {
		AT(4, "FI", ""), AT(30, "II", ""), AT(32, "FI", ""), AT(60, "FI", ""), AT(62, "FI", "failed"), END } },
	{ "a hard error waits for those in progress", V(180, 10, 30), 1, "", "", {
		AT(4, "HI", ""), AT(60, "HI", ""), AT(61, "HS", "failed", .say = "object 0"), END } },
	{ "a hard error is held for the stabilization", V(180, 10, 30), 1, "", "", {
		AT(4, "HS", ""), AT(12, "HS", ""), AT(14, "HS", "failed"), END } },
	{ "… and for one more look even without one", V(180, 0, 30), 1, "", "", {
		AT(4, "HS", ""), AT(5, "HS", "failed"), END } },
	{ "a soft error does not fail early beside a timeout", V(180, 10, 30), 1, "", "", {
		AT(4, "FS", ""), AT(100, "FS", ""), AT(180, "FS", "failed"), END } },
	{ "… but without one it does", V(-1, 10, 30), 1, "", "", {
		AT(4, "FS", ""), AT(33, "FS", ""), AT(34, "FS", "failed"), END } },
	{ "any: a hard error at once", V(180, 10, 30, .fail_early = FAIL_EARLY_ANY), 1, "", "", {
		AT(4, "HI", "failed"), END } },
	{ "any: a soft one after the grace", V(180, 10, 30, .fail_early = FAIL_EARLY_ANY), 1, "", "", {
		AT(4, "FI", ""), AT(34, "FI", "failed"), END } },
	{ "never: only the timeout", V(50, 10, 30, .fail_early = FAIL_EARLY_NEVER), 1, "a", "", {
		AT(4, "HS", ""), AT(49, "HS", ""), AT(50, "HS", "failed"), END } },
	{ "no object at all succeeds with the first look", V(180, 10, 30), 1, "", "", { AT(2, "", "succeeded"), END } },
};

static struct verify seconds(struct verify v)
{
	v.timeout_ms = v.timeout_ms < 0 ? VERIFY_NO_TIMEOUT : v.timeout_ms * 1000;
	v.stabilization_ms *= 1000;
	v.grace_ms *= 1000;
	return v;
}

static char at(const char *letters, size_t i)
{
	return i < strlen(letters) ? letters[i] : ' ';
}

/* Keeps "since" as the tracker would: from the first look that saw it so, unbroken. */
static void see(struct settle_object *o, char letter, bool fresh, int64_t now)
{
	enum status status = letter == 'S' ? STATUS_SUCCESS : letter == 'I' ? STATUS_IN_PROGRESS : STATUS_ERROR;

	if (status == STATUS_SUCCESS && o->status != STATUS_SUCCESS && fresh)
		o->success_since = now;
	if (status == STATUS_ERROR && o->status != STATUS_ERROR)
		o->error_since = now;
	o->status = status;
	o->severity = letter == 'H' ? SEVERITY_HARD : letter == 'F' ? SEVERITY_SOFT : SEVERITY_NONE;
}

static void play(const struct scenario *c)
{
	static const char *const labels[OBJECTS] = { "object 0", "object 1", "object 2", "object 3" };
	struct settle_object objects[OBJECTS] = { 0 };
	struct verify verify = seconds(c->verify);
	struct settle s;

	settle_init(&s, &verify, 0);
	for (const struct row *r = c->rows; r->at >= 0; r++) {
		struct settle_look look = { .objects = objects, .n = strlen(r->seen),
			.fresh_since = (r->fresh ? r->fresh : r->at) * 1000, .stale = r->stale,
			.disturbed_at = r->disturbed ? r->disturbed * 1000 : -1 };
		struct settle_result result;
		char name[256];
		const char *got;

		if (c->applied && r->at >= c->applied && s.applied_at < 0)
			settle_applied(&s, c->applied * 1000);
		for (size_t i = 0; i < look.n; i++) {
			objects[i].label = labels[i];
			objects[i].fails_alone = at(c->alone, i) == 'a';
			objects[i].by_existence = at(c->exists, i) == 'e';
			see(&objects[i], r->seen[i], true, r->at * 1000);
		}
		settle_step(&s, &look, r->at * 1000, &result);
		got = verdict_word(result.verdict);
		if (!got)
			got = s.window_since >= 0 ? "window" : "";
		snprintf(name, sizeof(name), "%s: at %ds", c->name, r->at);
		is_str(got, r->want, name);
		if (r->look)
			ok(result.look_at == (r->look < 0 ? -1 : r->look * INT64_C(1000)), "… and looks again");
		if (r->say)
			ok(strstr(result.reason, r->say) != NULL, result.reason);
	}
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(scenarios); i++)
		play(&scenarios[i]);
	return tap_done();
}
