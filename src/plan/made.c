/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of one step, from its blocks to its manifests. */
#include "plan/made.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/jx.h"
#include "base/xalloc.h"
#include "make/field.h"
#include "plan/refs.h"
#include "plan/step_types.h"

/* The blocks of a step, in the order in which they are applied: first what others need. */
static const struct form {
	const char *key;
	make_object_fn *make; /* NULL: files */
	bool selectable;      /* a Service may lead to its Pods */
	bool renamed;         /* others may know it by its plain name */
} forms[] = {
	{ "configMap", make_config_map, false, true },
	{ "secret", make_secret, false, true },
	{ "custom", NULL, false, false },
	{ "service", make_service, false, false },
	{ "deployment", make_deployment, true, false },
	{ "statefulSet", make_stateful_set, true, false },
	{ "daemonSet", make_daemon_set, true, false },
	{ "job", make_job, false, false },
	{ "cronJob", make_cron_job, false, false },
	{ "ingress", make_ingress, false, false },
};

static void read_object(
	struct made_list *list, const struct form *form, const struct yaml_node *node)
{
	json_t *object = form->make(&list->make, node);

	VEC_GROW(list->items, list->n, list->cap);
	list->items[list->n++] = (struct made){ form, node, object, false };
}

static void read_block(
	struct made_list *list, const struct form *form, const struct yaml_node *node)
{
	if (!form->make) {
		list->custom_at = list->n;
		list->custom_lost = !step_files_read(&list->custom, node, form->key,
			list->make.base, list->make.file, list->make.errs);
	} else if (node->kind == YAML_SEQUENCE) {
		for (size_t i = 0; i < node->n; i++)
			read_object(list, form, node->items[i]);
	} else {
		read_object(list, form, node);
	}
}

void made_read(struct made_list *list, const struct yaml_node *node)
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		const struct yaml_node *block = yaml_get(node, forms[i].key);

		if (block)
			read_block(list, &forms[i], block);
	}
}

void made_read_one(struct made_list *list, make_object_fn *make, const struct yaml_node *node)
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (forms[i].make == make)
			read_object(list, &forms[i], node);
}

static const char *name_of(const struct made *made)
{
	const struct yaml_node *name = yaml_get(made->node, "name");

	return name && name->kind == YAML_SCALAR ? name->value : "";
}

/* The workload whose Pods a Service without a selector means; NULL: none, or nobody knows. */
static const struct made *workload_for(const struct made_list *list, const char *name)
{
	const struct made *only = NULL;
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct made *made = &list->items[i];

		if (!made->form->selectable)
			continue;
		if (strcmp(name_of(made), name) == 0)
			return made;
		only = made;
		n++;
	}
	return n == 1 ? only : NULL;
}

/* Whether the plan says itself where a Service leads, or what it says of that is lost. */
static bool has_selector(const struct yaml_node *service)
{
	const struct yaml_node *type = yaml_get(service, "type");
	const struct yaml_node *spec = yaml_get(service, "spec");

	if (type && (type->kind != YAML_SCALAR || strcmp(type->value, "ExternalName") == 0))
		return true;
	if (spec && (spec->kind != YAML_MAPPING || yaml_get(spec, "selector")))
		return true;
	return service->kind != YAML_MAPPING || !field_lacks(service, "selector");
}

static void select_pods(struct made_list *list, const struct made *made)
{
	json_t *spec = json_object_get(made->object, "spec");
	const struct made *workload;

	if (has_selector(made->node))
		return;
	workload = workload_for(list, name_of(made));
	if (workload && spec && workload->object)
		json_object_set_new(spec, "selector",
			json_deep_copy(jx_get(workload->object, "spec.selector.matchLabels")));
	else if (!workload && !list->unsure)
		make_mistake(&list->make, made->node,
			"this service leads to no Pods: give it selector: {app: NAME}");
}

static bool same_namespace(const char *a, const char *b)
{
	return !a || !b || strcmp(a, b) == 0;
}

/* What the step says of a ConfigMap or Secret by its plain name means the one that was made. */
static void follow(struct made_list *list, const struct made *made)
{
	const char *from = yaml_get(made->node, "name")->value;
	const char *to = jx_str(made->object, "metadata.name");
	const char *kind = jx_str(made->object, "kind");
	const char *ns = jx_str(made->object, "metadata.namespace");

	if (strcmp(from, to) == 0)
		return;
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].object &&
			same_namespace(ns, jx_str(list->items[i].object, "metadata.namespace")))
			refs_rename(list->items[i].object, kind, from, to);
	for (size_t i = 0; i < list->custom.n; i++) {
		struct manifest *m = &list->custom.items[i];

		if (same_namespace(ns, m->ns) && refs_rename(m->object, kind, from, to))
			manifest_rewrite(m);
	}
}

void made_link(struct made_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].form->make == make_service)
			select_pods(list, &list->items[i]);
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].form->renamed && list->items[i].object)
			follow(list, &list->items[i]);
}

struct made *made_find(const struct made_list *list, make_object_fn *make, size_t nth)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].form->make == make && nth-- == 0)
			return &list->items[i];
	return NULL;
}

static void finish_custom(struct made_list *list, struct manifests *manifests)
{
	for (size_t i = 0; i < list->custom.n; i++) {
		VEC_GROW(manifests->items, manifests->n, manifests->cap);
		manifests->items[manifests->n++] = list->custom.items[i];
	}
	free(list->custom.items);
	list->custom = (struct manifests){ 0 };
}

static void finish_made(struct made_list *list, struct made *made, struct manifests *manifests)
{
	manifests_add_object(manifests, made->object, list->make.file, made->node->line,
		made->node->column);
	made->object = NULL;
}

size_t made_finish(struct made_list *list, struct manifests *manifests)
{
	size_t first_last;

	for (size_t i = 0; i < list->n; i++) {
		if (i == list->custom_at)
			finish_custom(list, manifests);
		if (list->items[i].object && !list->items[i].last)
			finish_made(list, &list->items[i], manifests);
	}
	finish_custom(list, manifests);
	first_last = manifests->n;
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].object)
			finish_made(list, &list->items[i], manifests);
	return first_last;
}

void made_release(struct made_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		json_decref(list->items[i].object);
	free(list->items);
	manifests_release(&list->custom);
	*list = (struct made_list){ 0 };
}
