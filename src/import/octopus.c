/* SPDX-License-Identifier: Apache-2.0 */
/* An Octopus deployment process as a plan: its steps in order, each with what is to be said of it.
 */
#include "import/octopus.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "import/octopus_plan.h"

#define STEP_PREFIX "Octopus.Action."

static const struct {
	const char *type;
	action_reader *read;
} types[] = {
	{ "Octopus.KubernetesDeployRawYaml", read_raw_yaml },
	{ "Octopus.HelmChartUpgrade", read_helm },
	{ "Octopus.Kubernetes.Kustomize", read_kustomize },
	{ "Octopus.KubernetesDeployContainers", read_containers },
	{ "Octopus.KubernetesDeployConfigMap", read_config_map },
	{ "Octopus.KubernetesDeploySecret", read_secret },
	{ "Octopus.KubernetesDeployIngress", read_ingress },
	{ "Octopus.KubernetesDeployService", read_service },
};

static bool is_word(const struct ocl_node *node, const char *name, const char *word)
{
	const char *text = ocl_text(node, name);

	return text && strcasecmp(text, word) == 0;
}

/* "name" in the step's condition or the action's own. */
static const char *condition_of(const struct ocl_node *step, const struct ocl_node *node)
{
	const char *own = ocl_text(node, "condition"), *whole = ocl_text(step, "condition");

	return own && strcasecmp(own, "Success") != 0 ? own : whole;
}

static const char *property_of(const struct ocl_node *step, const char *key)
{
	return ocl_text(ocl_get(step, "properties"), key);
}

/* When the step runs at all; *when: the plan's word for it. Whether it may stand in the plan. */
static bool read_condition(struct process *p, struct action *a, const char **when)
{
	const char *condition = condition_of(a->step, a->node);
	const char *expression = property_of(a->step, STEP_PREFIX "ConditionVariableExpression");
	const struct ocl_node *at = ocl_get(a->node, "condition");

	at = at ? at : ocl_get(a->step, "condition");
	if (ocl_true(a->node, "is_disabled")) {
		action_leave(a, ocl_get(a->node, "is_disabled"), "the action is disabled");
		return false;
	}
	if (!condition || strcasecmp(condition, "Success") == 0)
		return true;
	if (strcasecmp(condition, "Failure") == 0) {
		*when = "previous-failed";
		if (p->n == 0)
			action_leave(a, at,
				"it runs when an earlier step failed, and there is none before it");
		return p->n > 0;
	}
	if (strcasecmp(condition, "Always") == 0) {
		action_leave(a, at,
			"condition Always: it ran after a failure, too; here it runs as long as all is well");
		return true;
	}
	action_leave(a, at,
		"condition %s%s%s: it ran only then; write it into the plan if it is to run always",
		condition, expression ? " " : "", expression ? expression : "");
	return false;
}

static bool is_taken(const struct process *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->written[i].name, name) == 0)
			return true;
	return false;
}

/* A name that no step of the plan has, in display text, as a plan holds it. To free(). */
static char *free_name(const struct process *p, const char *wish)
{
	char *shown = text_display(wish, strlen(wish), TEXT_LINE), *name = xstrdup(shown);

	for (int i = 2; is_taken(p, name); i++) {
		free(name);
		name = xasprintf("%s (%d)", shown, i);
	}
	free(shown);
	return name;
}

/* "deploy-web", for names of files. To free(). */
static char *slug_of(const char *text)
{
	struct buf out;

	buf_init(&out, 0);
	for (; *text && out.len < 50; text++) {
		bool good = is_ascii_alnum(*text) || *text == '-' || *text == '_';

		if (good)
			buf_addch(&out, (char)tolower((unsigned char)*text));
		else if (out.len && out.data[out.len - 1] != '-')
			buf_addch(&out, '-');
	}
	while (out.len && out.data[out.len - 1] == '-')
		out.data[--out.len] = '\0';
	if (!out.len)
		buf_addstr(&out, "step");
	return buf_take(&out);
}

static void read_namespace(struct action *a)
{
	static const char *const keys[] = { "KubernetesContainers.Namespace",
		"Kubernetes.Namespace" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const char *ns = action_filled(a, keys[i]);

		if (ns && !a->ns)
			a->ns = action_value(a, action_at(a, keys[i]), ns);
	}
}

static action_reader *find_reader(const struct ocl_node *action)
{
	const char *type = ocl_text(action, "action_type");

	for (size_t i = 0; type && i < ARRAY_LEN(types); i++)
		if (strcasecmp(types[i].type, type) == 0)
			return types[i].read;
	return NULL;
}

/* An action that is none of Kubernetes' is a comment. */
static void leave_action(struct process *p, struct action *a)
{
	const char *type = ocl_text(a->node, "action_type");

	action_leave(a, a->node, "the step '%s' is %s, which no plan has", a->name,
		type ? type : "of no type that is named");
	plan_remarks(&p->steps, &a->remarks);
}

/* own_from: of p->written, the first of the actions of the same step. */
static void read_action(struct process *p, struct action *a, size_t own_from, bool together)
{
	action_reader *read = find_reader(a->node);
	const char *when = NULL;
	json_t *needs;
	bool live;

	buf_addch(&p->steps, '\n');
	if (!read) {
		leave_action(p, a);
		return;
	}
	read(a);
	read_namespace(a);
	live = read_condition(p, a, &when) && !a->unusable;
	action_read_rest(a);
	needs = together ? plan_needs(p, own_from) : NULL;
	plan_step(p, a, needs, when, live);
	json_decref(needs);
}

static void action_release(struct action *a)
{
	remarks_move(&a->o->out->remarks, &a->remarks);
	json_decref(a->body);
	json_decref(a->ns);
	json_decref(a->verify);
	buf_release(&a->ignored);
	free(a->taken);
	free(a->name);
	free(a->slug);
}

static const char *name_of(const struct ocl_node *node)
{
	const char *name = ocl_text(node, "name");

	return name && *name ? name : node->nlabels ? node->labels[0] : NULL;
}

static void begin_action(struct process *p, const struct ocl_node *step,
	const struct ocl_node *node, size_t own_from, bool together)
{
	const char *own = name_of(node), *whole = name_of(step);
	struct action a = { .o = &p->o,
		.step = step,
		.node = node,
		.props = ocl_get(node, "properties"),
		.body = json_object() };

	a.name = free_name(p, own ? own : whole ? whole : "Step");
	a.slug = slug_of(node->nlabels  ? node->labels[0]
			: step->nlabels ? step->labels[0]
					: a.name);
	a.taken = xcalloc(a.props ? a.props->n + 1 : 1, sizeof(*a.taken));
	read_action(p, &a, own_from, together);
	action_release(&a);
}

static void read_step(struct process *p, const struct ocl_node *step)
{
	size_t own_from = p->n;
	bool together = p->n && is_word(step, "start_trigger", "StartWithPrevious");

	if (!ocl_get(step, "action"))
		remark_add(&p->remarks, false, step->line, step->column,
			"the step '%s' has no action", name_of(step) ? name_of(step) : "Step");
	p->group += !together;
	for (size_t i = 0; i < step->n && p->actions <= ACTIONS_MAX; i++) {
		const struct ocl_node *node = step->items[i];

		if (node->kind != OCL_BLOCK || strcmp(node->name, "action") != 0)
			continue;
		if (++p->actions <= ACTIONS_MAX)
			begin_action(p, step, node, own_from, together);
	}
}

/* The steps stand at the top, or in a runbook's process. */
static const struct ocl_node *steps_of(const struct ocl_node *root)
{
	const struct ocl_node *inner = ocl_get(root, "process");

	return inner && inner->kind == OCL_BLOCK ? inner : root;
}

static void read_steps(struct process *p, const struct ocl_node *root)
{
	const struct ocl_node *steps = steps_of(root);

	for (size_t i = 0; i < steps->n; i++) {
		const struct ocl_node *item = steps->items[i];

		if (item->kind == OCL_BLOCK && strcmp(item->name, "step") == 0)
			read_step(p, item);
		else
			remark_add(&p->remarks, true, item->line, item->column, "%s: it is no step",
				item->name);
	}
}

static int by_place(const void *a, const void *b)
{
	const struct remark *one = a, *other = b;

	if (one->line != other->line)
		return one->line < other->line ? -1 : 1;
	return one->column < other->column ? -1 : one->column > other->column;
}

/* In the order of the process. What a step says of all its actions was met with each of them. */
static void sort_remarks(struct remarks *list)
{
	size_t n = 0;

	if (list->n)
		qsort(list->items, list->n, sizeof(*list->items), by_place);
	for (size_t i = 0; i < list->n; i++) {
		struct remark *item = &list->items[i];
		bool again = false;

		for (size_t k = n; k > 0 && by_place(&list->items[k - 1], item) == 0; k--)
			again |= strcmp(list->items[k - 1].text, item->text) == 0;
		if (again)
			free(item->text);
		else
			list->items[n++] = *item;
	}
	list->n = n;
}

static void release(struct process *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->written[i].name);
	free(p->written);
	buf_release(&p->steps);
	buf_release(&p->live);
	remarks_release(&p->remarks);
	variables_release(&p->o.variables);
	variables_release(&p->o.env);
}

/* Whether there is a plan; else a sentence. */
static bool conclude(const struct process *p, const char *file, struct error *err)
{
	if (p->actions > ACTIONS_MAX)
		return error_set(
			err, ERROR_LIMIT, "%s: it has more than %d actions", file, ACTIONS_MAX);
	if (p->o.variables.full || p->o.env.full)
		return error_set(
			err, ERROR_LIMIT, "%s: it has more than %d variables", file, VARIABLES_MAX);
	if (p->o.out->steps)
		return true;
	if (p->steps.len)
		return error_set(err, ERROR_CONFIG,
			"%s: no step of it is one that a plan could have: it deploys nothing to Kubernetes, or nothing that is carried over",
			file);
	return error_set(err, ERROR_CONFIG,
		"%s: this is no deployment process: it has no step \"NAME\" { action { … } }",
		file);
}

bool octopus_import(
	struct import *out, const char *text, size_t len, const char *file, struct error *err)
{
	struct process p = { .o = { .file = file, .out = out } };
	struct ocl_node *root = ocl_parse(text, len, file, err);
	bool good;

	*out = (struct import){ 0 };
	if (!root)
		return false;
	read_steps(&p, root);
	ocl_free(root);
	good = conclude(&p, file, err);
	if (good)
		plan_write(&p);
	remarks_move(&out->remarks, &p.remarks);
	sort_remarks(&out->remarks);
	release(&p);
	return good;
}
