/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule as data says of an object: its cases in their order, then the conditions it needs,
 * else the generic rule. */
#include <stdlib.h>

#include "rules/data_rule.h"
#include "rules/kinds.h"

static void fill_columns(struct judgement *out, const json_t *object, const struct data_rule *rule)
{
	const struct data_look look = { .object = object };
	char words[SHOWN_SIZE];

	for (size_t i = 0; rule->rule.columns && rule->rule.columns[i]; i++) {
		data_path_words(words, &rule->columns[i], &look);
		judgement_column(out, rule->rule.columns[i], "%s", *words ? words : "<none>");
	}
}

static const char *reason_of(
	const struct data_case *c, const struct data_look *look, char words[static SHOWN_SIZE])
{
	const struct data_piece *piece = c->reason.pieces;

	return piece->path.n ? reason_or(data_path_words(words, &piece->path, look), piece->words)
			     : piece->words;
}

static void say(struct judgement *out, const struct data_look *look, const struct data_case *c)
{
	char *message = data_template_fill(&c->message, look),
	     *note = data_template_fill(&c->note, look);
	const char *sentence = *message ? message : "its controller says no more";
	char words[SHOWN_SIZE];

	if (!c->reason.n)
		judge_success(out);
	else if (c->status == STATUS_ERROR)
		judgement_error(out, c->severity, FAMILY_OTHER, reason_of(c, look, words), "%s",
			sentence);
	else
		judgement_set(out, c->status, reason_of(c, look, words), "%s", sentence);
	if (*note)
		judgement_note(out, "%s", note);
	free(message);
	free(note);
}

/* The first case that holds decides; false if none does. */
static bool judge_cases(struct judgement *out, const json_t *object,
	const struct judge_options *options, const struct data_rule *rule)
{
	for (size_t i = 0; i < rule->ncases; i++) {
		const struct data_case *c = &rule->cases[i];
		struct data_look look = { .object = object };
		bool holds;

		if (c->suspend.n) {
			out->asleep = judge_suspended_at(out, object, options, c->suspend.keys,
				c->suspend.n, c->suspend_word);
			if (out->asleep)
				return true;
			continue;
		}
		holds = !c->when || data_test_holds(c->when, &look);
		if (judge_unreadable(out, look.bad))
			return true;
		if (holds) {
			say(out, &look, c);
			return true;
		}
	}
	return false;
}

void judge_data(struct judgement *out, const json_t *object, const struct judge_options *options,
	int64_t now_ms, const struct data_rule *rule)
{
	fill_columns(out, object, rule);
	if (rule->passive) {
		judge_success(out);
		out->by_existence = true;
		return;
	}
	if (judge_cases(out, object, options, rule))
		return;
	if (!rule->needs)
		judge_generic(out, object, options, now_ms);
	for (const char *const *type = rule->needs; type && *type; type++) {
		judge_by_condition(out, object, *type);
		if (out->status != STATUS_SUCCESS)
			return;
	}
}
