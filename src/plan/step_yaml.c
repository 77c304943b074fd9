/* SPDX-License-Identifier: Apache-2.0 */
/* The yaml step: manifests from files, folders, globs or standard input. */
#include "plan/step_types.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xalloc.h"
#include "make/field.h"

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

/* False: a mistake in it was said. */
static bool read_file(struct manifests *list, const struct yaml_node *node, const char *base,
	const char *file, struct errors *errs)
{
	struct errors own = { 0 };
	char *path = NULL;
	bool good;

	if (!field_string(&path, node, "the name of a file", file, errs) || node->broken) {
		free(path);
		return false;
	}
	good = manifests_load(list, path, base, &own);
	for (size_t i = 0; i < own.n; i++) {
		if (has_place(own.items[i].text))
			errors_add_error(errs, &own.items[i]);
		else
			field_mistake(node, file, errs, "%s", own.items[i].text);
	}
	errors_release(&own);
	free(path);
	return good;
}

bool step_files_read(struct manifests *list, const struct yaml_node *node, const char *what,
	const char *base, const char *file, struct errors *errs)
{
	bool good = true;

	if (node->kind == YAML_SCALAR)
		return read_file(list, node, base, file, errs);
	if (node->kind != YAML_SEQUENCE || node->n == 0)
		return field_mistake(node, file, errs,
			"%s must be a list of files, folders or globs", what);
	for (size_t i = 0; i < node->n; i++)
		good = read_file(list, node->items[i], base, file, errs) && good;
	return good;
}

static void read_files(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	r->named = true;
	r->broken = !step_files_read(
		&r->step->manifests, value, "files", r->base, file, errs);
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

	if (!field_table(node, "a yaml step", fields, ARRAY_LEN(fields), &r, file, errs))
		return;
	if (field_lacks(node, "files"))
		field_mistake(node, file, errs, "a yaml step needs files: [..]");
	else if (r.named && step->manifests.n == 0 && !r.broken)
		field_mistake(node, file, errs, "the files of this step hold no object");
}
