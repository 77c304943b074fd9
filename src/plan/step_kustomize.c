/* SPDX-License-Identifier: Apache-2.0 */
/* The kustomize step: a kustomization, built when the plan is read, then applied as files are. */
#include "plan/step_types.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xalloc.h"
#include "make/field.h"
#include "plan/kustomize_build.h"

struct reading {
	struct plan_step *step;
	char *path, *load_restrictor;
	const struct yaml_node *at; /* of the path */
	bool enable_helm;
	bool broken;                /* a mistake in what it is built with was said */
};

static void read_path(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	r->at = value;
	r->broken |= !field_word(&r->path, value, "path", file, errs) || value->broken;
}

static void read_enable_helm(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	r->broken |= !field_bool(&r->enable_helm, value, "enableHelm", file, errs);
}

static void read_load_restrictor(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	bool known = value->kind == YAML_SCALAR &&
		(strcmp(value->value, "LoadRestrictionsRootOnly") == 0 ||
			strcmp(value->value, "LoadRestrictionsNone") == 0);

	if (known)
		field_string(&r->load_restrictor, value, "loadRestrictor", file, errs);
	else
		r->broken |= !field_mistake(value, file, errs,
			"loadRestrictor must be LoadRestrictionsRootOnly or LoadRestrictionsNone");
}

static void read_force(
	void *into, const struct yaml_node *value, const char *file, struct errors *errs)
{
	struct reading *r = into;

	field_bool(&r->step->force_conflicts, value, "forceConflicts", file, errs);
}

static void keep_words(struct plan_step *step, struct kustomize_words *words)
{
	step->tool = words->tool;
	step->warnings = words->warnings;
	step->nwarnings = words->n;
	*words = (struct kustomize_words){ 0 };
}

static void build(struct reading *r, const char *base, const char *file, struct errors *errs)
{
	struct kustomize k = { r->path, base, r->enable_helm, r->load_restrictor };
	struct kustomize_words words = { 0 };
	struct errors own = { 0 };

	if (kustomize_load(&r->step->manifests, &k, &words, &own))
		keep_words(r->step, &words);
	for (size_t i = 0; i < own.n; i++)
		field_mistake(r->at, file, errs, "%s", own.items[i].text);
	errors_release(&own);
	kustomize_words_release(&words);
}

void step_kustomize_read(struct plan_step *step, const struct yaml_node *node, const char *base,
	const char *file, struct errors *errs)
{
	static const struct field fields[] = {
		{ "path", read_path },
		{ "enableHelm", read_enable_helm },
		{ "loadRestrictor", read_load_restrictor },
		{ "forceConflicts", read_force },
	};
	struct reading r = { .step = step };

	field_table(node, "a kustomize step", fields, ARRAY_LEN(fields), &r, file, errs);
	if (field_lacks(node, "path"))
		field_mistake(node, file, errs, "a kustomize step needs path: FOLDER");
	else if (r.at && !r.broken)
		build(&r, base, file, errs);
	free(r.path);
	free(r.load_restrictor);
}
