/* SPDX-License-Identifier: Apache-2.0 */
/* The table of rules, and what every judgement has in common. */
#include "rules/rule.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/jx.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "rules/data_rule.h"
#include "rules/kinds.h"
#include "rules/lists.h"
#include "rules/read.h"

/* Bytes of a message, a note, a column. Pieces of them are cut to fit before (SHOWN_SIZE). */
#define WORDS_SIZE 1024
#define COLUMN_SIZE 256

static const struct rule *const families[] = {
	pod_rules,
	replicaset_rules,
	deployment_rules,
	statefulset_rules,
	daemonset_rules,
	job_rules,
	cronjob_rules,
	service_rules,
	ingress_rules,
	storage_rules,
	namespace_rules,
	autoscaling_rules,
	policy_rules,
	apimachinery_rules,
	node_rules,
	existence_rules,
	gateway_rules,
	route_rules,
	rollout_rules,
};

/* Old manifests and servers have some kinds in a group that is no more. */
static bool is_group(const char *rule, const char *group)
{
	return strcmp(rule, group) == 0 ||
		(strcmp(group, "extensions") == 0 &&
			(strcmp(rule, "apps") == 0 || strcmp(rule, "networking.k8s.io") == 0));
}

const struct rule *rule_in_c(const char *group, const char *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		for (const struct rule *rule = families[i]; rule->judge; rule++)
			if (strcmp(rule->kind, kind) == 0 && is_group(rule->group, group))
				return rule;
	return NULL;
}

const struct rule *rule_find(const char *group, const char *kind)
{
	const struct rule *rule = NULL;

	if (group && kind)
		rule = rule_in_c(group, kind);
	if (!rule && group && kind)
		rule = data_find(group, kind);
	return rule ? rule : &generic_rule;
}

static const struct rule *rule_of(const json_t *object)
{
	const char *version = jx_str(object, "apiVersion"), *kind = jx_str(object, "kind");
	size_t len = version ? strcspn(version, "/") : 0;
	char group[254] = "";

	if (!version || len >= sizeof(group))
		return &generic_rule;
	if (version[len] == '/')
		memcpy(group, version, len);
	return rule_find(group, kind);
}

/* A single look at an object whose controller has written nothing yet says just that (DESIGN.md
 * §4). */
static void judge_unseen(struct judgement *out, const json_t *object)
{
	const json_t *status = jx_get(object, "status");

	if (out->status != STATUS_IN_PROGRESS || out->no_status || out->terminating ||
		(status && (!json_is_object(status) || json_object_size(status))))
		return;
	judgement_set(out, STATUS_IN_PROGRESS, "NoStatus", "it has no status yet");
	out->no_status = true;
}

void judge(struct judgement *out, const json_t *object, const struct judge_options *options,
	int64_t now_ms)
{
	static const struct judge_options none;
	const struct rule *rule = rule_of(object);

	*out = (struct judgement){ .wanted = -1 };
	out->generation = jx_int(object, "metadata.generation", 0);
	out->terminating = jx_get(object, "metadata.deletionTimestamp") != NULL;
	if (!options)
		options = &none;
	for (size_t i = 0; rule->fields && rule->fields[i]; i++)
		field_column(out, rule->columns[i], object, rule->fields[i]);
	if (rule->data)
		judge_data(out, object, options, now_ms, rule->data);
	else
		rule->judge(out, object, options, now_ms);
	judge_general(out, object, rule);
	if (options->look_once)
		judge_unseen(out, object);
}

void column_values_free(struct column_value *columns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(columns[i].value);
	free(columns);
}

void judgement_drop_columns(struct judgement *j)
{
	column_values_free(j->columns, j->ncolumns);
	j->columns = NULL;
	j->ncolumns = 0;
}

void judgement_release(struct judgement *j)
{
	free(j->reason);
	free(j->message);
	free(j->note);
	free(j->revision);
	free(j->current_revision);
	free(j->container);
	column_values_free(j->columns, j->ncolumns);
	*j = (struct judgement){ .status = STATUS_NONE };
}

/* Display text of one line, cut to size bytes with its NUL. */
static __attribute__((format(printf, 2, 0))) char *words(size_t size, const char *fmt, va_list ap)
{
	char *raw = xvasprintf(fmt, ap);
	char *line = text_display(raw, strlen(raw), TEXT_LINE);
	char *out = xmalloc(size);

	text_copy(out, size, line);
	free(line);
	free(raw);
	return xrealloc(out, strlen(out) + 1); /* there may be ten thousand of them */
}

/* The old words are freed last: they may be among the new one's arguments. */
static void set_words(struct judgement *j, const char *reason, char *message)
{
	char *new_reason = xstrdup(reason);

	free(j->reason);
	free(j->message);
	j->reason = new_reason;
	j->message = message;
}

void judgement_set(
	struct judgement *j, enum status status, const char *reason, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set_words(j, reason, words(WORDS_SIZE, fmt, ap));
	va_end(ap);
	j->status = status;
	j->severity = SEVERITY_NONE;
	j->family = FAMILY_NONE;
	j->no_status = false;
}

void judgement_error(struct judgement *j, enum severity severity, enum family family,
	const char *reason, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set_words(j, reason, words(WORDS_SIZE, fmt, ap));
	va_end(ap);
	j->status = STATUS_ERROR;
	j->severity = severity;
	j->family = family;
	j->no_status = false;
}

void judgement_note(struct judgement *j, const char *fmt, ...)
{
	va_list ap;
	char *note, *both;

	va_start(ap, fmt);
	note = words(WORDS_SIZE, fmt, ap);
	va_end(ap);
	if (j->note) {
		both = xasprintf("%s; %s", j->note, note);
		free(j->note);
		free(note);
		note = both;
	}
	j->note = note;
}

void judgement_column(struct judgement *j, const char *name, const char *fmt, ...)
{
	va_list ap;

	if (j->ncolumns == COLUMNS_MAX)
		return;
	if (!j->columns)
		j->columns = xcalloc(COLUMNS_MAX, sizeof(*j->columns));
	va_start(ap, fmt);
	j->columns[j->ncolumns++] = (struct column_value){ .name = name,
		.value = words(COLUMN_SIZE, fmt, ap) };
	va_end(ap);
}
