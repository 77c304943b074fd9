/* SPDX-License-Identifier: Apache-2.0 */
/* CronJob: settled once it exists. Its runs are no part of its rollout; a failed last one is a
 * note. */
#include "base/clock.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "rules/kinds.h"
#include "rules/lists.h"
#include "rules/read.h"

/* Nothing runs, and the last run was scheduled after the last success. */
static bool last_run_failed(const json_t *object)
{
	const char *scheduled = jx_str(object, "status.lastScheduleTime");
	const char *succeeded = jx_str(object, "status.lastSuccessfulTime");
	int64_t scheduled_ms, succeeded_ms;

	return scheduled && succeeded && jx_len(object, "status.active") == 0 &&
		clock_parse_stamp(scheduled, &scheduled_ms) &&
		clock_parse_stamp(succeeded, &succeeded_ms) && succeeded_ms < scheduled_ms;
}

/* What its controller complains about, if the tracker has its events. */
static void note_events(struct judgement *out, const struct judge_options *options)
{
	static const char *const reasons[] = { "UnknownTimeZone", "UnparseableSchedule",
		"InvalidSchedule" };
	char message[SHOWN_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		const json_t *event = event_of(options, reasons[i]);

		if (event)
			judgement_note(out, "%s: %s", reasons[i],
				shown(message, jx_str(event, "message")));
	}
}

/* How long ago it ran last. */
static void last_column(struct judgement *out, const json_t *object, int64_t now_ms)
{
	const char *last = jx_str(object, "status.lastScheduleTime");
	char age[DURATION_SIZE] = "<none>";
	int64_t last_ms;

	if (last && clock_parse_stamp(last, &last_ms))
		duration_age(now_ms > last_ms ? now_ms - last_ms : 0, age);
	judgement_column(out, "Last-schedule", "%s", age);
}

static void judge_cronjob(struct judgement *out, const json_t *object,
	const struct judge_options *options, int64_t now_ms)
{
	string_column(out, "Schedule", object, "spec.schedule");
	string_column(out, "Timezone", object, "spec.timeZone");
	judgement_column(out, "Suspend", "%s", jx_bool(object, "spec.suspend") ? "True" : "False");
	judgement_column(out, "Active", "%zu", jx_len(object, "status.active"));
	last_column(out, object, now_ms);
	if (!judge_suspended(out, object, options, "suspend"))
		judge_success(out);
	if (last_run_failed(object))
		judgement_note(out, "its last run did not succeed");
	note_events(out, options);
}

static const char *const children[] = { "batch/Job", NULL };
static const char *const columns[] = { "Schedule", "Timezone", "Suspend", "Active",
	"Last-schedule", NULL };

const struct rule cronjob_rules[] = {
	{ .group = "batch",
		.kind = "CronJob",
		.children = children,
		.columns = columns,
		.judge = judge_cronjob },
	{ .judge = NULL },
};
