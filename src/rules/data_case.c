/* SPDX-License-Identifier: Apache-2.0 */
/* One case of a rule as data: when it holds, and what it then says. */
#include <string.h>

#include "base/nearest.h"
#include "base/yaml.h"
#include "rules/data_rule.h"

static bool read_status(struct data_reader *r, struct data_case *out, const struct yaml_node *node)
{
	static const char *const words[] = { "Success", "InProgress", "Error", NULL };
	const char *word = data_word(r, node, "status"), *near;

	if (!word)
		return false;
	out->status = status_parse(word);
	if (out->status == STATUS_SUCCESS || out->status == STATUS_IN_PROGRESS ||
		out->status == STATUS_ERROR)
		return true;
	near = nearest_word(word, words);
	return near
		? data_mistake(r, node, "there is no status '%s'; did you mean '%s'?", word, near)
		: data_mistake(r, node, "status is Success, InProgress or Error, not '%s'", word);
}

static bool read_severity(
	struct data_reader *r, struct data_case *out, const struct yaml_node *node)
{
	const char *word = node ? data_word(r, node, "severity") : "soft";

	out->severity = out->status == STATUS_ERROR ? SEVERITY_SOFT : SEVERITY_NONE;
	if (!node)
		return true;
	if (!word)
		return false;
	if (out->status != STATUS_ERROR)
		return data_mistake(r, node, "only an Error has a severity");
	if (strcmp(word, "hard") == 0)
		out->severity = SEVERITY_HARD;
	return strcmp(word, "hard") == 0 || strcmp(word, "soft") == 0 ||
		data_mistake(r, node,
			"severity is soft (it may heal) or hard (it cannot heal without an "
			"edit), not '%s'",
			word);
}

/* One word, or one path with a word to fall back to: what comes of it is always a word. */
static bool read_reason(struct data_reader *r, struct data_case *out, const struct yaml_node *node)
{
	struct data_template *t = &out->reason;

	if (!data_read_template(r, t, node, "reason"))
		return false;
	if (t->n == 1 && reason_or(t->pieces[0].words, NULL))
		return true;
	return data_mistake(r, node,
		"reason must be a word like NotReady, or a path with a word behind it: "
		"'{status.reason|NotReady}'");
}

static bool read_words(struct data_reader *r, struct data_case *out, const struct yaml_node *node)
{
	const struct yaml_node *reason = yaml_get(node, "reason"),
			       *message = yaml_get(node, "message"), *note = yaml_get(node, "note");
	bool good = (!reason || read_reason(r, out, reason)) &&
		(!message || data_read_template(r, &out->message, message, "message")) &&
		(!note || data_read_template(r, &out->note, note, "note"));

	if (out->status != STATUS_SUCCESS && (!reason || !message))
		return data_mistake(
			r, node, "a case that is no Success says why: with a reason and a message");
	if (!reason && message)
		return data_mistake(r, message, "a message needs a reason");
	return good;
}

/* What the field says where it suspends: true, a word, or anything. */
static bool read_suspend_word(
	struct data_reader *r, struct data_case *out, const struct yaml_node *node)
{
	const struct yaml_node *equals = yaml_get(node, "equals"), *is = yaml_get(node, "is");
	const char *word = is ? data_word(r, is, "is") : NULL;

	if (is && word && strcmp(word, "present") != 0)
		return data_mistake(r, is, "a field that suspends is present");
	if (equals)
		word = data_word(r, equals, "equals");
	if (equals && word && !*word)
		return data_mistake(r, equals, "equals must not be empty");
	out->suspend_word = is && word ? SUSPENDS_IF_THERE : word;
	return !(is || equals) || word;
}

static bool read_suspend(struct data_reader *r, struct data_case *out, const struct yaml_node *node)
{
	static const char *const keys[] = { "suspend", "equals", "is", NULL };
	const struct yaml_node *path = yaml_get(node, "suspend");

	for (size_t i = 0; i < node->n; i++)
		if (!data_listed(keys, node->keys[i]->value))
			return data_mistake(r, node,
				"suspend stands alone in a case, or with equals or is: it says all by itself");
	if (yaml_get(node, "equals") && yaml_get(node, "is"))
		return data_mistake(r, node, "suspend has one of equals, is");
	if (!data_read_path(r, &out->suspend, path, "suspend") || !read_suspend_word(r, out, node))
		return false;
	return !(out->suspend.of_condition || out->suspend.sums) ||
		data_mistake(r, path, "suspend is a single field that people set");
}

bool data_read_case(struct data_reader *r, struct data_case *out, const struct yaml_node *node)
{
	static const char *const keys[] = { "suspend", "equals", "is", "when", "status", "severity",
		"reason", "message", "note", NULL };
	const struct yaml_node *when, *status;
	struct data_test *test;

	if (!data_keys(r, node, "a case", keys))
		return false;
	if (yaml_get(node, "suspend"))
		return read_suspend(r, out, node);
	if (yaml_get(node, "equals") || yaml_get(node, "is"))
		return data_mistake(r, node, "equals and is belong into 'when', or beside suspend");
	when = yaml_get(node, "when");
	status = yaml_get(node, "status");
	if (!status)
		return data_mistake(r, node, "a case needs a status: Success, InProgress or Error");
	if (!read_status(r, out, status) || !read_severity(r, out, yaml_get(node, "severity")) ||
		!read_words(r, out, node))
		return false;
	if (!when)
		return true;
	test = pool_alloc(&r->rules->pool, 1, sizeof(*test));
	out->when = test;
	return data_read_test(r, test, when);
}
