/* SPDX-License-Identifier: Apache-2.0 */
/* What an action and its step say beside what is deployed: each is a note, or left out. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xalloc.h"
#include "import/octopus_action.h"

#define PREFIX "Octopus.Action."

/* How each attribute and block of an action is treated. */
enum treatment { READ, WHERE, CONDITION, IDLE };

static const struct {
	const char *name;
	enum treatment treatment;
} attributes[] = {
	{ "name", READ },
	{ "action_type", READ },
	{ "properties", READ },
	{ "packages", READ },
	{ "git_dependencies", READ },
	{ "is_disabled", READ },
	{ "condition", READ },
	{ "notes", READ },
	{ "worker_pool", WHERE },
	{ "worker_pool_variable", WHERE },
	{ "container", WHERE },
	{ "run_on_server", WHERE },
	{ "environments", CONDITION },
	{ "excluded_environments", CONDITION },
	{ "channels", CONDITION },
	{ "tenant_tags", CONDITION },
	{ "is_required", IDLE },
	{ "can_be_used_for_project_versioning", IDLE },
	{ "package_requirement", IDLE },
	{ "sort_order", IDLE },
	{ "slug", IDLE },
};

/* Properties that say where and with which tools Octopus does it. */
static const char *const idle[] = { "RunOnServer", "EnabledFeatures", "Package.DownloadOnTentacle",
	"Package.FeedId", "Package.PackageId", "Script.ScriptSource", "GitRepository.Source",
	"Kubernetes.PrintVerboseKubectlOutputOnError", "Kubernetes.PrintVerboseKubectlOutput",
	"Template.Id", "Template.Version", "KubernetesContainers.DeploymentWait",
	"Kubernetes.DeploymentTimeout", "Kubernetes.WaitForJobs",
	"Kubernetes.ServerSideApply.Enabled", "Kubernetes.ServerSideApply.ForceConflicts",
	"KubernetesContainers.DeploymentStyle", "KubernetesContainers.DeploymentResourceType" };

/* "a, b" of a list of texts, or a text. To free(). */
static char *words_of(const struct ocl_node *node)
{
	struct buf out;

	buf_init(&out, 0);
	if (node->text)
		buf_addstr(&out, node->text);
	for (size_t i = 0; i < node->n; i++)
		if (node->items[i]->text)
			buf_printf(&out, "%s%s", out.len ? ", " : "", node->items[i]->text);
	return buf_take(&out);
}

static void read_attribute(struct action *a, const struct ocl_node *node)
{
	size_t i = 0;
	char *words = words_of(node);
	const char *package = ocl_text(node, "package_id");

	while (i < ARRAY_LEN(attributes) && strcmp(attributes[i].name, node->name) != 0)
		i++;
	if (i == ARRAY_LEN(attributes))
		action_leave(a, node, "%s", node->name);
	else if (attributes[i].treatment == CONDITION && node->n)
		action_leave(a, node, "%s: %s; here the step is in every run", node->name, words);
	else if (attributes[i].treatment == WHERE && *words)
		action_note(a, node, "%s: %s; ksettle runs where it is started", node->name, words);
	else if (strcmp(node->name, "packages") == 0 && node->nlabels && *node->labels[0] &&
		strcmp(a->type, "resources") != 0)
		action_note(a, node, "the package %s%s%s: Octopus fetches it, ksettle does not",
			node->labels[0], package ? ", " : "", package ? package : "");
	else if (strcmp(node->name, "notes") == 0 && *words)
		action_note(a, node, "notes: %s", words);
	free(words);
}

static bool is_of_step(const char *name)
{
	static const char *const known[] = { "name", "condition", "start_trigger",
		"package_requirement", "properties", "action", "slug" };

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcmp(known[i], name) == 0)
			return true;
	return false;
}

/* What the step says of all its actions. */
static void read_step_properties(struct action *a)
{
	const struct ocl_node *props = ocl_get(a->step, "properties");

	for (size_t i = 0; i < a->step->n; i++)
		if (!is_of_step(a->step->items[i]->name))
			action_leave(a, a->step->items[i], "%s", a->step->items[i]->name);

	for (size_t i = 0; props && i < props->n; i++) {
		const struct ocl_node *item = props->items[i];
		const char *name = item->name, *text = item->text ? item->text : "";

		if (strncasecmp(name, PREFIX, strlen(PREFIX)) == 0)
			name += strlen(PREFIX);
		if (strcasecmp(name, "TargetRoles") == 0 && *text)
			action_note(a, item,
				"target tags %s: which cluster they mean is not in the process: give --context, or context: here",
				text);
		else if (strcasecmp(name, "ConditionVariableExpression") != 0 && *text)
			action_leave(a, item, "%s: %s", item->name, text);
	}
}

/* "[]" is what Octopus has for a list that nobody filled. */
static bool is_empty(const char *text)
{
	return !*text || strcmp(text, "[]") == 0 || strcmp(text, "{}") == 0;
}

void action_read_rest(struct action *a)
{
	read_step_properties(a);
	for (size_t i = 0; i < a->node->n; i++)
		read_attribute(a, a->node->items[i]);
	for (size_t i = 0; i < ARRAY_LEN(idle); i++)
		action_ignore(a, idle[i]);
	for (size_t i = 0; a->props && i < a->props->n; i++) {
		const struct ocl_node *item = a->props->items[i];

		if (a->taken[i] || (item->text && is_empty(item->text)))
			continue;
		if (strcasecmp(item->name, "OctopusUseBundledTooling") == 0)
			buf_printf(&a->ignored, "%s%s", a->ignored.len ? ", " : "", item->name);
		else
			action_leave(a, item, "%s", item->name);
	}
	if (a->ignored.len)
		action_note(a, a->props, "without effect here: %s", buf_str(&a->ignored));
}
