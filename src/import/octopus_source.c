/* SPDX-License-Identifier: Apache-2.0 */
/* Actions whose objects lie in files: Kubernetes YAML and Kustomize. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xalloc.h"
#include "import/octopus_action.h"

#define SOURCE "Script.ScriptSource"
#define YAML "KubernetesContainers.CustomResourceYaml"
#define FILES "KubernetesContainers.CustomResourceYamlFileName"
#define REPOSITORY "GitRepository.Source"
#define OVERLAY "Kubernetes.Kustomize.OverlayPath"
#define FILES_MAX 200

/* The text before and behind a pattern's first {a,b}; returns its choices, NULL: it has none. */
static const char *find_braces(const char *pattern, size_t *before, const char **behind)
{
	const char *open = strchr(pattern, '{'), *close;

	while (open && open > pattern && open[-1] == '#')
		open = strchr(open + 1, '{');
	close = open ? strchr(open, '}') : NULL;
	if (!close)
		return NULL;
	*before = (size_t)(open - pattern);
	*behind = close + 1;
	return open + 1;
}

static void add_pattern(
	struct action *a, const struct ocl_node *at, json_t *files, const char *pattern)
{
	size_t before = 0;
	const char *behind = NULL, *choice = find_braces(pattern, &before, &behind);

	if (json_array_size(files) == FILES_MAX) {
		action_unusable(a, at, "its patterns come to more than %d", FILES_MAX);
		return;
	}
	if (!choice) {
		if (strstr(pattern, "**"))
			action_leave(a, at,
				"'%s': ** is any depth in Octopus and one folder in ksettle: name each folder",
				pattern);
		json_array_append_new(files, action_value(a, at, pattern));
		return;
	}
	while (choice < behind) {
		size_t len = strcspn(choice, ",}");
		char *one = xasprintf("%.*s%.*s%s", (int)before, pattern, (int)len, choice, behind);

		add_pattern(a, at, files, one);
		free(one);
		choice += len + 1;
	}
}

/* Paths on lines, each maybe a pattern. */
static json_t *files_of(struct action *a)
{
	const char *text = action_filled(a, FILES);
	json_t *files = json_array();

	while (text && *(text += strspn(text, "\r\n \t"))) {
		char *line = xstrndup(text, strcspn(text, "\r\n"));

		add_pattern(a, action_at(a, FILES), files, line);
		text += strlen(line);
		free(line);
	}
	return files;
}

/* Where files come from that are not in the process. */
static void say_source(struct action *a, bool package)
{
	const struct ocl_node *git = action_git(a, ""), *from = action_package(a, "");
	const char *repository = action_filled(a, REPOSITORY);

	if (package && from)
		action_leave(a, from,
			"the files are those of the package %s: unpack it beside the plan",
			ocl_text(from, "package_id") ? ocl_text(from, "package_id") : "");
	else if (package)
		action_leave(a, a->node, "the files are those of a package that is not named here");
	else if (git)
		action_leave(a, git,
			"the files are those of %s, branch %s: put them beside the plan",
			ocl_text(git, "repository_uri") ? ocl_text(git, "repository_uri")
							: "a repository",
			ocl_text(git, "default_branch") ? ocl_text(git, "default_branch")
							: "as released");
	else if (repository && strcasecmp(repository, "External") == 0)
		action_leave(
			a, a->node, "the files are those of a repository that is not named here");
	else
		action_note(a, action_at(a, SOURCE),
			"the paths start from the top of the project's repository: keep the plan there");
	action_note(a, a->node,
		"Octopus replaces #{variables} in such files before it applies them; ksettle does not");
}

void read_raw_yaml(struct action *a)
{
	const char *source = action_filled(a, SOURCE), *text = action_filled(a, YAML);
	bool is_inline = source ? strcasecmp(source, "Inline") == 0 : text != NULL;

	a->type = "yaml";
	if (!is_inline) {
		json_object_set_new(a->body, "files", files_of(a));
		say_source(a, !source || strcasecmp(source, "Package") == 0);
	} else if (text) {
		const char *path = action_file(a, action_at(a, YAML), "manifests", text);

		json_object_set_new(a->body, "files", json_pack("[s]", path));
		/* What a package would hold counts nothing beside it. */
		action_take(a, FILES);
	}
	if (!json_array_size(json_object_get(a->body, "files")))
		action_unusable(a, a->node, "it names no YAML");
	action_force(a);
	action_verify(a);
}

/* https://host/repo.git//overlay?ref=main, as kustomize fetches it. */
static json_t *remote_overlay(struct action *a, const struct ocl_node *git, const char *overlay)
{
	const char *uri = ocl_text(git, "repository_uri"),
		   *branch = ocl_text(git, "default_branch");
	char *path =
		xasprintf("%s//%s%s%s", uri, overlay, branch ? "?ref=" : "", branch ? branch : "");
	json_t *made = action_value(a, git, path);

	action_note(a, git,
		"Octopus takes the commit that its release names, the plan takes the tip of the branch");
	if (ocl_text(git, "git_credential_type") &&
		strcasecmp(ocl_text(git, "git_credential_type"), "Anonymous") != 0)
		action_leave(a, git, "the credential for %s: git needs one of its own", uri);
	free(path);
	return made;
}

void read_kustomize(struct action *a)
{
	const char *overlay = action_filled(a, OVERLAY), *repository = action_filled(a, REPOSITORY);
	const struct ocl_node *git = action_git(a, "");
	bool remote = ocl_text(git, "repository_uri") &&
		(!repository || strcasecmp(repository, "Project") != 0);

	action_take(a, SOURCE);
	a->type = "kustomize";
	if (!overlay)
		action_unusable(a, a->node, "it names no folder to build");
	overlay = overlay ? overlay : ".";
	if (remote)
		json_object_set_new(a->body, "path", remote_overlay(a, git, overlay));
	else
		json_object_set_new(
			a->body, "path", action_value(a, action_at(a, OVERLAY), overlay));
	if (!remote)
		action_note(a, action_at(a, REPOSITORY),
			"the path starts from the top of the project's repository: keep the plan there");
	if (action_filled(a, "SubstituteInFiles.TargetFiles"))
		action_leave(a, action_at(a, "SubstituteInFiles.TargetFiles"),
			"#{variables} in files of the kustomization are not replaced");
	action_force(a);
	action_verify(a);
}
