/* SPDX-License-Identifier: Apache-2.0 */
/* How an Octopus action is verified, and whether others' fields are overwritten. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/jx.h"
#include "base/xalloc.h"
#include "import/octopus_action.h"

#define CHECK "Kubernetes.ResourceStatusCheck"
#define TIMEOUT "Kubernetes.DeploymentTimeout"
#define STABILIZATION "Kubernetes.StabilizationTimeout" /* of 2023.2 */
#define JOBS "Kubernetes.WaitForJobs"
#define WAIT "KubernetesContainers.DeploymentWait"

static bool is_variable(const char *text)
{
	return text && strstr(text, "#{");
}

json_t *action_timeout(struct action *a)
{
	const char *text = action_take(a, TIMEOUT);
	const struct ocl_node *at = action_at(a, TIMEOUT);
	char *seconds;
	json_t *made;

	if (!text)
		return json_string("180s");
	if (is_variable(text)) {
		seconds = xasprintf("%ss", text);
		made = action_value(a, at, seconds);
		free(seconds);
		return made;
	}
	if (text[strspn(text, "0")] == '\0')
		return json_string("none");
	if (text[strspn(text, "0123456789")] == '\0' && strlen(text) < 9)
		return json_sprintf("%lds", strtol(text, NULL, 10));
	action_leave(
		a, at, "%s: '%s' is no number of seconds; the step has 180s here", TIMEOUT, text);
	return json_string("180s");
}

/* What the properties say of a check, on or off. */
static json_t *check_of(struct action *a)
{
	const char *window = action_filled(a, STABILIZATION), *jobs = action_filled(a, JOBS);
	json_t *verify = json_object();
	char *seconds;

	json_object_set_new(verify, "timeout", action_timeout(a));
	if (window) {
		seconds = xasprintf("%ss", window);
		json_object_set_new(verify, "stabilization",
			action_value(a, action_at(a, STABILIZATION), seconds));
		free(seconds);
	}
	if (jobs && strcasecmp(jobs, "false") != 0)
		json_object_set_new(
			verify, "waitForJobs", action_scalar(a, action_at(a, JOBS), jobs));
	return verify;
}

/* kubectl rollout status: it has no limit but the Deployment's own, and no window. */
static json_t *rollout_only(void)
{
	return json_pack("{s:s, s:s}", "timeout", "none", "stabilization", "0s");
}

/* "timeout: 300s, waitForJobs: true" of a check that is off, for a remark. To free(). */
static char *describe(const json_t *check)
{
	struct buf out;
	void *at = json_object_iter((json_t *)check);

	buf_init(&out, 0);
	for (; at; at = json_object_iter_next((json_t *)check, at)) {
		json_t *value = json_object_iter_value(at);

		buf_printf(&out, "%s%s: %s", out.len ? ", " : "", json_object_iter_key(at),
			json_is_string(value) ? json_string_value(value) : "true");
	}
	return buf_take(&out);
}

static void verify_not(struct action *a, const char *said, const json_t *check)
{
	char *words = describe(check);

	action_note(a, action_at(a, CHECK),
		"not verified, as in Octopus (%s is %s); to verify it: verify: {%s}", CHECK,
		said ? "False" : "absent, as in steps made before there was such a check", words);
	free(words);
	a->verify = json_string("none");
}

static bool is_blue_green(const struct action *a)
{
	return jx_str(a->body, "strategy") && strcmp(jx_str(a->body, "strategy"), "blueGreen") == 0;
}

/* Older steps that make a workload waited for its rollout. */
static bool waits_for_rollout(struct action *a)
{
	const char *wait = action_filled(a, WAIT);

	if (is_variable(wait))
		action_leave(a, action_at(a, WAIT), "%s: %s decides it while Octopus deploys", WAIT,
			wait);
	return wait && strcasecmp(wait, "Wait") == 0;
}

void action_verify(struct action *a)
{
	const char *said = action_filled(a, CHECK);
	bool on = said && strcasecmp(said, "true") == 0, waits = waits_for_rollout(a);
	json_t *check = check_of(a);

	if (is_variable(said)) {
		action_leave(a, action_at(a, CHECK),
			"%s: %s decides it while Octopus deploys; it is on here", CHECK, said);
		on = true;
	}
	if (on || is_blue_green(a)) {
		a->verify = on ? json_incref(check) : rollout_only();
	} else if (waits) {
		a->verify = rollout_only();
		action_note(a, action_at(a, WAIT),
			"Octopus waited for the rollout of the workload only, without a limit of its own; here all objects of the step decide: a timeout is advised");
	} else {
		verify_not(a, said, check);
	}
	json_decref(check);
}

void action_force(struct action *a)
{
	bool server_side = action_flag(a, "Kubernetes.ServerSideApply.Enabled");
	bool force = action_flag(a, "Kubernetes.ServerSideApply.ForceConflicts");
	const struct ocl_node *at = action_at(a, "Kubernetes.ServerSideApply.Enabled");

	if (server_side && force)
		json_object_set_new(a->body, "forceConflicts", json_true());
	if (server_side || a->o->said_client_side)
		return;
	a->o->said_client_side = true;
	action_note(a, at,
		"Octopus applied it client-side, where no field conflicts; ksettle applies server-side: where it names a conflict, forceConflicts: true takes the field over");
}
