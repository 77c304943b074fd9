/* SPDX-License-Identifier: Apache-2.0 */
/* Containers in Error: how much each reason weighs, and what to say of it (STATUS-RULES.md
 * §3.3). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jx.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "rules/pod.h"

static const struct trouble {
	const char *reason;
	enum severity severity;
	enum family family;
} troubles[] = {
	{ "InvalidImageName", SEVERITY_HARD, FAMILY_IMAGE },
	{ "ErrImageNeverPull", SEVERITY_HARD, FAMILY_IMAGE },
	{ "RROUnsupported", SEVERITY_HARD, FAMILY_CONFIG },
	{ "ErrImagePull", SEVERITY_SOFT, FAMILY_IMAGE },
	{ "ImagePullBackOff", SEVERITY_SOFT, FAMILY_IMAGE },
	{ "ImageInspectError", SEVERITY_SOFT, FAMILY_IMAGE },
	{ "RegistryUnavailable", SEVERITY_SOFT, FAMILY_IMAGE },
	{ "SignatureValidationFailed", SEVERITY_SOFT, FAMILY_IMAGE },
	{ "ImageVolumeMountFailed", SEVERITY_SOFT, FAMILY_IMAGE },
	{ "CreateContainerConfigError", SEVERITY_SOFT, FAMILY_CONFIG },
	{ "CreateContainerError", SEVERITY_SOFT, FAMILY_START },
	{ "RunContainerError", SEVERITY_SOFT, FAMILY_START },
	{ "PreCreateHookError", SEVERITY_SOFT, FAMILY_START },
	{ "PreStartHookError", SEVERITY_SOFT, FAMILY_START },
	{ "PostStartHookError", SEVERITY_SOFT, FAMILY_START },
	{ "CreatePodSandboxError", SEVERITY_SOFT, FAMILY_SANDBOX },
	{ "ConfigPodSandboxError", SEVERITY_SOFT, FAMILY_SANDBOX },
	{ "KillPodSandboxError", SEVERITY_SOFT, FAMILY_SANDBOX },
	{ "CrashLoopBackOff", SEVERITY_SOFT, FAMILY_CRASH },
};

/* What registries and runtimes say, and what it means. The first that occurs wins. */
static const struct {
	const char *said, *means;
} pull_failures[] = {
	{ "toomanyrequests", "the registry's rate limit is reached" },
	{ "429 Too Many Requests", "the registry's rate limit is reached" },
	{ "no basic auth", "access denied" },
	{ "nauthorized", "access denied" },
	{ "authorization failed", "access denied, or there is no such repository" },
	{ "access denied", "access denied" },
	{ "403 Forbidden", "access denied" },
	{ "manifest unknown", "not found" },
	{ "not found", "not found" },
	{ "no such host", "no such host" },
	{ "connection refused", "connection refused" },
	{ "i/o timeout", "the registry does not answer" },
	{ "request canceled", "the registry does not answer" },
	{ "context deadline exceeded", "the registry does not answer" },
	{ "no match for platform", "it is not built for the node's platform" },
	{ "x509:", "the registry's certificate is not trusted" },
};

/* The last part of a chain of causes: "a: b: not found" ends in "not found". */
static const char *last_cause(const char *message)
{
	const char *cause = message;

	for (const char *colon = message; (colon = strstr(colon, ": ")); colon += 2)
		if (colon[2])
			cause = colon + 2;
	return cause;
}

static const char *pull_cause(const char *message)
{
	/* "Back-off pulling image …" alone is no cause. */
	if (!message || !strstr(message, ": "))
		return "";
	for (size_t i = 0; i < ARRAY_LEN(pull_failures); i++)
		if (strstr(message, pull_failures[i].said))
			return pull_failures[i].means;
	return last_cause(message);
}

/* A runtime's message without the chain that leads to its cause and the ": unknown" behind it. */
static void start_cause(char out[static SHOWN_SIZE], const char *message)
{
	static const char *const marks[] = { "exec: ", "error mounting ",
		"unable to start container process: " };
	const char *cause = NULL;
	size_t len;

	for (size_t i = 0; message && !cause && i < ARRAY_LEN(marks); i++)
		cause = strstr(message, marks[i]);
	shown(out, cause ? cause : message);
	len = strlen(out);
	if (has_suffix(out, ": unknown"))
		out[len - strlen(": unknown")] = '\0';
}

static void say_image(
	char *out, size_t size, const struct container *c, const char *reason, const char *message)
{
	const char *image = jx_str(c->spec, "image");
	char name[SHOWN_SIZE], cause[SHOWN_SIZE];

	shown(name, image ? image : jx_str(c->status, "image"));
	shown(cause, pull_cause(message));
	if (strcmp(reason, "InvalidImageName") == 0)
		snprintf(out, size, "\"%s\" is not a valid image name", name);
	else if (strcmp(reason, "ErrImageNeverPull") == 0)
		snprintf(out, size, "image \"%s\" is not on the node, and its pull policy is Never",
			name);
	else
		snprintf(out, size,
			*cause ? "image \"%s\" cannot be pulled: %s"
			       : "image \"%s\" cannot be pulled%s",
			name, cause);
}

static void say_crash(char *out, size_t size, const struct container *c)
{
	const json_t *last = c->terminated ? c->terminated
					   : jx_get(c->status, "lastState.terminated");
	char title[CONTAINER_TITLE_SIZE], end[CONTAINER_END_SIZE], cause[SHOWN_SIZE];

	if (same(jx_str(last, "reason"), "StartError") ||
		same(jx_str(last, "reason"), "ContainerCannotRun")) {
		start_cause(cause, jx_str(last, "message"));
		snprintf(out, size, "%s cannot start: %s", container_title(title, c), cause);
		return;
	}
	snprintf(out, size, c->restarts ? "%s %s, restarted %lld time%s" : "%s %s",
		container_title(title, c), last ? container_end(end, c, last) : "keeps ending",
		c->restarts, plural(c->restarts));
}

static void say(char *out, size_t size, const struct container *c, enum family family,
	const char *reason, const char *message)
{
	char title[CONTAINER_TITLE_SIZE], cause[SHOWN_SIZE];
	const char *verb = "cannot start";

	if (family == FAMILY_IMAGE) {
		say_image(out, size, c, reason, message);
		return;
	}
	if (family == FAMILY_CRASH) {
		say_crash(out, size, c);
		return;
	}
	if (family == FAMILY_CONFIG)
		verb = "cannot be set up";
	else if (family == FAMILY_SANDBOX)
		verb = "gets no sandbox";
	start_cause(cause, message);
	snprintf(out, size, *cause ? "%s %s: %s" : "%s %s%s", container_title(title, c), verb,
		cause);
}

static bool is_error_word(const char *reason)
{
	return strncmp(reason, "Err", 3) == 0 || has_suffix(reason, "Error") ||
		has_suffix(reason, "BackOff");
}

static struct trouble waiting_trouble(const char *reason, const char *message)
{
	/* The kubelet's cache of Secrets and ConfigMaps fills in a moment. */
	if (strcmp(reason, "CreateContainerConfigError") == 0 && message &&
		strstr(message, "failed to sync") && strstr(message, "cache"))
		return (struct trouble){ .severity = SEVERITY_NONE };
	for (size_t i = 0; i < ARRAY_LEN(troubles); i++)
		if (strcmp(reason, troubles[i].reason) == 0)
			return troubles[i];
	if (is_error_word(reason))
		return (struct trouble){ reason, SEVERITY_SOFT, FAMILY_OTHER };
	return (struct trouble){ .severity = SEVERITY_NONE };
}

static bool failed(const json_t *terminated)
{
	return jx_has_int(terminated, "exitCode") && jx_int(terminated, "exitCode", 0) != 0;
}

/* A container that ended may start again, but for one that never started, that its memory does not
 * suffice, or that has failed before: but init containers are made to be tried again. */
static struct trouble ended_trouble(const struct container *c)
{
	const char *reason = jx_str(c->terminated, "reason");
	/* 128 was a fault of the node. */
	bool cannot_run = same(reason, "ContainerCannotRun") &&
		jx_int(c->terminated, "exitCode", 0) != 128;
	bool repeats = c->role != CONTAINER_INIT && failed(c->terminated) &&
		failed(jx_get(c->status, "lastState.terminated"));

	if (cannot_run || same(reason, "StartError"))
		return (struct trouble){ reason, SEVERITY_SOFT, FAMILY_START };
	if (repeats || same(reason, "OOMKilled"))
		return (struct trouble){ reason ? reason : "Error", SEVERITY_SOFT, FAMILY_CRASH };
	return (struct trouble){ .severity = SEVERITY_NONE };
}

static struct trouble trouble_of(const struct container *c)
{
	const char *waiting = jx_str(c->waiting, "reason");

	if (waiting)
		return waiting_trouble(waiting, jx_str(c->waiting, "message"));
	if (c->terminated)
		return ended_trouble(c);
	return (struct trouble){ .severity = SEVERITY_NONE };
}

void pod_blame(struct judgement *out, const struct container *c)
{
	const char *name = jx_str(c->status, "name");

	if (!name || !*name || !text_is_display(name, TEXT_LINE))
		return; /* no name that a server would know */
	free(out->container);
	out->container = xstrdup(name);
	out->container_restarted = c->restarts > 0 && c->waiting;
}

bool judge_pod_trouble(struct judgement *out, const json_t *pod)
{
	struct trouble worst = { .severity = SEVERITY_NONE };
	struct container c, culprit;
	char message[2 * SHOWN_SIZE + 64];

	for (size_t i = 0; pod_container(pod, i, &c); i++) {
		const struct trouble t = trouble_of(&c);

		if (t.severity <= worst.severity)
			continue;
		worst = t;
		culprit = c;
	}
	if (worst.severity == SEVERITY_NONE)
		return false;
	say(message, sizeof(message), &culprit, worst.family, worst.reason,
		jx_str(culprit.waiting ? culprit.waiting : culprit.terminated, "message"));
	pod_blame(out, &culprit);
	judgement_error(
		out, worst.severity, worst.family, reason_or(worst.reason, "Error"), "%s", message);
	return true;
}
