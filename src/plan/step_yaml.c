/* SPDX-License-Identifier: Apache-2.0 */
/* The yaml step: manifests from files, folders, globs or standard input. */
#include "plan/step_types.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xalloc.h"
#include "plan/field.h"

struct reading {
	struct plan_step *step;
	const char *base;
	bool named; /* `files` was there */
	bool broken;              /* an entry of it has a mistake of its own */
};

/* "FILE:LINE:COLUMN: …": the mistake is in the file, not in the plan that names it. */
static bool has_place(const char *text)
{
	for (const char *at = strchr(text, ':'); at; at = strchr(at + 1, ':')) {
		int line, column, end = 0;

		if (sscanf(at, ":%d:%d:%n", &line, &column, &end) == 2 && end)
			return true;
	}
	return false;
}

static void read_file(
	struct reading *r, const struct yaml_node *node, const char *file, struct errors *errs)
{
	struct errors own = { 0 };
	char *path = NULL;

	r->broken |= node->broken;
	if (!field_string(&path, node, "an entry of files", file, errs))
		return;
	if (!manifests_load(&r->step->manifests, path, r->base, &own))
		for (size_t i = 0; i < own.n; i++) {
			if (has_place(own.items[i].text))
				errors_add_error(errs, &own.items[i]);
			else
				field_mistake(node, file, errs, "%s", own.items[i].text);
		}
	errors_release(&own);
	free(path);
}

static void read_files(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	r->named = true;
	if (value->kind == YAML_SCALAR) {
		read_file(r, value, file, errs);
		return;
	}
	if (value->kind != YAML_SEQUENCE || value->n == 0) {
		field_mistake(value, file, errs, "files must be a list of files, folders or globs");
		return;
	}
	for (size_t i = 0; i < value->n; i++)
		read_file(r, value->items[i], file, errs);
}

static void read_force(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	field_bool(&r->step->force_conflicts, value, "forceConflicts", file, errs);
}

void step_yaml_read(struct plan_step *step, const struct yaml_node *node, const char *base,
	const char *file, struct errors *errs)
{
	static const struct field fields[] = {
		{ "files", read_files },
		{ "forceConflicts", read_force },
	};
	struct reading r = { step, base, false, false };
	size_t before = errs->n;

	if (!field_table(node, "a yaml step", fields, ARRAY_LEN(fields), &r, file, errs))
		return;
	if (errs->n > before)
		return;
	if (!r.named)
		field_mistake(node, file, errs, "a yaml step needs files: [..]");
	else if (step->manifests.n == 0 && !r.broken)
		field_mistake(node, file, errs, "the files of this step hold no object");
}
