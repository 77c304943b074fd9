/* SPDX-License-Identifier: Apache-2.0 */
/* A Helm chart: Octopus.HelmChartUpgrade. */
#include "import/octopus_helm.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/jx.h"
#include "base/xalloc.h"

#define H "Helm."
#define HELM_TIMEOUT "5m" /* helm's own */

bool helm_is_git(const struct helm *h)
{
	const char *source = action_filled(h->a, "Script.ScriptSource");

	return source && strcasecmp(source, "GitRepository") == 0;
}

/* FEED/CHART, as `helm repo add FEED URL` makes it known; the release says which version. */
static void set_package(struct helm *h)
{
	struct action *a = h->a;
	const struct ocl_node *from = action_package(a, ""), *at = from ? from : a->node;
	const char *id = ocl_text(from, "package_id"), *feed = ocl_text(from, "feed");
	json_t *name;

	id = id ? id : action_filled(a, "Package.PackageId");
	feed = feed ? feed : action_filled(a, "Package.FeedId");
	if (!id) {
		action_unusable(a, at, "it names no chart");
		return;
	}
	name = action_value(a, at, id);
	json_object_set_new(a->body, "chart",
		json_sprintf("%s%s%s", feed && octostache_is_plain(feed) ? feed : "charts", "/",
			json_string_value(name)));
	action_leave(a, at,
		"where the feed %s is: helm repo add it under that name, or write repo: URL or chart: oci://…",
		feed ? feed : "of the chart");
	if (!json_object_get(a->body, "version")) {
		char *version = action_version(a, at, octostache_is_plain(id) ? id : a->slug);

		json_object_set_new(a->body, "version", json_string(version));
		free(version);
	}
	if (action_filled(a, H "ChartDirectory"))
		action_unusable(a, action_at(a, H "ChartDirectory"),
			"the chart lies in the folder %s of the package: unpack it and write chart: ./FOLDER",
			action_filled(a, H "ChartDirectory"));
	json_decref(name);
}

static void set_git(struct helm *h)
{
	struct action *a = h->a;
	const char *folder = action_filled(a, H "ChartDirectory");
	const struct ocl_node *git = action_git(a, "");
	char *path = xasprintf("./%s", folder ? folder : "");

	json_object_set_new(
		a->body, "chart", action_value(a, action_at(a, H "ChartDirectory"), path));
	if (git)
		action_leave(a, git, "the chart is in %s, branch %s: put it beside the plan",
			ocl_text(git, "repository_uri") ? ocl_text(git, "repository_uri")
							: "a repository",
			ocl_text(git, "default_branch") ? ocl_text(git, "default_branch")
							: "as released");
	else
		action_note(a, action_at(a, "GitRepository.Source"),
			"the chart's path starts from the top of the project's repository: keep the plan there");
	action_take(a, "GitRepository.Source");
	free(path);
}

/* Octopus calls a release that has no name after the action and the environment. */
static void set_release(struct helm *h)
{
	struct action *a = h->a;
	const char *name = action_filled(a, H "ReleaseName");
	const struct ocl_node *at = action_at(a, H "ReleaseName");

	json_object_set_new(a->body, "release",
		action_value(a, at,
			name ? name
			     : "#{Octopus.Action.Name | ToLower}-#{Octopus.Environment.Name | ToLower}"));
	if (!name)
		action_note(a, at,
			"the release has no name in the process; Octopus calls it after the action and the environment, with '-' for what no name may hold");
}

static void set_namespace(struct action *a)
{
	const char *ns = action_filled(a, H "Namespace");

	if (ns)
		a->ns = action_value(a, action_at(a, H "Namespace"), ns);
}

/* What ends the wait: helm's own --timeout, else that of the check if there is one, else helm's. */
static json_t *timeout_of(struct helm *h, bool check)
{
	struct action *a = h->a;
	const char *timeout = action_filled(a, H "Timeout");

	if (h->timeout)
		return json_incref(h->timeout);
	if (timeout)
		return action_value(a, action_at(a, H "Timeout"), timeout);
	if (check && action_take(a, "Kubernetes.DeploymentTimeout"))
		return action_timeout(a);
	return json_string(HELM_TIMEOUT);
}

/* helm's --wait decides in both. */
static void set_verify(struct helm *h)
{
	struct action *a = h->a;
	const char *check = action_filled(a, "Kubernetes.ResourceStatusCheck");
	bool jobs = action_flag(a, "Kubernetes.WaitForJobs"),
	     on = check && !strcasecmp(check, "true");

	if (check && strstr(check, "#{")) {
		action_leave(a, action_at(a, "Kubernetes.ResourceStatusCheck"),
			"Kubernetes.ResourceStatusCheck: %s decides it while Octopus deploys; it is on here",
			check);
		on = true;
	}
	if (on && jobs)
		h->wait_for_jobs = true;
	h->wait |= on || h->wait_for_jobs || jx_bool(a->body, "atomic");
	a->verify = json_pack("{s:b}", "wait", h->wait);
	if (h->wait_for_jobs)
		json_object_set_new(a->verify, "waitForJobs", json_true());
	json_object_set_new(a->verify, "timeout", timeout_of(h, on));
	if (!h->wait)
		action_note(a, action_at(a, "Kubernetes.ResourceStatusCheck"),
			"not verified, as in Octopus (Kubernetes.ResourceStatusCheck is %s, and no --wait): write wait: true to verify it%s",
			check ? "False" : "absent", jobs ? ", and waitForJobs: true" : "");
}

/* What only helm 2 had, or whoever runs helm must see to. */
static void leave_others(struct action *a)
{
	static const struct {
		const char *key, *why;
	} others[] = {
		{ H "CustomHelmExecutable", "name the program in KSETTLE_HELM" },
		{ H "TillerNamespace", "helm has no Tiller any more" },
		{ H "TillerTimeout", "helm has no Tiller any more" },
	};
	const char *version = action_filled(a, H "ClientVersion");

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		const char *value = action_filled(a, others[i].key);

		if (value)
			action_leave(a, action_at(a, others[i].key), "%s %s: %s", others[i].key,
				value, others[i].why);
	}
	if (version && strcasecmp(version, "V2") == 0)
		action_leave(a, action_at(a, H "ClientVersion"),
			"the chart was deployed by helm 2, whose releases newer ones do not see");
}

/* In the order in which one reads a release. */
static void sort_keys(struct action *a)
{
	static const char *const order[] = { "release", "chart", "repo", "version",
		"createNamespace", "atomic", "values", "set", "setString", "setFile", "args" };
	json_t *sorted = json_object();

	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		json_object_set(sorted, order[i], json_object_get(a->body, order[i]));
	json_decref(a->body);
	a->body = sorted;
}

void read_helm(struct action *a)
{
	struct helm h = { .a = a };

	a->type = "helm";
	set_release(&h);
	set_namespace(a);
	helm_read_args(&h);
	if (helm_is_git(&h))
		set_git(&h);
	else
		set_package(&h);
	helm_read_values(&h);
	if (!action_filled(a, H "ResetValues") || action_flag(a, H "ResetValues"))
		helm_add_arg(&h, "--reset-values");
	leave_others(a);
	set_verify(&h);
	sort_keys(a);
	json_decref(h.timeout);
}
