/* SPDX-License-Identifier: Apache-2.0 */
/* HorizontalPodAutoscaler: settled when it scales, or is told not to. Missing metrics are a
 * note, for those of a fresh Pod come a minute late. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/unused.h"
#include "base/xalloc.h"
#include "rules/kinds.h"
#include "rules/lists.h"
#include "rules/read.h"

/* "80%", "500m": a measure, be it a target or what was measured; "" if it is none. */
static void add_measure(struct buf *text, const json_t *measure, const char *absent)
{
	const char *words[] = { jx_str(measure, "averageValue"), jx_str(measure, "value") };
	const json_t *percent = jx_get(measure, "averageUtilization");

	if (json_is_integer(percent))
		buf_printf(text, "%lld%%", json_integer_value(percent));
	else
		buf_addstr(text, words[0] ? words[0] : words[1] ? words[1] : absent);
}

/* kubectl shows two and tells how many more there are. */
#define METRICS_SHOWN 2

/* "cpu: 10%/80%", "<unknown>/5 (avg)": one metric, from where its type says. */
static void add_metric(struct buf *text, const json_t *metric, const json_t *current)
{
	static const struct {
		const char *type, *name, *target, *current;
	} types[] = {
		{ "Resource", "resource.name", "resource.target", "resource.current" },
		{ "ContainerResource", "containerResource.name", "containerResource.target",
			"containerResource.current" },
		{ "Pods", NULL, "pods.target", "pods.current" },
		{ "Object", NULL, "object.target", "object.current" },
		{ "External", NULL, "external.target", "external.current" },
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		const json_t *target = jx_get(metric, types[i].target);
		const char *name = types[i].name ? jx_str(metric, types[i].name) : NULL;

		if (!same(jx_str(metric, "type"), types[i].type))
			continue;
		buf_printf(text, "%s%s%s", text->len ? ", " : "", name ? name : "",
			name ? ": " : "");
		add_measure(text, jx_get(current, types[i].current), "<unknown>");
		buf_addch(text, '/');
		add_measure(text, target, "<auto>");
		if (i > 2 && jx_get(target, "averageValue"))
			buf_addstr(text, " (avg)"); /* it could be another's, too */
	}
}

/* What it measures against what it aims at; autoscaling/v1 knows the CPU only. */
static void targets_column(struct judgement *out, const json_t *object)
{
	const json_t *metrics = jx_get(object, "spec.metrics");
	const json_t *current = jx_get(object, "status.currentMetrics");
	const json_t *target = jx_get(object, "spec.targetCPUUtilizationPercentage"),
		     *used = jx_get(object, "status.currentCPUUtilizationPercentage");
	struct buf text;

	buf_init(&text, LIST_MAX);
	for (size_t i = 0; i < json_array_size(metrics) && i < METRICS_SHOWN; i++)
		add_metric(&text, json_array_get(metrics, i), json_array_get(current, i));
	if (json_array_size(metrics) > METRICS_SHOWN)
		buf_printf(&text, " + %zu more...", json_array_size(metrics) - METRICS_SHOWN);
	if (!metrics && json_is_integer(target)) {
		if (json_is_integer(used))
			buf_printf(&text, "cpu: %lld%%", json_integer_value(used));
		else
			buf_addstr(&text, "cpu: <unknown>");
		buf_printf(&text, "/%lld%%", json_integer_value(target));
	}
	list_column(out, "Targets", &text);
}

static void columns_of(struct judgement *out, const json_t *object)
{
	const char *kind = jx_str(object, "spec.scaleTargetRef.kind"),
		   *name = jx_str(object, "spec.scaleTargetRef.name");

	judgement_column(out, "Reference", "%s/%s", kind ? kind : "", name ? name : "");
	targets_column(out, object);
	judgement_column(out, "Minpods", "%lld", jx_int(object, "spec.minReplicas", 1));
	judgement_column(out, "Maxpods", "%lld", jx_int(object, "spec.maxReplicas", 0));
	judgement_column(out, "Replicas", "%lld", jx_int(object, "status.currentReplicas", 0));
}

static bool is_hard(const char *reason)
{
	static const char *const reasons[] = { "InvalidSelector", "AmbiguousSelector",
		"InvalidMetricSourceType" };

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (same(reason, reasons[i]))
			return true;
	return false;
}

static bool lacks_metrics(const char *reason)
{
	return reason &&
		((strncmp(reason, "FailedGet", 9) == 0 && has_suffix(reason, "Metric")) ||
			strcmp(reason, "FailedComputeMetricsReplicas") == 0);
}

static void judge_inactive(struct judgement *out, const struct condition *active)
{
	const char *reason = reason_or(active->reason, "ScalingInactive");
	char message[SHOWN_SIZE];

	if (!*shown(message, active->message))
		shown(message, "it does not scale");
	if (is_hard(active->reason)) {
		judgement_error(out, SEVERITY_HARD, FAMILY_OTHER, reason, "%s", message);
	} else if (same(active->reason, "ScalingDisabled")) {
		judge_success(out);
	} else if (lacks_metrics(active->reason)) {
		judgement_set(out, STATUS_SUCCESS, reason, "no metrics yet");
		judgement_note(out, "%s", message);
	} else {
		judgement_set(out, STATUS_IN_PROGRESS, reason, "%s", message);
		judgement_note(out, "its condition ScalingActive is False");
	}
}

static void judge_conditions(
	struct judgement *out, const struct condition *able, const struct condition *active)
{
	char message[SHOWN_SIZE];

	if (active->is == TRUTH_FALSE && is_hard(active->reason)) {
		judge_inactive(out, active);
	} else if (able->is == TRUTH_FALSE) {
		shown(message, able->message);
		judgement_set(out, STATUS_IN_PROGRESS, reason_or(able->reason, "NotAbleToScale"),
			"%s", *message ? message : "its target cannot be scaled");
		judgement_note(out, "its condition AbleToScale is False");
	} else if (active->is == TRUTH_FALSE) {
		judge_inactive(out, active);
	} else if (active->is == TRUTH_TRUE && able->is != TRUTH_STALE) {
		judge_success(out);
	} else {
		judgement_set(out, STATUS_IN_PROGRESS, "Pending",
			"waiting for its controller to look at its target");
	}
}

static void judge_autoscaler(struct judgement *out, const json_t *object,
	const struct judge_options *options UNUSED, int64_t now_ms UNUSED)
{
	/* autoscaling/v1 has its conditions in an annotation. */
	const char *text = jx_annotation(object, "autoscaling.alpha.kubernetes.io/conditions");
	json_t *parsed =
		text && !jx_get(object, "status.conditions") ? json_loads(text, 0, NULL) : NULL;
	const json_t *conditions = parsed ? parsed : jx_get(object, "status.conditions");
	const struct condition able = condition_in(conditions, "AbleToScale", 0);
	const struct condition active = condition_in(conditions, "ScalingActive", 0);

	columns_of(out, object);
	judge_conditions(out, &able, &active);
	json_decref(parsed);
}

static const char *const columns[] = { "Reference", "Targets", "Minpods", "Maxpods",
	"Replicas", NULL };

const struct rule autoscaling_rules[] = {
	{ .group = "autoscaling",
		.kind = "HorizontalPodAutoscaler",
		.columns = columns,
		.judge = judge_autoscaler },
	{ .judge = NULL },
};
