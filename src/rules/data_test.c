/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule as data asks of an object: conditions, fields, numbers, and their all, any and not.
 */
#include <string.h>

#include "base/error.h"
#include "base/jx.h"
#include "base/nearest.h"
#include "base/xalloc.h"
#include "base/yaml.h"
#include "rules/data_rule.h"

/* The words of `is:` for a condition. One that answers for an older generation is Stale, and Absent
 * too. */
static const char *const truth_words[] = { "True", "False", "Unknown", "Absent", "Stale", NULL };
static const unsigned truth_bits[] = {
	1U << TRUTH_TRUE,
	1U << TRUTH_FALSE,
	1U << TRUTH_UNKNOWN,
	1U << TRUTH_ABSENT | 1U << TRUTH_STALE,
	1U << TRUTH_STALE,
};

static bool read_list(struct data_reader *r, struct data_test *out, const struct yaml_node *node)
{
	if (node->kind != YAML_SEQUENCE || node->n == 0)
		return data_mistake(r, node, "all and any take a list of tests");
	out->items = pool_alloc(&r->rules->pool, node->n, sizeof(*out->items));
	for (size_t i = 0; i < node->n; i++)
		if (!data_read_test(r, &out->items[out->n++], node->items[i]))
			return false;
	return true;
}

static bool read_combination(
	struct data_reader *r, struct data_test *out, const struct yaml_node *node)
{
	const struct yaml_node *all = yaml_get(node, "all"), *any = yaml_get(node, "any");

	if (node->n != 1)
		return data_mistake(r, node, "all, any and not stand alone in a test");
	if (all || any) {
		out->kind = all ? TEST_ALL : TEST_ANY;
		return read_list(r, out, all ? all : any);
	}
	out->kind = TEST_NOT;
	out->items = pool_alloc(&r->rules->pool, 1, sizeof(*out->items));
	out->n = 1;
	return data_read_test(r, out->items, yaml_get(node, "not"));
}

static bool add_truth(struct data_reader *r, struct data_test *out, const char *word,
	const struct yaml_node *node)
{
	const char *near;

	for (size_t i = 0; truth_words[i]; i++)
		if (strcmp(truth_words[i], word) == 0) {
			out->truths |= truth_bits[i];
			return true;
		}
	near = nearest_word(word, truth_words);
	return near
		? data_mistake(r, node, "a condition is never '%s'; did you mean '%s'?", word, near)
		: data_mistake(r, node,
			  "a condition is True, False, Unknown, Absent or Stale, never '%s'", word);
}

static bool read_list_path(
	struct data_reader *r, struct data_test *out, const struct yaml_node *node)
{
	if (!data_read_path(r, &out->path, node, "of"))
		return false;
	return !(out->path.of_condition || out->path.sums) ||
		data_mistake(r, node, "of leads to a list whose items have conditions");
}

static bool read_condition(
	struct data_reader *r, struct data_test *out, const struct yaml_node *node)
{
	static const char *const keys[] = { "condition", "is", "reason", "severity", "of", NULL };
	const struct yaml_node *is = yaml_get(node, "is"), *reason = yaml_get(node, "reason"),
			       *severity = yaml_get(node, "severity"), *of = yaml_get(node, "of");
	const char *const *words;

	out->kind = TEST_CONDITION;
	if (!data_keys(r, node, "a test of a condition", keys))
		return false;
	if (!is)
		return data_mistake(r, node,
			"a test of a condition says what it is: True, False, Unknown, "
			"Absent or Stale");
	out->type = data_word(r, yaml_get(node, "condition"), "condition");
	words = data_words(r, is, "is");
	if (!out->type || !words)
		return false;
	for (; *words; words++)
		if (!add_truth(r, out, *words, is))
			return false;
	if (reason)
		out->reasons = data_words(r, reason, "reason");
	if (severity)
		out->severities = data_words(r, severity, "severity");
	if ((reason && !out->reasons) || (severity && !out->severities))
		return false;
	return !of || read_list_path(r, out, of);
}

static bool read_presence(struct data_reader *r, struct data_test *out, const struct yaml_node *is)
{
	const char *word = data_word(r, is, "is");

	if (!word)
		return false;
	if (strcmp(word, "present") != 0 && strcmp(word, "absent") != 0 && strcmp(word, "full") != 0)
		return data_mistake(r, is,
			"a field is present, absent or full; for its value write equals or in");
	out->kind = word[0] == 'p' ? TEST_PRESENT : word[0] == 'a' ? TEST_ABSENT : TEST_FULL;
	return true;
}

static bool read_values(
	struct data_reader *r, struct data_test *out, const struct yaml_node *node, bool list)
{
	struct error err = { 0 };
	json_t *values = yaml_to_json(node, r->file, &err);

	if (!values)
		return errors_add_error(r->errs, &err);
	if (!list)
		values = json_pack("[o]", values);
	json_array_append_new(r->rules->pool.values, values);
	out->values = values;
	out->kind = TEST_FIELD;
	if (!json_is_array(values) || json_array_size(values) == 0)
		return data_mistake(r, node, "in takes a list of values");
	for (size_t i = 0; i < json_array_size(values); i++) {
		const json_t *value = json_array_get(values, i);

		if (json_is_object(value) || json_is_array(value) || json_is_null(value))
			return data_mistake(
				r, node, "a field equals a text, a number, true or false");
		if (json_is_string(value) && json_string_length(value) == 0)
			return data_mistake(
				r, node, "what is empty counts as absent: write 'is: absent'");
	}
	return true;
}

static bool read_field(struct data_reader *r, struct data_test *out, const struct yaml_node *node)
{
	static const char *const keys[] = { "field", "equals", "in", "is", NULL };
	const struct yaml_node *equals = yaml_get(node, "equals"), *in = yaml_get(node, "in"),
			       *is = yaml_get(node, "is");

	if (!data_keys(r, node, "a test of a field", keys) ||
		!data_read_path(r, &out->path, yaml_get(node, "field"), "field"))
		return false;
	if (out->path.of_condition)
		return data_mistake(
			r, node, "write 'condition: %s' to test a condition", out->path.keys[1]);
	if (out->path.sums)
		return data_mistake(r, node, "a sum is a number: test it with 'number'");
	if (!!equals + !!in + !!is != 1)
		return data_mistake(r, node, "a test of a field has one of equals, in, is");
	return is ? read_presence(r, out, is) : read_values(r, out, equals ? equals : in, in);
}

static bool read_number(struct data_reader *r, struct data_test *out, const struct yaml_node *node)
{
	static const char *const keys[] = { "number", "at-least", "below", "default", "minus",
		NULL };
	const struct yaml_node *below = yaml_get(node, "below"),
			       *least = yaml_get(node, "at-least"),
			       *absent = yaml_get(node, "default"),
			       *minus = yaml_get(node, "minus"), *with = below ? below : least;

	out->kind = TEST_NUMBER;
	out->below = below;
	if (!data_keys(r, node, "a test of a number", keys) ||
		!data_read_path(r, &out->path, yaml_get(node, "number"), "number"))
		return false;
	if (!below == !least)
		return data_mistake(r, node, "a test of a number has one of at-least, below");
	out->has_number = data_integer(with, &out->number);
	if (!out->has_number && !data_read_path(r, &out->other, with, below ? "below" : "at-least"))
		return false;
	if (minus && !data_read_path(r, &out->minus, minus, "minus"))
		return false;
	if (out->path.of_condition || out->other.of_condition || out->minus.of_condition)
		return data_mistake(r, node, "a condition is no number");
	if (!absent)
		return true;
	if (out->has_number)
		return data_mistake(
			r, absent, "default is for a field to compare with, not for a number");
	out->has_number = data_integer(absent, &out->number);
	return out->has_number || data_mistake(r, absent, "default must be a number of 0 or more");
}

bool data_read_test(struct data_reader *r, struct data_test *out, const struct yaml_node *node)
{
	static const char *const heads[] = { "condition", "field", "number", "all", "any", "not",
		NULL };
	const struct yaml_node *key;
	const char *near;

	if (node->kind != YAML_MAPPING || node->n == 0)
		return data_mistake(r, node,
			"a test is a mapping with condition, field, number, all, any or not");
	if (yaml_get(node, "condition"))
		return read_condition(r, out, node);
	if (yaml_get(node, "field"))
		return read_field(r, out, node);
	if (yaml_get(node, "number"))
		return read_number(r, out, node);
	if (yaml_get(node, "all") || yaml_get(node, "any") || yaml_get(node, "not"))
		return read_combination(r, out, node);
	key = node->keys[0];
	near = key->kind == YAML_SCALAR ? nearest_word(key->value, heads) : NULL;
	return near
		? data_mistake(
			  r, key, "a test has no key '%s'; did you mean '%s'?", key->value, near)
		: data_mistake(r, key, "a test has one of condition, field, number, all, any, not");
}

/* NULL stands for whatever it is. */
static bool among(const char *const *words, const char *word)
{
	for (const char *const *w = words; w && *w; w++)
		if (same(*w, word))
			return true;
	return !words;
}

static bool is_among(const struct data_test *test, const json_t *conditions, json_int_t generation)
{
	const struct condition c = condition_in(conditions, test->type, generation);

	return test->truths & 1U << c.is && among(test->reasons, c.reason) &&
		among(test->severities, c.severity);
}

/* With a list, what holds for one of its items; its words are the item's then. */
static bool condition_holds(const struct data_test *test, struct data_look *look)
{
	json_int_t generation = generation_of(look->object);
	const json_t *list = data_path_get(&test->path, look->object);

	if (!test->path.n)
		return is_among(test, jx_get(look->object, "status.conditions"), generation);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *conditions = jx_get(json_array_get(list, i), "conditions");

		if (!is_among(test, conditions, generation))
			continue;
		look->conditions = conditions;
		return true;
	}
	return false;
}

static bool field_holds(const struct data_test *test, const json_t *object)
{
	const json_t *value = data_path_get(&test->path, object);

	for (size_t i = 0; i < json_array_size(test->values); i++)
		if (json_equal(value, json_array_get(test->values, i)))
			return true;
	return false;
}

/* "3/3": the number that there is, and the one that is wanted, are the same digits. */
static bool is_full(const json_t *value)
{
	const char *text = json_string_value(value);
	size_t len = text ? strspn(text, "0123456789") : 0;

	return len && text[len] == '/' && strlen(text) == 2 * len + 1 &&
		strncmp(text, text + len + 1, len) == 0;
}

/* A number that is missing counts as 0, as the API drops zeros; one to reach must be known. */
static bool number_holds(const struct data_test *test, struct data_look *look)
{
	json_int_t have, wanted = 0, less = 0;
	bool there = false, any;

	if (!data_path_number(&test->path, look->object, &have, &any))
		look->bad = test->path.text;
	else if (test->other.n &&
		(!data_path_number(&test->other, look->object, &wanted, &there) ||
			(!there && !test->has_number)))
		look->bad = test->other.text;
	else if (test->minus.n && !data_path_number(&test->minus, look->object, &less, &any))
		look->bad = test->minus.text;
	if (!there)
		wanted = test->number;
	return !look->bad && (have < wanted - less) == test->below;
}

static bool fails(const struct data_test *test, struct data_look *look)
{
	const json_t *conditions = look->conditions;
	bool holds = data_test_holds(test, look);

	look->conditions = conditions; /* no words of what must not be */
	return !holds;
}

bool data_test_holds(const struct data_test *test, struct data_look *look)
{
	bool all = test->kind == TEST_ALL;

	switch (test->kind) {
	case TEST_ALL:
	case TEST_ANY:
		for (size_t i = 0; i < test->n; i++)
			if (data_test_holds(&test->items[i], look) != all)
				return !all;
		return all;
	case TEST_NOT: return fails(test->items, look);
	case TEST_CONDITION: return condition_holds(test, look);
	case TEST_FIELD: return field_holds(test, look->object);
	case TEST_PRESENT: return data_path_get(&test->path, look->object);
	case TEST_ABSENT: return !data_path_get(&test->path, look->object);
	case TEST_FULL: return is_full(data_path_get(&test->path, look->object));
	case TEST_NUMBER: return number_holds(test, look);
	}
	return false;
}
