/* SPDX-License-Identifier: Apache-2.0 */
/* A case's object mutilated: every value of it replaced in turn by each of these, and removed. */
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "tests/unit/rule_case.h"

static const char *const substitutes[] = {
	"null",
	"true",
	"-1",
	"9223372036854775807",
	"-9223372036854775807",
	"1.5",
	"\"\"",
	"\"x\\u001b[2J\\u202e.\"",
	"\"True\"",
	"[]",
	"[null, {}, [], 1]",
	"{}",
	"{\"a\": {\"b\": []}}",
	"[{\"type\": \"Ready\", \"status\": \"True\"}]",
};
struct mutation {
	const struct case_file *file;
	const struct rule_case *c;
	json_t *root;
	enum status original;
	const char *said; /* what the first broken rule was */
	long tried;
	json_t *substitute[ARRAY_LEN(substitutes)];
};

/* No number that is none may turn what was not Success into it. */
static bool may_succeed(const struct mutation *m, const json_t *old, const json_t *new)
{
	return m->original == STATUS_SUCCESS || !json_is_integer(old) || json_is_null(new) ||
		(json_is_integer(new) && json_integer_value(new) >= 0);
}

static void try_mutation(struct mutation *m, const json_t *old, const json_t *new, const char *key)
{
	struct judgement j;
	const char *bad;

	case_judge(&j, m->c, m->root);
	bad = judgement_broken(&j);
	if (!bad && new &&j.status == STATUS_SUCCESS && !may_succeed(m, old, new))
		bad = "Success because of a number that is none";
	if (bad && !m->said) {
		char *text =
			new ? json_dumps(new, JSON_ENCODE_ANY | JSON_COMPACT) : xstrdup("nothing");

		m->said = bad;
		printf("# %s: %s: %s, with %s for %s\n", m->file->name, m->c->name, bad, text, key);
		judgement_print(&j);
		free(text);
	}
	m->tried++;
	judgement_release(&j);
}

static void mutate(struct mutation *m, json_t *node);

static void mutate_member(struct mutation *m, json_t *parent, const char *key)
{
	json_t *old = json_incref(json_object_get(parent, key));

	for (size_t i = 0; i < ARRAY_LEN(m->substitute); i++) {
		json_object_set(parent, key, m->substitute[i]);
		try_mutation(m, old, m->substitute[i], key);
	}
	json_object_del(parent, key);
	try_mutation(m, old, NULL, key);
	json_object_set_new(parent, key, old);
	mutate(m, old);
}

static void mutate_element(struct mutation *m, json_t *parent, size_t index)
{
	json_t *old = json_incref(json_array_get(parent, index));

	for (size_t i = 0; i < ARRAY_LEN(m->substitute); i++) {
		json_array_set(parent, index, m->substitute[i]);
		try_mutation(m, old, m->substitute[i], "an element");
	}
	json_array_remove(parent, index);
	try_mutation(m, old, NULL, "an element");
	json_array_insert_new(parent, index, old);
	mutate(m, old);
}

static void mutate(struct mutation *m, json_t *node)
{
	const char *keys[64];
	size_t n = 0;
	const char *key;
	json_t *value;

	for (size_t i = 0; i < json_array_size(node); i++)
		mutate_element(m, node, i);
	json_object_foreach(node, key, value) if (n < ARRAY_LEN(keys)) keys[n++] = key;
	for (size_t i = 0; i < n; i++) {
		char *copy = xstrdup(keys[i]); /* the object's own goes with its member */

		mutate_member(m, node, copy);
		free(copy);
	}
}

long case_mutate(const struct case_file *file, const struct rule_case *c, bool *good)
{
	struct mutation m = { .file = file, .c = c, .root = json_deep_copy(c->object) };
	struct judgement j;

	for (size_t i = 0; i < ARRAY_LEN(substitutes); i++)
		m.substitute[i] = json_loads(substitutes[i], JSON_DECODE_ANY, NULL);
	case_judge(&j, c, m.root);
	m.original = j.status;
	judgement_release(&j);
	mutate(&m, m.root);
	*good &= !m.said;
	for (size_t i = 0; i < ARRAY_LEN(substitutes); i++)
		json_decref(m.substitute[i]);
	json_decref(m.root);
	return m.tried;
}
